#include "base/clock.h"
#include "base/log.h"
#include "cli/capture.h"
#include "cli/command.h"
#include "cli/follow.h"
#include "cli/growth_gate.h"
#include "cli/session.h"
#include "plotter/wording.h"

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

struct launch {
	const struct options *options;
	struct capture capture; /* of its output, while a view has the terminal */
	bool to_stderr;		/* its standard output would spoil ours */
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

/* Does not return. What keeps it from running goes to @error_fd, which exec closes. */
static void become_command(const struct launch *launch, int error_fd)
{
	int error;

	redirect(launch);
	setenv("MEMWATCH_SESSION", launch->options->session, 1);
	loop_unblock_signals();
	execvp(launch->options->arguments[0], launch->options->arguments);
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

int run_check(const struct options *options)
{
	int error = look_for(options->arguments[0]);

	return error ? say_not_run(options->arguments[0], error) : 0;
}

/* Start the command: 0 once it runs; else an exit status after a message. */
static int launch(const struct launch *launch, pid_t *ret_pid)
{
	int error = 0;
	int fds[2];
	ssize_t size;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return say_not_run(launch->options->arguments[0], errno);
	*ret_pid = fork();
	if (*ret_pid == 0)
		become_command(launch, fds[1]);
	close(fds[1]);
	if (*ret_pid < 0) {
		error = errno;
		close(fds[0]);
		return say_not_run(launch->options->arguments[0], error);
	}
	do
		size = read(fds[0], &error, sizeof error);
	while (size < 0 && errno == EINTR);
	close(fds[0]);
	if (size != sizeof error)
		return 0;
	waitpid(*ret_pid, NULL, 0);
	return say_not_run(launch->options->arguments[0], error);
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
}

/* --- after the view */

/* What is sent to us alone is for the command; what the terminal sends, it gets as well. */
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
		if (info->si_code <= 0 && !follow->child->ended)
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

/* The view is gone from the screen; what became of the command stays on it. */
static void say_end(const struct follow *follow)
{
	const struct history_line *line = NULL;
	char reason[64], peak[WORDING_PEAK];

	for (size_t i = 0; i < history_lines(follow->history); i++) {
		line = history_line_at(follow->history, i);
		if (line->pid == (uint32_t)follow->child->pid)
			break;
	}
	if (!line || line->pid != (uint32_t)follow->child->pid || !line->ended)
		return;
	log_error("%s[%u] %s, %s", follow->child->name, line->pid,
		  end_text(reason, sizeof reason, line->end.reason, line->end.code),
		  wording_peak(peak, line->peak_rss, line->max_rss));
	if (follow->child->orphans.unseen)
		log_error("%llu of its processes came and went unseen",
			  (unsigned long long)follow->child->orphans.unseen);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* What becomes of a command that did well, once its growth is judged. */
static int judge_growth(struct follow *follow, int status)
{
	if (!follow->gate || !growth_gate_judge(follow->gate, clock_mono_ns()))
		return status;
	return status ? status : EXIT_LIMIT;
}

int follow_command(const struct options *options, struct source *source, const struct view *view)
{
	struct child child = { .name = base_name(options->arguments[0]) };
	struct launch how = { .options = options,
			      .capture.fd = -1,
			      .to_stderr = !strcmp(view->name, "json") };
	struct limiter limiter = { .options = options, .output = -1 };
	struct follow follow = {
		.options = options,
		.source = source,
		.view = view,
		.view_options = { .window_ns = options->window_ns,
				  .glyphs = options->glyphs,
				  .title = options->title,
				  .limit_bytes = options->limit_bytes,
				  .fps = options->fps,
				  .term = options->term,
				  .path = options->out,
				  .out = stdout },
		.child = &child,
		.limiter = &limiter,
	};
	uint64_t launched_ns = clock_mono_ns();
	int status;

	if (view->keys && capture_open(&how.capture) < 0)
		log_error("no temporary file for the output of %s: %s", child.name,
			  strerror(errno));
	orphans_adopt();
	status = launch(&how, &child.pid);
	if (!status) {
		/* One that has ended already is told of when it is reaped. */
		limiter.root = child.pid;
		limiter.output = how.capture.fd;
		register_child(options, &child);
		limiter_ask(&limiter);
		if (options->fail_on_growth >= 0)
			follow.gate = growth_gate_new(options, source_session(source),
						      (uint32_t)child.pid, launched_ns);
		follow_run(&follow);
		if (view->keys && child.ended)
			say_end(&follow);
		wait_for_child(&follow, &how.capture);
		/* where there were others its figure may be one of theirs, whose lines tell */
		limiter_take_end(&limiter, child.name,
				 history_lines(follow.history) > 1 ? 0 : child.peak_rss);
		status = exit_status(child.status);
		if (limiter_close(&limiter))
			status = EXIT_LIMIT;
		capture_show(&how.capture);
		follow_close(&follow);
		status = judge_growth(&follow, status);
		growth_gate_free(follow.gate);
	}
	capture_close(&how.capture);
	return status;
}

static int run_session(const struct options *options, struct source *source)
{
	return follow_command(options, source, options_view(options));
}

static int run(const struct options *options)
{
	int status = run_check(options);

	return status ? status : follow_attached(options, run_session, false);
}

const struct command command_run = {
	.name = "run",
	.arguments = "-- COMMAND [ARG]...",
	.summary =
		"Run COMMAND, follow it, and exit with its status (128+N where signal N ended it).",
	.groups = OPTIONS_LIVE | OPTIONS_LIMIT | OPTIONS_KILL | OPTIONS_COMMAND | OPTIONS_RECORD |
		  OPTIONS_SESSION | OPTIONS_GROWTH,
	.least = 1,
	.most = -1,
	.run = run,
};
