/* What is exported of a recording is what the json view printed of the same records. */
#include "tests/view_samples.h"
#include "export/export.h"
#include "session/writer.h"

#include <unistd.h>

/* The last of the samples comes too late for its time: a file puts it where it belongs. */
#define RECORDS (sizeof sample_records / sizeof *sample_records - 1)

static const struct session_info session = { .name = "test",
					     .interval_ns = 100 * NS_PER_MS,
					     .start_ns = SAMPLE_START_NS,
					     .start_wall_ns = 1700000000123456789ULL };

/* As a watcher would tell them: no sample of a line that never began, ticks at
 * their deadlines, at an end the last sample. */
static struct record told(size_t i)
{
	struct record record = sample_records[i];

	record.seq = i + 1;
	if (record.type == RECORD_TICK && record.tick.count == 3)
		record.tick.count--;
	if (record.type == RECORD_GAP) {
		record.type = RECORD_TICK;
		record.t_ns = SAMPLE_AT(400);
		record.tick = (struct tick){ .count = 1, .samples = &sample_third[0] };
	}
	if (record.type == RECORD_END && record.end.line == 1)
		record.end.last_rss = sample_second[0].rss;
	return record;
}

static void check_view(struct view_frame *frame, void *state)
{
	for (size_t i = 0; i < RECORDS; i++) {
		struct record record = told(i);

		frame->records = &record;
		history_add((struct history *)frame->history, frame->records);
		CHECK_EQ_I64(view_json.draw(state, frame), VIEW_STAY);
	}
}

/* To be freed. */
static char *live_output(void)
{
	struct history *history = history_new(&session);
	struct view_frame frame = { .history = history, .count = 1, .notice = "" };
	struct view_options options = { .title = "" };
	char *output = NULL;
	size_t size;
	void *state;

	options.out = open_memstream(&output, &size);
	CHECK_EQ_I64(view_json.open(&state, &options), 0);
	check_view(&frame, state);
	view_json.close(state);
	fclose(options.out);
	history_free(history);
	return output;
}

static void write_recording(const char *path)
{
	struct writer *writer;
	char why[TEXT_WHY] = "";

	CHECK_EQ_I64(writer_open(&writer, path, true, &session, why), 0);
	for (size_t i = 0; i < RECORDS; i++) {
		struct record record = told(i);

		CHECK_EQ_I64(writer_add(writer, &record), 0);
	}
	CHECK_EQ_I64(writer_close(writer, session.start_wall_ns + NS_PER_S, why), 0);
	CHECK_EQ_STR(why, "");
}

/* To be freed. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!CHECK(file))
		return NULL;
	CHECK(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	return text;
}

/* To be freed. */
static char *exported_output(const char *path)
{
	const struct export_options options = { .title = "" };
	char target[512], why[TEXT_WHY] = "";
	struct reader *reader = NULL;

	snprintf(target, sizeof target, "%s.jsonl", path);
	CHECK_EQ_I64(reader_open(&reader, path, why), 0);
	CHECK_EQ_I64(export_file(reader, export_find(target), &options, target, why), 0);
	CHECK_EQ_STR(why, "");
	reader_close(reader);
	return read_file(target);
}

static void check_lines(char *got, char *expected)
{
	char *line, *expected_line;

	while ((expected_line = strsep(&expected, "\n")) != NULL) {
		line = strsep(&got, "\n");
		if (!CHECK_EQ_STR(line ? line : "(nothing)", expected_line))
			return;
	}
	CHECK(!got);
}

static void a_recording_is_exported_as_it_was_shown(void)
{
	const char *directory = getenv("TMPDIR");
	char path[256];
	char *live, *exported;

	snprintf(path, sizeof path, "%s/shown.mwdb", directory ? directory : "/tmp");
	write_recording(path);
	live = live_output();
	exported = exported_output(path);
	if (CHECK(live && exported))
		check_lines(exported, live);
	free(live);
	free(exported);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_recording_is_exported_as_it_was_shown),
};

CHECK_MAIN(tests)
