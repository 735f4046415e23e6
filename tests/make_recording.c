/*
 * Write a session file that is the same in every run, for the tests and the benchmarks of what
 * reads one: make_recording FILE [--long SAMPLES PROCESSES].
 *
 * The first is two seconds at 100 ms with all that makes readers stumble: texts of every kind of
 * malice, two lives of one PID, spans that nest, overlap and never end, gaps, a name that changes,
 * a process without a sample, events before and after their process's life. The long one is SAMPLES
 * samples of PROCESSES processes, of which one in four changes its value at a tick, and an event a
 * hundred ticks.
 */
#include "base/clock.h"
#include "session/schema.h"
#include "session/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_NS (1000 * NS_PER_S)
#define START_WALL_NS 1700000000123456789ULL
#define INTERVAL_NS (100 * NS_PER_MS)
#define AT(ms) (START_NS + (ms)*NS_PER_MS)
#define MIB (1024ULL * 1024)

struct output {
	struct writer *writer;
	const char *path;
	uint64_t seq;
};

static void die(const struct output *output, const char *why)
{
	fprintf(stderr, "make_recording: %s: %s\n", output->path, why);
	exit(1);
}

static void put(struct output *output, struct record record)
{
	record.seq = ++output->seq;
	if (writer_add(output->writer, &record) < 0)
		die(output, writer_error(output->writer));
}

/* --- the short one */

#define PROCESS(ms, ...)                                                                           \
	{                                                                                          \
		.t_ns = AT(ms), .type = RECORD_PROCESS, .process = { __VA_ARGS__ }                 \
	}
#define EVENT(ms, ...)                                                                             \
	{                                                                                          \
		.t_ns = AT(ms), .type = RECORD_EVENT, .event = { __VA_ARGS__ }                     \
	}
#define MARK(ms, of, bytes, type, text)                                                            \
	EVENT(ms, .line = of, .rss = bytes, .category = type, .label = text)
#define BEGIN(ms, of, id, bytes, type, text)                                                       \
	EVENT(ms, .line = of, .kind = EVENT_SPAN_BEGIN, .span = id, .rss = bytes,                  \
	      .category = type, .label = text)
#define END_SPAN(ms, of, id, from_ms, before, after, type, text)                                   \
	EVENT(ms, .line = of, .kind = EVENT_SPAN_END, .span = id,                                  \
	      .duration_ns = (ms - from_ms) * NS_PER_MS, .rss = before, .rss_end = after,          \
	      .peak_rss = after + MIB, .peak_exact = (id) % 2 == 1, .category = type,              \
	      .label = text)
#define END(ms, ...)                                                                               \
	{                                                                                          \
		.t_ns = AT(ms), .type = RECORD_END, .end = { __VA_ARGS__ }                         \
	}
#define GAP(ms, ...)                                                                               \
	{                                                                                          \
		.t_ns = AT(ms), .type = RECORD_GAP, .gap = { __VA_ARGS__ }                         \
	}
#define TICK(ms, ...)                                                                              \
	{                                                                                          \
		.t_ns = AT(ms), .type = RECORD_TICK, .tick = {                                     \
			.samples = (const struct sample[]){ __VA_ARGS__ },                         \
			.count = sizeof((const struct sample[]){ __VA_ARGS__ }) /                  \
				 sizeof(struct sample),                                            \
		}                                                                                  \
	}

#define NASTY_NAME "\"a\", </script> \xe9\x8c\xb2\xe7\x94\xbb \x1b[2J\xff"

static const struct record records[] = {
	PROCESS(0, .line = 1, .pid = 4321, .ppid = 1, .start_ticks = 7000, .name = "recorder",
		.command = "./recorder --leak"),
	TICK(0, { 1, 10 * MIB, 0 }),
	PROCESS(1, .line = 2, .pid = 99, .ppid = 4321, .start_ticks = 7100, .name = NASTY_NAME,
		.command = "sh -c \"echo '$(id)'\"; `id`\n\ttwo\x7f"),
	TICK(1, { 2, 1536 * MIB, 0 }),
	TICK(100, { 1, 10 * MIB, 0 }, { 2, 1536 * MIB, 0 }),
	MARK(150, 1, 11 * MIB, "camera", "recording started"),
	BEGIN(160, 1, 1, 11 * MIB, "I/O", "read"),
	MARK(170, 1, 11 * MIB, "", "=HYPERLINK(\"http://x.test\",\"click\")"),
	BEGIN(180, 1, 2, 11 * MIB, "I/O", "parse, \"nested\""),
	TICK(200, { 1, 12 * MIB, 0 }, { 2, 1535 * MIB, 0 }),
	MARK(205, 2, 1535 * MIB, "", "@SUM(1+1)|cmd"),
	MARK(206, 2, 1535 * MIB, "-1", "+2\t"),
	END_SPAN(210, 1, 2, 180, 11 * MIB, 12 * MIB, "I/O", "parse, \"nested\""),
	BEGIN(220, 1, 3, 12 * MIB, "compute", "overlaps"),
	MARK(225, LINE_SESSION, 0, "", "battery \xc2\x9b low\nsecond line\r"),
	PROCESS(230, .line = 2, .pid = 99, .ppid = 4321, .start_ticks = 7100, .name = "child",
		.command = "./child"),
	END_SPAN(250, 1, 1, 160, 11 * MIB, 13 * MIB, "I/O", "read"),
	TICK(300, { 1, 13 * MIB, 0 }, { 2, 0, 0 }),
	MARK(310, 1, 13 * MIB, "</script>", "<script>alert(1)</script><!-- ]]> &amp;"),
	MARK(320, 1, 13 * MIB, "",
	     "\xf0\x9f\x9a\x80 launched \xe2\x80\xae"
	     "desrever"),
	MARK(330, 1, 13 * MIB, "", "\x1b]0;owned\x07 %s%n $x_1$ \\frac{} `id` $(id) 'q' a\\b"),
	MARK(340, 1, 13 * MIB, "only a category", ""),
	MARK(350, 1, 13 * MIB, "", "bad \xff\xc3 bytes"),
	GAP(600, .reason = GAP_MISSED, .from_ns = AT(400), .to_ns = AT(600), .count = 2),
	TICK(600, { 1, 20 * MIB, 0 }, { 2, 100 * MIB, 0 }),
	END_SPAN(620, 1, 3, 220, 12 * MIB, 20 * MIB, "compute", "overlaps"),
	BEGIN(630, 2, 1, 100 * MIB, "work", "cut short by its death"),
	EVENT(690, .line = 2, .kind = EVENT_SPAN_END, .span = 1, .duration_ns = 60 * NS_PER_MS,
	      .rss = 100 * MIB, .rss_end = 100 * MIB, .rss_age_ns = 90 * NS_PER_MS,
	      .peak_rss = 102 * MIB, .category = "work", .label = "cut short by its death",
	      .unfinished = true),
	END(690, .line = 2, .pid = 99, .reason = END_KILLED, .code = 9, .last_rss = 100 * MIB,
	    .max_rss = 1536 * MIB, .peak_rss = 1600 * MIB),
	TICK(700, { 1, 20 * MIB, 0 }),
	TICK(800, { 1, 20 * MIB, 0 }),
	PROCESS(850, .line = 3, .pid = 99, .ppid = 1, .start_ticks = 7185, .name = "child",
		.command = "a second life of one PID"),
	TICK(850, { 3, 5 * MIB, 0 }),
	TICK(900, { 1, 20 * MIB, 0 }, { 3, 5 * MIB, 0 }),
	MARK(890, 3, 0, "", "comes late"),
	GAP(950, .line = 3, .reason = GAP_DROPPED, .from_ns = AT(900), .to_ns = AT(950),
	    .count = 7),
	TICK(1000, { 1, 21 * MIB, 0 }, { 3, 6 * MIB, 0 }),
	BEGIN(1010, 1, 4, 21 * MIB, "", "never ends"),
	PROCESS(1020, .line = 4, .pid = 5000, .ppid = 1, .name = "gone at once", .command = ""),
	END(1030, .line = 4, .pid = 5000, .reason = END_EXITED, .code = 3),
	TICK(1100, { 1, 21 * MIB, 0 }, { 3, 6 * MIB, 0 }),
	TICK(1200, { 1, 21 * MIB, 0 }, { 3, 7 * MIB, 0 }),
	END(1250, .line = 3, .pid = 99, .reason = END_DROPPED, .last_rss = 7 * MIB,
	    .max_rss = 7 * MIB),
	MARK(1260, 3, 0, "", "after its end"),
	TICK(1300, { 1, 22 * MIB, 0 }),
	TICK(1400, { 1, 22 * MIB, 0 }),
	TICK(1500, { 1, 22 * MIB, 0 }),
	TICK(1600, { 1, 30 * MIB, 0 }),
	EVENT(1650, .line = 1, .rss = 30 * MIB, .rss_age_ns = 50 * NS_PER_MS, .category = "camera",
	      .label = "saved"),
	TICK(1700, { 1, 30 * MIB, 0 }),
	TICK(1800, { 1, 8 * MIB, 0 }),
	TICK(1900, { 1, 8 * MIB, 0 }),
	TICK(2000, { 1, 8 * MIB, 0 }),
};

static void put_short(struct output *output)
{
	for (size_t i = 0; i < sizeof records / sizeof *records; i++)
		put(output, records[i]);
}

/* --- the long one */

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void put_processes(struct output *output, struct sample *samples, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		char name[TEXT_NAME + 1];

		snprintf(name, sizeof name, "worker %u", i);
		put(output, (struct record){ .t_ns = START_NS,
					     .type = RECORD_PROCESS,
					     .process = { .line = i + 1,
							  .pid = 1000 + i,
							  .ppid = 1,
							  .name = name,
							  .command = "./worker --forever" } });
		samples[i] = (struct sample){ i + 1, (100 + i) * MIB, 0 };
	}
}

static void put_samples(struct output *output, uint64_t t_ns, const struct sample *samples,
			uint32_t count)
{
	for (uint32_t i = 0; i < count; i += TICK_SAMPLES) {
		uint32_t rest = count - i;

		put(output,
		    (struct record){
			    .t_ns = t_ns,
			    .type = RECORD_TICK,
			    .tick = { .samples = samples + i,
				      .count = rest < TICK_SAMPLES ? rest : TICK_SAMPLES } });
	}
}

static void put_mark(struct output *output, uint64_t t_ns, uint64_t rss)
{
	put(output, (struct record){ .t_ns = t_ns + NS_PER_MS,
				     .type = RECORD_EVENT,
				     .event = { .line = 1,
						.rss = rss,
						.category = "step",
						.label = "a hundred ticks" } });
}

static void put_long(struct output *output, uint64_t total, uint32_t count)
{
	struct sample *samples = calloc(count, sizeof *samples);
	uint64_t random = 7;

	if (!samples)
		die(output, "no memory");
	put_processes(output, samples, count);
	for (uint64_t tick = 0; tick * count < total; tick++) {
		uint64_t t_ns = START_NS + tick * INTERVAL_NS;

		for (uint32_t i = 0; i < count; i++) {
			if (next_random(&random) % 4 == 0)
				samples[i].rss += (next_random(&random) % 9 - 4) * 4096;
		}
		put_samples(output, t_ns, samples, count);
		if (tick % 100 == 50)
			put_mark(output, t_ns, samples[0].rss);
	}
	free(samples);
}

int main(int argc, char **argv)
{
	const struct session_info session = { .name = "test",
					      .host = "host",
					      .pid = 4000,
					      .interval_ns = INTERVAL_NS,
					      .start_ns = START_NS,
					      .start_wall_ns = START_WALL_NS };
	struct output output = { .path = argc > 1 ? argv[1] : "" };
	uint64_t total = argc == 5 ? strtoull(argv[3], NULL, 10) : 0;
	unsigned long count = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;
	char why[TEXT_WHY];

	if (argc != 2 &&
	    (argc != 5 || strcmp(argv[2], "--long") != 0 || !count || count > 100000)) {
		fprintf(stderr, "usage: make_recording FILE [--long SAMPLES PROCESSES]\n");
		return 2;
	}
	if (writer_open(&output.writer, output.path, true, &session, why) < 0)
		die(&output, why);
	if (count)
		put_long(&output, total, (uint32_t)count);
	else
		put_short(&output);
	if (writer_close(output.writer, START_WALL_NS + 2 * NS_PER_S, why) < 0)
		die(&output, why);
	return 0;
}
