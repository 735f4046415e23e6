#include "base/array.h"
#include "base/cells.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/units.h"
#include "cli/command.h"
#include "wire/control.h"
#include "wire/sessions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A watcher that answers nothing for so long is listed without its figures. */
#define ANSWER_MS 2000

#define COMMAND_WIDTH 200
#define NAME_WIDTH 16

struct listed {
	char name[RUNDIR_NAME];
	bool answers;
	struct session_info session;
	uint64_t processes;
	uint64_t ended;
	char command[TEXT_COMMAND + 1]; /* of what it followed first; "" for nothing */
};

struct listing {
	struct listed *sessions;
	size_t count, capacity;
	bool failed;
};

static void take_name(void *arg, const char *name)
{
	struct listing *listing = arg;
	struct listed *listed;

	if (array_reserve(&listing->sessions, &listing->capacity, listing->count + 1)) {
		listing->failed = true;
		return;
	}
	listed = &listing->sessions[listing->count++];
	memset(listed, 0, sizeof *listed);
	text_copy(listed->name, RUNDIR_NAME, name);
}

static void take_first(void *arg, const struct process_info *info)
{
	struct listed *listed = arg;

	if (!listed->command[0])
		text_copy(listed->command, sizeof listed->command,
			  info->command[0] ? info->command : info->name);
}

static int ask_both(struct control *control, struct listed *listed)
{
	struct request request = { .op = REQUEST_STATUS };
	struct reply reply;
	int error;

	control->answer_ms = ANSWER_MS;
	error = control_ask(control, &request, &reply, NULL, NULL, NULL);
	if (error)
		return error;
	listed->session = reply.session;
	listed->processes = reply.status.processes;
	listed->ended = reply.status.ended - reply.status.dropped_processes;
	request = (struct request){ .op = REQUEST_LIST };
	return control_ask(control, &request, &reply, take_first, NULL, listed);
}

/* False where it has ended meanwhile. */
static bool look_at(struct listed *listed)
{
	struct control control;
	struct rundir dir;
	int error = rundir_open(&dir, listed->name, false);

	if (!error)
		error = control_open(&control, &dir);
	if (error)
		return error != -ENOENT;
	error = ask_both(&control, listed);
	control_close(&control);
	listed->answers = error == 0;
	return error != -EPIPE && error != -ENOENT;
}

/* In the order of their starts; those that don't answer come last. */
static int compare(const void *one, const void *other)
{
	const struct listed *a = one, *b = other;

	if (a->answers != b->answers)
		return a->answers ? -1 : 1;
	if (a->session.start_ns != b->session.start_ns)
		return a->session.start_ns < b->session.start_ns ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void find_all(struct listing *listing)
{
	size_t kept = 0;

	sessions_each(true, take_name, listing);
	for (size_t i = 0; i < listing->count; i++) {
		if (look_at(&listing->sessions[i]))
			listing->sessions[kept++] = listing->sessions[i];
	}
	listing->count = kept;
	if (kept > 0)
		qsort(listing->sessions, kept, sizeof *listing->sessions, compare);
}

/* --- what is printed */

static void print_row(const struct listed *listed)
{
	char interval[UNITS_TEXT], elapsed[UNITS_TEXT];
	char command[TEXT_CLEAN_ROOM(TEXT_COMMAND)];

	if (!listed->answers) {
		printf("%-*s its watcher does not answer\n", NAME_WIDTH, listed->name);
		return;
	}
	text_clean(command, sizeof command, listed->command, strlen(listed->command));
	printf("%-*s %7" PRIu32 " %9s %9" PRIu64 " %8s %.*s\n", NAME_WIDTH, listed->name,
	       listed->session.pid, units_format_duration(interval, listed->session.interval_ns),
	       listed->processes,
	       units_format_clock(elapsed, clock_mono_ns() - listed->session.start_ns),
	       COMMAND_WIDTH, command);
}

static void print_columns(const struct listing *listing)
{
	if (listing->count == 0) {
		log_error("no session runs; 'memwatch run -- COMMAND', 'memwatch --pid PID' or "
			  "memwatchd starts one");
		return;
	}
	printf("%-*s %7s %9s %9s %8s %s\n", NAME_WIDTH, "SESSION", "WATCHER", "INTERVAL",
	       "PROCESSES", "RUNNING", "FIRST COMMAND");
	for (size_t i = 0; i < listing->count; i++)
		print_row(&listing->sessions[i]);
}

static void print_object(const struct listed *listed)
{
	const struct session_info *session = &listed->session;

	fputs("{\"session\":", stdout);
	json_string(stdout, listed->name);
	if (listed->answers) {
		json_text(stdout, "host", session->host);
		json_number(stdout, "watcher_pid", session->pid);
		printf(",\"interval\":%.9g,\"t\":%.6f,\"start_wall\":%.6f",
		       (double)session->interval_ns / NS_PER_S,
		       (double)(clock_mono_ns() - session->start_ns) / NS_PER_S,
		       (double)session->start_wall_ns / NS_PER_S);
		json_number(stdout, "processes", listed->processes);
		json_number(stdout, "ended", listed->ended);
		json_text(stdout, "command", listed->command);
	}
	printf(",\"answers\":%s}", listed->answers ? "true" : "false");
}

static void print_json(const struct listing *listing)
{
	fputs("[", stdout);
	for (size_t i = 0; i < listing->count; i++) {
		fputs(i ? ",\n" : "\n", stdout);
		print_object(&listing->sessions[i]);
	}
	fputs(listing->count ? "\n]\n" : "]\n", stdout);
}

static int run(const struct options *options)
{
	struct listing listing = { .count = 0 };

	find_all(&listing);
	if (listing.failed)
		log_error("cannot list the sessions: %s", strerror(ENOMEM));
	else if (options->json)
		print_json(&listing);
	else
		print_columns(&listing);
	free(listing.sessions);
	return listing.failed ? EXIT_FAIL : 0;
}

const struct command command_sessions = {
	.name = "sessions",
	.arguments = "",
	.summary = "List the sessions that run.",
	.groups = OPTIONS_JSON,
	.run = run,
};
