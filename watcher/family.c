#include "watcher/family.h"

#include "base/array.h"
#include "base/clock.h"
#include "proc/pidfd.h"
#include "watcher/core.h"

#include <errno.h>
#include <fcntl.h>
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

/* A child that was found before its exec is looked at again so soon: it may be about to become one
 * of ours, or share its parent's memory until then (vfork). */
#define YOUNG_LOOK_NS (5 * NS_PER_MS)

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
	pidset_free(&family->young);
}

/* --- members */

void family_join(struct core *core, struct entry *entry, uint32_t root)
{
	struct family *family = &core->family;

	if (entry->info.ended)
		return;
	if (!entry->root && root) {
		entry->root = root;
		kin_join(core, entry);
	}
	if (entry->family)
		return;
	if (array_reserve(&family->members, &family->room, family->count + 1))
		return;
	family->members[family->count++] = entry->info.line;
	entry->family = true;
}

void family_begin(struct core *core, struct entry *entry)
{
	family_join(core, entry, entry->root ? entry->root : kin_begin(core, entry));
}

void family_born(struct core *core, struct entry *entry)
{
	const struct entry *parent;

	if (!core->family.count || !entry->info.ppid)
		return;
	parent = registry_find(core->registry, (pid_t)entry->info.ppid, 0);
	if (parent && parent->family)
		family_join(core, entry, parent->root);
}

void family_leave(struct core *core, struct entry *entry)
{
	if (entry->files.task >= 0 && core->family.kept)
		core->family.kept--;
	children_close(&entry->files);
	entry->family = false;
	kin_leave(core, entry);
}

void family_refuse(struct core *core, const struct entry *entry)
{
	pidset_add(&core->family.refused, (pid_t)entry->info.pid, entry->info.start_ticks,
		   core->family.walks);
}

/* --- one child */

struct walk {
	struct core *core;
	const struct entry *parent; /* NULL: it has no line */
	uint32_t root;
	bool orphans; /* the children are of a command that waits for them and says so */
};

bool family_is_helper(const struct family *family, pid_t pid)
{
	const size_t length = strlen(FAMILY_HELPER);
	char bytes[8192];
	char path[64];
	bool found = false;
	size_t kept = 0;
	ssize_t size;
	int fd;

	snprintf(path, sizeof path, "%.16s/proc/%d/environ", family->root, (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	/* What ends one part may go on in the next. */
	while (!found && (size = read(fd, bytes + kept, sizeof bytes - kept)) > 0) {
		size_t all = kept + (size_t)size;

		found = memmem(bytes, all, FAMILY_HELPER, length);
		kept = all < length ? all : length - 1;
		memmove(bytes, bytes + all - kept, kept);
	}
	close(fd);
	return found;
}

/* A program of memwatch's that a member runs has no line; what it runs itself, as `run` does, is of
 * the family. */
static void pass_by(struct core *core, pid_t pid, uint32_t root)
{
	kin_is_ours(core, pid);
	if (pid == getpid() || pid == core->gate.pid)
		return;
	family_reaper(core, pid, root);
	for (size_t i = 0; i < core->family.reaper_count; i++) {
		if (core->family.reapers[i].pid == pid)
			core->family.reapers[i].nested = true;
	}
}

/* It has no line: a zombie that nobody had seen alive, or one whose user nobody may look at. */
static void refuse(struct core *core, const struct procinfo *info)
{
	struct family *family = &core->family;
	struct pidmark *mark = pidset_find(&family->refused, info->pid);
	bool known = mark && mark->start_ticks == info->start_ticks;

	if (!known && info->state == 'Z' &&
	    !registry_find(core->registry, info->pid, info->start_ticks) &&
	    !registry_had(core->registry, info->pid, info->start_ticks))
		kin_unseen(core);
	if (known)
		mark->round = family->walks;
	else /* one that is not dead yet is tried again */
		pidset_add(&family->refused, info->pid, info->state == 'Z' ? info->start_ticks : 0,
			   family->walks);
}

/* A process that was forked just now and is what its parent is: once it is left alone. */
static bool is_about_to_exec(struct core *core, const struct procinfo *info)
{
	struct family *family = &core->family;
	const struct entry *parent = registry_find(core->registry, info->ppid, 0);
	const struct pidmark *mark = pidset_find(&family->young, info->pid);

	if (!parent || strcmp(parent->comm, info->name) != 0 ||
	    strcmp(parent->info.command, info->command) != 0)
		return false;
	if (mark && mark->start_ticks == info->start_ticks)
		return false;
	return pidset_add(&family->young, info->pid, info->start_ticks, family->walks) != NULL;
}

/* Until its exec the child of a vfork has its parent's memory, which counts once. */
static bool is_to_wait(struct core *core, const struct procinfo *info)
{
	bool waits = is_about_to_exec(core, info) || procinfo_shares_memory(info->pid, info->ppid);

	core->family.look_soon |= waits;
	return waits;
}

static void begin(const struct walk *walk, pid_t pid)
{
	struct core *core = walk->core;
	uint32_t root = walk->root;
	const struct pidmark *mark = pidset_find(&core->family.refused, pid);
	struct procinfo info;
	struct entry *entry = NULL;
	const struct entry *head;
	char why[256];
	int error;

	error = procinfo_read(core->procinfo, pid, &info);
	if (error == -EMFILE || error == -ENFILE)
		life_unfollowed(core, pid);
	if (error)
		return;
	if (info.state != 'Z' && family_is_helper(&core->family, pid)) {
		kin_is_ours(core, pid);
		return;
	}
	if (info.state != 'Z' && procinfo_is_ours(info.name)) {
		pass_by(core, pid, root);
		return;
	}
	if (info.state != 'Z' && is_to_wait(core, &info))
		return;
	if (!mark || mark->start_ticks != info.start_ticks)
		entry = life_begin_as(core, &info, "", why, sizeof why);
	if (!entry) {
		refuse(core, &info);
		return;
	}
	family_join(core, entry, root);
	entry->parent_tells |= walk->orphans;
	head = walk->parent ? NULL : kin_head(core, walk->root);
	if (head) /* what has no line passes nothing on */
		selections_inherit(core, head, entry);
}

static void take_child(void *arg, pid_t child)
{
	const struct walk *walk = arg;
	struct core *core = walk->core;
	struct entry *entry = registry_find(core->registry, child, 0);
	struct pidmark *mark;

	if (entry && !pidfd_ended(entry->pidfd)) {
		family_join(core, entry, walk->root);
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
		begin(walk, child);
}

/* --- all of them */

static void walk_member(struct core *core, struct entry *entry)
{
	struct family *family = &core->family;
	struct walk walk = { .core = core, .parent = entry, .root = entry->root };
	bool kept = entry->files.task >= 0;
	bool keep = kept || family->kept < family->kept_most;

	if (clock_mono_ns() < entry->info.since_ns + YOUNG_NS)
		life_look_at(core, entry);
	if (children_each(family->root, (pid_t)entry->info.pid, &entry->files, keep, take_child,
			  &walk) == -ENOSYS)
		family->no_lists = true;
	family->kept += !kept && entry->files.task >= 0;
}

static int walk_reaper(struct core *core, const struct family_reaper *reaper)
{
	struct child_files files = CHILD_FILES_NONE;
	struct walk walk = { .core = core, .root = reaper->root, .orphans = !reaper->nested };

	return children_each(core->family.root, reaper->pid, &files, false, take_child, &walk);
}

/* The end of one that is not attached is told by nobody. What is found may run another one. */
static void walk_reapers(struct core *core)
{
	struct family *family = &core->family;
	size_t kept = 0;

	for (size_t i = 0; i < family->reaper_count; i++) {
		struct family_reaper reaper = family->reapers[i];
		int error = walk_reaper(core, &reaper);

		if (error != -ESRCH &&
		    !(reaper.nested && registry_find(core->registry, reaper.pid, 0)))
			family->reapers[kept++] = reaper;
	}
	family->reaper_count = kept;
}

/* Who was found meanwhile comes last, and is walked as well. */
static void walk_lists(struct core *core)
{
	struct family *family = &core->family;
	size_t kept = 0;

	walk_reapers(core);
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

	for (size_t i = 0; i < family->reaper_count; i++) {
		if (family->reapers[i].pid == info->ppid)
			walk = (struct walk){ arg, NULL, family->reapers[i].root,
					      !family->reapers[i].nested };
	}
	if (!walk.root && parent && parent->family)
		walk = (struct walk){ arg, parent, parent->root, false };
	if (walk.root)
		take_child(&walk, info->pid);
}

void family_walk(struct core *core)
{
	struct family *family = &core->family;
	uint64_t begin_ns = clock_mono_ns();
	uint64_t rest_ns;

	family->walks++;
	family->look_soon = false;
	kin_hear(core);
	if (!family->no_lists)
		walk_lists(core);
	else
		procinfo_all(core->procinfo, take_parent, core);
	if (family->walks > AGAIN_WALKS) {
		pidset_sweep(&family->refused, family->walks - AGAIN_WALKS);
		pidset_sweep(&family->young, family->walks - AGAIN_WALKS);
	}
	kin_sweep(core);
	rest_ns = (clock_mono_ns() - begin_ns) * WALK_PART;
	if (rest_ns < (family->look_soon ? YOUNG_LOOK_NS : WALK_NS))
		rest_ns = family->look_soon ? YOUNG_LOOK_NS : WALK_NS;
	family->next_ns = begin_ns + rest_ns;
	kin_tell(core, false);
}

uint64_t family_due(const struct core *core)
{
	const struct family *family = &core->family;

	if (family->count == 0 && family->reaper_count == 0 && core->kin.count == 0 &&
	    !kin_has_news(core))
		return UINT64_MAX;
	return family->next_ns;
}

/* --- reapers */

void family_reaper(struct core *core, pid_t pid, uint32_t root)
{
	struct family *family = &core->family;

	for (size_t i = 0; i < family->reaper_count; i++) {
		if (family->reapers[i].pid == pid)
			return;
	}
	if (array_reserve(&family->reapers, &family->reaper_capacity, family->reaper_count + 1))
		return;
	family->reapers[family->reaper_count++] = (struct family_reaper){ pid, root, false };
}

void family_await(struct core *core, pid_t pid, const char *name, const char *command)
{
	const struct kin_root *root;
	struct procinfo info;

	kin_await(core, pid, name, command);
	root = kin_awaited(core, pid);
	if (procinfo_read(core->procinfo, pid, &info) == 0 && info.ppid > 1)
		family_reaper(core, info.ppid, root ? root->id : 0);
}

void family_reaper_gone(struct core *core, pid_t pid)
{
	struct family *family = &core->family;

	for (size_t i = 0; i < family->reaper_count; i++) {
		if (family->reapers[i].pid == pid)
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

	kin_hear(core);
	/* A successor that lives has nothing to do with it. */
	if (entry && entry->pidfd >= 0 && !pidfd_ended(entry->pidfd))
		entry = NULL;
	kin_orphan_ended(core, entry ? entry->root : kin_root_of(core, (pid_t)reaped->pid), reaped);
	if (!entry) {
		if (!registry_had(core->registry, (pid_t)reaped->pid, 0) &&
		    !(mark && mark->start_ticks))
			kin_unseen(core);
		return;
	}
	reason = pidfd_wait_reason(reaped->status, &code);
	life_end(core, entry, reason, code);
}
