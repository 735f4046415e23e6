#include "watcher/family.h"

#include "base/clock.h"
#include "watcher/core.h"
#include "watcher/pidfd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* From walk to walk, so that a child is found within 100 ms. */
#define WALK_NS (80 * NS_PER_MS)

/* A walk takes at most this part of the time. */
#define WALK_PART 10

/* Those without a line are looked at again once in so many walks: a PID may have a new life. */
#define AGAIN_WALKS 16

/* Until this long after its birth a member is looked at in each walk: it is about to exec. */
#define YOUNG_NS (300 * NS_PER_MS)

/* Members whose files are kept open, two each; no more of them than this part of what may be. */
#define KEPT_MOST 1024
#define KEPT_PART 8

#define TELL_NS NS_PER_S

void family_open(struct family *family)
{
	struct rlimit limit;

	family->root = "";
	family->kept_most = KEPT_MOST;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / KEPT_PART < KEPT_MOST)
		family->kept_most = limit.rlim_cur / KEPT_PART;
}

void family_close(struct family *family)
{
	free(family->members);
	free(family->reapers);
	pidset_free(&family->refused);
}

/* --- members */

void family_join(struct core *core, struct entry *entry)
{
	struct family *family = &core->family;

	if (entry->family || entry->info.ended)
		return;
	if (family->count == family->room) {
		size_t room = family->room ? 2 * family->room : 64;
		uint32_t *members = realloc(family->members, room * sizeof *members);

		if (!members)
			return;
		family->members = members;
		family->room = room;
	}
	family->members[family->count++] = entry->info.line;
	entry->family = true;
}

void family_born(struct core *core, struct entry *entry)
{
	const struct entry *parent;

	if (!core->family.count || !entry->info.ppid)
		return;
	parent = registry_find(core->registry, (pid_t)entry->info.ppid, 0);
	if (parent && parent->family)
		family_join(core, entry);
}

void family_leave(struct core *core, struct entry *entry)
{
	if (entry->files.task >= 0 && core->family.kept)
		core->family.kept--;
	children_close(&entry->files);
	entry->family = false;
}

void family_refuse(struct core *core, const struct entry *entry)
{
	pidset_add(&core->family.refused, (pid_t)entry->info.pid, entry->info.start_ticks,
		   core->family.walks);
}

/* --- one child */

/* Whether the process is one of those that a command starts for itself; also before its exec. */
static bool is_helper(const struct family *family, const struct procinfo *info)
{
	char bytes[8192];
	char path[64];
	ssize_t size;
	int fd;

	if (procinfo_is_ours(info->name) || strcmp(info->name, "gnuplot") == 0)
		return true;
	snprintf(path, sizeof path, "%.16s/proc/%d/environ", family->root, (int)info->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size = read(fd, bytes, sizeof bytes);
	close(fd);
	return size > 0 && memmem(bytes, (size_t)size, FAMILY_HELPER, strlen(FAMILY_HELPER));
}

/* It has no line: a zombie that nobody had seen alive, or one whose user nobody may look at. */
static void refuse(struct core *core, const struct procinfo *info)
{
	struct family *family = &core->family;
	struct pidmark *mark = pidset_find(&family->refused, info->pid);
	bool known = mark && mark->start_ticks == info->start_ticks;

	if (!known && info->state == 'Z' &&
	    !registry_had(core->registry, info->pid, info->start_ticks))
		family->unseen++;
	if (known)
		mark->round = family->walks;
	else /* one that is not dead yet is tried again */
		pidset_add(&family->refused, info->pid, info->state == 'Z' ? info->start_ticks : 0,
			   family->walks);
}

static void begin(struct core *core, pid_t pid, bool orphan)
{
	const struct pidmark *mark = pidset_find(&core->family.refused, pid);
	struct procinfo info;
	struct entry *entry = NULL;
	char why[256];

	if (procinfo_read(core->procinfo, pid, &info) < 0 ||
	    (orphan && is_helper(&core->family, &info)))
		return;
	if (!mark || mark->start_ticks != info.start_ticks)
		entry = life_begin_as(core, &info, "", why, sizeof why);
	if (!entry) {
		refuse(core, &info);
		return;
	}
	family_join(core, entry);
	entry->parent_tells |= orphan;
}

struct walk {
	struct core *core;
	const struct entry *parent; /* NULL: of a reaper */
	bool orphans;		    /* the children are of a reaper */
};

static void take_child(void *arg, pid_t child)
{
	const struct walk *walk = arg;
	struct core *core = walk->core;
	struct entry *entry = registry_find(core->registry, child, 0);
	struct pidmark *mark;

	if (entry && !pidfd_ended(entry->pidfd)) {
		if (!entry->family)
			family_join(core, entry);
		if (walk->parent)
			selections_inherit(core, walk->parent, entry);
		entry->parent_tells |= walk->orphans;
		return;
	}
	mark = pidset_find(&core->family.refused, child);
	if (mark) {
		mark->round = core->family.walks;
		if (mark->start_ticks && (core->family.walks + (uint64_t)child) % AGAIN_WALKS)
			return;
	}
	/* One that has ended is a zombie, whose end is on its way here. */
	if (!entry || entry->ended_ns)
		begin(core, child, walk->orphans);
}

/* --- all of them */

static void walk_member(struct core *core, struct entry *entry)
{
	struct family *family = &core->family;
	struct walk walk = { .core = core, .parent = entry };
	bool kept = entry->files.task >= 0;
	bool keep = kept || family->kept < family->kept_most;

	if (clock_mono_ns() < entry->info.since_ns + YOUNG_NS)
		life_look_at(core, entry);
	if (children_each(family->root, (pid_t)entry->info.pid, &entry->files, keep, take_child,
			  &walk) == -ENOSYS)
		family->no_lists = true;
	family->kept += !kept && entry->files.task >= 0;
}

static void walk_reaper(struct core *core, pid_t reaper)
{
	struct child_files files = CHILD_FILES_NONE;
	struct walk walk = { .core = core, .orphans = true };

	children_each(core->family.root, reaper, &files, false, take_child, &walk);
}

/* Who was found meanwhile comes last, and is walked as well. */
static void walk_lists(struct core *core)
{
	struct family *family = &core->family;
	size_t kept = 0;

	for (size_t i = 0; i < family->reaper_count; i++)
		walk_reaper(core, family->reapers[i]);
	for (size_t i = 0; i < family->count; i++) {
		struct entry *entry = registry_line(core->registry, family->members[i]);

		if (!entry || !entry->family)
			continue;
		family->members[kept++] = family->members[i];
		if (!entry->ended_ns)
			walk_member(core, entry);
	}
	family->count = kept;
}

static void take_parent(void *arg, const struct procinfo *info)
{
	struct walk walk = { .core = arg };
	const struct family *family = &walk.core->family;
	const struct entry *parent = registry_find(walk.core->registry, info->ppid, 0);

	for (size_t i = 0; i < family->reaper_count; i++)
		walk.orphans |= family->reapers[i] == info->ppid;
	walk.parent = parent;
	if (walk.orphans || (parent && parent->family))
		take_child(&walk, info->pid);
}

void family_tell(struct core *core)
{
	struct family *family = &core->family;
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_EVENT };
	char label[TEXT_LABEL + 1];

	if (family->unseen == family->told)
		return;
	snprintf(label, sizeof label, "%" PRIu64 " process%s came and went unseen",
		 family->unseen - family->told, family->unseen - family->told == 1 ? "" : "es");
	record.event.category = "family";
	record.event.label = label;
	core_add(core, &record);
	family->told = family->unseen;
	family->told_ns = record.t_ns;
}

void family_walk(struct core *core)
{
	struct family *family = &core->family;
	uint64_t begin_ns = clock_mono_ns();
	uint64_t rest_ns;

	family->walks++;
	if (!family->no_lists)
		walk_lists(core);
	else
		procinfo_all(core->procinfo, take_parent, core);
	if (family->walks > AGAIN_WALKS)
		pidset_sweep(&family->refused, family->walks - AGAIN_WALKS);
	rest_ns = (clock_mono_ns() - begin_ns) * WALK_PART;
	family->next_ns = begin_ns + (rest_ns > WALK_NS ? rest_ns : WALK_NS);
	if (begin_ns >= family->told_ns + TELL_NS)
		family_tell(core);
}

uint64_t family_due(const struct core *core)
{
	const struct family *family = &core->family;

	if (family->count == 0 && family->reaper_count == 0 && family->unseen == family->told)
		return UINT64_MAX;
	return family->next_ns;
}

/* --- reapers */

void family_reaper(struct core *core, pid_t pid)
{
	struct family *family = &core->family;
	pid_t *reapers;

	for (size_t i = 0; i < family->reaper_count; i++) {
		if (family->reapers[i] == pid)
			return;
	}
	reapers = realloc(family->reapers, (family->reaper_count + 1) * sizeof *reapers);
	if (!reapers)
		return;
	family->reapers = reapers;
	reapers[family->reaper_count++] = pid;
}

void family_reaper_gone(struct core *core, pid_t pid)
{
	struct family *family = &core->family;

	for (size_t i = 0; i < family->reaper_count; i++) {
		if (family->reapers[i] == pid)
			family->reapers[i--] = family->reapers[--family->reaper_count];
	}
}

void family_reaped(struct core *core, const struct reaped *reaped)
{
	struct family *family = &core->family;
	struct entry *entry = registry_find(core->registry, (pid_t)reaped->pid, 0);
	const struct pidmark *mark = pidset_find(&family->refused, (pid_t)reaped->pid);
	enum end_reason reason;
	int32_t code;

	/* A successor that lives has nothing to do with it. */
	if (entry && entry->pidfd >= 0 && !pidfd_ended(entry->pidfd))
		entry = NULL;
	if (!entry) {
		family->unseen += !registry_had(core->registry, (pid_t)reaped->pid, 0) &&
				  !(mark && mark->start_ticks);
		return;
	}
	if (reaped->peak > entry->info.peak_rss)
		entry->info.peak_rss = reaped->peak;
	reason = pidfd_wait_reason(reaped->status, &code);
	life_end(core, entry, reason, code);
}
