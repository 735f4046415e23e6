#include "cli/run/launch.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/loop.h"
#include "cli/session.h"
#include "wire/rundir.h"

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
#include <time.h>
#include <unistd.h>

/* As the shell has it. */
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

#define LAUNCHER "memwatch-launch"

/* How long an exec may take to its end, and how often that is looked for. */
#define EXEC_PAUSE_NS (50 * NS_PER_US)
#define EXEC_PAUSES 1000

static int say_not_run(const char *name, int error)
{
	log_error("%s: cannot be run: %s", name, strerror(error));
	return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/* --- before */

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

int launch_check(const struct options *options)
{
	int error = look_for(options->arguments[0]);

	return error ? say_not_run(options->arguments[0], error) : 0;
}

/* --- in the child */

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

/* The signals that are blocked here and not to be in the command: "1,2,3". */
static void list_signals(char *text, size_t size)
{
	size_t used = 0;
	sigset_t set;

	loop_signals(&set);
	text[0] = '\0';
	for (int number = 1; number < NSIG && used + 8 < size; number++) {
		if (sigismember(&set, number) == 1)
			used += (size_t)snprintf(text + used, size - used, "%s%d", used ? "," : "",
						 number);
	}
}

/* Returns where the launcher cannot be run. */
static void become_launcher(char **arguments, int go, int words)
{
	char path[PATH_MAX + 16], numbers[2][16], signals[256];
	char name[] = LAUNCHER;
	size_t count = 0;
	char **list;

	while (arguments[count])
		count++;
	list = calloc(count + 5, sizeof *list);
	if (!list)
		return;
	snprintf(numbers[0], sizeof numbers[0], "%d", go);
	snprintf(numbers[1], sizeof numbers[1], "%d", words);
	list_signals(signals, sizeof signals);
	memcpy(list, (char *[]){ name, numbers[0], numbers[1], signals }, 4 * sizeof *list);
	memcpy(list + 4, arguments, count * sizeof *list);
	fcntl(go, F_SETFD, 0);
	fcntl(words, F_SETFD, 0);
	/* beside this program, never in the directory of whoever runs it */
	session_program(path, sizeof path, LAUNCHER);
	if (path[0] == '/')
		execv(path, list);
	session_program(path, sizeof path, "../lib/memwatch/" LAUNCHER);
	if (path[0] == '/')
		execv(path, list);
	fcntl(go, F_SETFD, FD_CLOEXEC);
	fcntl(words, F_SETFD, FD_CLOEXEC);
	free(list);
}

static void say(int words, int error)
{
	struct launch_word word = { (int32_t)getpid(), error, 0 };
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	word.floor = (uint64_t)usage.ru_maxrss * 1024;
	(void)!write(words, &word, sizeof word);
}

/* Without the launcher, by itself. Does not return; where its session never comes, no command
 * does. */
static void become_command(char **arguments, int go, int words)
{
	char session[RUNDIR_NAME] = "";
	ssize_t size;

	say(words, 0);
	do
		size = read(go, session, sizeof session - 1);
	while (size < 0 && errno == EINTR);
	if (size <= 0)
		_exit(EXIT_NOT_FOUND);
	setenv("MEMWATCH_SESSION", session, 1);
	loop_unblock_signals();
	say(words, 0);
	execvp(arguments[0], arguments);
	say(words, errno);
	_exit(EXIT_NOT_FOUND);
}

/* --- in the parent */

static bool hear(int words, struct launch_word *ret_word)
{
	ssize_t size;

	do
		size = read(words, ret_word, sizeof *ret_word);
	while (size < 0 && errno == EINTR);
	return size == sizeof *ret_word;
}

static void close_both(const int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

/* The launcher, @forked, has had a child for us and has ended, or is what becomes the command. */
static int hear_first(struct launch *launch, pid_t forked, const char *name)
{
	struct launch_word word = { .pid = 0 };

	if (!hear(launch->words, &word)) {
		waitpid(forked, NULL, 0);
		return say_not_run(name, EAGAIN);
	}
	if (word.pid != forked)
		waitpid(forked, NULL, 0);
	launch->pid = word.pid;
	return 0;
}

int launch_begin(struct launch *launch, char **arguments)
{
	int go[2], words[2];
	int failure;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) < 0)
		return say_not_run(arguments[0], errno);
	if (pipe2(words, O_CLOEXEC) < 0) {
		close_both(go);
		return say_not_run(arguments[0], errno);
	}
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		close(words[0]);
		redirect(launch);
		become_launcher(arguments, go[0], words[1]);
		become_command(arguments, go[0], words[1]);
	}
	failure = errno;
	close(go[0]);
	close(words[1]);
	launch->go = go[1];
	launch->words = words[0];
	return pid > 0 ? hear_first(launch, pid, arguments[0]) : say_not_run(arguments[0], failure);
}

/* Whether its command line can be read, or never will be. */
static bool is_command(pid_t pid)
{
	char path[32], byte;
	siginfo_t info = { .si_pid = 0 };
	ssize_t size;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	size = read(fd, &byte, 1);
	close(fd);
	return size != 0 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	       info.si_pid;
}

/* An exec closes descriptors a few microseconds before it is done: who looks between sees neither
 * name nor command line of what comes. */
static void await_command(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = EXEC_PAUSE_NS };

	for (int i = 0; i < EXEC_PAUSES && !is_command(pid); i++)
		nanosleep(&pause, NULL);
}

int launch_go(struct launch *launch, const struct options *options)
{
	struct launch_word word;
	pid_t pid = launch->pid;

	(void)!write(launch->go, options->session, strlen(options->session));
	while (hear(launch->words, &word)) {
		launch->floor = word.floor;
		if (!word.error)
			continue;
		launch->pid = 0;
		waitpid(pid, NULL, 0);
		return say_not_run(options->arguments[0], word.error);
	}
	await_command(pid);
	return 0;
}

void launch_end(struct launch *launch)
{
	if (launch->go >= 0)
		close(launch->go);
	if (launch->words >= 0)
		close(launch->words);
	if (launch->pid > 0)
		waitpid(launch->pid, NULL, 0);
	capture_close(&launch->capture);
}
