/*
 * The backlog gives records back as they came, in little room; what is too old is rolled up, with
 * the least and the most of each line kept.
 */
#include "base/clock.h"
#include "watcher/backlog.h"
#include "wire/codec.h"

#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#define LINES 10
#define TICK_NS (100 * NS_PER_MS)
#define MIB (1UL << 20)
#define PAGE 4096

static const struct backlog_bounds small = { MIB, 8 * MIB };

static void add(struct backlog *backlog, struct record *record)
{
	static unsigned char encoded[CODEC_RECORD_ROOM + TICK_SAMPLES * CODEC_SAMPLE_ROOM];
	size_t size = codec_put_record(encoded, sizeof encoded, record);

	CHECK(size > 0);
	backlog_add(backlog, record, encoded, size);
}

/* Noise, in pages. */
static uint64_t value_at(uint64_t seq, unsigned line)
{
	return (1000 + (seq * 2654435761u + line * 40503u) % 9973) * PAGE;
}

static void add_tick(struct backlog *backlog, uint64_t seq, bool changes)
{
	struct sample samples[LINES];
	struct record record = { .seq = seq, .t_ns = seq * TICK_NS, .type = RECORD_TICK };

	for (unsigned i = 0; i < LINES; i++)
		samples[i] = (struct sample){ .line = i + 1,
					      .rss = value_at(changes ? seq : 0, i),
					      .shared = (100 + seq / 1000) * PAGE };
	record.tick = (struct tick){ .count = LINES, .samples = samples };
	add(backlog, &record);
}

static void add_event(struct backlog *backlog, uint64_t seq)
{
	struct record record = { .seq = seq, .t_ns = seq * TICK_NS, .type = RECORD_EVENT };

	record.event = (struct event){ .line = 1, .category = "I/O", .label = "chunk saved" };
	add(backlog, &record);
}

/* --- reading it back */

struct seen {
	uint64_t seq;
	uint64_t ticks;
	uint64_t events;
	bool exact; /* each value is the one that was added */
	uint64_t least[LINES];
	uint64_t most[LINES];
};

static void look_at_sample(struct seen *seen, uint64_t seq, const struct sample *sample)
{
	uint32_t i = sample->line - 1;

	seen->exact = seen->exact && sample->rss == value_at(seq, i);
	if (!seen->least[i] || sample->rss < seen->least[i])
		seen->least[i] = sample->rss;
	if (sample->rss > seen->most[i])
		seen->most[i] = sample->rss;
}

static void look_at(void *arg, const struct record *record)
{
	struct seen *seen = arg;

	CHECK_EQ_U64(record->seq, seen->seq + 1);
	seen->seq = record->seq;
	if (record->type == RECORD_TICK && record->tick.reading) {
		for (size_t i = 0; i < record->tick.count; i++)
			look_at_sample(seen, record->seq, &record->tick.samples[i]);
		return;
	}
	CHECK_EQ_U64(record->t_ns, record->seq * TICK_NS);
	if (record->type == RECORD_EVENT)
		seen->events++;
	if (record->type != RECORD_TICK)
		return;
	seen->ticks++;
	CHECK_EQ_U64(record->tick.count, LINES);
	for (unsigned i = 0; i < LINES; i++) {
		CHECK_EQ_U64(record->tick.samples[i].line, i + 1);
		look_at_sample(seen, record->seq, &record->tick.samples[i]);
	}
}

/* All that comes after @since, by pieces of @size bytes, as a view asks for it. */
static struct seen read_all(const struct backlog *backlog, uint64_t since, size_t size)
{
	struct seen seen = { .seq = since, .exact = true };
	unsigned char *bytes = malloc(size + 64);
	uint64_t first, last;

	for (;;) {
		size_t got = backlog_copy(backlog, since, bytes + 32, size, &first, &last);
		size_t head;

		if (!got)
			break;
		CHECK_EQ_U64(first, since + 1);
		head = codec_put_records_head(bytes, 32, first);
		memmove(bytes + head, bytes + 32, got);
		CHECK_EQ_I64(codec_get_records(bytes, head + got, look_at, &seen), 0);
		CHECK_EQ_U64(seen.seq, last);
		since = last;
	}
	CHECK_EQ_U64(first, 0);
	free(bytes);
	return seen;
}

static void records_come_back_as_they_were(void)
{
	struct backlog *backlog = backlog_new(&small);
	struct seen seen;

	for (uint64_t seq = 1; seq <= 5000; seq++) {
		if (seq % 7 == 0)
			add_event(backlog, seq);
		else
			add_tick(backlog, seq, true);
	}
	CHECK_EQ_U64(backlog_oldest(backlog), 1);
	CHECK_EQ_U64(backlog_exact_ns(backlog), 0);
	seen = read_all(backlog, 0, 1000);
	CHECK(seen.exact);
	CHECK_EQ_U64(seen.seq, 5000);
	CHECK_EQ_U64(seen.events, 5000 / 7);
	seen = read_all(backlog, 4321, 64 * 1024);
	CHECK(seen.exact);
	CHECK_EQ_U64(seen.ticks + seen.events, 5000 - 4321);
	backlog_free(backlog);
}

static void values_that_do_not_change_cost_nothing(void)
{
	struct backlog *backlog = backlog_new(&small);
	struct seen seen;

	for (uint64_t seq = 1; seq <= 300000; seq++)
		add_tick(backlog, seq, false);
	CHECK(backlog_bytes(backlog) <= 128 * 1024);
	CHECK_EQ_U64(backlog_exact_ns(backlog), 0);
	seen = read_all(backlog, 0, 256 * 1024);
	CHECK_EQ_U64(seen.ticks, 300000);
	CHECK_EQ_U64(seen.most[3], value_at(0, 3));
	CHECK_EQ_U64(seen.least[3], value_at(0, 3));
	backlog_free(backlog);
}

/* What was added until @seq, by line. */
static void extremes_of(uint64_t from, uint64_t to, unsigned line, uint64_t *ret_least,
			uint64_t *ret_most)
{
	*ret_least = UINT64_MAX;
	*ret_most = 0;
	for (uint64_t seq = from; seq <= to; seq++) {
		uint64_t value = value_at(seq, line);

		*ret_least = value < *ret_least ? value : *ret_least;
		*ret_most = value > *ret_most ? value : *ret_most;
	}
}

static void a_day_is_rolled_up_with_its_extremes(void)
{
	const uint64_t ticks = 432000;
	const struct backlog_bounds bounds = { 4 * MIB, 64 * MIB };
	struct backlog *backlog = backlog_new(&bounds);
	struct seen seen;

	for (uint64_t seq = 1; seq <= ticks; seq++)
		add_tick(backlog, seq, true);
	CHECK(backlog_bytes(backlog) <= 4 * MIB);
	CHECK_EQ_U64(backlog_oldest(backlog), 1);
	CHECK(backlog_exact_ns(backlog) > 0);
	CHECK(backlog_exact_ns(backlog) < (ticks - 5 * 3600) * TICK_NS);
	seen = read_all(backlog, 0, 256 * 1024);
	CHECK_EQ_U64(seen.ticks, ticks);
	CHECK(!seen.exact);
	for (unsigned line = 0; line < LINES; line++) {
		uint64_t least, most;

		extremes_of(1, ticks, line, &least, &most);
		CHECK_EQ_U64(seen.least[line], least);
		CHECK_EQ_U64(seen.most[line], most);
	}
	seen = read_all(backlog, backlog_exact_ns(backlog) / TICK_NS, 256 * 1024);
	CHECK(seen.exact);
	backlog_free(backlog);
}

/* A program that reads itself between ticks, once far above them. */
static void readings_are_rolled_up_too(void)
{
	struct backlog *backlog = backlog_new(&small);
	struct seen seen = { 0 };
	uint64_t seq = 0, most = 0;

	while (seq++ < 400000) {
		uint64_t spike = seq == 501 ? 900000ULL * PAGE : 0;
		struct sample sample = { 3, value_at(seq, 2) + spike, PAGE };
		struct record record = { .seq = seq, .t_ns = seq * TICK_NS, .type = RECORD_TICK };

		if (seq % 10 == 0) {
			add_tick(backlog, seq, true);
			continue;
		}
		most = sample.rss > most ? sample.rss : most;
		record.tick = (struct tick){ .count = 1, .samples = &sample, .reading = true };
		add(backlog, &record);
	}
	CHECK(backlog_bytes(backlog) <= MIB);
	CHECK_EQ_U64(backlog_oldest(backlog), 1);
	seen = read_all(backlog, 0, 64 * 1024);
	CHECK_EQ_U64(seen.ticks, 40000);
	CHECK_EQ_U64(seen.most[2], most);
	backlog_free(backlog);
}

static void what_is_held_stays_as_it_is(void)
{
	struct backlog *backlog = backlog_new(&small);
	struct seen seen;

	backlog_hold(backlog, 100);
	for (uint64_t seq = 1; seq <= 100000; seq++)
		add_tick(backlog, seq, true);
	CHECK(backlog_bytes(backlog) > MIB);
	seen = read_all(backlog, 99, 64 * 1024);
	CHECK(seen.exact);
	CHECK_EQ_U64(seen.seq, 100000);
	CHECK(!backlog_forget_some(backlog, false));
	CHECK(backlog_forget_some(backlog, true));
	CHECK(backlog_oldest(backlog) > 1);
	backlog_hold(backlog, UINT64_MAX);
	backlog_trim(backlog);
	CHECK(backlog_bytes(backlog) <= MIB);
	CHECK(!read_all(backlog, backlog_oldest(backlog) - 1, 64 * 1024).exact);
	backlog_free(backlog);
}

static void held_or_not_it_has_an_end(void)
{
	struct backlog *backlog = backlog_new(&(struct backlog_bounds){ MIB / 4, MIB });

	backlog_hold(backlog, 1);
	for (uint64_t seq = 1; seq <= 100000; seq++)
		add_event(backlog, seq);
	CHECK(backlog_bytes(backlog) <= MIB);
	CHECK(backlog_oldest(backlog) > 1);
	CHECK_EQ_U64(read_all(backlog, backlog_oldest(backlog) - 1, 5000).seq, 100000);
	backlog_free(backlog);
}

static void events_that_are_too_many_go_the_oldest_first(void)
{
	struct backlog *backlog = backlog_new(&small);

	for (uint64_t seq = 1; seq <= 100000; seq++)
		add_event(backlog, seq);
	CHECK(backlog_bytes(backlog) <= MIB);
	CHECK(backlog_oldest(backlog) > 50000);
	backlog_free(backlog);
}

static void ticks_of_other_lines_and_distances_come_back(void)
{
	struct backlog *backlog = backlog_new(&small);
	struct sample samples[3] = { { 1, 4096, 0 }, { 5, 8192, 4096 }, { 900000, 12288, 0 } };
	uint64_t times[] = { 1000, 2000, 3000, 3001, 5000, 5000, 7000 };
	size_t counts[] = { 1, 1, 1, 1, 3, 2, 2 };
	unsigned char bytes[4096];
	uint64_t first, last;

	for (uint64_t i = 0; i < 7; i++) {
		struct record record = { .seq = i + 1, .t_ns = times[i], .type = RECORD_TICK };

		record.tick = (struct tick){ i == 3 ? 0 : i / 3, counts[i], samples, i == 3 };
		add(backlog, &record);
	}
	for (uint64_t i = 0; i < 7; i++) {
		struct record record = { .seq = i + 1, .t_ns = times[i], .type = RECORD_TICK };
		unsigned char expected[1024];
		size_t size;

		record.tick = (struct tick){ i == 3 ? 0 : i / 3, counts[i], samples, i == 3 };
		size = codec_put_record(expected, sizeof expected, &record);
		CHECK(backlog_copy(backlog, i, bytes, sizeof bytes, &first, &last) >= size);
		CHECK_EQ_U64(first, i + 1);
		CHECK_EQ_U64(last, 7);
		CHECK(memcmp(bytes, expected, size) == 0);
	}
	backlog_free(backlog);
}

static void an_empty_one_has_nothing(void)
{
	struct backlog *backlog = backlog_new(&(struct backlog_bounds){ 0 });
	uint64_t first, last;
	char bytes[10];

	CHECK_EQ_U64(backlog_oldest(backlog), 0);
	CHECK_EQ_U64(backlog_exact_ns(backlog), 0);
	CHECK(!backlog_forget_some(backlog, false));
	CHECK_EQ_U64(backlog_copy(backlog, 0, bytes, sizeof(bytes), &first, &last), 0);
	backlog_free(backlog);
}

static const struct check_test tests[] = {
	CHECK_TEST(records_come_back_as_they_were),
	CHECK_TEST(values_that_do_not_change_cost_nothing),
	CHECK_TEST(a_day_is_rolled_up_with_its_extremes),
	CHECK_TEST(readings_are_rolled_up_too),
	CHECK_TEST(what_is_held_stays_as_it_is),
	CHECK_TEST(held_or_not_it_has_an_end),
	CHECK_TEST(events_that_are_too_many_go_the_oldest_first),
	CHECK_TEST(ticks_of_other_lines_and_distances_come_back),
	CHECK_TEST(an_empty_one_has_nothing),
};

CHECK_MAIN(tests)
