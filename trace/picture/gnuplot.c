#include "trace/picture/gnuplot.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define ARGUMENTS 16

/* --- starting */

/* Ours without what gnuplot would read of it; NULL: no memory. */
static char **clean_environment(void)
{
	size_t count = 0;
	size_t kept = 0;
	char **result;

	while (environ && environ[count])
		count++;
	result = calloc(count + 1, sizeof(*result));
	for (size_t i = 0; result && i < count; i++)
		if (strncmp(environ[i], "GNU", 3) != 0)
			result[kept++] = environ[i];
	return result;
}

static int add_stream(posix_spawn_file_actions_t *actions, int fd, int as)
{
	if (fd < 0)
		return posix_spawn_file_actions_addopen(actions, as, "/dev/null", O_RDWR, 0);
	return posix_spawn_file_actions_adddup2(actions, fd, as);
}

/* The descriptors must be none of those that they become: 0 to 3. */
static int add_streams(posix_spawn_file_actions_t *actions, const struct gnuplot_start *start,
		       int error_fd)
{
	int error = add_stream(actions, start->in_fd, STDIN_FILENO);

	if (!error)
		error = add_stream(actions, start->out_fd, STDOUT_FILENO);
	if (!error)
		error = add_stream(actions, error_fd, STDERR_FILENO);
	if (!error && start->script_fd >= 0)
		error = add_stream(actions, start->script_fd, GNUPLOT_SCRIPT_FD);
	return error;
}

static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						     POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
}

static int spawn(pid_t *ret_pid, const struct gnuplot_start *start, int error_fd, char **env)
{
	const char *program = start->program ? start->program : "gnuplot";
	char *argv[ARGUMENTS + 3] = { (char *)(uintptr_t)program };
	size_t count = 1;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	if (!start->program)
		argv[count++] = (char *)(uintptr_t) "--default-settings";
	for (size_t i = 0; start->arguments[i] && i < ARGUMENTS; i++)
		argv[count++] = (char *)(uintptr_t)start->arguments[i];
	error = posix_spawn_file_actions_init(&actions);
	if (error)
		return -error;
	error = posix_spawnattr_init(&attributes);
	if (error)
		goto free_actions;
	set_attributes(&attributes);
	error = add_streams(&actions, start, error_fd);
	if (!error)
		error = posix_spawnp(ret_pid, program, &actions, &attributes, argv, env);
	posix_spawnattr_destroy(&attributes);
free_actions:
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

/* Copies above the descriptors that gnuplot gets, so that none is overwritten before its turn. */
static int lift(int fd, int *ret_fd)
{
	*ret_fd = -1;
	if (fd < 0)
		return 0;
	*ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	return *ret_fd < 0 ? -errno : 0;
}

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int spawn_lifted(pid_t *ret_pid, const struct gnuplot_start *start, int error_fd)
{
	int fds[4] = { -1, -1, -1, -1 };
	struct gnuplot_start lifted = *start;
	char **env = clean_environment();
	int error = env ? 0 : -ENOMEM;

	if (!error)
		error = lift(start->in_fd, &fds[0]);
	if (!error)
		error = lift(start->out_fd, &fds[1]);
	if (!error)
		error = lift(start->script_fd, &fds[2]);
	if (!error)
		error = lift(error_fd, &fds[3]);
	lifted.in_fd = fds[0];
	lifted.out_fd = fds[1];
	lifted.script_fd = fds[2];
	if (!error)
		error = spawn(ret_pid, &lifted, fds[3], env);
	close_all(fds, 4);
	free(env);
	return error;
}

int gnuplot_start(struct gnuplot *gnuplot, const struct gnuplot_start *start)
{
	int fds[2];
	int error;

	*gnuplot = (struct gnuplot){ .pidfd = -1, .error_fd = -1 };
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
		kill(-gnuplot->pid, SIGKILL);
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
