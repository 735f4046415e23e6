/* Only what is safe between fork and exec is called here. */
#include "plotter/gnuplot/reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NS 20000000

void keeper_begin(pid_t parent)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setpgid(0, 0);
	prctl(PR_SET_NAME, "memwatch-keeper");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
}

/* Kill each process of a list "12 345 ". */
static void kill_list(const char *list, ssize_t length)
{
	pid_t pid = 0;

	for (ssize_t i = 0; i < length; i++) {
		if (list[i] >= '0' && list[i] <= '9')
			pid = 10 * pid + (list[i] - '0');
		else if (pid > 0) {
			kill(pid, SIGKILL);
			pid = 0;
		}
	}
}

/* The main thread is the only one here, and /proc calls it what the process is called. */
static void kill_children(void)
{
	static const char self[] = "/proc/thread-self/children";
	int fd = open(self, O_RDONLY | O_CLOEXEC);
	char list[4096];

	if (fd < 0)
		return;
	kill_list(list, read(fd, list, sizeof(list)));
	close(fd);
}

static void end_as(int status) __attribute__((noreturn));

static void end_as(int status)
{
	const struct rlimit none = { 0, 0 };
	sigset_t empty;

	if (WIFSIGNALED(status)) {
		setrlimit(RLIMIT_CORE, &none);
		sigemptyset(&empty);
		signal(WTERMSIG(status), SIG_DFL);
		sigprocmask(SIG_SETMASK, &empty, NULL);
		kill(getpid(), WTERMSIG(status));
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

/* Until none is left: those whose parents are killed become ours. */
static void end_all(int *ret_status, pid_t child)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	int status;
	pid_t pid;

	for (;;) {
		kill_children();
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == child)
				*ret_status = status;
		if (pid < 0 && errno == ECHILD)
			return;
		nanosleep(&pause, NULL);
	}
}

/* Whether @child has ended; others that have are forgotten. */
static bool has_ended(pid_t child, int *ret_status)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == child) {
			*ret_status = status;
			return true;
		}
	}
	return false;
}

void keeper_keep(pid_t child)
{
	int status = 0;
	sigset_t awaited;
	int number;

	close_range(0, ~0U, 0);
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, SIGTERM);
	do
		number = sigwaitinfo(&awaited, NULL);
	while (number != SIGTERM && !has_ended(child, &status));
	end_all(&status, child);
	end_as(status);
}
