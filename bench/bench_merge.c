/*
 * Events from one process end to end: emitted at a rate, by the clock, pushed, received and merged
 * by a whole watcher. How many were dropped, for a ring of each size; then, with the largest, the
 * rate that a program reaches that waits for room, which is what the watcher can bear, without and
 * with a recording. Usage:
 * bench_merge RATE SECONDS, with memwatchd in $O.
 */
#include "base/clock.h"
#include "base/units.h"
#include "client/memwatch.h"
#include "trace/reader.h"
#include "wire/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define BURST 1000

/* Events a second that are to reach a file. */
#define RECORDED_RATE 300000

struct bench {
	uint64_t rate;
	uint64_t seconds;
	char session[32];
	const char *output; /* a recording; NULL: none */
	struct rundir dir;
	pid_t watcher;
};

struct result {
	uint64_t emitted;
	uint64_t dropped;
	uint64_t took_ns; /* until the last one was merged */
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_merge: %s failed\n", what);
	exit(1);
}

static void start_watcher(struct bench *bench)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/memwatchd", getenv("O"));
	bench->watcher = fork();
	if (bench->watcher == 0) {
		execl(path, "memwatchd", "--foreground", "--session", bench->session, "--interval",
		      "100ms", bench->output ? "--output" : NULL, bench->output, "--force", NULL);
		_exit(127);
	}
	while (rundir_owner(&bench->dir) <= 0 && waitpid(bench->watcher, NULL, WNOHANG) == 0)
		clock_sleep_ns(10 * NS_PER_MS);
}

/* What it has merged. */
static uint64_t stop_watcher(const struct bench *bench)
{
	struct request status = { .op = REQUEST_STATUS }, stop = { .op = REQUEST_STOP };
	struct control control;
	struct reply reply, stopped;

	if (control_open(&control, &bench->dir) < 0 ||
	    control_ask(&control, &status, &reply, NULL, NULL, NULL) < 0 ||
	    control_ask(&control, &stop, &stopped, NULL, NULL, NULL) < 0)
		fail("asking the watcher");
	control_close(&control);
	waitpid(bench->watcher, NULL, 0);
	return reply.status.events;
}

/* --- the program that emits, in a process of its own for each ring */

static void emit_burst(struct result *result)
{
	for (int i = 0; i < BURST; i++)
		mw_event("finished reading");
	result->emitted += BURST;
}

static void emit_by_clock(const struct bench *bench, struct result *result, uint64_t start_ns)
{
	while (result->emitted < bench->rate * bench->seconds) {
		uint64_t due_ns = start_ns + result->emitted * NS_PER_S / bench->rate;

		while (clock_mono_ns() < due_ns)
			clock_sleep_ns(100 * NS_PER_US);
		emit_burst(result);
	}
}

/* As fast as there is room: never more on the way than the ring holds. */
static void emit_by_room(const struct bench *bench, struct result *result, uint64_t start_ns,
			 uint64_t room)
{
	while (clock_mono_ns() < start_ns + bench->seconds * NS_PER_S) {
		for (uint64_t i = 0; i < room / BURST; i++)
			emit_burst(result);
		if (mw_flush(10000) != 0)
			fail("mw_flush");
	}
}

static void emit(const struct bench *bench, uint64_t room, int report)
{
	struct result result = { 0 };
	uint64_t start_ns;

	mw_event("begin");
	if (mw_flush(5000) != 0)
		fail("mw_flush");
	start_ns = clock_mono_ns();
	if (room)
		emit_by_room(bench, &result, start_ns, room);
	else
		emit_by_clock(bench, &result, start_ns);
	if (mw_flush(10000) != 0)
		fail("mw_flush");
	result.took_ns = clock_mono_ns() - start_ns;
	result.dropped = mw_dropped();
	if (write(report, &result, sizeof result) != sizeof result)
		fail("write");
	_exit(0);
}

static struct result run(struct bench *bench, const char *ring, uint64_t room)
{
	struct result result;
	uint64_t merged;
	int pipes[2];

	start_watcher(bench);
	setenv("MEMWATCH_RING", ring, 1);
	if (pipe(pipes) < 0)
		fail("pipe");
	if (fork() == 0)
		emit(bench, room, pipes[1]);
	if (read(pipes[0], &result, sizeof result) != sizeof result)
		fail("emitting");
	close(pipes[0]);
	close(pipes[1]);
	merged = stop_watcher(bench);
	if (merged != result.emitted + 1 - result.dropped)
		fail("adding up what was merged and dropped");
	return result;
}

/* What of it is in the file. */
static void print_recorded(const char *path, const struct result *result)
{
	uint64_t sent = result->emitted + 1 - result->dropped;
	struct reader *reader;
	char why[TRACE_WHY];

	if (reader_open(&reader, path, why) < 0)
		fail(why);
	printf("                               %llu of %llu events in the file (aim: all)\n",
	       (unsigned long long)reader_info(reader)->events, (unsigned long long)sent);
	reader_close(reader);
	unlink(path);
}

static double rate_of(const struct result *result)
{
	return (double)(result->emitted - result->dropped) * NS_PER_S / (double)result->took_ns;
}

int main(int argc, char **argv)
{
	static const char *const rings[] = { "1M", "4M", "8M", "16M" };
	struct bench bench = { 0 };
	struct result result;
	char path[sizeof bench.dir.path + 16];

	if (argc != 3 || !getenv("O") || (bench.rate = strtoull(argv[1], NULL, 10)) == 0 ||
	    (bench.seconds = strtoull(argv[2], NULL, 10)) == 0) {
		fputs("usage: O=build bench_merge RATE SECONDS\n", stderr);
		return 2;
	}
	snprintf(bench.session, sizeof bench.session, "merge-%d", (int)getpid());
	setenv("MEMWATCH_SESSION", bench.session, 1);
	if (rundir_open(&bench.dir, bench.session, true) < 0)
		fail("the session's directory");
	printf("%llu events/s from one process for %llu s, received and merged\n",
	       (unsigned long long)bench.rate, (unsigned long long)bench.seconds);
	for (size_t i = 0; i < sizeof rings / sizeof rings[0]; i++) {
		result = run(&bench, rings[i], 0);
		printf("  a ring of %-4s               %8.0f events/s, %llu dropped (aim: none)\n",
		       rings[i], rate_of(&result), (unsigned long long)result.dropped);
	}
	result = run(&bench, "64M", 500 * BURST);
	printf("  as fast as there is room     %8.0f events/s, %llu dropped\n", rate_of(&result),
	       (unsigned long long)result.dropped);
	snprintf(path, sizeof path, "%s/merge.mwdb", bench.dir.path);
	bench.output = path;
	bench.rate = RECORDED_RATE;
	result = run(&bench, "16M", 0);
	printf("  recorded                     %8.0f events/s, %llu dropped\n", rate_of(&result),
	       (unsigned long long)result.dropped);
	print_recorded(path, &result);
	return 0;
}
