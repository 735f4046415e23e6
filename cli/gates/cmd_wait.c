/*
 * memwatch wait: for shell scripts and tests, until something has happened in a running session.
 */
#include "base/array.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/session.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As timeout(1) has it. */
#define EXIT_TIMEOUT 124

/* A session that is being started, and one whose processes have ended but may be followed by
 * others, are given this long. */
#define PATIENCE_NS (2 * NS_PER_S)
#define LOOK_MS 100

struct waiting_line {
	uint32_t line;
	uint32_t pid;
	bool ended;
	char name[TEXT_NAME + 1];
};

/* What it waited for. */
struct found {
	bool met;
	bool is_event;
	uint64_t t_ns;
	uint32_t pid; /* 0: the session */
	uint64_t rss;
	char name[TEXT_NAME + 1];
	char category[TEXT_CATEGORY + 1];
	char label[TEXT_LABEL + 1];
};

struct waiting {
	const struct options *options;
	uint32_t *pids; /* of the options, as the session counts them */
	uint64_t begin_ns;
	bool list;		    /* the processes are to be asked for */
	bool unread;		    /* records were lost, among which it may have been */
	uint64_t alive_ns;	    /* when one of the processes that count was last seen to live */
	struct waiting_line *lines; /* those that count */
	size_t count, capacity;
	struct found found;
};

/* --- processes */

static bool is_asked_for(const struct waiting *waiting, uint32_t pid)
{
	for (size_t i = 0; i < waiting->options->pid_count; i++) {
		if (pid == waiting->pids[i])
			return true;
	}
	return waiting->options->pid_count == 0;
}

static struct waiting_line *find_line(const struct waiting *waiting, uint32_t line)
{
	for (size_t i = waiting->count; i-- > 0;) {
		if (waiting->lines[i].line == line)
			return &waiting->lines[i];
	}
	return NULL;
}

/* What an earlier process of that number did is not what is waited for. */
static void forget_earlier(struct waiting *waiting, uint32_t pid)
{
	if (waiting->options->pid_count && waiting->found.met && waiting->found.pid == pid)
		waiting->found.met = false;
}

static struct waiting_line *add_line(struct waiting *waiting, uint32_t line, uint32_t pid)
{
	struct waiting_line *added;

	if (!is_asked_for(waiting, pid))
		return NULL;
	forget_earlier(waiting, pid);
	if (array_reserve(&waiting->lines, &waiting->capacity, waiting->count + 1))
		return NULL;
	added = &waiting->lines[waiting->count++];
	*added = (struct waiting_line){ .line = line, .pid = pid };
	return added;
}

/* --- what is waited for */

static void meet(struct waiting *waiting, uint64_t t_ns, const struct waiting_line *line,
		 uint64_t rss)
{
	struct found *found = &waiting->found;

	found->met = true;
	found->is_event = false;
	found->t_ns = t_ns;
	found->pid = line ? line->pid : 0;
	found->rss = rss;
	text_copy(found->name, sizeof found->name, line ? line->name : "session");
}

static void look_at_rss(struct waiting *waiting, uint64_t t_ns, const struct waiting_line *line,
			uint64_t rss)
{
	uint64_t above = waiting->options->rss_above_bytes;

	if (above && rss > above && line && !waiting->found.met)
		meet(waiting, t_ns, line, rss);
}

/* "label", or "category: label" as the views show it. */
static bool is_called(const struct event *event, const char *name)
{
	size_t length = strlen(event->category);

	return strcmp(event->label, name) == 0 ||
	       (length && strncmp(name, event->category, length) == 0 &&
		strncmp(name + length, ": ", 2) == 0 &&
		strcmp(name + length + 2, event->label) == 0);
}

static void look_at_event(struct waiting *waiting, uint64_t t_ns, const struct event *event)
{
	const struct waiting_line *line = find_line(waiting, event->line);
	const struct options *options = waiting->options;
	struct found *found = &waiting->found;

	if (!options->event || found->met || event->kind == EVENT_SPAN_BEGIN ||
	    !is_called(event, options->event))
		return;
	if (!line && (event->line != LINE_SESSION || options->pid_count))
		return;
	meet(waiting, t_ns, line, event->kind == EVENT_SPAN_END ? event->rss_end : event->rss);
	found->is_event = true;
	text_copy(found->category, sizeof found->category, event->category);
	text_copy(found->label, sizeof found->label, event->label);
}

static void look_at_tick(struct waiting *waiting, uint64_t t_ns, const struct tick *tick)
{
	uint64_t above = waiting->options->rss_above_bytes;

	for (size_t i = 0; above && i < tick->count; i++) {
		if (tick->samples[i].rss <= above)
			continue;
		look_at_rss(waiting, t_ns, find_line(waiting, tick->samples[i].line),
			    tick->samples[i].rss);
	}
}

/* What counts of what happens. */
static void look_at(struct waiting *waiting, const struct record *record)
{
	if (record->type == RECORD_EVENT)
		look_at_event(waiting, record->t_ns, &record->event);
	else if (record->type == RECORD_TICK)
		look_at_tick(waiting, record->t_ns, &record->tick);
	else if (record->type == RECORD_PEAK && !record->peak.family)
		look_at_rss(waiting, record->t_ns, find_line(waiting, record->peak.line),
			    record->peak.peak_rss);
	else if (record->type == RECORD_END && !waiting->options->new)
		look_at_rss(waiting, record->t_ns, find_line(waiting, record->end.line),
			    record->end.peak_rss);
}

static void take_record(void *arg, const struct record *record)
{
	struct waiting *waiting = arg;
	struct waiting_line *line;

	if (record->type == RECORD_PROCESS) {
		line = find_line(waiting, record->process.line);
		if (!line)
			line = add_line(waiting, record->process.line, record->process.pid);
		if (line)
			text_copy(line->name, sizeof line->name, record->process.name);
	}
	if (record->type == RECORD_GAP && record->gap.reason == GAP_UNREAD)
		waiting->unread = waiting->list = true;
	if (!waiting->options->new || record->t_ns >= waiting->begin_ns)
		look_at(waiting, record);
	if (record->type == RECORD_END) {
		line = find_line(waiting, record->end.line);
		if (line)
			line->ended = true;
	}
}

/* One that the past no longer tells of; and what each has now. */
static void take_process(void *arg, const struct process_info *info)
{
	struct waiting *waiting = arg;
	struct waiting_line *line = find_line(waiting, info->line);

	if (!line) {
		line = add_line(waiting, info->line, info->pid);
		if (!line)
			return;
		text_copy(line->name, sizeof line->name, info->name);
	}
	line->ended |= info->ended;
	if (!info->ended)
		look_at_rss(waiting, waiting->begin_ns, line, info->rss);
}

/* --- the end of waiting */

static bool any_lives(const struct waiting *waiting)
{
	for (size_t i = 0; i < waiting->count; i++) {
		if (!waiting->lines[i].ended)
			return true;
	}
	return false;
}

/* Nobody is followed, and of those that are named none is there to be followed soon. */
static bool none_can_come(const struct waiting *waiting)
{
	const struct options *options = waiting->options;

	for (size_t i = 0; i < options->pid_count; i++) {
		if (kill(options->pids[i], 0) == 0 || errno != ESRCH)
			return false;
	}
	return options->pid_count > 0 && waiting->count == 0;
}

static bool all_over(struct waiting *waiting)
{
	uint64_t now_ns = clock_mono_ns();

	if (any_lives(waiting))
		waiting->alive_ns = now_ns;
	return none_can_come(waiting) ||
	       (waiting->count > 0 && now_ns > waiting->alive_ns + PATIENCE_NS);
}

static int say_missed(const struct waiting *waiting, const char *why, int status)
{
	const struct options *options = waiting->options;
	char above[UNITS_TEXT];

	log_error("%s%s%s%s%s: %s", options->event ? "event '" : "",
		  options->event ? options->event : "", options->event ? "'" : "",
		  options->rss_above_bytes ? options->event ? ", memory above " : "memory above "
					   : "",
		  options->rss_above_bytes ? units_format_bytes(above, options->rss_above_bytes)
					   : "",
		  why);
	return status;
}

/* Whether it would have come can't be said any more. */
static int say_unjudged(const struct waiting *waiting, const char *why)
{
	char passed[96];

	if (waiting->options->if_unjudged != UNJUDGED_PASSES)
		return say_missed(waiting, why, EXIT_FAIL);
	snprintf(passed, sizeof passed, "%s; passed, by --if-unjudged", why);
	return say_missed(waiting, passed, 0);
}

static int say_not_come(const struct waiting *waiting, const char *why, int status)
{
	if (waiting->unread)
		return say_unjudged(waiting, "records of the session were lost, since this "
					     "command stood still");
	return say_missed(waiting, why, status);
}

/* 0, or an exit status after a message: what is no process would be waited for in vain. */
static int find_pids(struct waiting *waiting)
{
	const struct options *options = waiting->options;

	waiting->pids = calloc(options->pid_count + 1, sizeof *waiting->pids);
	if (!waiting->pids) {
		log_error("cannot wait: %s", strerror(ENOMEM));
		return EXIT_FAIL;
	}
	for (size_t i = 0; i < options->pid_count; i++) {
		struct request request = { .op = REQUEST_STATUS,
					   .pid = (uint32_t)options->pids[i] };
		struct reply reply;
		int status = session_ask(options, &request, &reply, NULL, NULL);

		if (status)
			return status;
		waiting->pids[i] = (uint32_t)reply.value;
	}
	return 0;
}

static int wait_for_it(struct waiting *waiting, struct source *source)
{
	const struct options *options = waiting->options;
	struct pollfd ready = { .fd = source_fd(source), .events = POLLIN };
	int count = source_read(source, take_record, waiting);

	waiting->list = true;
	while (!waiting->found.met) {
		if (waiting->list && count >= 0)
			source_processes(source, take_process, waiting);
		waiting->list = false;
		if (waiting->found.met)
			break;
		if (count == -EPIPE)
			return say_unjudged(waiting, "the session has ended without it");
		if (count < 0)
			return say_unjudged(waiting, control_error(count));
		if (options->timeout_ns &&
		    clock_mono_ns() >= waiting->begin_ns + options->timeout_ns)
			return say_not_come(waiting, "has not come in time", EXIT_TIMEOUT);
		if (all_over(waiting))
			return say_not_come(waiting, "no process is left that could bring it",
					    EXIT_FAIL);
		poll(&ready, 1, LOOK_MS);
		count = source_read(source, take_record, waiting);
	}
	return 0;
}

/* --- what is printed */

static void print_json(const struct found *found, const struct session_info *session)
{
	double t = ((double)found->t_ns - (double)session->start_ns) / NS_PER_S;

	printf("{\"t\":%.9f,\"wall\":%.9f", t, (double)wall_at(session, found->t_ns) / NS_PER_S);
	json_number(stdout, "pid", found->pid);
	json_text(stdout, "name", found->name);
	if (found->is_event) {
		json_text(stdout, "category", found->category);
		json_text(stdout, "label", found->label);
	}
	if (found->rss)
		json_number(stdout, "rss", found->rss);
	else
		json_null(stdout, "rss");
	puts("}");
}

static void print_text(const struct found *found, const struct session_info *session)
{
	char name[TEXT_CLEAN_ROOM(TEXT_NAME)], label[TEXT_CLEAN_ROOM(TEXT_LABEL)];
	char category[TEXT_CLEAN_ROOM(TEXT_CATEGORY)], rss[UNITS_TEXT], pid[16];

	text_clean(name, sizeof name, found->name, strlen(found->name));
	text_clean(label, sizeof label, found->label, strlen(found->label));
	text_clean(category, sizeof category, found->category, strlen(found->category));
	snprintf(pid, sizeof pid, "[%" PRIu32 "]", found->pid);
	printf("%.3f %s%s %s%s%s%s%s\n",
	       ((double)found->t_ns - (double)session->start_ns) / NS_PER_S, name,
	       found->pid ? pid : "", found->rss ? units_format_bytes(rss, found->rss) : "-",
	       found->is_event ? " " : "", found->is_event ? category : "",
	       found->is_event && category[0] ? ": " : "", found->is_event ? label : "");
}

static int run(const struct options *options)
{
	struct waiting waiting = { .options = options, .begin_ns = clock_mono_ns() };
	uint64_t patience_ns = PATIENCE_NS;
	struct source *source;
	int status;

	if (!options->event && !options->rss_above_bytes) {
		log_error("'wait' needs --event LABEL or --rss-above SIZE, what to wait for");
		return EXIT_USAGE;
	}
	if (options->event && !options->event[0]) {
		log_error("event '': is no label of a milestone");
		return EXIT_USAGE;
	}
	if (options->timeout_ns && options->timeout_ns < patience_ns)
		patience_ns = options->timeout_ns;
	waiting.alive_ns = waiting.begin_ns;
	status = session_look(options, waiting.begin_ns + patience_ns, &source);
	if (status)
		return status;
	status = find_pids(&waiting);
	if (!status)
		status = wait_for_it(&waiting, source);
	if (waiting.found.met && options->json)
		print_json(&waiting.found, source_session(source));
	else if (waiting.found.met && options->verbose)
		print_text(&waiting.found, source_session(source));
	source_close(source);
	free(waiting.lines);
	free(waiting.pids);
	return status;
}

const struct command command_wait = {
	.name = "wait",
	.arguments = "",
	.summary =
		"Wait until an event comes, or a process has so much memory, in a running session.",
	.groups = OPTIONS_WAIT | OPTIONS_UNJUDGED | OPTIONS_JSON | OPTIONS_SESSION,
	.session = SESSION_LATE,
	.run = run,
};
