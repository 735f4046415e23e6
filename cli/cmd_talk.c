/*
 * The commands that tell a running session one thing.
 */
#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/session.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#define EVENT_TRIES 10
#define EVENT_PAUSE_NS (20 * NS_PER_MS)

static int tell(const struct options *options, struct request *request)
{
	struct reply reply;

	return session_ask(options, request, &reply, NULL, NULL);
}

/* @op for each pid that is named. */
static int tell_pids(const struct options *options, enum request_op op)
{
	int status = 0;

	for (size_t i = 0; i < options->pid_count; i++) {
		struct request request = { .op = op, .pid = (uint32_t)options->pids[i] };
		int result;

		request.since = options->family ? REGISTER_FAMILY : 0;
		text_copy(request.text, sizeof request.text, options->as);
		result = tell(options, &request);
		if (result)
			status = result;
	}
	return status;
}

static int run_add(const struct options *options)
{
	int status;

	if (options->pid_count == 0 && !options_have_rules(options)) {
		log_error("'add' needs PID, or --name, --user, --cgroup or --unit");
		return EXIT_USAGE;
	}
	status = tell_pids(options, REQUEST_REGISTER);
	return status ? status : session_add_rules(options);
}

static int run_drop(const struct options *options)
{
	return tell_pids(options, REQUEST_DROP);
}

/* The script that asks may have been started by memwatch run this very moment, which is about to
 * have it followed. */
static int tell_event(const struct options *options, struct request *request)
{
	struct reply reply;

	for (int i = 0; i < EVENT_TRIES && session_runs(options); i++) {
		if (session_try(options, request, &reply, NULL, NULL) == 0)
			return 0;
		if (kill((pid_t)request->pid, 0) < 0 && errno == ESRCH)
			break;
		clock_sleep_ns(EVENT_PAUSE_NS);
	}
	return tell(options, request);
}

static int run_event(const struct options *options)
{
	struct request request = { .op = REQUEST_EVENT };
	const char *label = options->arguments[0];
	int status = 0;

	if (!label[0]) {
		log_error("event '': is no label of a milestone");
		return EXIT_USAGE;
	}
	text_copy(request.text, sizeof request.text, label);
	if (options->pid_count == 0)
		return tell(options, &request);
	for (size_t i = 0; i < options->pid_count; i++) {
		request.pid = (uint32_t)options->pids[i];
		if (tell_event(options, &request) != 0)
			status = EXIT_FAIL;
	}
	return status;
}

/* What comes next may start another watcher: this one is to be gone. */
static int run_stop(const struct options *options)
{
	struct request request = { .op = REQUEST_STOP };
	int status = tell(options, &request);

	return status ? status : session_wait_end(options);
}

const struct command command_add = {
	.name = "add",
	.arguments = "[PID]...",
	.summary = "Follow more processes in a running session.",
	.groups = OPTIONS_PIDS | OPTIONS_RULE | OPTIONS_AS | OPTIONS_FAMILY | OPTIONS_SESSION,
	.most = -1,
	.run = run_add,
};

const struct command command_drop = {
	.name = "drop",
	.arguments = "PID...",
	.summary = "Follow processes no more.",
	.groups = OPTIONS_PIDS | OPTIONS_SESSION,
	.least = 1,
	.most = -1,
	.run = run_drop,
};

const struct command command_event = {
	.name = "event",
	.arguments = "LABEL",
	.summary = "Pin a milestone on the curve of a process (--pid), or on the whole session.",
	.groups = OPTIONS_PID | OPTIONS_SESSION,
	.least = 1,
	.most = 1,
	.run = run_event,
};

const struct command command_stop = {
	.name = "stop",
	.arguments = "",
	.summary = "End a running session and its watcher.",
	.groups = OPTIONS_SESSION,
	.run = run_stop,
};
