/*
 * A session of every kind of record, for the views that print them one by one.
 */
#ifndef TESTS_VIEW_SAMPLES_H
#define TESTS_VIEW_SAMPLES_H

#include "base/clock.h"
#include "plotter/view.h"
#include "tests/check.h"

#include <stdlib.h>

#define SAMPLE_START_NS (5000 * NS_PER_S)
#define SAMPLE_AT(ms) (SAMPLE_START_NS + (ms)*NS_PER_MS)
#define SAMPLE_MIB (1024 * 1024ULL)

static const struct sample sample_first[] = { { 1, 10 * SAMPLE_MIB, 0 },
					      { 2, 1536 * SAMPLE_MIB, 0 },
					      { 9, 1, 0 } };
static const struct sample sample_second[] = { { 1, 12 * SAMPLE_MIB + 512 * 1024, 0 },
					       { 2, 1535 * SAMPLE_MIB, 0 } };
static const struct sample sample_third[] = { { 2, 0, 0 } };

#define SAMPLE_TICK(ms, list)                                                                      \
	{                                                                                          \
		.t_ns = SAMPLE_AT(ms), .type = RECORD_TICK, .tick = {                              \
			.count = sizeof(list) / sizeof((list)[0]),                                 \
			.samples = (list)                                                          \
		}                                                                                  \
	}
#define SAMPLE_PROCESS(ms, ...)                                                                    \
	{                                                                                          \
		.t_ns = SAMPLE_AT(ms), .type = RECORD_PROCESS, .process = { __VA_ARGS__ }          \
	}
#define SAMPLE_EVENT(ms, ...)                                                                      \
	{                                                                                          \
		.t_ns = SAMPLE_AT(ms), .type = RECORD_EVENT, .event = { __VA_ARGS__ }              \
	}
#define SAMPLE_END(ms, ...)                                                                        \
	{                                                                                          \
		.t_ns = SAMPLE_AT(ms), .type = RECORD_END, .end = { __VA_ARGS__ }                  \
	}
#define SAMPLE_LIMIT(ms, ...)                                                                      \
	{                                                                                          \
		.t_ns = SAMPLE_AT(ms), .type = RECORD_LIMIT, .limit = { __VA_ARGS__ }              \
	}
#define SAMPLE_INSPECTION(ms, ...)                                                                 \
	{                                                                                          \
		.t_ns = SAMPLE_AT(ms), .type = RECORD_INSPECTION, .inspection = { __VA_ARGS__ }    \
	}

static const struct record sample_records[] = {
	SAMPLE_PROCESS(0, .line = 1, .pid = 4321, .ppid = 1, .name = "recorder",
		       .command = "./recorder --leak"),
	SAMPLE_PROCESS(1, .line = 2, .pid = 99, .ppid = 4321, .name = "録画\x1b[2J\xff",
		       .command = "\"quoted\\\" \t\x7f"),
	SAMPLE_LIMIT(2, LINE_SESSION, LIMIT_MACHINE, 16384 * SAMPLE_MIB, 4000 * SAMPLE_MIB),
	SAMPLE_LIMIT(3, 1, LIMIT_CGROUP, 512 * SAMPLE_MIB, 100 * SAMPLE_MIB),
	SAMPLE_TICK(100, sample_first),
	SAMPLE_EVENT(150, .line = 1, .rss = 11 * SAMPLE_MIB, .category = "camera",
		     .label = "recording started"),
	SAMPLE_EVENT(160, .line = 1, .kind = EVENT_SPAN_BEGIN, .span = 1, .rss = 11 * SAMPLE_MIB,
		     .category = "I/O", .label = "read"),
	SAMPLE_TICK(200, sample_second),
	SAMPLE_EVENT(210, .line = 1, .kind = EVENT_SPAN_END, .span = 1,
		     .duration_ns = 50 * NS_PER_MS, .rss = 11 * SAMPLE_MIB,
		     .rss_end = 12 * SAMPLE_MIB, .category = "I/O", .label = "read"),
	SAMPLE_EVENT(220, .line = LINE_SESSION, .category = "", .label = "battery \xc2\x9b low\n"),
	SAMPLE_PROCESS(230, .line = 2, .pid = 99, .ppid = 4321, .name = "child",
		       .command = "./child"),
	SAMPLE_LIMIT(240, 1, LIMIT_CGROUP, 0, 0),
	SAMPLE_INSPECTION(
		250, .line = 1, .number = 7, .place = 0, .kinds = 2, .kind = MEMORY_FILE,
		.name = "/tmp/\x1b[2J\xff (deleted)",
		.use = { 3, 64 * SAMPLE_MIB, 8 * SAMPLE_MIB, 4 * SAMPLE_MIB, SAMPLE_MIB, 4096, 0 }),
	SAMPLE_INSPECTION(
		250, .line = 1, .number = 7, .place = 1, .kinds = 2, .kind = MEMORY_HUGETLB,
		.name = "",
		.use = { .mappings = 1, .size = 2 * SAMPLE_MIB, .hugetlb = 2 * SAMPLE_MIB }),
	SAMPLE_INSPECTION(260, .line = 1, .number = 8, .name = ""),
	SAMPLE_TICK(300, sample_third),
	{ .t_ns = SAMPLE_AT(650),
	  .type = RECORD_GAP,
	  .gap = { .reason = GAP_MISSED,
		   .from_ns = SAMPLE_AT(400),
		   .to_ns = SAMPLE_AT(600),
		   .count = 3 } },
	SAMPLE_END(700, .line = 1, .pid = 4321, .reason = END_EXITED, .code = 7,
		   .last_rss = 12 * SAMPLE_MIB, .max_rss = 13 * SAMPLE_MIB,
		   .peak_rss = 20 * SAMPLE_MIB),
	SAMPLE_END(800, .line = 2, .pid = 99, .reason = END_KILLED, .code = 9, .last_rss = 0,
		   .max_rss = 1536 * SAMPLE_MIB),
	SAMPLE_EVENT(690, .line = 1, .rss = 0, .category = "", .label = "its last words"),
};

/*
 * All that @view writes of the sample records, a record a frame, then of a notice that comes and
 * goes; to be freed. The results of draw are checked.
 */
static inline char *sample_output(const struct view *view, const char *title)
{
	const size_t count = sizeof(sample_records) / sizeof(sample_records[0]);
	const struct session_info session = { .name = "test",
					      .interval_ns = 100 * NS_PER_MS,
					      .start_ns = SAMPLE_START_NS,
					      .start_wall_ns = 1700000000123456789ULL };
	struct history *history = history_new(&session);
	struct view_frame frame = { .history = history, .notice = "" };
	struct view_options options = { .title = title };
	char *output = NULL;
	size_t size;
	void *state;

	options.out = open_memstream(&output, &size);
	CHECK_EQ_I64(view->open(&state, &options), 0);
	for (size_t i = 0; i < count + 3; i++) {
		frame.records = i < count ? &sample_records[i] : NULL;
		frame.count = i < count ? 1 : 0;
		frame.now_ns = SAMPLE_AT(900 + i);
		frame.notice = i >= count && i < count + 2 ? "watcher gone, waiting" : "";
		if (frame.count)
			history_add(history, frame.records);
		CHECK_EQ_I64(view->draw(state, &frame), VIEW_STAY);
	}
	view->close(state);
	fclose(options.out);
	history_free(history);
	return output;
}

/* Whether @output is what the file tests/golden/@name has, and where it differs first. */
static inline void check_golden(const char *output, const char *name)
{
	const char *root = getenv("ROOT");
	char path[512];
	char line[960];
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/golden/%s", root ? root : ".", name);
	file = fopen(path, "r");
	if (!CHECK(file))
		return;
	while (fgets(line, sizeof(line), file)) {
		size_t length = strlen(line);
		char got[sizeof(line)];

		snprintf(got, sizeof(got), "%.*s", (int)length, output);
		if (!CHECK_EQ_STR(got, line))
			break;
		output += length;
	}
	CHECK_EQ_STR(output, "");
	fclose(file);
}

/* What @view says once nobody reads its output. */
static inline int sample_broken_pipe(const struct view *view, FILE *out)
{
	const struct session_info session = { .start_ns = SAMPLE_START_NS };
	struct history *history = history_new(&session);
	struct view_frame frame = {
		.history = history, .records = sample_records, .count = 1, .notice = ""
	};
	struct view_options options = { .title = "", .out = out };
	void *state;
	int result;

	CHECK_EQ_I64(view->open(&state, &options), 0);
	result = view->draw(state, &frame);
	view->close(state);
	history_free(history);
	return result;
}

#endif
