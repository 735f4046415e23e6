/*
 * A whole watcher over many processes, in turns with a bare loop that preads the statm of as many
 * at the same rate: ticks missed, and CPU of both of the watcher's processes. Usage: bench_watch
 * PROCESSES INTERVAL SECONDS, with memwatch and memwatchd in $O.
 */
#include "base/clock.h"
#include "base/units.h"
#include "bench/figure.h"
#include "proc/statm.h"
#include "wire/control.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAIRS 3

struct bench {
	int count;
	uint64_t interval_ns;
	uint64_t length_ns;
	pid_t *pids;
	struct rundir dir;
	char session[32];
	pid_t watcher;
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_watch: %s failed\n", what);
	exit(1);
}

static void start_processes(struct bench *bench)
{
	bench->pids = calloc((size_t)bench->count, sizeof *bench->pids);
	for (int i = 0; i < bench->count; i++) {
		bench->pids[i] = fork();
		if (bench->pids[i] < 0)
			fail("fork");
		if (bench->pids[i] == 0) {
			pause();
			_exit(0);
		}
	}
}

static void end_processes(const struct bench *bench)
{
	for (int i = 0; i < bench->count; i++)
		kill(bench->pids[i], SIGKILL);
	for (int i = 0; i < bench->count; i++)
		waitpid(bench->pids[i], NULL, 0);
}

/* --- the bare loop, in a process of its own: its CPU a second */

static void sample_all(const struct bench *bench)
{
	struct itimerspec spec = { .it_interval.tv_nsec = (long)(bench->interval_ns % NS_PER_S),
				   .it_interval.tv_sec = (time_t)(bench->interval_ns / NS_PER_S) };
	int *files = calloc((size_t)bench->count, sizeof *files);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	uint64_t end_ns = clock_mono_ns() + bench->length_ns;
	uint64_t expirations;
	char text[128];

	for (int i = 0; i < bench->count; i++)
		files[i] = statm_open(bench->pids[i]);
	spec.it_value = spec.it_interval;
	timerfd_settime(timer, 0, &spec, NULL);
	while (clock_mono_ns() < end_ns) {
		if (read(timer, &expirations, sizeof expirations) < 0)
			break;
		for (int i = 0; i < bench->count; i++)
			(void)!pread(files[i], text, sizeof text, 0);
	}
}

static double seconds_of(const struct rusage *usage)
{
	return (double)usage->ru_utime.tv_sec + (double)usage->ru_stime.tv_sec +
	       ((double)usage->ru_utime.tv_usec + (double)usage->ru_stime.tv_usec) / 1e6;
}

static double bare_cpu(const struct bench *bench)
{
	struct rusage usage;
	pid_t pid = fork();

	if (pid == 0) {
		sample_all(bench);
		_exit(0);
	}
	if (wait4(pid, NULL, 0, &usage) != pid)
		fail("the bare loop");
	return seconds_of(&usage) / ((double)bench->length_ns / NS_PER_S);
}

/* --- the watcher */

static void start_watcher(struct bench *bench)
{
	char path[4096], interval[32];

	snprintf(path, sizeof path, "%s/memwatchd", getenv("O"));
	snprintf(interval, sizeof interval, "%lluus",
		 (unsigned long long)(bench->interval_ns / NS_PER_US));
	snprintf(bench->session, sizeof bench->session, "bench-%d", (int)getpid());
	bench->watcher = fork();
	if (bench->watcher == 0) {
		execl(path, "memwatchd", "--foreground", "--session", bench->session, "--interval",
		      interval, NULL);
		_exit(127);
	}
	if (rundir_open(&bench->dir, bench->session, true) < 0)
		fail("the session's directory");
	while (rundir_owner(&bench->dir) <= 0 && waitpid(bench->watcher, NULL, WNOHANG) == 0)
		clock_sleep_ns(10 * NS_PER_MS);
}

static void ask(struct control *control, struct request request, struct reply *ret_reply)
{
	if (control_ask(control, &request, ret_reply, NULL, NULL, NULL) < 0 || !ret_reply->ok)
		fail("a request");
}

static double cpu_of(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) < 0)
		fail("reading CPU");
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* Its only child. */
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

/* What it did in the time, the registering left out; *ret_cpu is both processes' share of a core.
 */
static struct status_info run_watcher(struct bench *bench, struct control *control, double *ret_cpu)
{
	pid_t gate = gate_of(bench->watcher);
	struct reply before, after;
	double cpu;

	for (int i = 0; i < bench->count; i++)
		ask(control,
		    (struct request){ .op = REQUEST_REGISTER, .pid = (uint32_t)bench->pids[i] },
		    &before);
	ask(control, (struct request){ .op = REQUEST_STATUS }, &before);
	cpu = cpu_of(bench->watcher) + cpu_of(gate);
	clock_sleep_ns(bench->length_ns);
	cpu = cpu_of(bench->watcher) + cpu_of(gate) - cpu;
	*ret_cpu = cpu / ((double)bench->length_ns / NS_PER_S);
	ask(control, (struct request){ .op = REQUEST_STATUS }, &after);
	after.status.ticks -= before.status.ticks;
	after.status.missed -= before.status.missed;
	return after.status;
}

static double watcher_cpu(struct bench *bench, struct status_info *ret_status)
{
	struct control control;
	struct reply reply;
	double cpu;

	start_watcher(bench);
	if (control_open(&control, &bench->dir) < 0)
		fail("attaching");
	*ret_status = run_watcher(bench, &control, &cpu);
	ask(&control, (struct request){ .op = REQUEST_STOP }, &reply);
	control_close(&control);
	if (waitpid(bench->watcher, NULL, 0) != bench->watcher)
		fail("the watcher");
	return cpu;
}

static void report(const struct bench *bench, const double *ours, const double *bare,
		   const struct status_info *total)
{
	char name[64];
	const bool busy = bench->count >= 1000;

	snprintf(name, sizeof name, "watch/%d-missed", bench->count);
	figure_count(&(struct figure){ name, "ticks missed", NULL, "ticks", AT_MOST, 0 },
		     (double)total->missed);
	snprintf(name, sizeof name, "watch/%d-cpu", bench->count);
	figure_ratio(&(struct figure){ name, "CPU of the watcher and its gate",
				       "a bare loop of as many preads", "% of a core",
				       busy ? AT_MOST : NO_AIM, 1.3 },
		     ours, bare, PAIRS);
	if (bench->count > 1)
		return;
	figure_count(&(struct figure){ "watch/one", "CPU for one process", NULL, "% of a core",
				       AT_MOST, 0.1 },
		     ours[PAIRS / 2]);
}

int main(int argc, char **argv)
{
	struct bench bench = { 0 };
	struct status_info status, total = { 0 };
	char interval[UNITS_TEXT];
	double bare[PAIRS], ours[PAIRS];

	if (argc != 4 || !getenv("O") || (bench.count = atoi(argv[1])) <= 0 ||
	    units_parse_duration(argv[2], &bench.interval_ns) < 0 ||
	    units_parse_duration(argv[3], &bench.length_ns) < 0) {
		fputs("usage: O=build bench_watch PROCESSES INTERVAL SECONDS\n", stderr);
		return 2;
	}
	start_processes(&bench);
	for (int i = 0; i < PAIRS; i++) {
		bare[i] = 100 * bare_cpu(&bench);
		ours[i] = 100 * watcher_cpu(&bench, &status);
		total.ticks += status.ticks;
		total.missed += status.missed;
	}
	end_processes(&bench);
	printf("%d processes, a sample each %s, %llu ticks\n", bench.count,
	       units_format_duration(interval, bench.interval_ns), (unsigned long long)total.ticks);
	report(&bench, ours, bare, &total);
	free(bench.pids);
	return 0;
}
