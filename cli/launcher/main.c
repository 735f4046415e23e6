/*
 * memwatch-launch GO WORDS SIGNALS COMMAND [ARG]...: what a command is launched from, started by
 * memwatch and by nobody else (cli/run/launch.h). It has a child in its parent's place, which is so
 * small that the command's peak shows, and which waits at GO for the name of its session.
 */
#include "cli/run/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXIT_NOT_FOUND 127
#define ARGUMENTS_LEAST 5
#define SESSION_ROOM 256

static void say(int words, int error)
{
	struct launch_word word = { (int32_t)getpid(), error, 0 };
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	word.floor = (uint64_t)usage.ru_maxrss * 1024;
	(void)!write(words, &word, sizeof word);
}

/*
 * The kernel counts pages on each processor and adds them up late (lib/percpu_counter.c), so the
 * figure of a program of a megabyte is off by a tenth. What is launched from this much is said to
 * have at most this much then.
 */
#define FLOOR_KIB 1100
#define PAD_BYTES (1300U << 10)

static void grow(void)
{
	static char pad[PAD_BYTES];
	struct rusage usage = { 0 };

	for (size_t i = 0; i < sizeof pad && usage.ru_maxrss < FLOOR_KIB; i += 4096) {
		((volatile char *)pad)[i] = 1;
		getrusage(RUSAGE_SELF, &usage);
	}
}

/* A child of our parent. The kernel's peak of it begins anew, with what we have now; ours began
 * with what we were before our exec. 0 in the child; negative where the kernel can't: then this is
 * what becomes the command. */
static long fork_beside(void)
{
#ifdef SYS_clone3
	struct clone_args how = { .flags = CLONE_PARENT };

	return syscall(SYS_clone3, &how, sizeof how);
#else
	return -1;
#endif
}

static void unblock(const char *numbers)
{
	sigset_t set;

	sigemptyset(&set);
	for (; *numbers; numbers += *numbers == ',')
		sigaddset(&set, (int)strtol(numbers, (char **)(void *)&numbers, 10));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int main(int argc, char **argv)
{
	char session[SESSION_ROOM] = "";
	ssize_t size;
	int go, words;

	if (argc < ARGUMENTS_LEAST)
		return EXIT_NOT_FOUND;
	go = atoi(argv[1]);
	words = atoi(argv[2]);
	fcntl(go, F_SETFD, FD_CLOEXEC);
	fcntl(words, F_SETFD, FD_CLOEXEC);
	if (fork_beside() > 0)
		return 0;
	say(words, 0);
	do
		size = read(go, session, sizeof session - 1);
	while (size < 0 && errno == EINTR);
	if (size <= 0)
		return EXIT_NOT_FOUND;
	setenv("MEMWATCH_SESSION", session, 1);
	unblock(argv[3]);
	grow();
	say(words, 0);
	execvp(argv[4], argv + 4);
	say(words, errno);
	return EXIT_NOT_FOUND;
}
