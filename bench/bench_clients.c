/*
 * What becomes of a watcher that lives long. Usage, with memwatchd in $O:
 *   bench_clients FEW MANY	CPU of a watcher and its gate for a program that comes, emits and
 *ends, after MANY of them, in turns with another watcher that had FEW
 *   bench_clients day TICKS	their memory after so many ticks of 10 processes, half of whose
 *values change from each to the next; 864,000 are a day at 10 Hz
 */
#include "base/clock.h"
#include "bench/figure.h"
#include "client/memwatch.h"
#include "wire/control.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAIRS 10
#define BATCH 100
#define AT_ONCE 4
#define DAY_PROCESSES 10
#define DAY_INTERVAL "1ms"
#define PAGE 4096
#define MOST_PAGES 64

struct session {
	char name[32];
	struct rundir dir;
	struct control control;
	pid_t watcher;
	pid_t gate;
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_clients: %s failed\n", what);
	exit(1);
}

static struct status_info ask(struct session *session, enum request_op op, pid_t pid)
{
	struct request request = { .op = op, .pid = (uint32_t)pid };
	struct reply reply;

	if (control_ask(&session->control, &request, &reply, NULL, NULL, NULL) < 0 || !reply.ok)
		fail("a request");
	return reply.status;
}

/* The only child of a watcher. */
static pid_t gate_of(pid_t watcher)
{
	char path[64];
	FILE *file;
	int gate = 0;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)watcher, (int)watcher);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%d", &gate) != 1)
		fail("finding the gate");
	fclose(file);
	return gate;
}

static void start(struct session *session, const char *name, const char *interval)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/memwatchd", getenv("O"));
	snprintf(session->name, sizeof session->name, "%s", name);
	session->watcher = fork();
	if (session->watcher == 0) {
		execl(path, "memwatchd", "--foreground", "--session", name, "--interval", interval,
		      NULL);
		_exit(127);
	}
	if (rundir_open(&session->dir, name, true) < 0)
		fail("the session's directory");
	while (rundir_owner(&session->dir) <= 0 && waitpid(session->watcher, NULL, WNOHANG) == 0)
		clock_sleep_ns(10 * NS_PER_MS);
	if (control_open(&session->control, &session->dir) < 0)
		fail("attaching");
	ask(session, REQUEST_STATUS, 0);
	session->gate = gate_of(session->watcher);
}

static void stop(struct session *session)
{
	ask(session, REQUEST_STOP, 0);
	control_close(&session->control);
	if (waitpid(session->watcher, NULL, 0) != session->watcher)
		fail("the watcher");
}

/* --- programs that come and end */

static void run_clients(struct session *session, unsigned count)
{
	uint64_t wanted = ask(session, REQUEST_STATUS, 0).ended + count;
	unsigned alive = 0;

	for (unsigned i = 0; i < count; i++) {
		pid_t pid;

		if (alive == AT_ONCE && wait(NULL) > 0)
			alive--;
		pid = fork();
		if (pid < 0)
			fail("fork");
		if (pid == 0) {
			setenv("MEMWATCH_SESSION", session->name, 1);
			mw_event("came");
			exit(0);
		}
		alive++;
	}
	for (; alive > 0; alive--) {
		pid_t ended;

		do
			ended = wait(NULL);
		while (ended < 0);
	}
	while (ask(session, REQUEST_STATUS, 0).ended < wanted)
		clock_sleep_ns(20 * NS_PER_MS);
}

static double cpu_us_of(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) < 0)
		fail("reading CPU");
	return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

static double cost(struct session *session)
{
	double before = cpu_us_of(session->watcher) + cpu_us_of(session->gate);

	run_clients(session, BATCH);
	return (cpu_us_of(session->watcher) + cpu_us_of(session->gate) - before) / BATCH;
}

static int bench_clients(unsigned few, unsigned many)
{
	double after_many[PAIRS], after_few[PAIRS];
	struct session old, young;

	start(&young, "bench-young", "1s");
	start(&old, "bench-old", "1s");
	run_clients(&young, few);
	run_clients(&old, many);
	for (int i = 0; i < PAIRS; i++) {
		after_few[i] = cost(&young);
		after_many[i] = cost(&old);
	}
	stop(&old);
	stop(&young);
	printf("programs that emit and end, after %u and %u others\n", many, few);
	figure_ratio(&(struct figure){ "clients/ended", "CPU for a program, after many others",
				       "after few others", "us", AT_MOST, 1.2 },
		     after_many, after_few, PAIRS);
	return 0;
}

/* --- a day */

/* Not to return: its memory is another one at each tick, or never changes. */
static void be_process(bool changes)
{
	char *memory = mmap(NULL, MOST_PAGES * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		exit(1);
	for (unsigned n = 1; changes; n++) {
		size_t size = (size_t)(n * 7 % MOST_PAGES) * PAGE;

		memset(memory, 1, size);
		madvise(memory + size, MOST_PAGES * PAGE - size, MADV_DONTNEED);
		clock_sleep_ns(NS_PER_MS);
	}
	for (;;)
		pause();
}

static double pss_mb(pid_t pid)
{
	char path[64], line[128];
	unsigned long kib = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof line, file) && sscanf(line, "Pss: %lu", &kib) != 1)
		continue;
	if (!file || !kib)
		fail("reading PSS");
	fclose(file);
	return (double)kib * 1024 / 1e6;
}

static int bench_day(uint64_t ticks)
{
	pid_t pids[DAY_PROCESSES];
	struct status_info status;
	struct session session;
	double begin;

	start(&session, "bench-day", DAY_INTERVAL);
	for (int i = 0; i < DAY_PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			be_process(i % 2 == 0);
		ask(&session, REQUEST_REGISTER, pids[i]);
	}
	begin = pss_mb(session.watcher) + pss_mb(session.gate);
	do {
		clock_sleep_ns(NS_PER_S);
		status = ask(&session, REQUEST_STATUS, 0);
	} while (status.ticks < ticks);
	printf("%" PRIu64 " ticks of %d processes, %" PRIu64 " missed; %.1f MB at the start\n",
	       status.ticks, DAY_PROCESSES, status.missed, begin);
	figure_count(&(struct figure){ "clients/day", "memory of a watcher and its gate", NULL,
				       "MB", AT_MOST, 12 },
		     pss_mb(session.watcher) + pss_mb(session.gate));
	for (int i = 0; i < DAY_PROCESSES; i++)
		kill(pids[i], SIGKILL);
	stop(&session);
	return 0;
}

int main(int argc, char **argv)
{
	bool day = argc == 3 && strcmp(argv[1], "day") == 0;
	uint64_t few = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
	uint64_t many = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;

	unsetenv("MEMWATCH");
	if (!getenv("O") || !many || (!few && !day)) {
		fputs("usage: O=build bench_clients FEW MANY | day TICKS\n", stderr);
		return 2;
	}
	return day ? bench_day(many) : bench_clients((unsigned)few, (unsigned)many);
}
