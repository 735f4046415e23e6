/*
 * crash HOW RUNS EVENTS [CGROUP]: so many programs, some at once, each of which emits numbered
 *events, up to EVENTS, and dies at a random moment: kill	of its parent's SIGKILL segv of a
 *SIGSEGV of its own exit	by _exit oom	of the kernel's OOM killer, in this memory cgroup
 *(version 1) as	by abort, out of addresses Prints a line a program: its pid, and how many of
 *its calls had returned.
 */
#include "client/memwatch.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 8
#define LIFE_US 12000
#define AS_BYTES (64UL << 20)
#define BITE (64 * 1024)

struct crash {
	const char *how;
	const char *runs;
	const char *events;
	const char *cgroup;
	_Atomic uint64_t *returned; /* of each run; shared with its program */
	char fd[16];
};

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned below(unsigned bound)
{
	return (unsigned)(drand48() * bound);
}

static void pause_us(unsigned us)
{
	nanosleep(&(struct timespec){ .tv_nsec = (long)us * 1000 }, NULL);
}

/* --- a program that dies */

static void emit_next(_Atomic uint64_t *returned)
{
	char label[24];

	snprintf(label, sizeof(label), "%llu", (unsigned long long)*returned + 1);
	mw_event(label);
	(*returned)++;
}

static void emit_bursts(_Atomic uint64_t *returned, uint64_t events)
{
	while (*returned < events) {
		for (unsigned burst = 1 + below(60); burst > 0 && *returned < events; burst--)
			emit_next(returned);
		pause_us(below(600));
	}
}

static _Noreturn void eat_and_emit(_Atomic uint64_t *returned)
{
	for (;;) {
		char *bite = malloc(BITE);

		if (!bite)
			abort();
		memset(bite, 1, BITE);
		emit_next(returned);
	}
}

static void enter(const char *cgroup)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	file = fopen(path, "w");
	if (!file || fputs("0", file) < 0 || fclose(file) != 0)
		fail(path);
}

static _Noreturn void be_victim(char **argv)
{
	uint64_t events = strtoull(argv[4], NULL, 10);
	size_t run = strtoull(argv[3], NULL, 10);
	const char *how = argv[1];
	_Atomic uint64_t *returned = mmap(NULL, (run + 1) * sizeof(*returned),
					  PROT_READ | PROT_WRITE, MAP_SHARED, atoi(argv[2]), 0);

	if (returned == MAP_FAILED)
		fail("mmap");
	returned += run;
	srand48(getpid());
	if (strcmp(how, "oom") == 0)
		enter(argv[5]);
	if (strcmp(how, "as") == 0)
		setrlimit(RLIMIT_AS, &(struct rlimit){ AS_BYTES, AS_BYTES });
	if (strcmp(how, "oom") == 0 || strcmp(how, "as") == 0)
		eat_and_emit(returned);
	if (strcmp(how, "kill") != 0)
		events = below((unsigned)events);
	emit_bursts(returned, events);
	if (strcmp(how, "segv") == 0)
		*(volatile int *)(uintptr_t)below(4096) = 0;
	if (strcmp(how, "exit") == 0)
		_exit(7);
	for (;;)
		pause();
}

/* --- their parent */

static pid_t start(const struct crash *crash, size_t run)
{
	char number[24];
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid > 0)
		return pid;
	snprintf(number, sizeof(number), "%zu", run);
	execl("/proc/self/exe", "victim", crash->how, crash->fd, number, crash->events,
	      crash->cgroup, (char *)NULL);
	fail("exec");
}

static void end_one(const struct crash *crash, size_t run, pid_t pid)
{
	if (strcmp(crash->how, "kill") == 0) {
		pause_us(below(LIFE_US / AT_ONCE));
		kill(pid, SIGKILL);
	}
	if (waitpid(pid, NULL, 0) != pid)
		fail("waitpid");
	printf("%d %llu\n", (int)pid, (unsigned long long)crash->returned[run]);
}

int main(int argc, char **argv)
{
	struct crash crash;
	pid_t pids[AT_ONCE];
	size_t runs;
	int fd;

	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	if (strcmp(argv[0], "victim") == 0)
		be_victim(argv);
	if (argc < 4)
		return 2;
	crash = (struct crash){ argv[1], argv[2], argv[3], argc > 4 ? argv[4] : "", NULL, "" };
	runs = strtoull(crash.runs, NULL, 10);
	fd = memfd_create("returned", 0);
	if (fd < 0 || ftruncate(fd, (off_t)((runs + 1) * sizeof(uint64_t))) < 0)
		fail("memfd");
	snprintf(crash.fd, sizeof(crash.fd), "%d", fd);
	crash.returned = mmap(NULL, (runs + 1) * sizeof(uint64_t), PROT_READ | PROT_WRITE,
			      MAP_SHARED, fd, 0);
	if (crash.returned == MAP_FAILED)
		fail("mmap");
	srand48(time(NULL));
	for (size_t run = 0; run < runs + AT_ONCE; run++) {
		if (run >= AT_ONCE && run - AT_ONCE < runs)
			end_one(&crash, run - AT_ONCE, pids[run % AT_ONCE]);
		if (run < runs)
			pids[run % AT_ONCE] = start(&crash, run);
	}
	return 0;
}
