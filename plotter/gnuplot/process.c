#include "plotter/gnuplot/process.h"

#include "base/clock.h"
#include "base/text.h"
#include "plotter/gnuplot/reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define ARGUMENTS 16

/* Descriptors that it gets at most; and copies of them are above. */
#define STREAMS (GNUPLOT_SCRIPT_FD + 1 + GNUPLOT_MORE)
#define LIFTED 20

/* --- starting */

/* Ours without what gnuplot would read of it, and with what says that it is no member of a family;
 * NULL: no memory. */
static char **clean_environment(void)
{
	static char helper[] = "MEMWATCH_HELPER=gnuplot";
	size_t count = 0;
	size_t kept = 0;
	char **result;

	while (environ && environ[count])
		count++;
	result = calloc(count + 2, sizeof(*result));
	for (size_t i = 0; result && i < count; i++)
		if (strncmp(environ[i], "GNU", 3) != 0)
			result[kept++] = environ[i];
	if (result)
		result[kept++] = helper;
	return result;
}

/* Of a child between fork and exec, where little may be called. */
struct launch {
	const char *program;
	char *argv[ARGUMENTS + 3];
	char **env;
	int fds[STREAMS]; /* what become 0, 1, 2 ...; -1: /dev/null */
	size_t count;
	int report_fd; /* where its errno goes; exec closes it */
	pid_t parent;
	bool kept;
};

/* All of them lie above those that they become. */
static int set_streams(const struct launch *launch)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < launch->count; i++) {
		int fd = launch->fds[i] >= 0 ? launch->fds[i] : null;

		if (fd == (int)i) /* /dev/null, where that was closed */
			fcntl(fd, F_SETFD, 0);
		else if (dup2(fd, (int)i) < 0)
			return -errno;
	}
	return 0;
}

static void set_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Does not return. It dies with us, however we do. */
static void become(const struct launch *launch)
{
	int error;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != launch->parent)
		_exit(EXIT_FAILURE);
	set_signals();
	error = set_streams(launch);
	if (!error) {
		execvpe(launch->program, launch->argv, launch->env);
		error = -errno;
	}
	(void)!write(launch->report_fd, &error, sizeof(error));
	_exit(EXIT_FAILURE);
}

static void become_keeper(struct launch *launch)
{
	pid_t child;

	keeper_begin(launch->parent);
	launch->parent = getpid();
	child = _Fork();
	if (child == 0)
		become(launch);
	if (child < 0)
		_exit(EXIT_FAILURE);
	keeper_keep(child);
}

/* Start it: 0 once it runs; or a negative errno. */
static int spawn(pid_t *ret_pid, struct launch *launch)
{
	int error = 0;
	int fds[2];
	ssize_t size;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	launch->report_fd = fcntl(fds[1], F_DUPFD_CLOEXEC, LIFTED);
	launch->parent = getpid();
	close(fds[1]);
	pid = launch->report_fd < 0 ? -1 : fork();
	if (pid == 0 && launch->kept)
		become_keeper(launch);
	if (pid == 0)
		become(launch);
	error = pid < 0 ? -errno : 0;
	if (launch->report_fd >= 0)
		close(launch->report_fd);
	if (!error) {
		do
			size = read(fds[0], &error, sizeof(error));
		while (size < 0 && errno == EINTR);
		if (size != sizeof(error))
			error = 0;
		if (error)
			waitpid(pid, NULL, 0);
		else
			setpgid(pid, pid); /* it has done so itself */
	}
	close(fds[0]);
	*ret_pid = pid;
	return error;
}

/* A copy above the descriptors that gnuplot gets, so that none is overwritten before its turn. */
static int lift(struct launch *launch, int fd)
{
	int *lifted = &launch->fds[launch->count++];

	*lifted = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, LIFTED);
	return fd >= 0 && *lifted < 0 ? -errno : 0;
}

static int lift_all(struct launch *launch, const struct gnuplot_start *start, int error_fd)
{
	int error = lift(launch, start->in_fd);

	if (!error)
		error = lift(launch, start->out_fd);
	if (!error)
		error = lift(launch, error_fd);
	if (!error && start->script_fd >= 0)
		error = lift(launch, start->script_fd);
	for (size_t i = 0; !error && i < start->more_count && launch->count < STREAMS; i++)
		error = lift(launch, start->more_fds[i]);
	return error;
}

static void set_arguments(struct launch *launch, const struct gnuplot_start *start)
{
	size_t count = 0;

	launch->program = start->program ? start->program : "gnuplot";
	launch->argv[count++] = (char *)(uintptr_t)launch->program;
	if (!start->program)
		launch->argv[count++] = (char *)(uintptr_t) "--default-settings";
	for (size_t i = 0; start->arguments[i] && i < ARGUMENTS; i++)
		launch->argv[count++] = (char *)(uintptr_t)start->arguments[i];
}

static int spawn_lifted(pid_t *ret_pid, const struct gnuplot_start *start, int error_fd)
{
	struct launch launch = { .env = clean_environment(), .kept = start->kept };
	int error = launch.env ? 0 : -ENOMEM;

	set_arguments(&launch, start);
	if (!error)
		error = lift_all(&launch, start, error_fd);
	if (!error)
		error = spawn(ret_pid, &launch);
	for (size_t i = 0; i < launch.count; i++)
		if (launch.fds[i] >= 0)
			close(launch.fds[i]);
	free(launch.env);
	return error;
}

int gnuplot_start(struct gnuplot *gnuplot, const struct gnuplot_start *start)
{
	int fds[2];
	int error;

	*gnuplot = (struct gnuplot){ .pidfd = -1, .error_fd = -1, .kept = start->kept };
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	error = spawn_lifted(&gnuplot->pid, start, fds[1]);
	close(fds[1]);
	gnuplot->error_fd = fds[0];
	if (error) {
		gnuplot->pid = 0;
		gnuplot_stop(gnuplot);
		return error;
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	gnuplot->pidfd = pidfd_open(gnuplot->pid, 0);
	if (gnuplot->pidfd < 0) {
		error = -errno;
		gnuplot_stop(gnuplot);
	}
	return error;
}

/* --- waiting */

static void close_errors(struct gnuplot *gnuplot)
{
	if (gnuplot->error_fd >= 0)
		close(gnuplot->error_fd);
	gnuplot->error_fd = -1;
}

/* What is there; @rounds bounds it where somebody writes without end. */
static void take_errors(struct gnuplot *gnuplot, int rounds)
{
	char buffer[4096];

	while (gnuplot->error_fd >= 0 && rounds-- > 0) {
		ssize_t length = read(gnuplot->error_fd, buffer, sizeof(buffer));
		size_t room = sizeof(gnuplot->said) - gnuplot->said_length;

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return;
		if (length == 0)
			close_errors(gnuplot);
		if ((size_t)length < room)
			room = (size_t)length;
		memcpy(gnuplot->said + gnuplot->said_length, buffer, room);
		gnuplot->said_length += room;
	}
}

static void forget(struct gnuplot *gnuplot)
{
	close_errors(gnuplot);
	if (gnuplot->pidfd >= 0)
		close(gnuplot->pidfd);
	gnuplot->pidfd = -1;
	gnuplot->pid = 0;
}

static bool reap(struct gnuplot *gnuplot, int *ret_status)
{
	siginfo_t info = { 0 };

	/* It is left a zombie until its group is killed: the number can't be another's. */
	if (waitid(P_PID, (id_t)gnuplot->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == 0)
		return false;
	take_errors(gnuplot, 16);
	kill(-gnuplot->pid, SIGKILL);
	while (waitpid(gnuplot->pid, ret_status, 0) < 0 && errno == EINTR)
		;
	forget(gnuplot);
	return true;
}

int gnuplot_wait(struct gnuplot *gnuplot, int timeout_ms, int *ret_status)
{
	uint64_t until_ns = clock_mono_ns() + (uint64_t)timeout_ms * NS_PER_MS;

	*ret_status = 0;
	for (;;) {
		struct pollfd fds[] = { { .fd = gnuplot->pidfd, .events = POLLIN },
					{ .fd = gnuplot->error_fd, .events = POLLIN } };
		uint64_t now_ns = clock_mono_ns();
		uint64_t left_ns = now_ns < until_ns ? until_ns - now_ns : 0;

		poll(fds, 2, (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS));
		take_errors(gnuplot, 16);
		if (reap(gnuplot, ret_status))
			return 0;
		if (left_ns == 0)
			return -ETIMEDOUT;
	}
}

void gnuplot_stop(struct gnuplot *gnuplot)
{
	int status;

	if (gnuplot->pid > 0) {
		kill(-gnuplot->pid, gnuplot->kept ? SIGTERM : SIGKILL);
		kill(-gnuplot->pid, SIGCONT);
		while (waitpid(gnuplot->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	forget(gnuplot);
}

/* --- what it said */

/* gnuplot shows the line with a caret below it, and then says "file" line 12: why. Its last line is
 * the one to show. */
char *gnuplot_said(const struct gnuplot *gnuplot, char *text, size_t size)
{
	const char *end = gnuplot->said + gnuplot->said_length;
	const char *start;

	if (gnuplot->said_length == sizeof(gnuplot->said)) { /* its last line is cut */
		const char *newline = memrchr(gnuplot->said, '\n', gnuplot->said_length);

		end = newline ? newline : end;
	}
	while (end > gnuplot->said && strchr("\n\r\t ^", end[-1]))
		end--;
	for (start = end; start > gnuplot->said && start[-1] != '\n';)
		start--;
	while (start < end && *start == ' ')
		start++;
	text_clean(text, size, start, (size_t)(end - start));
	return text;
}
