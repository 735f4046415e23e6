/* Open spans: paired by process and number, taken by their process's end, bounded. */
#include "tests/check.h"
#include "watcher/spans.h"

static void note(struct spans *spans, uint32_t line, enum event_kind kind, uint64_t span,
		 const char *label)
{
	struct event event = {
		.line = line, .kind = kind, .span = span, .category = "c", .label = label
	};

	spans_note(spans, span, &event);
}

static void an_end_takes_the_begin_of_its_process(void)
{
	struct spans spans = { 0 };
	struct open_span span;

	note(&spans, 1, EVENT_SPAN_BEGIN, 7, "one");
	note(&spans, 2, EVENT_SPAN_BEGIN, 7, "two");
	note(&spans, 1, EVENT_MARK, 7, "mark");
	note(&spans, 1, EVENT_SPAN_END, 7, "one");
	CHECK(!spans_take(&spans, 1, &span));
	CHECK(spans_take(&spans, 2, &span));
	CHECK_EQ_STR(span.label, "two");
	CHECK_EQ_U64(span.begin_ns, 7);
	CHECK(!spans_take(&spans, 2, &span));
	spans_free(&spans);
}

static void the_innermost_comes_first(void)
{
	struct spans spans = { 0 };
	struct open_span span;

	for (uint64_t i = 1; i <= 5; i++)
		note(&spans, 3, EVENT_SPAN_BEGIN, i, "nested");
	note(&spans, 3, EVENT_SPAN_END, 2, "nested");
	for (uint64_t i = 5; i >= 1; i--) {
		if (i == 2)
			continue;
		CHECK(spans_take(&spans, 3, &span));
		CHECK_EQ_U64(span.span, i);
	}
	CHECK_EQ_U64(spans.count, 0);
	spans_free(&spans);
}

static void those_that_never_end_are_bounded(void)
{
	struct spans spans = { 0 };

	for (uint64_t i = 1; i <= 3 * SPANS_MAX; i++)
		note(&spans, 1, EVENT_SPAN_BEGIN, i, "endless");
	CHECK_EQ_U64(spans.count, SPANS_MAX);
	note(&spans, 1, EVENT_SPAN_END, 2 * SPANS_MAX, "not remembered");
	CHECK_EQ_U64(spans.count, SPANS_MAX);
	spans_free(&spans);
}

static const struct check_test tests[] = {
	CHECK_TEST(an_end_takes_the_begin_of_its_process),
	CHECK_TEST(the_innermost_comes_first),
	CHECK_TEST(those_that_never_end_are_bounded),
};

CHECK_MAIN(tests)
