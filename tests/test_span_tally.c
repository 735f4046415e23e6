#include "analysis/span_tally.h"

#include "tests/check.h"

#include <stdio.h>

static struct tally *tally;

static bool begin(size_t process, uint64_t t_ns, uint64_t id, const char *name, uint64_t rss)
{
	struct event event = {
		.kind = EVENT_SPAN_BEGIN, .span = id, .rss = rss, .category = "I/O", .label = name
	};

	return tally_event(tally, process, t_ns, &event);
}

static bool end(size_t process, uint64_t t_ns, uint64_t id, const char *name, uint64_t duration_ns,
		uint64_t rss, uint64_t rss_end)
{
	struct event event = { .kind = EVENT_SPAN_END,
			       .span = id,
			       .duration_ns = duration_ns,
			       .rss = rss,
			       .rss_end = rss_end,
			       .category = "I/O",
			       .label = name };

	return tally_event(tally, process, t_ns, &event);
}

/* "name calls unfinished total sum max gained kept" of each group, in order of name */
static char shown[4096];
static const char *wanted;

static void show(void *arg, const struct tally_group *group)
{
	size_t length = strlen(shown);

	(void)arg;
	if (strcmp(group->name ? group->name : "*", wanted) == 0)
		snprintf(shown + length, sizeof(shown) - length,
			 "%s: %" PRIu64 "+%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %+" PRId64
			 " %+" PRId64,
			 group->category, group->calls, group->unfinished, group->total_ns,
			 group->sum_ns, group->max_ns, group->gained, group->kept);
}

/* Of @name, "*": of the category. */
static const char *figures(const char *name)
{
	shown[0] = '\0';
	wanted = name;
	tally_each(tally, show, NULL);
	return shown;
}

static void start(void)
{
	tally = tally_new(3, 0);
}

static void stop(void)
{
	tally_free(tally);
	tally = NULL;
}

static void calls_one_after_another_add_up(void)
{
	start();
	CHECK(begin(0, 100, 1, "read", 1000));
	CHECK(!end(0, 150, 1, "read", 50, 1000, 1500));
	begin(0, 200, 2, "read", 1200);
	end(0, 300, 2, "read", 100, 1200, 1300);
	CHECK_EQ_STR(figures("read"), "I/O: 2+0 150 150 100 +600 +200");
	tally_end(tally, 0, 1000, 5000);
	CHECK_EQ_STR(figures("read"), "I/O: 2+0 150 150 100 +600 +300");
	CHECK_EQ_STR(figures("*"), "I/O: 2+0 150 150 100 +600 +300");
	stop();
}

static void what_is_freed_behind_a_call_is_not_kept(void)
{
	start();
	begin(0, 0, 1, "load", 1000);
	end(0, 10, 1, "load", 10, 1000, 9000);
	begin(0, 20, 2, "load", 1000);
	end(0, 30, 2, "load", 10, 1000, 9000);
	begin(0, 40, 3, "free", 9000);
	end(0, 50, 3, "free", 10, 9000, 2000);
	tally_end(tally, 0, 60, 2000);
	CHECK_EQ_STR(figures("load"), "I/O: 2+0 20 20 10 +16000 +1000");
	CHECK_EQ_STR(figures("free"), "I/O: 1+0 10 10 10 -7000 -7000");
	stop();
}

static void growth_between_calls_is_not_theirs(void)
{
	start();
	begin(0, 0, 1, "beat", 1000);
	end(0, 10, 1, "beat", 10, 1000, 1000);
	begin(0, 20, 2, "beat", 500000);
	end(0, 30, 2, "beat", 10, 500000, 500000);
	tally_end(tally, 0, 60, 900000);
	CHECK_EQ_STR(figures("beat"), "I/O: 2+0 20 20 10 +0 +0");
	stop();
}

static void recursion_counts_once(void)
{
	start();
	begin(0, 0, 1, "walk", 1000);
	begin(0, 10, 2, "walk", 1100);
	begin(0, 20, 3, "walk", 1200);
	end(0, 30, 3, "walk", 10, 1200, 1300);
	end(0, 50, 2, "walk", 40, 1100, 1400);
	end(0, 100, 1, "walk", 100, 1000, 1600);
	tally_end(tally, 0, 200, 1600);
	CHECK_EQ_STR(figures("walk"), "I/O: 3+0 100 150 100 +600 +600");
	stop();
}

static void nested_names_count_once_in_their_category(void)
{
	start();
	begin(0, 0, 1, "open", 1000);
	begin(0, 10, 2, "read", 1100);
	end(0, 30, 2, "read", 20, 1100, 1500);
	end(0, 40, 1, "open", 40, 1000, 1600);
	tally_end(tally, 0, 200, 1600);
	CHECK_EQ_STR(figures("open"), "I/O: 1+0 40 40 40 +600 +600");
	CHECK_EQ_STR(figures("read"), "I/O: 1+0 20 20 20 +400 +400");
	CHECK_EQ_STR(figures("*"), "I/O: 2+0 40 60 40 +600 +600");
	stop();
}

static void threads_that_interleave_count_once(void)
{
	start();
	begin(0, 0, 1, "work", 1000);
	begin(0, 10, 2, "work", 2000);
	end(0, 30, 1, "work", 30, 1000, 3000);
	begin(0, 40, 3, "work", 3000);
	end(0, 60, 2, "work", 50, 2000, 3500);
	end(0, 70, 3, "work", 30, 3000, 4000);
	tally_end(tally, 0, 200, 4000);
	CHECK_EQ_STR(figures("work"), "I/O: 3+0 70 110 50 +3000 +3000");
	stop();
}

static void processes_count_each_for_itself(void)
{
	start();
	begin(0, 0, 1, "work", 1000);
	begin(1, 0, 1, "work", 1000);
	end(0, 100, 1, "work", 100, 1000, 1100);
	end(1, 100, 1, "work", 100, 1000, 1100);
	tally_end(tally, 0, 200, 1100);
	tally_end(tally, 1, 200, 1000);
	CHECK_EQ_STR(figures("work"), "I/O: 2+0 200 200 100 +200 +100");
	stop();
}

static void what_never_ends_lasts_as_long_as_its_process(void)
{
	start();
	begin(0, 100, 1, "serve", 1000);
	begin(0, 110, 2, "serve", 1000);
	end(0, 120, 2, "serve", 10, 1000, 1000);
	tally_end(tally, 0, 500, 4000);
	CHECK_EQ_STR(figures("serve"), "I/O: 1+1 400 10 10 +3000 +3000");
	stop();
}

static void an_end_by_death_is_no_end(void)
{
	char label[TEXT_LABEL + 1];

	start();
	begin(0, 100, 1, "serve", 1000);
	end(0, 400, 1, span_unfinished(label, "serve"), 300, 1000, 2000);
	CHECK(end(1, 400, 8, label, 300, 1000, 2000)); /* whose begin was not seen */
	tally_end(tally, 0, 400, 2000);
	tally_end(tally, 1, 400, 2000);
	CHECK_EQ_STR(figures("serve"), "I/O: 0+2 600 0 0 +2000 +2000");
	begin(2, 500, 1, "odd (unfinished)", 0);
	end(2, 600, 1, "odd (unfinished)", 100, 0, 0);
	CHECK_EQ_STR(figures("odd (unfinished)"), "I/O: 1+0 100 100 100 +0 +0");
	stop();
}

static void a_begin_that_was_lost_is_made_up_for(void)
{
	start();
	CHECK(end(0, 100, 1, "read", 80, 1000, 1400));
	CHECK_EQ_STR(figures("read"), "I/O: 1+0 80 80 80 +400 +0");
	/* one that reaches back over others, and into one that is open */
	begin(0, 110, 2, "read", 1400);
	end(0, 120, 2, "read", 10, 1400, 1400);
	end(0, 130, 3, "read", 125, 1000, 1400);
	CHECK_EQ_STR(figures("read"), "I/O: 3+0 125 215 125 +800 +400");
	begin(0, 140, 4, "read", 1400);
	end(0, 150, 5, "read", 15, 1400, 1400);
	end(0, 160, 4, "read", 20, 1400, 1500);
	tally_end(tally, 0, 200, 1500);
	CHECK_EQ_STR(figures("read"), "I/O: 5+0 150 250 125 +900 +900");
	stop();
}

static void an_end_that_was_lost_ends_at_the_next_begin_of_its_number(void)
{
	start();
	begin(0, 100, 1, "read", 1000);
	begin(0, 150, 1, "read", 1000);
	end(0, 180, 1, "read", 30, 1000, 1000);
	CHECK_EQ_STR(figures("read"), "I/O: 1+1 80 30 30 +0 +0");
	stop();
}

static void time_before_the_part_that_is_asked_for_does_not_count(void)
{
	tally = tally_new(1, 1000);
	end(0, 1100, 1, "read", 500, 0, 0);
	CHECK_EQ_STR(figures("read"), "I/O: 1+0 100 500 500 +0 +0");
	stop();
}

static size_t names;
static uint64_t calls;

static void count(void *arg, const struct tally_group *group)
{
	(void)arg;
	if (!group->name)
		return;
	names++;
	calls += group->calls;
}

static void too_many_names_are_counted_together(void)
{
	char name[32];

	start();
	for (unsigned i = 0; i < TALLY_NAMES + 500; i++) {
		snprintf(name, sizeof(name), "name %u", i);
		begin(0, i * 10, i, name, 1000 + 10 * i);
		end(0, i * 10 + 5, i, name, 5, 1000 + 10 * i, 1010 + 10 * i);
	}
	tally_end(tally, 0, 1000000, 200000);
	names = 0;
	calls = 0;
	CHECK_EQ_I64(tally_each(tally, count, NULL), 0);
	CHECK_EQ_U64(names, TALLY_NAMES + 1);
	CHECK_EQ_U64(calls, TALLY_NAMES + 500);
	CHECK_EQ_STR(figures(TALLY_OTHERS), ": 500+0 2500 2500 5 +5000 +5000");
	CHECK_EQ_STR(figures("name 7"), "I/O: 1+0 5 5 5 +10 +10");
	CHECK_EQ_STR(figures("*"), "I/O: 10500+0 52500 52500 5 +105000 +105000");
	stop();
}

static void no_sequence_of_events_counts_more_time_than_there_was(void)
{
	uint64_t state = 11;

	for (int round = 0; round < 50; round++) {
		uint64_t t_ns = 0;

		start();
		for (int i = 0; i < 2000; i++) {
			uint64_t id = check_random(&state) % 12;

			t_ns += check_random(&state) % 10;
			if (check_random(&state) % 2)
				begin(0, t_ns, id, "x", 0);
			else
				end(0, t_ns, id, "x", check_random(&state) % 100, 0, 0);
		}
		tally_end(tally, 0, t_ns, 0);
		if (!CHECK(sscanf(figures("x"), "I/O: %*u+%*u %" SCNu64, &calls) == 1))
			printf("%s\n", shown);
		CHECK(calls <= t_ns && calls > t_ns / 2);
		stop();
	}
}

static const char *kept(size_t process)
{
	struct tally_kept most[TALLY_KEPT];
	size_t length = 0;

	tally_kept(tally, process, most);
	shown[0] = '\0';
	for (size_t i = 0; i < TALLY_KEPT && most[i].name; i++)
		length += (size_t)snprintf(shown + length, sizeof(shown) - length, "%s%s %" PRId64,
					   i ? ", " : "", most[i].name, most[i].bytes);
	return shown;
}

static void what_is_kept_is_told_by_process_the_most_first(void)
{
	static const char *const called[] = { "little", "much", "none", "more", "most" };
	static const uint64_t gains[] = { 10, 500, 0, 60, 700 };
	uint64_t rss = 1000;

	start();
	for (uint64_t i = 0; i < 5; i++) {
		begin(1, 10 * i, i, called[i], rss);
		rss += gains[i];
		end(1, 10 * i + 5, i, called[i], 5, rss - gains[i], rss);
	}
	begin(2, 0, 1, "much", 5000);
	end(2, 5, 1, "much", 5, 5000, 4000);
	tally_end(tally, 1, 100, rss);
	tally_end(tally, 2, 100, 4000);
	CHECK_EQ_STR(kept(0), "");
	CHECK_EQ_STR(kept(1), "most 700, much 500, more 60");
	CHECK_EQ_STR(kept(2), "");
	stop();
}

static const struct check_test tests[] = {
	CHECK_TEST(calls_one_after_another_add_up),
	CHECK_TEST(what_is_freed_behind_a_call_is_not_kept),
	CHECK_TEST(growth_between_calls_is_not_theirs),
	CHECK_TEST(recursion_counts_once),
	CHECK_TEST(nested_names_count_once_in_their_category),
	CHECK_TEST(threads_that_interleave_count_once),
	CHECK_TEST(processes_count_each_for_itself),
	CHECK_TEST(what_never_ends_lasts_as_long_as_its_process),
	CHECK_TEST(an_end_by_death_is_no_end),
	CHECK_TEST(a_begin_that_was_lost_is_made_up_for),
	CHECK_TEST(an_end_that_was_lost_ends_at_the_next_begin_of_its_number),
	CHECK_TEST(time_before_the_part_that_is_asked_for_does_not_count),
	CHECK_TEST(too_many_names_are_counted_together),
	CHECK_TEST(what_is_kept_is_told_by_process_the_most_first),
	CHECK_TEST(no_sequence_of_events_counts_more_time_than_there_was),
};

CHECK_MAIN(tests)
