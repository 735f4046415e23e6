#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "cli/command.h"
#include "cli/inspect/inspected.h"
#include "cli/session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* An inspection that began takes less. */
#define ANSWER_NS (60 * NS_PER_S)

struct inspect {
	const struct options *options;
	struct source *source;
	int signals;
	pid_t pid;
	uint32_t here; /* as the session counts it; 0: not to be found */
	uint32_t line;
	char name[TEXT_NAME + 1];
	bool found;	 /* it is followed */
	bool registered; /* by this command */

	uint32_t number;	     /* of the inspection that is waited for */
	struct inspected *inspected; /* where to; NULL: none is */
	bool ended;		     /* the process */
	struct end end;
};

/* --- the process */

static void find(void *arg, const struct process_info *info)
{
	struct inspect *inspect = arg;

	if (info->ended || info->pid != inspect->here)
		return;
	inspect->found = true;
	inspect->line = info->line;
	text_copy(inspect->name, sizeof inspect->name, info->name);
}

static int say_gone(const struct inspect *inspect, int error)
{
	log_error("session '%s': %s", inspect->options->session, control_error(error));
	return EXIT_FAIL;
}

/* Its line; where it has none, it is followed from now on. */
static int find_process(struct inspect *inspect)
{
	struct request request = { .op = REQUEST_STATUS, .pid = (uint32_t)inspect->pid };
	struct reply reply;
	int error;

	if (session_ask(inspect->options, &request, &reply, NULL, NULL) != 0)
		return EXIT_FAIL;
	inspect->here = (uint32_t)reply.value;
	error = source_processes(inspect->source, find, inspect);
	if (!error && !inspect->found) {
		request.op = REQUEST_REGISTER;
		if (session_ask(inspect->options, &request, &reply, NULL, NULL) != 0)
			return EXIT_FAIL;
		inspect->registered = true;
		error = source_processes(inspect->source, find, inspect);
	}
	if (error)
		return say_gone(inspect, error);
	if (inspect->found)
		return 0;
	log_error("pid %d: has ended before its memory could be read", (int)inspect->pid);
	return EXIT_FAIL;
}

static void let_go(struct inspect *inspect)
{
	struct request request = { .op = REQUEST_DROP, .pid = (uint32_t)inspect->pid };
	struct reply reply;

	if (inspect->registered && !inspect->ended && session_runs(inspect->options))
		session_try(inspect->options, &request, &reply, NULL, NULL);
}

/* --- waiting */

static void take(void *arg, const struct record *record)
{
	struct inspect *inspect = arg;

	if (record->type == RECORD_END && record->end.line == inspect->line) {
		inspect->ended = true;
		inspect->end = record->end;
	} else if (record->type == RECORD_INSPECTION && inspect->inspected &&
		   record->inspection.number == inspect->number) {
		inspected_take(inspect->inspected, record->t_ns, &record->inspection);
	}
}

/* Records until something came, @until_ns, or a signal: 0 or EXIT_FAIL. */
static int wait_once(struct inspect *inspect, uint64_t until_ns)
{
	struct pollfd ready[] = {
		{ .fd = source_fd(inspect->source), .events = POLLIN },
		{ .fd = inspect->signals, .events = POLLIN },
	};
	uint64_t now_ns = clock_mono_ns();
	uint64_t left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
	struct timespec left = { (time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S) };
	int count;

	ppoll(ready, 2, &left, NULL);
	if (ready[1].revents)
		return EXIT_FAIL;
	count = source_read(inspect->source, take, inspect);
	return count < 0 ? say_gone(inspect, count) : 0;
}

static int say_ended(const struct inspect *inspect, const char *before)
{
	char how[TEXT_NAME + 1];

	log_error("pid %d: %s before %s", (int)inspect->pid,
		  end_text(how, sizeof how, inspect->end.reason, inspect->end.code), before);
	return EXIT_FAIL;
}

/* --- an inspection */

/* Until when an inspection is waited for that is due now, or at the milestone with that @label. */
static uint64_t deadline(const struct inspect *inspect, const char *label)
{
	uint64_t timeout_ns = inspect->options->timeout_ns;

	if (!label[0])
		return clock_mono_ns() + ANSWER_NS;
	return timeout_ns ? clock_mono_ns() + timeout_ns : UINT64_MAX;
}

static int say_late(const struct inspect *inspect, const char *label)
{
	if (!label[0])
		return say_gone(inspect, -ETIMEDOUT);
	log_error("pid %d: '%s' did not happen in the time given", (int)inspect->pid, label);
	return EXIT_FAIL;
}

static int wait_for_inspection(struct inspect *inspect, const char *label)
{
	const struct inspected *inspected = inspect->inspected;
	uint64_t until_ns = deadline(inspect, label);
	char what[TEXT_LABEL + 32];

	while (!inspected->whole && !inspected->failed) {
		if (wait_once(inspect, until_ns) != 0)
			return EXIT_FAIL;
		if (clock_mono_ns() >= until_ns && !inspected->count && !inspected->failed)
			return say_late(inspect, label);
	}
	if (!inspected->failed)
		return 0;
	snprintf(what, sizeof what, "'%s' happened", label);
	if (inspect->ended)
		return say_ended(inspect, label[0] ? what : "its memory could be read");
	log_error("pid %d: has ended before its memory could be read", (int)inspect->pid);
	return EXIT_FAIL;
}

/* Now, or at the milestone with that @label where it isn't "". */
static int look(struct inspect *inspect, const char *label, struct inspected *inspected)
{
	struct request request = { .op = REQUEST_INSPECT,
				   .pid = (uint32_t)inspect->pid,
				   .since = (uint64_t)getpid() };
	struct reply reply;

	inspected->session = source_session(inspect->source);
	inspected->pid = (uint32_t)inspect->pid;
	text_copy(inspected->name, sizeof inspected->name, inspect->name);
	text_copy(request.text, sizeof request.text, label);
	if (session_ask(inspect->options, &request, &reply, NULL, NULL) != 0)
		return EXIT_FAIL;
	inspect->number = (uint32_t)reply.value;
	inspect->inspected = inspected;
	return wait_for_inspection(inspect, request.text);
}

static int wait_until(struct inspect *inspect, uint64_t until_ns)
{
	while (clock_mono_ns() < until_ns) {
		if (wait_once(inspect, until_ns) != 0)
			return EXIT_FAIL;
		if (inspect->ended)
			return say_ended(inspect, "the second look at its memory");
	}
	return 0;
}

static size_t rows_of(const struct options *options)
{
	return options->all ? SIZE_MAX : INSPECTED_ROWS;
}

static int show(const struct options *options, const struct inspected *inspected)
{
	if (options->json) {
		inspected_json(stdout, inspected);
		fputs("\n", stdout);
	} else {
		inspected_print(stdout, inspected, rows_of(options), "--all");
	}
	return 0;
}

static int show_growth(const struct options *options, const struct inspected *before,
		       const struct inspected *after)
{
	int error;

	if (options->json)
		error = inspected_json_growth(stdout, before, after);
	else
		error = inspected_print_growth(stdout, before, after, rows_of(options));
	if (!error && options->json)
		fputs("\n", stdout);
	if (error)
		log_error("cannot compare: %s", strerror(-error));
	return error ? EXIT_FAIL : 0;
}

static int look_and_show(struct inspect *inspect)
{
	const struct options *options = inspect->options;
	struct inspected first = { 0 }, second = { 0 };
	int status = look(inspect, options->on_event ? options->on_event : "", &first);

	if (!status && !options->diff_ns)
		status = show(options, &first);
	if (!status && options->diff_ns)
		status = wait_until(inspect, first.t_ns + options->diff_ns);
	if (!status && options->diff_ns)
		status = look(inspect, "", &second);
	if (!status && options->diff_ns)
		status = show_growth(options, &first, &second);
	inspected_free(&first);
	inspected_free(&second);
	return status;
}

static int check(const struct options *options)
{
	if (options->timeout_ns && !options->on_event) {
		log_error("--timeout: says how long --on-event waits, which is not asked for");
		return EXIT_USAGE;
	}
	if (options->pid_count > 1) {
		log_error("'inspect' looks into one process, not %zu", options->pid_count);
		return EXIT_USAGE;
	}
	if (options->on_event && !options->on_event[0]) {
		log_error("--on-event '': is no label of a milestone");
		return EXIT_USAGE;
	}
	return 0;
}

static int inspect_process(struct inspect *inspect, struct options *options)
{
	int status = session_attach(options, &inspect->source);
	int error;

	if (status)
		return status;
	error = source_skip_past(inspect->source);
	status = error ? say_gone(inspect, error) : find_process(inspect);
	if (!status)
		status = look_and_show(inspect);
	let_go(inspect);
	source_close(inspect->source);
	return status;
}

static int run(const struct options *options)
{
	struct options joined = *options;
	struct inspect inspect = { .options = &joined };
	sigset_t set;
	int status = check(options);

	if (status)
		return status;
	inspect.pid = options->pids[0];
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	signals_add(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	inspect.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	status = inspect_process(&inspect, &joined);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	if (inspect.signals >= 0)
		close(inspect.signals);
	return status;
}

const struct command command_inspect = {
	.name = "inspect",
	.arguments = "PID",
	.summary = "What a process's memory is made of, now; or what grew.",
	.groups = OPTIONS_INSPECT | OPTIONS_PIDS | OPTIONS_JSON | OPTIONS_SESSION,
	.least = 1,
	.most = -1,
	.session = SESSION_SHOW,
	.run = run,
};
