/*
 * What it costs to find descendants, and processes by name, in a real watcher: a family of 200
 * among 1,000 others, its CPU with the search less its CPU without. Usage: bench_family SECONDS,
 * with memwatchd in $O.
 */
#include "base/clock.h"
#include "base/units.h"
#include "bench/figure.h"
#include "wire/control.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OTHERS 1000
#define BRANCHES 10
#define LEAVES 19 /* a branch: with the branches and the root, a family of about 200 */
#define FAMILY (1 + BRANCHES * (1 + LEAVES))

struct bench {
	uint64_t length_ns;
	pid_t others[OTHERS];
	pid_t root;
	pid_t watcher;
	struct rundir dir;
	struct control control;
	char session[32];
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_family: %s failed\n", what);
	exit(1);
}

/* A child that ends with its parent, and has @children of its own, which have @leaves each. */
static pid_t start(int children, int leaves)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < children; i++)
		start(leaves, 0);
	for (;;)
		pause();
}

static void start_processes(struct bench *bench)
{
	for (int i = 0; i < OTHERS; i++)
		bench->others[i] = start(0, 0);
	bench->root = start(BRANCHES, LEAVES);
}

static void end_processes(const struct bench *bench)
{
	for (int i = 0; i < OTHERS; i++)
		kill(bench->others[i], SIGKILL);
	kill(bench->root, SIGKILL);
	while (wait(NULL) > 0)
		continue;
}

/* --- the watcher: at so long an interval that it hardly samples */

static void start_watcher(struct bench *bench)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/memwatchd", getenv("O"));
	snprintf(bench->session, sizeof bench->session, "bench-%d", (int)getpid());
	bench->watcher = fork();
	if (bench->watcher == 0) {
		execl(path, "memwatchd", "--foreground", "--session", bench->session, "--interval",
		      "60s", NULL);
		_exit(127);
	}
	if (rundir_open(&bench->dir, bench->session, true) < 0)
		fail("the session's directory");
	while (rundir_owner(&bench->dir) <= 0 && waitpid(bench->watcher, NULL, WNOHANG) == 0)
		clock_sleep_ns(10 * NS_PER_MS);
	if (control_open(&bench->control, &bench->dir) < 0)
		fail("attaching");
}

static struct reply ask(struct bench *bench, struct request request)
{
	struct reply reply;

	if (control_ask(&bench->control, &request, &reply, NULL, NULL, NULL) < 0 || !reply.ok)
		fail("a request");
	return reply;
}

static void stop_watcher(struct bench *bench)
{
	ask(bench, (struct request){ .op = REQUEST_STOP });
	control_close(&bench->control);
	if (waitpid(bench->watcher, NULL, 0) != bench->watcher)
		fail("the watcher");
}

/* Of a core, in percent, from now on. */
static double cpu(const struct bench *bench)
{
	struct timespec before, after;
	clockid_t clock;

	if (clock_getcpuclockid(bench->watcher, &clock) != 0)
		fail("reading CPU");
	clock_gettime(clock, &before);
	clock_sleep_ns(bench->length_ns);
	clock_gettime(clock, &after);
	return ((double)(after.tv_sec - before.tv_sec) * 1e9 +
		(double)(after.tv_nsec - before.tv_nsec)) /
	       (double)bench->length_ns * 100;
}

/* Each process of the family is followed, with or without a search for more; its CPU. */
static double followed_cpu(struct bench *bench, bool search)
{
	const uint64_t kind = search ? REGISTER_FAMILY : 0;
	double used;

	start_watcher(bench);
	ask(bench, (struct request){
			   .op = REQUEST_REGISTER, .pid = (uint32_t)bench->root, .since = kind });
	if (!search) { /* as many by themselves */
		for (int i = 0; i < FAMILY - 1; i++)
			ask(bench, (struct request){ .op = REQUEST_REGISTER,
						     .pid = (uint32_t)bench->others[i] });
	}
	while (ask(bench, (struct request){ .op = REQUEST_STATUS }).status.processes < FAMILY)
		clock_sleep_ns(10 * NS_PER_MS);
	clock_sleep_ns(NS_PER_S);
	used = cpu(bench);
	stop_watcher(bench);
	return used;
}

static double searched_cpu(struct bench *bench, bool search)
{
	double used;

	start_watcher(bench);
	if (search)
		ask(bench, (struct request){ .op = REQUEST_RULE, .text = "^no-such-name$" });
	clock_sleep_ns(4 * NS_PER_S); /* who is new is looked at more often */
	used = cpu(bench);
	stop_watcher(bench);
	return used;
}

int main(int argc, char **argv)
{
	static struct bench bench;
	double with, without;

	if (argc != 2 || !getenv("O") || units_parse_duration(argv[1], &bench.length_ns) < 0) {
		fputs("usage: O=build bench_family SECONDS\n", stderr);
		return 2;
	}
	start_processes(&bench);
	without = followed_cpu(&bench, false);
	with = followed_cpu(&bench, true);
	printf("a family of %d among %d others: following as many takes %.2f %% of a core\n",
	       FAMILY, OTHERS, without);
	figure_count(&(struct figure){ "family/descendants", "finding descendants, of a core", NULL,
				       "%", AT_MOST, 2 },
		     with - without);
	without = searched_cpu(&bench, false);
	with = searched_cpu(&bench, true);
	figure_count(&(struct figure){ "family/name", "looking for a name, of a core", NULL, "%",
				       AT_MOST, 1 },
		     with - without);
	end_processes(&bench);
	return 0;
}
