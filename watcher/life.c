#include "base/clock.h"
#include "proc/pidfd.h"
#include "proc/statm.h"
#include "watcher/core.h"
#include "watcher/whois.h"
#include "wire/pidns.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* A process may have so many other names at once, and then one in each of these. */
#define NAMES_AT_ONCE 100
#define NAME_NS (100 * NS_PER_MS)

/* How often a process that shows no memory is looked into. */
#define NONE_LOOK_NS (50 * NS_PER_MS)

static void tell(struct core *core, const struct entry *entry, uint64_t t_ns, bool again)
{
	struct record record = { .t_ns = t_ns,
				 .type = RECORD_PROCESS,
				 .selections = entry->info.selections,
				 .again = again };

	record.process = (struct process){
		.line = entry->info.line,
		.pid = entry->info.pid,
		.ppid = entry->info.ppid,
		.start_ticks = entry->info.start_ticks,
		.name = entry->info.name,
		.command = entry->info.command,
	};
	core_add(core, &record);
}

void life_tell(struct core *core, const struct entry *entry, uint64_t t_ns)
{
	tell(core, entry, t_ns, false);
}

void life_tell_selections(struct core *core, const struct entry *entry)
{
	tell(core, entry, clock_mono_ns(), true);
}

/* Of @t_ns, which may be before the last one's. */
static void note_sample(struct core *core, struct entry *entry, uint64_t t_ns, uint64_t rss)
{
	if (t_ns >= entry->sampled_ns) {
		core->alarms.sum += rss - entry->info.rss;
		entry->info.rss = rss;
		entry->sampled_ns = t_ns;
	}
	if (rss > entry->info.max_rss)
		entry->info.max_rss = rss;
	if (rss > entry->info.peak_rss)
		entry->info.peak_rss = rss;
}

/* A tick between ticks: what a process has when it joins. */
static void add_first_sample(struct core *core, struct entry *entry, struct sample sample)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_TICK };

	sample.line = entry->info.line;
	note_sample(core, entry, record.t_ns, sample.rss);
	record.tick = (struct tick){ core->missed, 1, &sample, true };
	core_add(core, &record);
}

/* --- names */

/* The program's name, and of which rank: "solver rank 3". */
static void name_by_default(struct entry *entry)
{
	char rank[24] = "";

	if (entry->rank >= 0)
		snprintf(rank, sizeof rank, " rank %d", entry->rank);
	snprintf(entry->info.name, sizeof entry->info.name, "%.*s%s",
		 (int)text_cut(entry->comm, strlen(entry->comm), TEXT_NAME - strlen(rank)),
		 entry->comm, rank);
}

/* What the kernel calls it now, @exec: since it became another program. Whether anything of that
 * is another. */
static bool take_title(struct core *core, struct entry *entry, const struct procinfo *info,
		       bool exec)
{
	/* Who is about to die has lost its command line. */
	bool lost = info->blank && !exec && entry->info.command[0];
	const char *command = lost ? entry->info.command : info->command;
	bool changes =
		strcmp(entry->comm, info->name) != 0 || strcmp(entry->info.command, command) != 0;

	entry->titled_ns = clock_mono_ns();
	entry->image = info->image;
	entry->execed = info->execed;
	if (!changes && !exec)
		return false;
	text_copy(entry->comm, sizeof entry->comm, info->name);
	if (!lost)
		text_copy(entry->info.command, sizeof entry->info.command, command);
	if (exec)
		entry->rank = procinfo_read_rank(core->procinfo, (pid_t)entry->info.pid);
	if (!entry->named)
		name_by_default(entry);
	return true;
}

/* --- what is read for events */

/* One that came too late to be let go in order of time still counts, unless it is from before the
 * process was followed. */
void life_reading(struct core *core, struct entry *entry, const struct reading *reading)
{
	struct sample sample = { entry->info.line, reading->rss,
				 figures_shared(entry, reading->shared) };
	struct record record = { .t_ns = reading->t_ns, .type = RECORD_TICK };
	bool in_order = record.t_ns >= core->released_ns && record.t_ns >= core->session.start_ns;

	if (!in_order && record.t_ns < entry->joined_ns)
		return;
	record.tick = (struct tick){ core->missed, 1, &sample, true };
	if (in_order)
		core_add_at(core, &record, reading->order);
	note_sample(core, entry, record.t_ns, sample.rss);
	alarms_reading(core, entry, record.t_ns, sample.rss);
}

bool life_read(const struct entry *entry, struct sample *ret_sample)
{
	int fd = entry->pidfd < 0 ? -1 : statm_open((pid_t)entry->info.pid);

	if (fd < 0)
		return false;
	*ret_sample = (struct sample){ .line = entry->info.line };
	if (statm_read(fd, &ret_sample->rss, &ret_sample->shared) < 0)
		ret_sample->rss = 0;
	close(fd);
	return ret_sample->rss > 0 && !pidfd_ended(entry->pidfd);
}

void life_event_figure(struct core *core, struct entry *entry, struct record *event)
{
	struct reading reading = { .t_ns = event->t_ns };
	struct sample sample;

	if (!life_read(entry, &sample))
		return;
	event->event.rss = reading.rss = sample.rss;
	event->event.shared = reading.shared = sample.shared;
	reading.order = merge_place(core->merge);
	life_reading(core, entry, &reading);
}

/* --- begin */

/* @statm: a descriptor, or why there is none. A leader thread that has ended is a zombie too, but
 * its process has a statm that tells. */
static const char *refusal(const struct procinfo *info, int statm)
{
	if (info->kernel_thread)
		return "is a kernel thread, which has no memory of its own";
	if (info->state == 'Z' && statm < 0)
		return "has ended (a zombie), it has no memory";
	return NULL;
}

/* The statm of a process: of another thread where its leader has ended. */
static int open_statm(pid_t pid, struct sample *ret_sample)
{
	int fd = statm_open(pid);
	int error;

	if (fd < 0)
		return fd;
	error = statm_read(fd, &ret_sample->rss, &ret_sample->shared);
	if (!error && ret_sample->rss > 0)
		return fd;
	close(fd);
	if (error)
		return error;
	fd = statm_open_thread(pid);
	if (fd >= 0)
		statm_read(fd, &ret_sample->rss, &ret_sample->shared);
	return fd;
}

/* Descriptors first, so that nothing has to be taken back: *ret_pidfd and the statm, or a negative
 * errno. */
static int open_files(pid_t pid, int *ret_pidfd, struct sample *ret_sample)
{
	int statm;

	*ret_pidfd = pidfd_open_process(pid);
	if (*ret_pidfd < 0)
		return *ret_pidfd;
	statm = open_statm(pid, ret_sample);
	if (statm < 0)
		close(*ret_pidfd);
	return statm;
}

/* --- few descriptors */

/* Those that are remembered, so that each counts once. */
#define REFUSED_MOST 65536

/* The lowest one that is free is given: one above that bound leaves too few for all else. */
static bool are_few(const struct core *core, int fd)
{
	return fd >= core->lean.first;
}

static void notice_few(struct core *core)
{
	if (!core->lean.noticed)
		core_notice(core,
			    "few descriptors are left (ulimit -n %ld): the files of further "
			    "processes are opened anew for each sample",
			    sysconf(_SC_OPEN_MAX));
	core->lean.noticed = true;
}

void life_unfollowed(struct core *core, pid_t pid)
{
	struct lean *lean = &core->lean;

	if (lean->refused.count > REFUSED_MOST)
		pidset_free(&lean->refused);
	if (pidset_find(&lean->refused, pid) || !pidset_add(&lean->refused, pid, 0, 0))
		return;
	lean->unfollowed++;
	life_tell_unfollowed(core, false);
}

void life_tell_unfollowed(struct core *core, bool now)
{
	struct lean *lean = &core->lean;
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_GAP };

	if (lean->unfollowed == lean->told || (!now && record.t_ns < lean->told_ns + NS_PER_S))
		return;
	record.gap = (struct gap){ .reason = GAP_UNFOLLOWED,
				   .from_ns = lean->told_ns ? lean->told_ns : record.t_ns,
				   .to_ns = record.t_ns,
				   .count = lean->unfollowed - lean->told };
	core_add(core, &record);
	core_notice(core,
		    "%llu processes cannot be followed: no descriptor is left (ulimit -n %ld)",
		    (unsigned long long)record.gap.count, sysconf(_SC_OPEN_MAX));
	lean->told = lean->unfollowed;
	lean->told_ns = record.t_ns;
}

static void explain(char *why, size_t size, pid_t pid, int error)
{
	if (error != -EMFILE && error != -ENFILE && procinfo_explain_absent(pid, why, size))
		return;
	if (error == -EMFILE || error == -ENFILE)
		snprintf(why, size, "pid %d: the watcher has no free descriptor (ulimit -n %ld)",
			 (int)pid, sysconf(_SC_OPEN_MAX));
	else if (error == -ESRCH || error == -ENOENT || error == -EINVAL)
		snprintf(why, size, "pid %d: no such process", (int)pid);
	else
		snprintf(why, size, "pid %d: %s", (int)pid, strerror(-error));
}

/* How a command of ours ended is told by its parent, who also knows what was to be run. */
static void take_awaited(const struct core *core, struct entry *entry, bool blank)
{
	const struct kin_root *awaited = kin_awaited(core, (pid_t)entry->info.pid);

	if (!awaited)
		return;
	entry->parent_tells = true;
	if (!entry->named && awaited->name[0]) {
		entry->named = true;
		text_copy(entry->info.name, sizeof entry->info.name, awaited->name);
	}
	if (blank)
		text_copy(entry->info.command, sizeof entry->info.command, awaited->command);
}

static struct entry *join(struct core *core, const struct procinfo *info, const char *name,
			  int pidfd, int statm, struct sample sample)
{
	struct entry *entry = registry_add(core->registry, info->pid, info->start_ticks);

	bool lean = are_few(core, statm) || are_few(core, pidfd);

	if (!entry || lean) {
		close(pidfd);
		close(statm);
	}
	if (!entry)
		return NULL;
	entry->pidfd = lean ? -1 : pidfd;
	entry->lean = lean;
	core->lean.count += lean;
	entry->named = name[0] != '\0';
	entry->info.ppid = (uint32_t)info->ppid;
	entry->info.since_ns = clock_mono_ns();
	entry->joined_ns = entry->info.since_ns;
	text_copy(entry->info.name, sizeof entry->info.name, name);
	entry->pid_ns = pidns_of(info->pid);
	if (entry->pid_ns != core->session.pid_ns)
		entry->inner_pid = whois_inner(info->pid);
	take_title(core, entry, info, true);
	take_awaited(core, entry, info->blank);
	selections_born(core, entry);
	life_tell(core, entry, entry->info.since_ns);
	add_first_sample(core, entry, sample);
	bounds_join(core, entry);
	alarms_join(core, entry);
	selections_joined(core, entry, entry->info.selections);
	figures_join(core, entry);
	kin_hear_exits(core);
	family_born(core, entry);
	if (lean)
		notice_few(core);
	if (lean &&
	    sampler_add_anew(core->sampler, entry->info.line, info->pid, info->start_ticks) == 0)
		return entry;
	if (!lean && sampler_add(core->sampler, entry->info.line, statm) == 0 &&
	    core_watch(core, pidfd, EPOLLIN, SOURCE_PROCESS_END, entry->info.line) == 0)
		return entry;
	life_end(core, entry, END_DROPPED, 0);
	return NULL;
}

struct entry *life_begin(struct core *core, pid_t pid, const char *name, char *why, size_t size)
{
	struct procinfo info;
	struct entry *entry;
	int error;

	error = procinfo_read(core->procinfo, pid, &info);
	if (error) {
		explain(why, size, pid, error);
		return NULL;
	}
	entry = registry_find(core->registry, pid, info.start_ticks);
	if (!entry)
		return life_begin_as(core, &info, name, why, size);
	if (!name[0] || life_rename(core, entry, name, clock_mono_ns()))
		return entry;
	snprintf(why, size, "pid %d: has had too many names of late", (int)pid);
	return NULL;
}

struct entry *life_begin_as(struct core *core, const struct procinfo *info, const char *name,
			    char *why, size_t size)
{
	pid_t pid = info->pid;
	struct entry *entry;
	struct sample sample = { 0 };
	int pidfd;
	int statm;

	statm = open_files(pid, &pidfd, &sample);
	if (statm < 0 || refusal(info, statm)) {
		explain(why, size, pid, statm);
		if (statm == -EMFILE || statm == -ENFILE)
			life_unfollowed(core, pid);
		if (refusal(info, statm))
			snprintf(why, size, "pid %d: %s", (int)pid, refusal(info, statm));
		if (statm >= 0) {
			close(statm);
			close(pidfd);
		}
		return NULL;
	}
	entry = join(core, info, name, pidfd, statm, sample);
	if (!entry)
		explain(why, size, pid, -ENOMEM);
	return entry;
}

struct entry *life_ghost(struct core *core, const struct emitter *emitter)
{
	struct entry *entry =
		registry_add(core->registry, (pid_t)emitter->pid, emitter->start_ticks);

	if (!entry)
		return NULL;
	entry->info.since_ns = clock_mono_ns();
	entry->joined_ns = entry->info.since_ns;
	entry->ended_ns = entry->info.since_ns;
	text_copy(entry->info.name, sizeof entry->info.name,
		  emitter->name[0] ? emitter->name : "(ended)");
	entry->named = emitter->name[0] != '\0';
	take_awaited(core, entry, true);
	life_tell(core, entry, entry->info.since_ns);
	return entry;
}

/* Each is told to all, and kept. The last one that a program says is taken with what it says next.
 */
static bool may_rename(struct core *core, struct entry *entry)
{
	if (allowance_take(&entry->names, clock_mono_ns(), NAME_NS, NAMES_AT_ONCE))
		return true;
	if (!core->name_floods++)
		core_notice(
			core,
			"process %u takes ever new names: those beyond %d at once and %d a second "
			"are passed over, as of others like it",
			entry->info.pid, NAMES_AT_ONCE, (int)(NS_PER_S / NAME_NS));
	return false;
}

bool life_rename(struct core *core, struct entry *entry, const char *name, uint64_t t_ns)
{
	char before[TEXT_NAME + 1];

	if (entry->fixed || entry->info.ended)
		return true;
	if ((name[0] ? strcmp(entry->info.name, name) != 0 : entry->named) &&
	    !may_rename(core, entry))
		return false;
	entry->named = name[0] != '\0';
	text_copy(before, sizeof before, entry->info.name);
	if (entry->named)
		text_copy(entry->info.name, sizeof entry->info.name, name);
	else
		name_by_default(entry);
	if (strcmp(entry->info.name, before) != 0)
		life_tell(core, entry, t_ns);
	return true;
}

/* --- end */

/* What its spans say that it did not live to end; none do where it lives on unfollowed. */
static void end_spans(struct core *core, const struct entry *entry, uint64_t t_ns, bool dead)
{
	struct record record = { .t_ns = t_ns, .type = RECORD_EVENT };
	char label[TEXT_LABEL + 1];
	struct open_span span;

	while (spans_take(&core->spans, entry->info.line, &span)) {
		record.event = (struct event){
			.line = span.line,
			.kind = EVENT_SPAN_END,
			.span = span.span,
			.duration_ns = t_ns > span.begin_ns ? t_ns - span.begin_ns : 0,
			.rss = span.rss,
			.rss_end = entry->info.rss,
			.rss_age_ns = t_ns > entry->sampled_ns ? t_ns - entry->sampled_ns : 0,
			.category = span.category,
			.label = span_unfinished(label, span.label),
			.unfinished = true,
		};
		if (dead)
			core_add(core, &record);
	}
}

/* What was sent a signal for a limit, and didn't end in a way of its own. */
static bool limit_ended(const struct entry *entry, enum end_reason reason, int32_t code)
{
	return entry->limit_signal &&
	       (reason == END_UNKNOWN || (reason == END_KILLED && code == entry->limit_signal));
}

void life_end(struct core *core, struct entry *entry, enum end_reason reason, int32_t code)
{
	struct record record = { .type = RECORD_END };

	if (entry->info.ended)
		return;
	intake_rest(core, entry, reason != END_DROPPED);
	record.t_ns = entry->ended_ns ? entry->ended_ns : clock_mono_ns();
	end_spans(core, entry, record.t_ns, reason != END_DROPPED);
	if (limit_ended(entry, reason, code)) {
		reason = END_LIMITED;
		code = entry->limit_signal;
	}
	record.end = (struct end){
		.line = entry->info.line,
		.pid = entry->info.pid,
		.reason = reason,
		.code = code,
		.last_rss = entry->info.rss,
		.max_rss = entry->info.max_rss,
		.peak_rss = entry->info.peak_rss,
		.peak_kind = reason == END_DROPPED ? PEAK_AT_LEAST : entry->peak_kind,
	};
	core_add(core, &record);
	core->alarms.sum -= entry->info.rss;
	registry_end(core->registry, entry, reason == END_DROPPED);
	bounds_leave(core, entry);
	figures_leave(core, entry);
	family_leave(core, entry);
	sampler_remove(core->sampler, entry->info.line);
	if (entry->pidfd >= 0)
		close(entry->pidfd);
	entry->pidfd = -1;
	core->lean.count -= entry->lean;
	inspections_leave(core, entry->info.line);
	if (reason != END_DROPPED)
		arrival_ended(core, entry);
}

/* End it with what the kernel says of how. */
static void end_by_kernel(struct core *core, struct entry *entry)
{
	int32_t code;
	enum end_reason reason = pidfd_end_reason(entry->pidfd, (pid_t)entry->info.pid, &code);

	life_end(core, entry, reason, code);
}

void life_ended(struct core *core, uint32_t line)
{
	struct entry *entry = registry_line(core->registry, line);

	if (!entry || entry->info.ended)
		return;
	entry->ended_ns = clock_mono_ns();
	kin_hear(core); /* its peak is there before its end is */
	if (entry->parent_tells && entry->pidfd >= 0)
		epoll_ctl(core->epoll, EPOLL_CTL_DEL, entry->pidfd, NULL);
	else if (!entry->parent_tells)
		end_by_kernel(core, entry);
}

/* --- ticks */

/* No memory to be seen: ended threads, a zombie, a death under way. The first has other threads
 * that tell. */
static void look_into_none(struct core *core, struct entry *entry, uint64_t now_ns)
{
	int32_t code;
	int fd;

	if (now_ns - entry->looked_ns < NONE_LOOK_NS || pidfd_ended(entry->pidfd))
		return;
	entry->looked_ns = now_ns;
	if (entry->lean) {
		if (pidfd_end_reason(-1, (pid_t)entry->info.pid, &code) != END_UNKNOWN)
			life_ended(core, entry->info.line);
		return;
	}
	fd = statm_open_thread((pid_t)entry->info.pid);
	if (fd >= 0)
		sampler_replace(core->sampler, entry->info.line, fd);
}

static bool take_sample(struct core *core, const struct sample *sample, uint64_t t_ns)
{
	struct entry *entry = registry_line(core->registry, sample->line);

	/* A tick is of its deadline, and may have been taken after a process joined since. */
	if (!entry || entry->info.ended || t_ns < entry->info.since_ns)
		return false;
	if (sample->rss == SAMPLE_GONE && entry->lean && !entry->ended_ns) {
		life_ended(core, entry->info.line);
		return false;
	}
	if (sample->rss == SAMPLE_GONE || sample->rss == SAMPLE_NONE) {
		look_into_none(core, entry, t_ns);
		return false;
	}
	note_sample(core, entry, t_ns, sample->rss);
	if (entry->alarm.limit)
		alarms_sample(core, entry);
	if (core->selections.limited)
		selections_reading(core, entry, t_ns, entry->info.rss);
	return true;
}

static uint64_t shared_of(const struct core *core, const struct sample *sample)
{
	return figures_shared(registry_line(core->registry, sample->line), sample->shared);
}

static void note_missed(struct core *core, const struct record *tick)
{
	struct record record = { .t_ns = tick->t_ns, .type = RECORD_GAP };

	if (tick->tick.missed > core->missed) {
		record.gap = (struct gap){
			.reason = GAP_MISSED,
			.from_ns = core->missed_from_ns,
			.to_ns = tick->t_ns,
			.count = tick->tick.missed - core->missed,
		};
		core->missed = tick->tick.missed;
		core_add(core, &record);
	}
	core->missed_from_ns = tick->t_ns;
}

void life_tick(void *arg, const struct record *tick)
{
	struct core *core = arg;
	struct sample samples[TICK_SAMPLES];
	struct record record = *tick;
	size_t count = 0;

	note_missed(core, tick);
	record.tick.samples = samples;
	for (size_t i = 0; i < tick->tick.count; i++) {
		if (!take_sample(core, &tick->tick.samples[i], tick->t_ns))
			continue;
		samples[count] = tick->tick.samples[i];
		samples[count].shared = shared_of(core, &samples[count]);
		count++;
		if (count == TICK_SAMPLES) {
			record.tick.count = count;
			core_add(core, &record);
			count = 0;
		}
	}
	count += rules_sample(core, tick->t_ns, samples + count, TICK_SAMPLES - count);
	record.tick.count = count;
	if (count)
		core_add(core, &record);
	alarms_tick(core, tick->t_ns);
}

/* Processes looked at in one life_look, of which there are 4 a second; a look reads one file each.
 * Where figures of that file are wanted, all have their turn within a second. */
#define LOOKS 64
#define LOOKS_A_SECOND 4

/* A member of a family that execs so soon after it was found was about to when it was; what the
 * first look finds may have been then too, although that look is late on a busy machine. */
#define BIRTH_NS (300 * NS_PER_MS)
#define FIRST_LOOK_NS NS_PER_S

/* Command lines are read again so often. */
#define TITLE_NS NS_PER_S

/* A parent that was to tell of an end, and does not, is not waited for longer. */
#define PARENT_WAIT_NS (500 * NS_PER_MS)

static void note_exec(struct core *core, struct entry *entry)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_EVENT };
	char label[TEXT_LABEL + 1];

	snprintf(label, sizeof label, "exec %s", entry->comm);
	record.event.line = entry->info.line;
	record.event.category = "process";
	record.event.label = label;
	life_event_figure(core, entry, &record);
	if (!entry->family ||
	    record.t_ns > entry->info.since_ns + (entry->looked_at ? BIRTH_NS : FIRST_LOOK_NS))
		core_add(core, &record);
	figures_exec(core, entry);
}

/*
 * A program may write its own name and command line at any time, as servers do to say what they are
 * at: that is no exec. Where we may not look into a process, only its first exec is known as one.
 */
static bool has_execed(const struct entry *entry, const struct procinfo *info)
{
	if (entry->image && info->image)
		return entry->image != info->image;
	return info->execed && !entry->execed;
}

static void look_at_title(struct core *core, struct entry *entry)
{
	struct procinfo info;
	bool exec;

	if (procinfo_read_title(core->procinfo, (pid_t)entry->info.pid, &info) < 0)
		return;
	exec = has_execed(entry, &info);
	if (!take_title(core, entry, &info, exec))
		return;
	if (exec)
		note_exec(core, entry);
	life_tell(core, entry, entry->titled_ns);
}

bool life_peak(struct core *core, struct entry *entry, uint64_t peak)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_PEAK };

	if (peak <= entry->info.peak_rss)
		return false;
	entry->info.peak_rss = peak;
	record.peak = (struct peak){ entry->info.line, peak, false };
	core_add(core, &record);
	return true;
}

void life_look_at(struct core *core, struct entry *entry)
{
	struct procinfo_status status;

	if (entry->ended_ns) {
		if (clock_mono_ns() > entry->ended_ns + PARENT_WAIT_NS)
			end_by_kernel(core, entry);
		return;
	}
	if (procinfo_read_status((pid_t)entry->info.pid, &status) < 0)
		return;
	entry->mark = status.peak;
	if (life_peak(core, entry, status.peak))
		alarms_peak(core, entry, clock_mono_ns());
	/* A command line lies in the process's memory: where that waits for a disk that is gone, so
	 * would we; and what has ended has none any more. */
	if (status.state != 'D' && status.state != 'Z' &&
	    (strcmp(status.name, entry->comm) != 0 ||
	     clock_mono_ns() >= entry->titled_ns + TITLE_NS))
		look_at_title(core, entry);
	entry->looked_at = true;
	figures_status(core, entry, &status);
	bounds_follow(core, entry);
}

static size_t looks(const struct core *core)
{
	size_t all = registry_live(core->registry) / LOOKS_A_SECOND + 1;

	return core->session.metrics & METRICS_STATUS && all > LOOKS ? all : LOOKS;
}

void life_look(struct core *core)
{
	size_t most = looks(core);
	struct entry *entry;
	uint32_t first = 0;

	for (size_t i = 0; i < most;) {
		entry = registry_next(core->registry, core->looked_line);
		if (!entry && core->looked_line == 0)
			return;
		core->looked_line = entry ? entry->info.line : 0;
		if (!entry)
			continue;
		if (entry->info.line == first)
			return;
		if (!first)
			first = entry->info.line;
		if (!entry->info.ended) {
			life_look_at(core, entry);
			i++;
		}
	}
}
