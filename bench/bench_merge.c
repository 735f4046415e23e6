/*
 * Events from one process end to end: emitted at a rate, by the clock, pushed, received and merged
 * by a whole watcher. How many were dropped, for a ring of each size; then, with the largest, the
 * rate that a program reaches that waits for room, which is what the watcher can bear, beside the
 * same events sent from one process to another in a nanomsg message each; and a recording. Usage:
 * bench_merge RATE SECONDS, with memwatchd in $O.
 */
#include "base/clock.h"
#include "base/units.h"
#include "bench/figure.h"
#include "client/memwatch.h"
#include "session/reader.h"
#include "wire/control.h"

#include <nanomsg/nn.h>
#include <nanomsg/pipeline.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BURST 1000

/* Events a second that are to reach a file. */
#define RECORDED_RATE 300000

#define PAIRS 3
#define PAIR_SECONDS 3
#define BARE_MESSAGES 500000

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

/* --- the peer: a message an event */

static void send_messages(const char *url)
{
	static const char event[40] = "finished reading";
	int socket = nn_socket(AF_SP, NN_PUSH);
	int linger = 10000;

	nn_setsockopt(socket, NN_SOL_SOCKET, NN_LINGER, &linger, sizeof linger);
	if (socket < 0 || nn_connect(socket, url) < 0)
		_exit(1);
	for (int i = 0; i < BARE_MESSAGES; i++) {
		if (nn_send(socket, event, sizeof event, 0) < 0)
			_exit(1);
	}
	pause(); /* nanomsg drops what is on its way when a sender ends */
	_exit(0);
}

/* In a process of its own, since nanomsg's threads stay: nanoseconds an event. */
static double bare_ns(const struct bench *bench)
{
	char url[sizeof bench->dir.path + 32], buffer[64];
	uint64_t start_ns = 0;
	int socket = nn_socket(AF_SP, NN_PULL);
	pid_t sender;

	snprintf(url, sizeof url, "ipc://%s/bare.ipc", bench->dir.path);
	if (socket < 0 || nn_bind(socket, url) < 0)
		fail("nn_bind");
	sender = fork();
	if (sender == 0) {
		char *argv[] = { "bench_merge", "--send", url, NULL };

		execv("/proc/self/exe", argv);
		_exit(127);
	}
	for (int i = 0; i < BARE_MESSAGES; i++) {
		if (nn_recv(socket, buffer, sizeof buffer, 0) < 0)
			fail("nn_recv");
		if (i == 0)
			start_ns = clock_mono_ns();
	}
	start_ns = clock_mono_ns() - start_ns;
	kill(sender, SIGKILL);
	waitpid(sender, NULL, 0);
	nn_close(socket);
	return (double)start_ns / BARE_MESSAGES;
}

static double bare_apart_ns(const struct bench *bench)
{
	double ns = 0;
	int pipes[2];
	pid_t pid;

	if (pipe(pipes) < 0)
		fail("pipe");
	pid = fork();
	if (pid == 0) {
		ns = bare_ns(bench);
		_exit(write(pipes[1], &ns, sizeof ns) == sizeof ns ? 0 : 1);
	}
	close(pipes[1]);
	if (read(pipes[0], &ns, sizeof ns) != sizeof ns)
		fail("a message an event");
	close(pipes[0]);
	waitpid(pid, NULL, 0);
	return ns;
}

/* --- the figures */

static double ns_of(const struct result *result)
{
	return (double)result->took_ns / (double)(result->emitted - result->dropped);
}

static void measure_drops(struct bench *bench)
{
	static const char *const rings[] = { "1M", "4M", "8M", "16M" };

	printf("%llu events/s from one process for %llu s, received and merged\n",
	       (unsigned long long)bench->rate, (unsigned long long)bench->seconds);
	for (size_t i = 0; i < sizeof rings / sizeof rings[0]; i++) {
		struct result result = run(bench, rings[i], 0);
		char name[32];

		snprintf(name, sizeof name, "merge/dropped-%s", rings[i]);
		figure_count(&(struct figure){ name, "events dropped", NULL, "events",
					       i == 0 ? NO_AIM : AT_MOST, 0 },
			     (double)result.dropped);
	}
}

static void measure_rate(struct bench *bench)
{
	double ours[PAIRS], bare[PAIRS];

	bench->seconds = PAIR_SECONDS;
	for (int i = 0; i < PAIRS; i++) {
		struct result result = run(bench, "64M", 500 * BURST);

		ours[i] = ns_of(&result);
		bare[i] = bare_apart_ns(bench);
	}
	figure_ratio(&(struct figure){ "merge/rate", "an event, as fast as there is room",
				       "a nanomsg message an event", "ns", AT_LEAST, 1.45 },
		     ours, bare, PAIRS);
}

static void measure_recorded(struct bench *bench)
{
	char path[sizeof bench->dir.path + 16], why[TEXT_WHY];
	struct result result;
	struct reader *reader;

	snprintf(path, sizeof path, "%s/merge.mwdb", bench->dir.path);
	bench->output = path;
	bench->rate = RECORDED_RATE;
	result = run(bench, "16M", 0);
	if (reader_open(&reader, path, why) < 0)
		fail(why);
	figure_count(&(struct figure){ "merge/recorded-lost",
				       "of 300,000 events/s, not in the file", NULL, "events",
				       AT_MOST, 0 },
		     (double)(result.emitted + 1 - reader_info(reader)->events));
	reader_close(reader);
	unlink(path);
}

int main(int argc, char **argv)
{
	struct bench bench = { 0 };

	if (argc == 3 && strcmp(argv[1], "--send") == 0)
		send_messages(argv[2]);
	if (argc != 3 || !getenv("O") || (bench.rate = strtoull(argv[1], NULL, 10)) == 0 ||
	    (bench.seconds = strtoull(argv[2], NULL, 10)) == 0) {
		fputs("usage: O=build bench_merge RATE SECONDS\n", stderr);
		return 2;
	}
	snprintf(bench.session, sizeof bench.session, "merge-%d", (int)getpid());
	setenv("MEMWATCH_SESSION", bench.session, 1);
	if (rundir_open(&bench.dir, bench.session, true) < 0)
		fail("the session's directory");
	measure_drops(&bench);
	measure_rate(&bench);
	measure_recorded(&bench);
	return 0;
}
