#include "watcher/core.h"

#include "base/clock.h"
#include "base/log.h"
#include "proc/pidfd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define LOOK_NS (250 * NS_PER_MS)
/* Lines of processes that have ended; and where the backlog is held for somebody. */
#define ENDED_MOST 4096
#define ENDED_HELD_MOST 16384

#define BEAT_LOOKS 4
#define GATE_RETRY_NS NS_PER_S

/* A private session nobody came to. */
#define UNATTENDED_NS (10 * NS_PER_S)

/* At its start a watcher tidies up no longer than a few milliseconds. */
#define TIDY_FILES 200

int core_watch(struct core *core, int fd, uint32_t events, enum core_source source, uint32_t index)
{
	struct epoll_event event = { .events = events, .data.u64 = (uint64_t)source << 32 | index };

	if (epoll_ctl(core->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	/* what stands in for a pidfd is looked at instead */
	if (errno == EPERM && core->no_pidfds)
		return 0;
	if (errno == EEXIST && epoll_ctl(core->epoll, EPOLL_CTL_MOD, fd, &event) == 0)
		return 0;
	return -errno;
}

void core_add(struct core *core, const struct record *record)
{
	core_add_at(core, record, merge_place(core->merge));
}

void core_add_at(struct core *core, const struct record *record, uint64_t place)
{
	if (merge_add_at(core->merge, record, place) < 0)
		core->status.dropped++;
	alarms_hear(core, record);
	if (record->type == RECORD_EVENT)
		inspections_hear(core, &record->event);
}

void core_notice(struct core *core, const char *format, ...)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_EVENT };
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	log_error("%s", text);
	text[text_cut(text, strlen(text), TEXT_LABEL)] = '\0';
	record.event.category = "memwatch";
	record.event.label = text;
	core_add(core, &record);
}

struct attached *core_attached(const struct core *core, uint32_t pid)
{
	for (size_t i = 0; i < core->attached_count; i++) {
		if (core->attached[i].pid == pid && !pidfd_ended(core->attached[i].pidfd))
			return &core->attached[i];
	}
	return NULL;
}

/* --- the gate */

static void take_packet(struct core *core, size_t size)
{
	const struct packet *packet = core->packet;
	const struct request *request = (const void *)packet->body;

	switch (packet->head.kind) {
	case PAIR_READY:
		core->gate_ready = true;
		break;
	case PAIR_EVENTS:
		intake_batch(core, packet->body, size);
		break;
	case PAIR_REQUEST:
		if (size == sizeof *request && request->op >= REQUEST_ATTACH &&
		    request->op <= REQUEST_LAST)
			control_answer(core, request);
		break;
	case PAIR_BAD:
		if (size == sizeof(struct pair_bad))
			intake_bad(core, (const void *)packet->body);
		break;
	}
}

/* Packets taken before other sources are looked at; after a gate's death, all. */
static void take_packets(struct core *core, int most)
{
	ssize_t size;

	for (int i = 0; i < most; i++) {
		size = gatelink_receive(&core->gate, core->packet);
		if (size >= 0)
			take_packet(core, (size_t)size);
		else if (size != -EBADMSG)
			return;
	}
}

static int start_gate(struct core *core)
{
	int error = gatelink_restart(&core->gate);

	if (!error)
		error = setup_watch_gate(core);
	if (error)
		log_error("the gate cannot be started: %s", strerror(-error));
	core->gate_ready = false;
	core->gate_retry_ns = clock_mono_ns() + GATE_RETRY_NS;
	arrival_gate(core);
	return error;
}

/* One that had worked is replaced at once; one that could not start is tried again after a while.
 */
static void replace_gate(struct core *core)
{
	bool worked;

	take_packets(core, INT32_MAX);
	worked = core->gate_ready;
	gatelink_close(&core->gate);
	if (!worked)
		return;
	if (start_gate(core) == 0)
		core_notice(core, "the gate ended, a new one took its place");
}

static void handle_pair(struct core *core, uint32_t events)
{
	if (events & EPOLLOUT && !gatelink_flush(&core->gate))
		core_watch(core, core->gate.pair, EPOLLIN, SOURCE_PAIR, 0);
	if (events & EPOLLIN)
		take_packets(core, 64);
	/* The gate's end is told by its pidfd; a closed pair would wake without end until then. */
	else if (events & (EPOLLHUP | EPOLLERR))
		epoll_ctl(core->epoll, EPOLL_CTL_DEL, core->gate.pair, NULL);
}

/* --- other sources */

static void handle_command_end(struct core *core, int pidfd)
{
	uint64_t gone;

	for (size_t i = 0; i < core->attached_count; i++) {
		if (core->attached[i].pidfd != pidfd)
			continue;
		close(pidfd);
		gone = core->attached[i].selections;
		inspections_forget(core, core->attached[i].pid);
		family_reaper_gone(core, (pid_t)core->attached[i].pid);
		core->attached[i] = core->attached[--core->attached_count];
		record_end_selections(core, gone);
		selections_leave(core, gone);
		break;
	}
}

/* A private session ends with the last command attached to it, unless another one came at the same
 * time. */
static bool is_left(const struct core *core)
{
	return core->options->private_session && core->was_attached && core->attached_count == 0;
}

static void handle_signal(struct core *core)
{
	struct signalfd_siginfo info;

	if (read(core->signals, &info, sizeof info) == sizeof info)
		core->stopping = true;
}

static void handle(struct core *core, const struct epoll_event *event)
{
	uint32_t index = (uint32_t)event->data.u64;
	uint64_t expirations;

	switch ((enum core_source)(event->data.u64 >> 32)) {
	case SOURCE_SIGNAL:
		handle_signal(core);
		break;
	case SOURCE_TIMER:
		(void)!read(core->timer, &expirations, sizeof expirations);
		break;
	case SOURCE_SAMPLER:
		sampler_take(core->sampler, life_tick, core);
		break;
	case SOURCE_PAIR:
		handle_pair(core, event->events);
		break;
	case SOURCE_GATE_END:
		replace_gate(core);
		break;
	case SOURCE_INOTIFY:
		arrival_inotify(core);
		break;
	case SOURCE_WHO:
		whois_hear(&core->heard);
		break;
	case SOURCE_PROCESS_END:
		life_ended(core, index);
		break;
	case SOURCE_RECORDER:
		record_hear(core, index);
		break;
	case SOURCE_INSPECTOR:
		inspections_done(core);
		break;
	case SOURCE_ROLLUP:
		figures_rollup(core);
		break;
	case SOURCE_CLOCK:
		clocks_jumped(core);
		break;
	case SOURCE_FORKS:
	case SOURCE_EXITS:
		kin_hear(core);
		break;
	case SOURCE_COMMAND_END:
		handle_command_end(core, (int)index);
		break;
	}
}

/* --- the loop */

/* What may be asked for again: the records of the last seconds, those that a recording has not had
 * yet, and while one waits for its disk all from then on. */
static void hold_recent(struct core *core)
{
	const size_t last = sizeof core->recent_seq / sizeof *core->recent_seq - 1;
	uint64_t recent = core->recent_seq[0];
	uint64_t had = record_had(core);

	memmove(core->recent_seq, core->recent_seq + 1, last * sizeof *core->recent_seq);
	core->recent_seq[last] = merge_seq(core->merge);
	if (had == 0)
		return;
	backlog_hold(core->backlog, (had < recent ? had : recent) + 1);
	backlog_trim(core->backlog);
}

static void look_slowly(struct core *core)
{
	output_beat(core);
	hold_recent(core);
	bounds_look(core);
	alarms_look(core);
	rules_look(core);
	life_tell_unfollowed(core, false);
}

void core_look_at_ends(struct core *core)
{
	const struct entry *entry;
	uint32_t line = 0;

	if (!core->no_pidfds)
		return;
	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		if (!entry->info.ended && !entry->ended_ns && entry->pidfd >= 0 &&
		    pidfd_ended(entry->pidfd))
			life_ended(core, line);
	}
	for (size_t i = core->attached_count; i-- > 0;) {
		if (pidfd_ended(core->attached[i].pidfd))
			handle_command_end(core, core->attached[i].pidfd);
	}
	if (core->gate.pair >= 0 && pidfd_ended(core->gate.pidfd))
		replace_gate(core);
}

static bool forget_records(struct core *core)
{
	size_t ended = registry_kept(core->registry);

	return ended > ENDED_MOST && backlog_forget_some(core->backlog, ended > ENDED_HELD_MOST);
}

/* Lines that have ended are known as long as the backlog tells of them; and it, as long as these
 * are not too many. */
static void forget_ended(struct core *core)
{
	do
		registry_forget(core->registry, backlog_oldest(core->backlog), intake_forget, core);
	while (forget_records(core));
}

static void look(struct core *core, uint64_t now_ns)
{
	if (now_ns < core->next_look_ns)
		return;
	core->next_look_ns = now_ns + LOOK_NS;
	core_look_at_ends(core);
	life_look(core);
	rules_look_at_cgroups(core);
	arrival_poll(core);
	setup_restore(core);
	if (core->gate.pair < 0 && now_ns > core->gate_retry_ns)
		start_gate(core);
	if (core->looks++ % BEAT_LOOKS == 0)
		look_slowly(core);
	forget_ended(core);
	if (core->options->private_session && !core->was_attached &&
	    now_ns > core->session.start_ns + UNATTENDED_NS)
		core->stopping = true;
}

static void set_timer(struct core *core)
{
	uint64_t next = core->next_look_ns;
	uint64_t oldest = merge_oldest(core->merge);
	struct itimerspec spec = { 0 };

	if (oldest != UINT64_MAX && oldest + CORE_HOLD_NS < next)
		next = oldest + CORE_HOLD_NS;
	if (record_due(core) < next)
		next = record_due(core);
	if (family_due(core) < next)
		next = family_due(core);
	if (core->end_ns < next)
		next = core->end_ns;
	spec.it_value.tv_sec = (time_t)(next / NS_PER_S);
	spec.it_value.tv_nsec = (long)(next % NS_PER_S) + 1;
	timerfd_settime(core->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

/*
 * What is on its way from programs that live is waited for. With none alive, all that there is has
 * come: rings that were made, packets of the gate, ticks; then nothing is held, so that the end of
 * the last process is published at once.
 */
static uint64_t release_until(struct core *core)
{
	if (registry_live(core->registry) == 0) {
		arrival_inotify(core);
		arrival_poll(core);
		take_packets(core, 64);
		sampler_take(core->sampler, life_tick, core);
		if (registry_live(core->registry) == 0)
			return clock_mono_ns();
	}
	return clock_mono_ns() - CORE_HOLD_NS;
}

static void loop(struct core *core)
{
	struct epoll_event events[32];

	while (!core->stopping) {
		uint64_t until_ns;
		uint64_t now_ns;
		int count;

		set_timer(core);
		count = epoll_wait(core->epoll, events, 32, -1);
		for (int i = 0; i < count; i++)
			handle(core, &events[i]);
		clocks_look(core);
		if (is_left(core) || clock_mono_ns() >= core->end_ns)
			core->stopping = true;
		until_ns = release_until(core);
		output_release(core, until_ns);
		record_feed(core, until_ns);
		now_ns = clock_mono_ns();
		look(core, now_ns);
		if (now_ns >= family_due(core))
			family_walk(core);
	}
}

/* Told by a byte; a caller that hears nothing reads why on standard error, which is left only now.
 */
static void tell_ready(const struct core_options *options)
{
	int null = options->detach ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	if (options->ready_fd >= 0) {
		ssize_t written = write(options->ready_fd, "", 1);

		(void)written;
		close(options->ready_fd);
	}
}

int core_run(const struct core_options *options)
{
	struct core core = { .options = options,
			     .inotify = -1,
			     .heard.socket = -1,
			     .gate.pair = -1,
			     .bounds.meminfo = -1,
			     .clocks.timer = -1 };
	int error;

	error = setup_lock(&core);
	if (error)
		return error == -EBUSY && options->private_session ? RUNDIR_STATUS_BUSY : 1;
	error = setup_open(&core);
	if (!error && options->wanted)
		error = wanted_follow(&core, options->wanted);
	core.end_ns = options->duration_ns ? clock_mono_ns() + options->duration_ns : UINT64_MAX;
	if (!error) {
		tell_ready(options);
		setup_tidy(TIDY_FILES);
		loop(&core);
		core_look_at_ends(&core);
		output_release(&core, UINT64_MAX);
		record_close(&core);
		output_release(&core, UINT64_MAX); /* what it has said */
	}
	setup_close(&core);
	return error ? 1 : 0;
}
