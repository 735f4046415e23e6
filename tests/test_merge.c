/* The merge: one order of time, copies of what is held, and lines that begin before their events.
 */
#include "tests/check.h"
#include "watcher/merge.h"

#include <stdio.h>

struct seen {
	char text[4096];
	uint64_t last_ns;
	uint64_t seq;
	unsigned count;
	bool in_order;
};

static void see(void *arg, const struct record *record)
{
	struct seen *seen = arg;
	size_t used = strlen(seen->text);

	seen->in_order =
		seen->in_order && record->t_ns >= seen->last_ns && record->seq == seen->seq + 1;
	seen->last_ns = record->t_ns;
	seen->seq = record->seq;
	seen->count++;
	if (sizeof(seen->text) - used < 100)
		return;
	if (record->type == RECORD_EVENT)
		snprintf(seen->text + used, 100, "%s/%s ", record->event.category,
			 record->event.label);
	else if (record->type == RECORD_PROCESS)
		snprintf(seen->text + used, 100, "<%s|%s> ", record->process.name,
			 record->process.command);
	else if (record->type == RECORD_INSPECTION)
		snprintf(seen->text + used, 100, "{%s %u} ", record->inspection.name,
			 record->inspection.place);
	else if (record->type == RECORD_TICK)
		snprintf(seen->text + used, 100, "%zu:%u ", record->tick.count,
			 (unsigned)record->tick.samples[record->tick.count - 1].rss);
}

static void add_event(struct merge *merge, uint64_t t_ns, const char *label)
{
	char copied[64];
	struct record record = { .t_ns = t_ns, .type = RECORD_EVENT };

	snprintf(copied, sizeof(copied), "%s", label);
	record.event.category = "c";
	record.event.label = copied;
	CHECK(merge_add(merge, &record) == 0);
	memset(copied, 'x', sizeof(copied) - 1);
}

static void add_tick(struct merge *merge, uint64_t t_ns, uint64_t rss)
{
	struct sample samples[3] = { { 1, 1, 0 }, { 2, 2, 0 }, { 3, rss, 0 } };
	struct record record = { .t_ns = t_ns, .type = RECORD_TICK };

	record.tick = (struct tick){ 0, 3, samples, false };
	CHECK(merge_add(merge, &record) == 0);
	memset(samples, 0, sizeof(samples));
}

static void add_process(struct merge *merge, uint64_t t_ns, uint32_t line, const char *name)
{
	struct record record = { .t_ns = t_ns, .type = RECORD_PROCESS };

	record.process = (struct process){ .line = line, .name = name, .command = "x y" };
	CHECK(merge_add(merge, &record) == 0);
}

static void what_came_late_goes_in_its_place(void)
{
	struct merge *merge = merge_new();
	struct seen seen = { .in_order = true };

	add_tick(merge, 100, 30);
	add_event(merge, 150, "late");
	add_tick(merge, 200, 31);
	add_event(merge, 120, "later still");
	add_event(merge, 120, "of the same time");
	CHECK_EQ_U64(merge_oldest(merge), 100);
	merge_release(merge, 200, see, &seen);
	CHECK_EQ_STR(seen.text, "3:30 c/later still c/of the same time c/late ");
	CHECK_EQ_U64(merge_oldest(merge), 200);
	merge_release(merge, UINT64_MAX, see, &seen);
	CHECK_EQ_STR(seen.text, "3:30 c/later still c/of the same time c/late 3:31 ");
	CHECK(seen.in_order);
	CHECK_EQ_U64(merge_seq(merge), 5);
	CHECK_EQ_U64(merge_oldest(merge), UINT64_MAX);
	merge_free(merge);
}

static void an_inspection_keeps_its_names_and_its_order(void)
{
	struct merge *merge = merge_new();
	struct seen seen = { .in_order = true };
	char name[] = "heap";
	struct record record = { .t_ns = 100, .type = RECORD_INSPECTION };

	record.inspection.name = name;
	CHECK(merge_add(merge, &record) == 0);
	memcpy(name, "file", 4);
	record.inspection.place = 1;
	CHECK(merge_add(merge, &record) == 0);
	record.inspection.name = "";
	record.inspection.place = 2;
	CHECK(merge_add(merge, &record) == 0);
	add_event(merge, 50, "before");
	merge_release(merge, 60, see, &seen);
	merge_release(merge, UINT64_MAX, see, &seen);
	CHECK_EQ_STR(seen.text, "c/before {heap 0} {file 1} { 2} ");
	merge_free(merge);
}

static void nothing_goes_before_its_time(void)
{
	struct merge *merge = merge_new();
	struct seen seen = { .in_order = true };

	add_event(merge, 100, "a");
	merge_release(merge, 100, see, &seen);
	CHECK_EQ_U64(seen.count, 0);
	merge_release(merge, 101, see, &seen);
	CHECK_EQ_U64(seen.count, 1);
	merge_free(merge);
}

static void a_line_begins_before_its_events(void)
{
	struct merge *merge = merge_new();
	struct seen seen = { .in_order = true };

	add_process(merge, 90, 6, "other");
	add_process(merge, 100, 7, "hello");
	add_event(merge, 80, "first");
	merge_begin(merge, 7, 80);
	merge_release(merge, UINT64_MAX, see, &seen);
	CHECK_EQ_STR(seen.text, "<hello|x y> c/first <other|x y> ");
	CHECK(seen.in_order);
	merge_free(merge);
}

static void order_and_texts_hold_for_any_mix(void)
{
	struct merge *merge = merge_new();
	struct seen seen = { .in_order = true };
	uint64_t random = 42;
	unsigned added = 0;
	char label[32];

	for (uint64_t now = 1000; now < 200000; now += 100) {
		for (unsigned i = 0; i < check_random(&random) % 20; i++, added++) {
			uint64_t t_ns = now - check_random(&random) % 900;

			snprintf(label, sizeof(label), "e%u", added);
			if (added % 3 == 0)
				add_tick(merge, t_ns, added);
			else
				add_event(merge, t_ns, label);
		}
		merge_release(merge, now - 900, see, &seen);
		CHECK(seen.in_order);
	}
	merge_release(merge, UINT64_MAX, see, &seen);
	CHECK(seen.in_order);
	CHECK_EQ_U64(seen.count, added);
	merge_free(merge);
}

static void a_place_that_was_kept_comes_before_what_came_later(void)
{
	struct merge *merge = merge_new();
	struct seen seen = { .in_order = true };
	struct sample sample = { 1, 9, 0 };
	struct record record = { .t_ns = 10, .type = RECORD_TICK };
	uint64_t place;

	add_event(merge, 10, "a");
	place = merge_place(merge);
	add_event(merge, 10, "b");
	add_event(merge, 11, "c");
	record.tick = (struct tick){ 0, 1, &sample, true };
	CHECK(merge_add_at(merge, &record, place) == 0);
	merge_release(merge, 20, see, &seen);
	CHECK_EQ_STR(seen.text, "c/a 1:9 c/b c/c ");
	CHECK(seen.in_order);
	merge_free(merge);
}

static bool is_no_b(void *arg, const struct record *record)
{
	(*(unsigned *)arg)++;
	return strcmp(record->event.label, "b") != 0;
}

static void what_is_not_wanted_takes_no_number(void)
{
	struct merge *merge = merge_new();
	struct seen seen = { .in_order = true };
	unsigned asked = 0;

	merge_want(merge, is_no_b, &asked);
	add_event(merge, 10, "b");
	add_event(merge, 9, "a");
	add_event(merge, 11, "c");
	merge_release(merge, 20, see, &seen);
	CHECK_EQ_STR(seen.text, "c/a c/c ");
	CHECK_EQ_U64(asked, 3);
	CHECK_EQ_U64(merge_seq(merge), 2);
	CHECK(seen.in_order);
	merge_free(merge);
}

static const struct check_test tests[] = {
	CHECK_TEST(what_came_late_goes_in_its_place),
	CHECK_TEST(an_inspection_keeps_its_names_and_its_order),
	CHECK_TEST(nothing_goes_before_its_time),
	CHECK_TEST(a_line_begins_before_its_events),
	CHECK_TEST(order_and_texts_hold_for_any_mix),
	CHECK_TEST(what_is_not_wanted_takes_no_number),
	CHECK_TEST(a_place_that_was_kept_comes_before_what_came_later),
};

CHECK_MAIN(tests)
