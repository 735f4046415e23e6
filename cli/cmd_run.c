#include "base/clock.h"
#include "base/log.h"
#include "cli/capture.h"
#include "cli/closing.h"
#include "cli/command.h"
#include "cli/elsewhere.h"
#include "cli/follow.h"
#include "cli/growth_gate.h"
#include "cli/session.h"
#include "wire/pidns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* As the shell has it. */
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127
#define EXIT_SIGNAL 128

#define SHOW_PAUSE_NS (50 * NS_PER_MS)

/* --- the child */

/*
 * The command is forked before its session is, which is named after its PID: it waits until the
 * session has a name, and becomes the command then.
 */
struct launch {
	const struct view *view;
	struct capture capture; /* of its output, while a view has the terminal */
	bool to_stderr;		/* its standard output would spoil ours */
	pid_t pid;		/* 0: there is none */
	int go;			/* takes the session's name */
	int error;		/* tells what keeps it from running; closed by its exec */
};

static void redirect(const struct launch *launch)
{
	int null;

	if (launch->to_stderr)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	if (launch->capture.fd < 0)
		return;
	if (isatty(STDERR_FILENO))
		dup2(launch->capture.fd, STDERR_FILENO);
	dup2(launch->capture.fd, STDOUT_FILENO);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
}

/* Does not return. What keeps it from running goes to @error_fd, which exec closes; where its
 * session never comes, nothing does. */
static void become_command(const struct launch *launch, char **arguments, int go_fd, int error_fd)
{
	char session[RUNDIR_NAME] = "";
	ssize_t size;
	int error;

	do
		size = read(go_fd, session, sizeof session - 1);
	while (size < 0 && errno == EINTR);
	if (size <= 0)
		_exit(EXIT_NOT_FOUND);
	redirect(launch);
	setenv("MEMWATCH_SESSION", session, 1);
	loop_unblock_signals();
	execvp(arguments[0], arguments);
	error = errno;
	(void)!write(error_fd, &error, sizeof error);
	_exit(EXIT_NOT_FOUND);
}

static int say_not_run(const char *name, int error)
{
	log_error("%s: cannot be run: %s", name, strerror(error));
	return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/* Whether a file can be executed: 0, or an errno. */
static int look_at(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return errno;
	return S_ISDIR(status.st_mode) || access(path, X_OK) < 0 ? EACCES : 0;
}

/* The same of a name that execvp(3) is to find. */
static int look_for(const char *name)
{
	const char *rest = getenv("PATH");
	char path[PATH_MAX];
	int error = ENOENT;
	int found;

	if (strchr(name, '/'))
		return look_at(name);
	for (rest = rest ? rest : "/bin:/usr/bin"; error && rest; rest = strchr(rest, ':')) {
		rest += rest[0] == ':';
		snprintf(path, sizeof path, "%.*s%s%s", (int)strcspn(rest, ":"), rest,
			 strcspn(rest, ":") ? "/" : "", name);
		found = look_at(path);
		if (found != ENOENT && found != ENOTDIR)
			error = found;
	}
	return error;
}

static void close_both(const int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

/* Fork what becomes the command: 0, or an exit status after a message. */
static int launch_begin(struct launch *launch, char **arguments)
{
	int go[2], error[2];
	int failure;

	if (pipe2(go, O_CLOEXEC) < 0)
		return say_not_run(arguments[0], errno);
	if (pipe2(error, O_CLOEXEC) < 0) {
		close_both(go);
		return say_not_run(arguments[0], errno);
	}
	launch->pid = fork();
	if (launch->pid == 0) {
		close(go[1]);
		close(error[0]);
		become_command(launch, arguments, go[0], error[1]);
	}
	failure = errno;
	close(go[0]);
	close(error[1]);
	launch->go = go[1];
	launch->error = error[0];
	if (launch->pid > 0)
		return 0;
	launch->pid = 0;
	return say_not_run(arguments[0], failure);
}

/* Let it become the command: 0 once that runs; else an exit status after a message. */
static int launch_go(struct launch *launch, const struct options *options)
{
	pid_t pid = launch->pid;
	ssize_t size;
	int error = 0;

	(void)!write(launch->go, options->session, strlen(options->session));
	do
		size = read(launch->error, &error, sizeof error);
	while (size < 0 && errno == EINTR);
	if (size != sizeof error)
		return 0;
	launch->pid = 0;
	waitpid(pid, NULL, 0);
	return say_not_run(options->arguments[0], error);
}

/* One that was not let go ends. */
static void launch_end(struct launch *launch)
{
	if (launch->go >= 0)
		close(launch->go);
	if (launch->error >= 0)
		close(launch->error);
	if (launch->pid > 0)
		waitpid(launch->pid, NULL, 0);
	capture_close(&launch->capture);
}

static uint64_t bytes_of(const struct rusage *usage)
{
	return (uint64_t)usage->ru_maxrss * 1024;
}

/*
 * The kernel's peak of a child starts from its parent's memory at fork and lives on through exec
 * (fs/exec.c, setmax_mm_hiwater_rss): below our own it tells nothing.
 */
static uint64_t peak_of(const struct rusage *usage)
{
	struct rusage own;

	getrusage(RUSAGE_SELF, &own);
	return usage->ru_maxrss > own.ru_maxrss ? bytes_of(usage) : 0;
}

static void tell_end(const struct options *options, const struct child *child)
{
	struct request request = {
		.op = REQUEST_ENDED,
		.pid = (uint32_t)child->pid,
		.since = (uint64_t)child->status,
		.peak = child->peak_rss,
	};
	struct reply reply;

	text_copy(request.text, sizeof request.text, child->name);
	session_ask(options, &request, &reply, NULL, NULL);
}

static void reap_child(struct child *child, struct rusage *ret_usage)
{
	if (wait4(child->pid, &child->status, WNOHANG, ret_usage) != child->pid)
		return;
	child->ended = true;
	child->ended_ns = clock_mono_ns();
}

/* Its orphans are told before it, since the session may end with it. */
void run_reap(struct follow *follow)
{
	struct child *child = follow->child;
	bool ended = child->ended;
	struct rusage usage;

	if (!ended)
		reap_child(child, &usage);
	orphans_reap(&child->orphans, follow->options, child->pid, &follow->limiter->hooks);
	if (follow->gone)
		child->orphans.count = 0;
	orphans_tell(&child->orphans, follow->options);
	if (!child->ended || ended)
		return;
	child->peak_rss = peak_of(&usage);
	if (!follow->gone)
		tell_end(follow->options, child);
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
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
	run_reap(follow);
	while (follow_on(follow) || !follow->child->ended || limiter_ends(follow->limiter)) {
		capture_show(capture);
		limiter_look(follow->limiter);
		if (sigtimedwait(&set, &info, &pause) > 0)
			take_signal(follow, &info);
		run_reap(follow);
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
		.peak = child->peak_rss,
		.began_ns = began_ns,
		.ended_ns = child->ended_ns,
		.unseen = child->orphans.unseen,
		.status = child->status,
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

/* What becomes of a command that did well, once its growth is judged. */
static int judge_growth(struct follow *follow, int status)
{
	if (follow->options->fail_on_growth < 0 || !follow->gate ||
	    !growth_gate_judge(follow->gate, clock_mono_ns()))
		return status;
	return status ? status : EXIT_LIMIT;
}

/* Whether the watcher was there to the command's end, so that a limit which was not crossed was
 * kept. */
static bool was_watched(const struct follow *follow)
{
	return !follow->gone && follow->history && follow_has_ended(follow, follow->child->pid);
}

/* A gate that could not look does not let pass. */
static int judge_watch(const struct options *options, bool watched, int status)
{
	const char *gate = options->limit_bytes		  ? "limit"
			   : options->limit_total_bytes	  ? "limit-total"
			   : options->fail_on_growth >= 0 ? "fail-on-growth"
							  : NULL;

	if (status || watched || !gate)
		return status;
	log_error(
		"--%s: could not be checked to the end of %s, whose watcher was gone before: exit "
		"status %d",
		gate, base_name(options->arguments[0]), EXIT_FAIL);
	return EXIT_FAIL;
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

static int follow_launched(const struct options *options, struct source *source, struct launch *how)
{
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
		.view = how->view,
		.view_options = { .window_ns = options->window_ns,
				  .glyphs = options->glyphs,
				  .title = options->title,
				  .limit_bytes = options->limit_bytes,
				  .fps = options->fps,
				  .term = options->term,
				  .path = options->out,
				  .out = stdout },
		.child = &child,
		.closing = &closing,
		.limiter = &limiter,
	};
	uint64_t launched_ns = clock_mono_ns();
	int status = launch_go(how, options);
	bool watched;

	if (status)
		return status;
	/* One that has ended already is told of when it is reaped. */
	register_child(options, &child);
	say_elsewhere(options, how->view);
	limiter_ask(&limiter);
	if (options->fail_on_growth >= 0 || is_read(how->view))
		follow.gate = growth_gate_new(options, source_session(source), (uint32_t)child.pid,
					      launched_ns);
	follow_run(&follow);
	say_left(&follow);
	wait_for_child(&follow, &how->capture);
	how->pid = 0;
	/* where there were others its figure may be one of theirs, whose lines tell */
	limiter_take_end(&limiter, child.name,
			 history_lines(follow.history) > 1 ? 0 : child.peak_rss);
	status = exit_status(child.status);
	watched = was_watched(&follow);
	if (limiter_close(&limiter))
		status = EXIT_LIMIT;
	capture_show(&how->capture);
	say_end(&follow, launched_ns);
	follow_close(&follow);
	status = judge_growth(&follow, status);
	growth_gate_free(follow.gate);
	return judge_watch(options, watched, status);
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
	struct launch *launch = arg;
	int status;

	if (launch->view->keys && capture_open(&launch->capture) < 0)
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
	struct launch launch = { .view = view,
				 .capture.fd = -1,
				 .to_stderr = !strcmp(view->name, "json"),
				 .go = -1,
				 .error = -1 };
	struct follow_session session = { attach, follow_body, &launch, record };
	int error = look_for(options->arguments[0]);
	int status;

	if (error)
		return say_not_run(options->arguments[0], error);
	status = follow_attached(options, &session);
	launch_end(&launch);
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
		  OPTIONS_SESSION | OPTIONS_GROWTH | OPTIONS_AS | OPTIONS_STAY,
	.least = 1,
	.most = -1,
	.session = SESSION_OWN,
	.run = run,
};
