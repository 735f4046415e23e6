/*
 * `memwatch inspect` of a process with many mappings, from its start to its end, in a session that
 * runs and with none, against a bare read of the same /proc/PID/smaps. Usage: bench_inspect
 * MAPPINGS ROUNDS, with memwatch and memwatchd in $O.
 */
#include "base/clock.h"
#include "bench/figure.h"

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

/* In milliseconds, as run_program. */
static double read_bare(pid_t pid)
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
	return (double)(clock_mono_ns() - start_ns) / NS_PER_MS;
}

/* The time that a program of $O takes, its output left out. */
static double run_program(const char *name, char *const argv[])
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
	return (double)(clock_mono_ns() - start_ns) / NS_PER_MS;
}

int main(int argc, char **argv)
{
	static double bare[ROUNDS_MOST], session[ROUNDS_MOST], again[ROUNDS_MOST],
		alone[ROUNDS_MOST];
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
	run_program("memwatchd", start);
	for (int i = 0; i < rounds; i++) {
		bare[i] = read_bare(pid);
		session[i] = run_program("memwatch", inspect);
	}
	run_program("memwatch", stop);
	for (int i = 0; i < rounds; i++) {
		again[i] = read_bare(pid);
		alone[i] = run_program("memwatch", inspect);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	figure_ratio(&(struct figure){ "inspect/session", "inspect of many mappings, in a session",
				       "a bare read of their smaps", "ms", AT_MOST, 4 },
		     session, bare, (size_t)rounds);
	figure_ratio(&(struct figure){ "inspect/alone", "inspect of them, with no session",
				       "a bare read of their smaps", "ms", NO_AIM, 0 },
		     alone, again, (size_t)rounds);
	return 0;
}
