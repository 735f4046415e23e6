#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/elsewhere.h"
#include "cli/follow.h"
#include "cli/gates/closing.h"
#include "cli/gates/gates.h"
#include "cli/gates/growth.h"
#include "cli/run/capture.h"
#include "cli/run/launch.h"
#include "cli/session.h"
#include "wire/pidns.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* As the shell has it. */
#define EXIT_SIGNAL 128

#define SHOW_PAUSE_NS (50 * NS_PER_MS)

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The arguments with spaces between, as many as have room. */
static void join_arguments(char *text, size_t size, char **arguments)
{
	size_t used = 0;

	for (; *arguments && used + 1 < size; arguments++) {
		if (used)
			text[used++] = ' ';
		used += text_clean(text + used, size - used, *arguments, strlen(*arguments));
	}
}

/* Before it becomes the command, so that nothing which that starts is missed, and that it has a
 * name and a command line however soon it ends. */
static void announce_child(const struct options *options, const struct child *child)
{
	struct request request = { .op = REQUEST_REGISTER,
				   .pid = (uint32_t)child->pid,
				   .since = REGISTER_AWAITED };
	struct reply reply;

	text_copy(request.name, sizeof request.name, child->name);
	join_arguments(request.text, sizeof request.text, options->arguments);
	session_try(options, &request, &reply, NULL, NULL);
}

static void register_child(const struct options *options, const struct child *child)
{
	struct request request = { .op = REQUEST_REGISTER,
				   .pid = (uint32_t)child->pid,
				   .since = REGISTER_PARENT | REGISTER_FAMILY };
	struct reply reply;

	text_copy(request.text, sizeof request.text, child->name);
	session_try(options, &request, &reply, NULL, NULL);
	if (!options->as[0])
		return;
	/* by a person's word, which the program's own doesn't change */
	request.since = 0;
	session_try(options, &request, &reply, NULL, NULL);
}

/* --- after the view */

static void take_signal(struct follow *follow, const siginfo_t *info)
{
	switch (info->si_signo) {
	case SIGTSTP:
		kill(getpid(), SIGSTOP);
		break;
	case SIGCHLD:
	case SIGCONT:
	case SIGWINCH:
		break;
	default:
		if (follow_is_ours_alone(info->si_signo, info->si_code) && !follow->child->ended)
			kill(follow->child->pid, info->si_signo);
		break;
	}
}

/* The person left the view, or it failed: the command goes on, and what it prints is shown as it
 * comes. */
static void wait_for_child(struct follow *follow, struct capture *capture)
{
	struct timespec pause = { .tv_nsec = SHOW_PAUSE_NS };
	siginfo_t info;
	sigset_t set;

	loop_signals(&set);
	child_reap(follow->child, follow->options, &follow->limiter->hooks, follow->gone);
	while (follow_on(follow) || !follow->child->ended || limiter_ends(follow->limiter)) {
		capture_show(capture);
		limiter_look(follow->limiter);
		if (sigtimedwait(&set, &info, &pause) > 0)
			take_signal(follow, &info);
		child_reap(follow->child, follow->options, &follow->limiter->hooks, follow->gone);
	}
	capture_show(capture);
}

/* Whether a person reads what is said at the end: a view had the terminal, or prints to it. */
static bool is_read(const struct view *view)
{
	return view->keys || (isatty(STDOUT_FILENO) && isatty(STDERR_FILENO) &&
			      (view == &view_text || view == &view_gnuplot));
}

/* The view is gone from the screen; what becomes of the command stays on it. */
static void say_left(const struct follow *follow)
{
	if (is_read(follow->view) && !follow->child->ended)
		log_error("%s goes on as PID %d; ^C ends it", follow->child->name,
			  (int)follow->child->pid);
}

static void say_end(const struct follow *follow, uint64_t began_ns)
{
	const struct child *child = follow->child;
	char growth[GROWTH_WORDS] = "";
	struct closing_end end = {
		.name = child->name,
		.growth = growth,
		.peak = child->reaped.peak,
		.began_ns = began_ns,
		.ended_ns = child->ended_ns,
		.unseen = child->orphans.unseen,
		.unseen_at_least = child->orphans.at_least,
		.status = child->reaped.status,
		.limited = follow->limiter->killed,
	};

	if (!is_read(follow->view) || !follow->history || !child->ended)
		return;
	/* --fail-on-growth says it by itself */
	if (follow->gate && follow->options->fail_on_growth < 0)
		growth_gate_words(follow->gate, clock_mono_ns(), growth);
	closing_say(follow->closing, follow->history, &end);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* Whether the watcher was there to the command's end, so that a limit which was not crossed was
 * kept. */
static enum watched watched(const struct follow *follow)
{
	if (follow->history && follow_has_ended(follow, follow->child->pid))
		return WATCHED_WHOLE;
	if (!follow->gone)
		return WATCHED_SILENT;
	return follow->loop.status ? WATCHED_DIED : WATCHED_STOPPED;
}

/* The gates' word on a command that has ended, behind what is said of its end: an exit status. */
static int judge(struct follow *follow, struct gates_end *end, int status)
{
	if (follow->options->fail_on_growth >= 0)
		end->growth = follow->gate ? growth_gate_judge(follow->gate, clock_mono_ns())
					   : GROWTH_LACKS_MEMORY;
	if (end->growth == GROWTH_TOO_FAST && !status)
		status = EXIT_LIMIT;
	return gates_close(follow->gates, end, status);
}

/* Whether the watcher holds the command to its limits; one that has ended already needs none. */
static bool set_limits(struct limiter *limiter)
{
	siginfo_t info = { .si_pid = 0 };

	return limiter_ask(limiter) == 0 ||
	       (waitid(P_PID, (id_t)limiter->root, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		info.si_pid == limiter->root);
}

/* Said at once: in the view that takes the terminal, and in a recording, as a notice of the
 * session.
 */
static void say_elsewhere(const struct options *options, const struct view *view)
{
	struct request request = { .op = REQUEST_EVENT, .category = "memwatch" };
	struct reply reply;

	if (!elsewhere_explain(options->arguments, request.text, sizeof request.text))
		return;
	if (!view->keys)
		log_error("%s", request.text);
	session_try(options, &request, &reply, NULL, NULL);
}

/* A command and the view of it. */
struct running {
	struct launch launch;
	const struct view *view;
};

static int follow_launched(const struct options *options, struct source *source,
			   struct running *running)
{
	struct launch *how = &running->launch;
	struct child child = { .name = options->as[0] ? options->as
						      : base_name(options->arguments[0]),
			       .pid = how->pid };
	struct closing closing = { .alone = options->session_given, .pid = (uint32_t)how->pid };
	struct limiter limiter = { .options = options,
				   .root = how->pid,
				   .output = how->capture.fd };
	struct follow follow = {
		.options = options,
		.source = source,
		.view = running->view,
		.child = &child,
		.closing = &closing,
		.limiter = &limiter,
	};
	uint64_t launched_ns = clock_mono_ns();
	struct gates_end end = { .name = child.name };
	struct gates gates;
	int status;

	gates_begin(&gates, options, source_session(source), launched_ns);
	follow.gates = &gates;
	announce_child(options, &child);
	status = launch_go(how, options);
	if (status)
		return status;
	child.reaped.floor = how->floor;
	/* One that has ended already is told of when it is reaped. */
	register_child(options, &child);
	say_elsewhere(options, running->view);
	gates.refused = !set_limits(&limiter);
	if (options->fail_on_growth >= 0 || is_read(running->view))
		follow.gate = growth_gate_new(options, source_session(source), (uint32_t)child.pid,
					      launched_ns);
	follow_run(&follow);
	say_left(&follow);
	wait_for_child(&follow, &how->capture);
	how->pid = 0;
	limiter_take_end(&limiter, child.name, &child.reaped);
	status = exit_status(child.reaped.status);
	end.ended_ns = child.ended_ns;
	end.watched = watched(&follow);
	end.crossed = limiter_close(&limiter);
	if (end.crossed)
		status = EXIT_LIMIT;
	capture_show(&how->capture);
	say_end(&follow, launched_ns);
	follow_close(&follow);
	status = judge(&follow, &end, status);
	growth_gate_free(follow.gate);
	return status;
}

/* --- its session */

/* Where a session counts in another PID namespace, as one outside a container does, our command and
 * its family have other numbers there: limits would hold, and end, what is not meant. */
static int check_counts_alike(const struct options *options, const struct session_info *session)
{
	if (!session->pid_ns || session->pid_ns == pidns_own())
		return 0;
	log_error("session '%s': its watcher is in another PID namespace, where the command has "
		  "another PID; leave out --session, and this command has a session of its own",
		  options->session);
	return EXIT_FAIL;
}

static int attach(struct options *options, struct source **ret_source, void *arg)
{
	struct running *running = arg;
	struct launch *launch = &running->launch;
	int status;

	if (running->view->keys && capture_open(&launch->capture) < 0)
		log_error("no temporary file for the output of %s: %s", options->arguments[0],
			  strerror(errno));
	orphans_adopt();
	status = launch_begin(launch, options->arguments);
	if (status)
		return status;
	if (!options->session_given)
		return session_start(options, launch->pid, ret_source);
	status = session_attach(options, ret_source);
	return status ? status : check_counts_alike(options, source_session(*ret_source));
}

static int follow_body(const struct options *options, struct source *source, void *arg)
{
	return follow_launched(options, source, arg);
}

int follow_command(const struct options *options, const struct view *view, bool record)
{
	struct running running = { .view = view,
				   .launch = { .capture.fd = -1,
					       .to_stderr = !strcmp(view->name, "json"),
					       .go = -1,
					       .words = -1 } };
	struct follow_session session = { attach, follow_body, &running, record };
	int status = launch_check(options);

	if (status)
		return status;
	status = follow_attached(options, &session);
	launch_end(&running.launch);
	return status;
}

static int run(const struct options *options)
{
	return follow_command(options, options_view(options), false);
}

const struct command command_run = {
	.name = "run",
	.arguments = "-- COMMAND [ARG]...",
	.summary =
		"Run COMMAND, follow it, and exit with its status (128+N where signal N ended it).",
	.groups = OPTIONS_LIVE | OPTIONS_LIMIT | OPTIONS_KILL | OPTIONS_COMMAND | OPTIONS_RECORD |
		  OPTIONS_SESSION | OPTIONS_GROWTH | OPTIONS_UNJUDGED | OPTIONS_AS | OPTIONS_STAY,
	.least = 1,
	.most = -1,
	.session = SESSION_OWN,
	.run = run,
};
