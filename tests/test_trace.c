/* The session file: what a writer is given comes out of a reader again, record by record. */
#include "base/clock.h"
#include "tests/check.h"
#include "session/reader.h"
#include "session/writer.h"

#include <stdlib.h>
#include <unistd.h>

#define START 5000000000ULL
#define INTERVAL (100 * NS_PER_MS)

/* --- records as text, one a line */

struct text {
	char *bytes;
	size_t size;
	FILE *file;
};

static void text_open(struct text *text)
{
	*text = (struct text){ 0 };
	text->file = open_memstream(&text->bytes, &text->size);
}

static const char *text_get(struct text *text)
{
	fflush(text->file);
	return text->bytes;
}

static void text_close(struct text *text)
{
	fclose(text->file);
	free(text->bytes);
}

static void print_event(FILE *out, const struct event *event)
{
	fprintf(out,
		"event %u kind %d span %" PRIu64 " for %" PRIu64 " rss %" PRIu64 " %" PRIu64
		" [%s] [%s] %s\n",
		event->line, event->kind, event->span, event->duration_ns, event->rss,
		event->rss_end, event->category, event->label, event->unfinished ? "cut" : "");
}

static void print_record(void *arg, const struct record *record)
{
	FILE *out = arg;

	if (record->type == RECORD_PEAK)
		return;
	fprintf(out, "%" PRIi64 " ", (int64_t)(record->t_ns - START));
	switch (record->type) {
	case RECORD_TICK:
		fprintf(out, "tick %" PRIu64, record->tick.missed);
		for (size_t i = 0; i < record->tick.count; i++)
			fprintf(out, " %u=%" PRIu64 "/%" PRIu64, record->tick.samples[i].line,
				record->tick.samples[i].rss, record->tick.samples[i].shared);
		fputc('\n', out);
		break;
	case RECORD_EVENT:
		print_event(out, &record->event);
		break;
	case RECORD_PROCESS:
		fprintf(out, "process %u pid %u of %u %" PRIu64 " [%s] [%s]\n",
			record->process.line, record->process.pid, record->process.ppid,
			record->process.start_ticks, record->process.name, record->process.command);
		break;
	case RECORD_END:
		fprintf(out, "end %u pid %u %d %d %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
			record->end.line, record->end.pid, record->end.reason, record->end.code,
			record->end.last_rss, record->end.max_rss, record->end.peak_rss);
		break;
	case RECORD_GAP:
		fprintf(out, "gap %u %s %" PRIu64 " %" PRIu64 " x %" PRIu64 "\n", record->gap.line,
			gap_reason_text(record->gap.reason), record->gap.from_ns, record->gap.to_ns,
			record->gap.count);
		break;
	default:
		break;
	case RECORD_LIMIT:
		fprintf(out, "limit %u %d %" PRIu64 " %" PRIu64 "\n", record->limit.line,
			record->limit.kind, record->limit.limit, record->limit.used);
		break;
	}
}

/* --- a session being made */

struct made {
	struct writer *writer;
	struct text text;
	char path[64];
	uint64_t seq;
	uint64_t missed;
};

static const struct session_info session = {
	.name = "made",
	.host = "here",
	.pid = 99,
	.interval_ns = INTERVAL,
	.start_ns = START,
	.start_wall_ns = 1700000000 * NS_PER_S,
};

static bool made_open(struct made *made)
{
	const char *dir = getenv("TMPDIR");
	char why[TEXT_WHY] = "";

	*made = (struct made){ 0 };
	snprintf(made->path, sizeof made->path, "%s/made.mwdb", dir ? dir : "/tmp");
	unlink(made->path);
	text_open(&made->text);
	if (CHECK(writer_open(&made->writer, made->path, false, &session, why) == 0))
		return true;
	puts(why);
	return false;
}

static void add(struct made *made, struct record *record, uint64_t t_ns)
{
	record->seq = ++made->seq;
	record->t_ns = START + t_ns;
	CHECK(writer_add(made->writer, record) == 0);
	print_record(made->text.file, record);
}

static void add_tick(struct made *made, uint64_t t_ns, const struct sample *samples, size_t count)
{
	struct record record = { .type = RECORD_TICK };

	record.tick = (struct tick){ made->missed, count, samples, false };
	if (count)
		add(made, &record, t_ns);
}

static void add_missed(struct made *made, uint64_t from_ns, uint64_t to_ns, uint64_t count)
{
	struct record record = { .type = RECORD_GAP };

	made->missed += count;
	record.gap = (struct gap){ 0, GAP_MISSED, START + from_ns, START + to_ns, count };
	add(made, &record, to_ns);
}

static void add_process(struct made *made, uint64_t t_ns, uint32_t line, const char *name)
{
	struct record record = { .type = RECORD_PROCESS };

	record.process = (struct process){ line, 1000 + line, 1, 7700 + line, name, "a command" };
	add(made, &record, t_ns);
}

static void add_event(struct made *made, uint64_t t_ns, struct event event)
{
	add(made, &(struct record){ .type = RECORD_EVENT, .event = event }, t_ns);
}

static void add_limit(struct made *made, uint64_t t_ns, struct limit limit)
{
	add(made, &(struct record){ .type = RECORD_LIMIT, .limit = limit }, t_ns);
}

static void add_end(struct made *made, uint64_t t_ns, uint32_t line, uint64_t last, uint64_t max)
{
	struct record record = { .type = RECORD_END };

	record.end =
		(struct end){ line, 1000 + line, END_KILLED, 9, last, max, max + 4096, PEAK_EXACT };
	add(made, &record, t_ns);
}

/* The first line that differs is told. */
static void check_lines(const char *got, const char *expected)
{
	char lines[2][256];

	while (*got || *expected) {
		size_t got_length = strcspn(got, "\n");
		size_t expected_length = strcspn(expected, "\n");

		snprintf(lines[0], sizeof lines[0], "%.*s", (int)got_length, got);
		snprintf(lines[1], sizeof lines[1], "%.*s", (int)expected_length, expected);
		if (!CHECK_EQ_STR(lines[0], lines[1]))
			return;
		got += got_length + (got[got_length] != '\0');
		expected += expected_length + (expected[expected_length] != '\0');
	}
}

/* Close it, read it again, and compare. */
static void made_check(struct made *made)
{
	struct reader_query query = { .every = true };
	char why[TEXT_WHY] = "";
	struct reader *reader;
	struct text read;

	CHECK(writer_close(made->writer, session.start_wall_ns + 9, why) == 0);
	text_open(&read);
	if (CHECK(reader_open(&reader, made->path, why) == 0)) {
		CHECK(reader_read(reader, &query, print_record, read.file) == 0);
		check_lines(text_get(&read), text_get(&made->text));
		CHECK_EQ_U64(reader_info(reader)->end_wall_ns, session.start_wall_ns + 9);
		reader_close(reader);
	} else {
		puts(why);
	}
	text_close(&read);
	text_close(&made->text);
}

/* --- tests */

static void what_was_recorded_is_read(void)
{
	struct sample first = { 1, 4096, 0 }, second[] = { { 1, 4096, 0 }, { 2, 8192, 0 } };
	struct made made;

	if (!made_open(&made))
		return;
	add_limit(&made, 9, (struct limit){ LINE_SESSION, LIMIT_MACHINE, 1UL << 40, INT64_MAX });
	add_process(&made, 30 * NS_PER_MS, 1, "one");
	add_tick(&made, 30 * NS_PER_MS + 1, &first, 1);
	add_limit(&made, 30 * NS_PER_MS + 2, (struct limit){ 1, LIMIT_CGROUP, 1 << 20, 4096 });
	add_tick(&made, INTERVAL, &first, 1);
	add_event(&made, INTERVAL + 5,
		  (struct event){ .line = 1, .rss = 4096, .category = "I/O", .label = "\"'\n<" });
	add_event(&made, INTERVAL + 6,
		  (struct event){ .kind = EVENT_MARK, .category = "", .label = "the session's" });
	add_tick(&made, 2 * INTERVAL, &first, 1);
	add_process(&made, 2 * INTERVAL + 1, 2, "two");
	add_tick(&made, 2 * INTERVAL + 2, &second[1], 1);
	add_tick(&made, 3 * INTERVAL, second, 2);
	add_process(&made, 3 * INTERVAL + 1, 2, "two, renamed");
	add_tick(&made, 4 * INTERVAL, second, 2);
	add_limit(&made, 4 * INTERVAL + 3, (struct limit){ 1, LIMIT_CGROUP, 0, 0 });
	add_end(&made, 4 * INTERVAL + 7, 1, 4096, 4096);
	second[1].rss = 12288;
	add_tick(&made, 5 * INTERVAL, &second[1], 1);
	made_check(&made);
}

static void ticks_that_were_missed_late_or_empty_are_none(void)
{
	struct sample both[] = { { 1, 4096, 0 }, { 2, 8192, 0 } };
	struct made made;

	if (!made_open(&made))
		return;
	add_process(&made, 1, 1, "one");
	add_tick(&made, 2, both, 1);
	add_process(&made, 3, 2, "two");
	add_tick(&made, 4, both + 1, 1);
	add_tick(&made, 1 * INTERVAL, both, 2);
	add_missed(&made, 1 * INTERVAL, 4 * INTERVAL, 2);
	add_tick(&made, 4 * INTERVAL, both, 2);
	add_tick(&made, 5 * INTERVAL + 40 * NS_PER_MS, both, 2); /* late */
	add_tick(&made, 6 * INTERVAL, both, 2);
	add_missed(&made, 6 * INTERVAL, 8 * INTERVAL + 9 * NS_PER_MS, 1); /* and late */
	add_tick(&made, 8 * INTERVAL + 9 * NS_PER_MS, both, 2);
	add_tick(&made, 9 * INTERVAL, both + 1, 1); /* one shows no memory */
	add_tick(&made, 10 * INTERVAL, both, 2);
	/* at 11 and 12 none does */
	add_tick(&made, 13 * INTERVAL, both, 2);
	/* at 14 none does, 15 is missed */
	add_missed(&made, 14 * INTERVAL, 16 * INTERVAL, 1);
	add_tick(&made, 16 * INTERVAL, both, 2);
	add_tick(&made, 17 * INTERVAL, both, 2);
	/* 18 is missed; at 19, which is late, none does */
	add_missed(&made, 17 * INTERVAL, 19 * INTERVAL + 9 * NS_PER_MS, 1);
	add_tick(&made, 20 * INTERVAL, both, 2);
	/* at 21 and 22 they are dying */
	add_end(&made, 22 * INTERVAL + 50, 1, 4096, 4096);
	add_end(&made, 22 * INTERVAL + 51, 2, 8192, 8192);
	made_check(&made);
}

static void spans_are_ended_by_their_process_or_its_death(void)
{
	struct sample sample = { 1, 4096, 0 };
	struct event outer = { .line = 1,
			       .kind = EVENT_SPAN_BEGIN,
			       .span = 7,
			       .rss = 4096,
			       .category = "I/O",
			       .label = "outer" };
	struct event inner = { .line = 1,
			       .kind = EVENT_SPAN_BEGIN,
			       .span = 8,
			       .rss = 4096,
			       .category = "I/O",
			       .label = "inner" };
	struct event cut = { .line = 1,
			     .kind = EVENT_SPAN_BEGIN,
			     .span = 9,
			     .rss = 4096,
			     .category = "",
			     .label = "cut" };
	struct made made;

	if (!made_open(&made))
		return;
	add_process(&made, 1, 1, "one");
	add_tick(&made, 2, &sample, 1);
	add_event(&made, 10, outer);
	add_event(&made, 20, inner);
	add_event(&made, 30, cut);
	inner.kind = EVENT_SPAN_END;
	inner.duration_ns = 20;
	inner.rss_end = 9000;
	add_event(&made, 40, inner);
	cut.span = 10;
	add_event(&made, 50, cut);
	outer.kind = EVENT_SPAN_END;
	outer.duration_ns = 50;
	add_event(&made, 60, outer);
	cut.kind = EVENT_SPAN_END;
	cut.unfinished = true;
	cut.label = "cut (unfinished)";
	cut.rss_end = 4096;
	cut.duration_ns = 30;
	add_event(&made, 80, cut);
	cut.span = 9;
	cut.duration_ns = 50;
	add_event(&made, 80, cut);
	add_end(&made, 80, 1, 4096, 4096);
	made_check(&made);
}

/* What a session made by chance has so far. */
struct chance {
	struct made made;
	struct sample now[40]; /* by line */
	uint64_t shown[40];    /* the last that a tick showed */
	bool alive[40];
	uint32_t lines;
	uint64_t last_n; /* of the last tick that was taken, and when */
	uint64_t last_ns;
};

static void come_and_go(struct chance *chance, uint64_t t_ns)
{
	if (chance->lines < 39 && rand() % 8 == 0) {
		uint32_t line = ++chance->lines;

		chance->now[line] =
			(struct sample){ line, 4096u * (unsigned)(rand() % 9 + 1), 4096 };
		chance->shown[line] = chance->now[line].rss;
		chance->alive[line] = true;
		add_process(&chance->made, t_ns, line, "x");
		add_tick(&chance->made, t_ns + 1, &chance->now[line], 1);
	}
	for (uint32_t i = 1; i <= chance->lines; i++) {
		if (!chance->alive[i] || rand() % 60)
			continue;
		chance->alive[i] = false;
		add_end(&chance->made, t_ns + 10 + i, i, chance->shown[i], 1 << 20);
	}
}

static void take_tick(struct chance *chance, uint64_t n)
{
	uint64_t t_ns = n * INTERVAL + (rand() % 20 == 0 ? 2 * NS_PER_MS : 0);
	struct sample samples[40];
	size_t count = 0;

	if (n - chance->last_n > 1)
		add_missed(&chance->made, chance->last_ns, t_ns, n - chance->last_n - 1);
	chance->last_n = n;
	chance->last_ns = t_ns;
	for (uint32_t i = 1; i <= chance->lines; i++) {
		if (rand() % 3 == 0)
			chance->now[i].rss = 4096u * (unsigned)(rand() % 9 + 1);
		if (rand() % 4 == 0)
			chance->now[i].shared = 1024u * (unsigned)(rand() % 4);
		if (!chance->alive[i] || rand() % 25 == 0)
			continue;
		samples[count++] = chance->now[i];
		chance->shown[i] = chance->now[i].rss;
	}
	add_tick(&chance->made, t_ns, samples, count);
}

/* Any session that a sampler could make. */
static void any_session(unsigned seed)
{
	static struct chance chance;

	chance = (struct chance){ 0 };
	srand(seed);
	if (!made_open(&chance.made))
		return;
	for (uint64_t n = 1; n < 300; n++) {
		come_and_go(&chance, (n - 1) * INTERVAL + 3 * NS_PER_MS);
		if (rand() % 15)
			take_tick(&chance, n);
	}
	made_check(&chance.made);
}

static void any_session_is_read_as_it_was(void)
{
	for (unsigned seed = 1; seed <= 20; seed++)
		any_session(seed);
}

static const struct check_test tests[] = {
	CHECK_TEST(what_was_recorded_is_read),
	CHECK_TEST(ticks_that_were_missed_late_or_empty_are_none),
	CHECK_TEST(spans_are_ended_by_their_process_or_its_death),
	CHECK_TEST(any_session_is_read_as_it_was),
};

CHECK_MAIN(tests)
