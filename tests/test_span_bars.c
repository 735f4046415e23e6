/* The spans of a window as bars in lanes. */
#include "tests/check.h"
#include "tests/history_samples.h"

#include "plotter/model/spans.h"

static uint64_t at(uint64_t ms)
{
	return START_NS + ms * NS_PER_MS;
}

static void add_span(struct history *history, uint32_t line, enum event_kind kind, uint64_t span,
		     uint64_t t_ns, uint64_t duration_ns)
{
	CHECK_EQ_I64(history_add(history, &(struct record){ .t_ns = t_ns,
							    .type = RECORD_EVENT,
							    .event = { .line = line,
								       .kind = kind,
								       .span = span,
								       .duration_ns = duration_ns,
								       .category = "",
								       .label = "s" } }),
		     0);
}

static void span(struct history *history, uint32_t line, uint64_t from_ms, uint64_t to_ms)
{
	add_span(history, line, EVENT_SPAN_BEGIN, from_ms * 1000 + to_ms, at(from_ms), 0);
	add_span(history, line, EVENT_SPAN_END, from_ms * 1000 + to_ms, at(to_ms),
		 (to_ms - from_ms) * NS_PER_MS);
}

static void check_bar(const struct span_bar *bar, uint64_t from_ms, uint64_t to_ms, bool open,
		      unsigned lane)
{
	CHECK_EQ_U64(bar->from_ns, at(from_ms));
	CHECK_EQ_U64(bar->to_ns, at(to_ms));
	CHECK_EQ_U64(bar->open, open);
	CHECK_EQ_U64(bar->lane, lane);
}

static void those_one_after_the_other_share_a_lane_and_others_do_not(void)
{
	struct history *history = new_history();
	const struct spans_query query = { .from_ns = at(100), .now_ns = at(1000), .lanes = 3 };
	struct span_bar bars[8];

	span(history, 1, 10, 50);  /* before the window */
	span(history, 1, 50, 300); /* into it */
	span(history, 1, 300, 600);
	span(history, 2, 400, 500);
	span(history, 1, 420, 480);
	span(history, 2, 430, 470); /* finds no lane */
	CHECK_EQ_U64(spans_find(bars, 8, history, &query), 4);
	check_bar(&bars[0], 50, 300, false, 0);
	check_bar(&bars[1], 300, 600, false, 0);
	check_bar(&bars[2], 400, 500, false, 1);
	check_bar(&bars[3], 420, 480, false, 2);
	history_free(history);
}

static void one_that_ends_later_is_still_open(void)
{
	struct history *history = new_history();
	struct spans_query query = { .from_ns = at(100), .now_ns = at(250), .lanes = 3 };
	struct span_bar bars[8];

	span(history, 1, 50, 300); /* begun before the window, ended after it */
	add_span(history, 2, EVENT_SPAN_BEGIN, 7, at(200), 0);
	add_span(history, 2, EVENT_SPAN_BEGIN, 8, at(260), 0);
	CHECK_EQ_U64(spans_find(bars, 8, history, &query), 2);
	check_bar(&bars[0], 50, 250, true, 0);
	check_bar(&bars[1], 200, 250, true, 1);
	CHECK(bars[0].event->kind == EVENT_SPAN_BEGIN);
	query.now_ns = at(400);
	CHECK_EQ_U64(spans_find(bars, 8, history, &query), 3);
	check_bar(&bars[0], 50, 300, false, 0);
	CHECK(bars[0].event->kind == EVENT_SPAN_END);
	check_bar(&bars[1], 200, 400, true, 1);
	check_bar(&bars[2], 260, 400, true, 2);
	history_free(history);
}

static bool is_second(void *arg, uint32_t line)
{
	(void)arg;
	return line == 2;
}

static void only_lines_that_are_shown(void)
{
	struct history *history = new_history();
	const struct spans_query query = { .now_ns = at(1000), .lanes = 3, .shown = is_second };
	struct span_bar bars[8];

	span(history, 1, 50, 300);
	span(history, 2, 60, 70);
	add_event(history, 2, at(80), "a milestone");
	CHECK_EQ_U64(spans_find(bars, 8, history, &query), 1);
	check_bar(&bars[0], 60, 70, false, 0);
	history_free(history);
}

static void of_a_crowd_of_short_ones_one_a_step_stays(void)
{
	struct history *history = new_history();
	const struct spans_query query = {
		.from_ns = at(0), .now_ns = at(4000), .step_ns = 100 * NS_PER_MS, .lanes = 3
	};
	struct span_bar bars[64];
	size_t count;

	span(history, 1, 5, 3900);
	for (uint64_t ms = 0; ms < 3000; ms++)
		span(history, 1, ms, ms + 1);
	count = spans_find(bars, 64, history, &query);
	CHECK_EQ_U64(count, 22); /* of the newest thousands of events 21 steps, and the long one */
	for (size_t i = 1; i < count; i++)
		CHECK(bars[i].from_ns >= bars[i - 1].from_ns + (i > 1 ? 50 * NS_PER_MS : 0));
	CHECK_EQ_U64(spans_find(bars, 3, history, &query), 3);
	history_free(history);
}

static const struct check_test tests[] = {
	CHECK_TEST(those_one_after_the_other_share_a_lane_and_others_do_not),
	CHECK_TEST(one_that_ends_later_is_still_open),
	CHECK_TEST(only_lines_that_are_shown),
	CHECK_TEST(of_a_crowd_of_short_ones_one_a_step_stays),
};

CHECK_MAIN(tests)
