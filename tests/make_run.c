/*
 * Write the recording of a made-up program, the same in every run: make_run FILE [LEAK [NAME]], or
 * make_run FILE cut, which kills itself as it would close it, or make_run FILE empty, in which
 * nothing happens.
 *
 * Twenty seconds at 1 s. A process "worker" loads 100 MiB, works in three rounds and saves; each
 * round keeps LEAK MiB (0). The kernel knows a peak 10 MiB above its highest sample. A process NAME
 * ("helper"), 20 MiB, lives in the middle of that.
 */
#include "base/clock.h"
#include "session/schema.h"
#include "session/writer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_NS (5000 * NS_PER_S)
#define START_WALL_NS 1700000000000000000ULL
#define MIB (1024ULL * 1024)

enum { WORKER = 1, HELPER = 2 };

struct run {
	struct writer *writer;
	uint64_t leak; /* bytes a round */
	const char *helper;
	uint64_t seq;
	uint64_t span;
	uint64_t rss; /* of the worker */
	uint64_t max_rss;
};

static void die(const char *why)
{
	fprintf(stderr, "make_run: %s\n", why);
	exit(1);
}

static void put(struct run *run, uint64_t ms, struct record record)
{
	record.t_ns = START_NS + ms * NS_PER_MS;
	record.seq = ++run->seq;
	if (writer_add(run->writer, &record) < 0)
		die(writer_error(run->writer));
}

static void put_process(struct run *run, uint64_t ms, uint32_t line, const char *name)
{
	put(run, ms,
	    (struct record){ .type = RECORD_PROCESS,
			     .process = { .line = line,
					  .pid = 700 + line,
					  .ppid = 1,
					  .name = name,
					  .command = "./program" } });
}

static void put_end(struct run *run, uint64_t ms, uint32_t line, uint64_t last, uint64_t max,
		    uint64_t peak)
{
	put(run, ms,
	    (struct record){ .type = RECORD_END,
			     .end = { .line = line,
				      .pid = 700 + line,
				      .reason = END_EXITED,
				      .last_rss = last,
				      .max_rss = max,
				      .peak_rss = peak,
				      .peak_kind = peak ? PEAK_EXACT : PEAK_AT_LEAST } });
}

static void put_mark(struct run *run, uint64_t ms, const char *label)
{
	put(run, ms,
	    (struct record){ .type = RECORD_EVENT,
			     .event = { .line = WORKER,
					.rss = run->rss,
					.category = "phase",
					.label = label } });
}

/* A span of half a second that gains so much. */
static void put_span(struct run *run, uint64_t ms, const char *label, uint64_t gained)
{
	struct event event = { .line = WORKER,
			       .kind = EVENT_SPAN_BEGIN,
			       .span = ++run->span,
			       .rss = run->rss,
			       .category = "step",
			       .label = label };

	put(run, ms, (struct record){ .type = RECORD_EVENT, .event = event });
	run->rss += gained;
	event.kind = EVENT_SPAN_END;
	event.duration_ns = 500 * NS_PER_MS;
	event.rss_end = run->rss;
	put(run, ms + 500, (struct record){ .type = RECORD_EVENT, .event = event });
}

static void put_tick(struct run *run, uint64_t second)
{
	struct sample samples[] = { { WORKER, run->rss, 0 }, { HELPER, 20 * MIB, 0 } };
	size_t count = second >= 6 && second <= 14 ? 2 : 1;

	if (run->rss > run->max_rss)
		run->max_rss = run->rss;
	put(run, second * 1000,
	    (struct record){ .type = RECORD_TICK, .tick = { .samples = samples, .count = count } });
}

/* Twelve files, the largest first. */
static void put_inspection(struct run *run, uint64_t ms)
{
	char name[] = "/data/x";

	for (uint32_t i = 0; i < 12; i++) {
		const uint64_t bytes = (12 - i) * MIB;

		name[6] = (char)('a' + i);
		put(run, ms,
		    (struct record){ .type = RECORD_INSPECTION,
				     .inspection = { .line = WORKER,
						     .number = 1,
						     .place = i,
						     .kinds = 12,
						     .kind = MEMORY_FILE,
						     .name = name,
						     .use = { 2, 2 * bytes, bytes, bytes / 2,
							      bytes / 4, i * 4096, 0 } } });
	}
}

static void put_second(struct run *run, uint64_t second)
{
	uint64_t ms = second * 1000;

	if (second == 0)
		put_process(run, ms, WORKER, "worker");
	if (second == 6)
		put_process(run, ms, HELPER, run->helper);
	put_tick(run, second);
	if (second == 2)
		put_span(run, ms + 100, "load", 100 * MIB);
	else if (second == 4)
		put_mark(run, ms + 500, "loaded");
	else if (second == 6 || second == 9 || second == 12)
		put_span(run, ms + 100, "round", run->leak);
	else if (second == 11)
		put_inspection(run, ms + 500);
	else if (second == 14)
		put_end(run, ms + 500, HELPER, 20 * MIB, 20 * MIB, 21 * MIB);
	else if (second == 15)
		put_mark(run, ms + 500, "rounds done");
	else if (second == 18)
		run->rss -= 50 * MIB;
	else if (second == 20)
		put_end(run, ms + 500, WORKER, run->rss, run->max_rss, run->max_rss + 10 * MIB);
}

int main(int argc, char **argv)
{
	const struct session_info session = { .name = "nightly",
					      .host = "host",
					      .pid = 600,
					      .interval_ns = NS_PER_S,
					      .start_ns = START_NS,
					      .start_wall_ns = START_WALL_NS };
	struct run run = { .rss = 10 * MIB };
	char why[TEXT_WHY];
	const char *how;

	if (argc < 2 || argc > 4)
		die("usage: make_run FILE [LEAK [NAME] | cut | empty]");
	how = argc > 2 ? argv[2] : "0";
	run.leak = strtoull(how, NULL, 10) * MIB;
	run.helper = argc > 3 ? argv[3] : "helper";
	if (writer_open(&run.writer, argv[1], true, &session, why) < 0)
		die(why);
	for (uint64_t second = 0; second <= 20 && strcmp(how, "empty") != 0; second++)
		put_second(&run, second);
	if (strcmp(how, "cut") == 0 && writer_commit(run.writer) == 0)
		raise(SIGKILL);
	if (writer_close(run.writer, START_WALL_NS + 21 * NS_PER_S, why) < 0)
		die(why);
	return 0;
}
