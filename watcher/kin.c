#include "watcher/kin.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"
#include "proc/exits.h"
#include "proc/forks.h"
#include "watcher/core.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Marks of those that have ended are kept for so many walks: what they had forked may be told of
 * late. */
#define KEEP_ROUNDS 16

#define TELL_NS NS_PER_S

/* The kernel counts pages by processor and adds them up later: a peak that is above another by less
 * than this, or by less than a part of it, may be the same. */
#define NOISE_BYTES (128U << 10)
#define NOISE_PART 64

/* From a program of memwatch's up to a member of a family. */
#define ANCESTORS_MOST 64

enum kin_state {
	KIN_BORN = 1, /* has no line so far */
	KIN_SEEN,     /* has, or has had one */
	KIN_OURS,
	KIN_UNSEEN, /* has ended, and counts */
	KIN_OVER,   /* has ended, and doesn't */
	KIN_PAST,   /* the same, and was ours */
};

void kin_open(struct kin *kin)
{
	kin->forks = -1;
	kin->exits = -1;
}

static void stop_listening(struct kin *kin)
{
	if (kin->forks >= 0)
		close(kin->forks);
	kin->forks = -1;
	kin->tried_forks = false;
	pidset_free(&kin->births);
}

void kin_close(struct kin *kin)
{
	stop_listening(kin);
	if (kin->exits >= 0)
		close(kin->exits);
	free(kin->roots);
}

/* --- roots */

static uint64_t root_id(const void *kin, size_t index)
{
	return ((const struct kin *)kin)->roots[index].id;
}

static struct kin_root *find_root(const struct kin *kin, uint32_t id)
{
	size_t index = array_find(kin, kin->count, root_id, id);

	return index < kin->count ? &kin->roots[index] : NULL;
}

static struct kin_root *add_root(struct kin *kin, pid_t pid, uint32_t line)
{
	if (array_reserve(&kin->roots, &kin->room, kin->count + 1))
		return NULL;
	kin->roots[kin->count] =
		(struct kin_root){ .id = ++kin->last_id, .pid = pid, .line = line };
	return &kin->roots[kin->count++];
}

/* From the first family on. */
static void listen_to_forks(struct core *core)
{
	struct kin *kin = &core->kin;

	if (kin->tried_forks)
		return;
	kin->tried_forks = true;
	kin->forks = forks_open();
	if (kin->forks >= 0 && core_watch(core, kin->forks, EPOLLIN, SOURCE_FORKS, 0) == 0)
		return;
	if (kin->forks >= 0)
		close(kin->forks);
	kin->forks = -1;
}

void kin_hear_exits(struct core *core)
{
	struct kin *kin = &core->kin;

	if (kin->tried_exits)
		return;
	kin->tried_exits = true;
	kin->exits = exits_open();
	if (kin->exits >= 0)
		core_watch(core, kin->exits, EPOLLIN, SOURCE_EXITS, 0);
}

/* It is no descendant, but what it forks is. */
static void mark_root(struct kin *kin, const struct kin_root *root)
{
	struct pidmark *mark =
		kin->forks >= 0 ? pidset_add(&kin->births, root->pid, root->id, UINT64_MAX) : NULL;

	if (mark)
		mark->name = KIN_SEEN;
}

void kin_await(struct core *core, pid_t pid, const char *name, const char *command)
{
	struct kin_root *root;

	listen_to_forks(core);
	kin_hear(core);
	root = add_root(&core->kin, pid, 0);
	if (!root)
		return;
	text_clean(root->name, sizeof root->name, name, strlen(name));
	text_clean(root->command, sizeof root->command, command, strlen(command));
	mark_root(&core->kin, root);
}

static struct kin_root *find_awaited(const struct core *core, pid_t pid)
{
	for (size_t i = 0; i < core->kin.count; i++) {
		if (core->kin.roots[i].line == 0 && core->kin.roots[i].pid == pid)
			return &core->kin.roots[i];
	}
	return NULL;
}

const struct kin_root *kin_awaited(const struct core *core, pid_t pid)
{
	return find_awaited(core, pid);
}

uint32_t kin_begin(struct core *core, const struct entry *entry)
{
	struct kin *kin = &core->kin;
	struct kin_root *root = find_awaited(core, (pid_t)entry->info.pid);

	if (root) {
		root->line = entry->info.line;
		return root->id;
	}
	listen_to_forks(core);
	kin_hear(core);
	root = add_root(kin, (pid_t)entry->info.pid, entry->info.line);
	if (!root)
		return 0;
	mark_root(kin, root);
	return root->id;
}

uint32_t kin_root_of(const struct core *core, pid_t pid)
{
	const struct pidmark *mark = pidset_find(&core->kin.births, pid);
	const struct entry *entry;

	if (mark)
		return (uint32_t)mark->start_ticks;
	entry = registry_find(core->registry, pid, 0);
	return entry ? entry->root : 0;
}

struct entry *kin_head(const struct core *core, uint32_t id)
{
	const struct kin_root *root = find_root(&core->kin, id);

	return root ? registry_line(core->registry, root->line) : NULL;
}

static bool has_reaper(const struct core *core, uint32_t id)
{
	for (size_t i = 0; i < core->family.reaper_count; i++) {
		if (core->family.reapers[i].root == id)
			return true;
	}
	return false;
}

void kin_sweep(struct core *core)
{
	struct kin *kin = &core->kin;
	size_t kept = 0;

	kin->round++;
	if (kin->round > KEEP_ROUNDS)
		pidset_sweep(&kin->births, kin->round - KEEP_ROUNDS);
	for (size_t i = 0; i < kin->count; i++) {
		const struct kin_root *root = &kin->roots[i];

		if (root->members || root->alive || has_reaper(core, root->id))
			kin->roots[kept++] = kin->roots[i];
	}
	kin->count = kept;
	if (kin->count == 0)
		stop_listening(kin);
}

/* --- who has a line */

void kin_join(struct core *core, const struct entry *entry)
{
	struct kin *kin = &core->kin;
	struct kin_root *root;
	struct pidmark *mark;

	kin_hear(core);
	root = find_root(kin, entry->root);
	mark = pidset_find(&kin->births, (pid_t)entry->info.pid);
	if (!root)
		return;
	root->members++;
	root->had_any |= root->line != entry->info.line;
	if (mark && mark->name == KIN_UNSEEN && kin->unseen > kin->told)
		kin->unseen--; /* its other threads go on */
	if (mark && mark->name != KIN_OVER)
		mark->name = mark->name == KIN_UNSEEN ? KIN_OVER : KIN_SEEN;
}

void kin_leave(struct core *core, const struct entry *entry)
{
	struct kin_root *root = find_root(&core->kin, entry->root);

	if (!root)
		return;
	if (entry->info.peak_rss > root->known)
		root->known = entry->info.peak_rss;
	root->members -= root->members > 0;
}

void kin_is_ours(struct core *core, pid_t pid)
{
	struct pidmark *mark = pidset_find(&core->kin.births, pid);

	if (mark && mark->name == KIN_BORN) {
		mark->name = KIN_OURS;
	} else if (mark && mark->name == KIN_UNSEEN && core->kin.unseen > core->kin.told) {
		core->kin.unseen--;
		mark->name = KIN_PAST;
	}
}

/* Whose it is, or of a parent's parent: what came and went at once is known of by nobody else. */
static struct kin_root *root_above(struct core *core, pid_t pid)
{
	struct procinfo info = { .ppid = pid };
	struct kin_root *root = NULL;

	for (int i = 0; i < ANCESTORS_MOST && !root && info.ppid > 1; i++) {
		uint32_t id = kin_root_of(core, info.ppid);

		root = id ? find_root(&core->kin, id) : find_awaited(core, info.ppid);
		if (!root && procinfo_read(core->procinfo, info.ppid, &info) < 0)
			break;
	}
	return root;
}

void kin_own_peak(struct core *core, pid_t pid, uint64_t peak_bytes)
{
	struct kin_root *root;

	kin_hear(core);
	root = root_above(core, pid);
	if (root && peak_bytes > root->own)
		root->own = peak_bytes;
}

void kin_unseen(struct core *core)
{
	if (core->kin.forks >= 0)
		return;
	core->kin.unseen++;
	core->kin.at_least = true;
}

/* --- what the kernel tells */

static void take_birth(void *arg, pid_t parent, pid_t child)
{
	struct core *core = arg;
	struct kin *kin = &core->kin;
	struct pidmark *mark = pidset_find(&kin->births, child);
	struct kin_root *root = find_root(kin, kin_root_of(core, parent));

	if (!root) {
		/* another's, under a PID that one of ours had */
		if (mark && mark->name >= KIN_UNSEEN)
			mark->start_ticks = 0;
		return;
	}
	mark = pidset_add(&kin->births, child, root->id, UINT64_MAX);
	if (!mark)
		kin->at_least = true;
	else /* a walk may be before the kernel's word */
		mark->name = registry_find(core->registry, child, 0) ? KIN_SEEN : KIN_BORN;
	root->alive += mark != NULL;
	root->had_any = true;
}

static void take_death(void *arg, pid_t pid)
{
	struct kin *kin = &((struct core *)arg)->kin;
	struct pidmark *mark = pidset_find(&kin->births, pid);
	struct kin_root *root = mark ? find_root(kin, (uint32_t)mark->start_ticks) : NULL;

	if (!mark || mark->name >= KIN_UNSEEN)
		return;
	if (root && root->pid != pid)
		root->alive -= root->alive > 0;
	kin->unseen += mark->name == KIN_BORN;
	mark->name = mark->name == KIN_BORN   ? KIN_UNSEEN
		     : mark->name == KIN_OURS ? KIN_PAST
					      : KIN_OVER;
	mark->round = kin->round;
}

/* A program of memwatch's that a script runs may be gone before a walk comes. */
static void take_exec(void *arg, pid_t pid)
{
	struct core *core = arg;
	const struct pidmark *mark = pidset_find(&core->kin.births, pid);
	char name[TEXT_NAME + 1];
	uint64_t start_ticks;

	if (mark && mark->name == KIN_BORN && procinfo_read_brief(pid, name, &start_ticks) == 0 &&
	    procinfo_is_ours(name))
		kin_is_ours(core, pid);
}

/* Whose ends were lost would count as alive for ever. */
static void take_loss(void *arg)
{
	struct kin *kin = &((struct core *)arg)->kin;

	kin->at_least = true;
	for (size_t i = 0; i < kin->count; i++)
		kin->roots[i].alive = 0;
}

/* The highest that a member is known to have had. */
static uint64_t known_peak(const struct core *core, const struct kin_root *root)
{
	uint64_t known = root->known > root->told ? root->known : root->told;
	const struct entry *entry;
	uint32_t line = 0;

	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		if (entry->root == root->id && !entry->info.ended && entry->info.peak_rss > known)
			known = entry->info.peak_rss;
	}
	return known;
}

/* @who: "NAME[PID]", or "" where nobody knows. */
static void tell_peak(struct core *core, struct kin_root *root, const char *who)
{
	struct entry *entry = registry_line(core->registry, root->line);
	struct record record = { .t_ns = clock_mono_ns() };
	bool own = entry && entry->peak_kind != PEAK_EXACT && !who[0];
	char label[TEXT_LABEL + 1], bytes[UNITS_TEXT];

	root->pending = !entry;
	if (!entry)
		return;
	snprintf(label, sizeof label, "%s%sa descendant: %s, not seen while it ran%s%s",
		 own ? entry->info.name : "", own ? " or " : "",
		 units_format_bytes(bytes, root->told), who[0] ? ": " : "", who);
	record.type = RECORD_EVENT;
	record.event = (struct event){
		.line = root->line, .rss = root->told, .category = "family", .label = label
	};
	core_add(core, &record);
	record.type = RECORD_PEAK;
	record.peak = (struct peak){ root->line, root->told, true };
	core_add(core, &record);
	alarms_family(core, entry, root->told, record.t_ns);
}

/* Whether it is clearly above what is known. */
static bool is_above(uint64_t peak, uint64_t known)
{
	uint64_t noise = known / NOISE_PART > NOISE_BYTES ? known / NOISE_PART : NOISE_BYTES;

	return peak > known + noise;
}

static void take_peak(struct core *core, struct kin_root *root, uint64_t peak, const char *who)
{
	if (peak <= root->known || peak <= root->told || !is_above(peak, known_peak(core, root)))
		return;
	root->told = peak;
	tell_peak(core, root, who);
}

/* Threads have names of their own, "memwatch" in a program that links the library: only that of the
 * first one is the name of the program. */
static bool is_own_exit(const struct core *core, const struct exit_news *news)
{
	const struct pidmark *mark = pidset_find(&core->kin.births, news->pid);
	char name[TEXT_NAME + 1];
	uint64_t start_ticks;

	if (mark && (mark->name == KIN_OURS || mark->name == KIN_PAST))
		return true;
	if (news->first)
		return procinfo_is_ours(news->name);
	return procinfo_read_brief(news->pid, name, &start_ticks) == 0 && procinfo_is_ours(name);
}

static void take_exit(void *arg, const struct exit_news *news)
{
	struct core *core = arg;
	struct entry *entry = registry_find(core->registry, news->pid, 0);
	struct kin_root *root;
	uint32_t id;
	char name[TEXT_CLEAN_ROOM(TEXT_NAME)], who[sizeof name + 16];

	if (entry && !entry->info.ended) {
		if (news->last)
			entry->peak_kind = PEAK_EXACT;
		if (life_peak(core, entry, news->peak_bytes))
			alarms_peak(core, entry, clock_mono_ns());
		return;
	}
	id = kin_root_of(core, news->pid);
	root = find_root(&core->kin, id ? id : kin_root_of(core, news->parent));
	if (!root)
		return;
	if (is_own_exit(core, news)) {
		kin_is_ours(core, news->pid);
		if (news->peak_bytes > root->own)
			root->own = news->peak_bytes;
		return;
	}
	text_clean(name, sizeof name, news->name, strlen(news->name));
	snprintf(who, sizeof who, "%s[%d]", name, (int)news->pid);
	if (root->pid != news->pid) /* else it has no line yet: its parent will tell */
		take_peak(core, root, news->peak_bytes, who);
}

/* Forks before ends: who an end is of is known then. */
void kin_hear(struct core *core)
{
	const struct forks_calls calls = { take_birth, take_exec, take_death, take_loss, core };

	if (core->kin.forks >= 0)
		forks_take(core->kin.forks, &calls);
	if (core->kin.exits >= 0)
		exits_take(core->kin.exits, take_exit, core);
}

/* --- what a parent tells */

/* Its end is told a little after others may see it. */
static void settle(struct core *core, uint32_t root)
{
	const struct pidset *births = &core->kin.births;

	for (size_t i = 0; i < births->room; i++) {
		const struct pidmark *mark = &births->at[i];

		if (mark->pid && mark->name == KIN_BORN && mark->start_ticks == root &&
		    kill(mark->pid, 0) < 0 && errno == ESRCH)
			take_death(core, mark->pid);
	}
}

static void take_own_peak(struct core *core, struct entry *entry, const struct reaped *reaped)
{
	enum peak_kind kind =
		reaped->peak > reaped->floor + NOISE_BYTES ? PEAK_EXACT : PEAK_AT_MOST;
	bool rose = reaped->peak > entry->info.peak_rss;

	if (!reaped->peak)
		return;
	if (rose)
		entry->info.peak_rss = reaped->peak;
	if (entry->peak_kind != PEAK_EXACT)
		entry->peak_kind = kind;
	if (rose && kind == PEAK_EXACT)
		alarms_peak(core, entry, entry->ended_ns ? entry->ended_ns : clock_mono_ns());
}

bool kin_ended(struct core *core, struct entry *entry, const struct reaped *reaped)
{
	struct kin_root *root;
	bool own;

	kin_hear(core);
	settle(core, entry->root);
	root = find_root(&core->kin, entry->root);
	if (reaped->waited && root && !root->had_any && core->kin.unseen == 0) {
		kin_unseen(core);
		root->had_any = true;
	}
	own = reaped->waited && root && !is_above(reaped->peak, root->own);
	if (!reaped->waited || !root)
		take_own_peak(core, entry, reaped);
	else if (!entry->info.peak_rss && reaped->peak) {
		/* of it alone nothing is known, but that it had no more than all of them */
		entry->info.peak_rss = reaped->peak;
		entry->peak_kind = PEAK_AT_MOST;
	} else if (!own)
		take_peak(core, root, reaped->peak, "");
	if (root && root->pending)
		tell_peak(core, root, "");
	return !own;
}

void kin_orphan_ended(struct core *core, uint32_t root_id, const struct reaped *reaped)
{
	struct kin_root *root = find_root(&core->kin, root_id);

	if (root && is_above(reaped->peak, root->own))
		take_peak(core, root, reaped->peak, "");
}

/* --- the unseen */

bool kin_has_news(const struct core *core)
{
	return core->kin.unseen > core->kin.told;
}

void kin_tell(struct core *core, bool now)
{
	struct kin *kin = &core->kin;
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_EVENT };
	uint64_t count = kin->unseen - kin->told;
	char label[TEXT_LABEL + 1];

	if (!kin_has_news(core) || (!now && record.t_ns < kin->told_ns + TELL_NS))
		return;
	snprintf(label, sizeof label, "%s%" PRIu64 " process%s came and went unseen",
		 kin->at_least ? "at least " : "", count, count == 1 ? "" : "es");
	record.event.category = "family";
	record.event.label = label;
	core_add(core, &record);
	kin->told = kin->unseen;
	kin->told_ns = record.t_ns;
}
