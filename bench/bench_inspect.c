/*
 * `memwatch inspect` of a process with many mappings, from its start to its end, in a session that
 * runs and with none, against a bare read of the same /proc/PID/smaps. Usage: bench_inspect
 * MAPPINGS ROUNDS, with memwatch and memwatchd in $O.
 */
#include "base/clock.h"
#include "base/units.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define ROUNDS_MOST 1000

static void fail(const char *what)
{
	fprintf(stderr, "bench_inspect: %s failed\n", what);
	exit(1);
}

/* Pages that differ by turns in what may be done to them, so that none becomes one with the next.
 */
static pid_t start_process(int mappings)
{
	pid_t pid = fork();

	for (int i = 0; pid == 0 && i < mappings; i++) {
		int protection = i % 2 ? PROT_READ | PROT_WRITE : PROT_READ;
		char *page = mmap(NULL, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (page == MAP_FAILED)
			_exit(1);
		if (i % 2)
			*page = 1;
	}
	if (pid == 0) {
		raise(SIGSTOP);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, NULL, WUNTRACED) != pid)
		fail("starting a process");
	return pid;
}

static uint64_t read_bare(pid_t pid)
{
	static char buffer[64 * 1024];
	uint64_t start_ns = clock_mono_ns();
	char path[64];
	int fd;

	snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("opening smaps");
	while (read(fd, buffer, sizeof buffer) > 0)
		continue;
	close(fd);
	return clock_mono_ns() - start_ns;
}

/* The time that a program of $O takes, its output left out. */
static uint64_t run_program(const char *name, char *const argv[])
{
	uint64_t start_ns = clock_mono_ns();
	char path[4096];
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDOUT_FILENO);
		snprintf(path, sizeof path, "%s/%s", getenv("O"), name);
		execv(path, argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		fail(name);
	return clock_mono_ns() - start_ns;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left;
	uint64_t b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static void tell(const char *what, uint64_t *times, int rounds, const char *aim)
{
	char median[UNITS_TEXT], most[UNITS_TEXT];

	qsort(times, (size_t)rounds, sizeof *times, compare);
	printf("  %-28s %10s median, %s at most%s\n", what,
	       units_format_duration(median, times[rounds / 2]),
	       units_format_duration(most, times[rounds - 1]), aim);
}

int main(int argc, char **argv)
{
	static uint64_t bare[ROUNDS_MOST], session[ROUNDS_MOST], alone[ROUNDS_MOST];
	int mappings = argc == 3 ? atoi(argv[1]) : 0;
	int rounds = argc == 3 ? atoi(argv[2]) : 0;
	char pid_text[16];
	char *inspect[] = { (char[]){ "memwatch" }, (char[]){ "inspect" }, pid_text, NULL };
	char *start[] = { (char[]){ "memwatchd" }, NULL };
	char *stop[] = { (char[]){ "memwatch" }, (char[]){ "stop" }, NULL };
	pid_t pid;

	if (mappings <= 0 || rounds <= 0 || rounds > ROUNDS_MOST || !getenv("O")) {
		fputs("usage: O=build bench_inspect MAPPINGS ROUNDS\n", stderr);
		return 2;
	}
	pid = start_process(mappings);
	snprintf(pid_text, sizeof pid_text, "%d", (int)pid);
	for (int i = 0; i < rounds; i++)
		bare[i] = read_bare(pid);
	run_program("memwatchd", start);
	for (int i = 0; i < rounds; i++)
		session[i] = run_program("memwatch", inspect);
	run_program("memwatch", stop);
	for (int i = 0; i < rounds; i++)
		alone[i] = run_program("memwatch", inspect);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	printf("inspect of a process with %d mappings, %d times\n", mappings, rounds);
	tell("a bare read of its smaps", bare, rounds, "");
	tell("inspect, in a session", session, rounds, " (aim: 100 ms)");
	tell("inspect, with none", alone, rounds, "");
	return 0;
}
