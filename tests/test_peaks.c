/* The most within spans: from the kernel's mark where it rose, else from what was read in them. */
#include "tests/check.h"
#include "watcher/peaks.h"

#define MIB (1ULL << 20)

struct scene {
	struct peaks peaks;
	struct line_peak lines[3];
};

static void begin(struct scene *process, uint32_t line, uint64_t span, uint64_t rss, uint64_t mark)
{
	struct event event = {
		.line = line, .kind = EVENT_SPAN_BEGIN, .span = span, .rss = rss, .peak_rss = mark
	};

	peaks_begin(&process->peaks, &process->lines[line], &event);
}

static void sample(struct scene *process, uint32_t line, uint64_t rss)
{
	peaks_sample(&process->lines[line], rss);
}

static struct event end(struct scene *process, uint32_t line, uint64_t span, uint64_t rss,
			uint64_t mark)
{
	struct event event = {
		.line = line, .kind = EVENT_SPAN_END, .span = span, .rss_end = rss, .peak_rss = mark
	};

	peaks_end(&process->peaks, &process->lines[line], &event);
	return event;
}

static void a_mark_that_rose_is_the_peak(void)
{
	struct scene process = { 0 };
	struct event event;

	begin(&process, 1, 7, 100 * MIB, 120 * MIB);
	sample(&process, 1, 200 * MIB);
	event = end(&process, 1, 7, 100 * MIB, 400 * MIB);
	CHECK_EQ_U64(event.peak_rss, 400 * MIB);
	CHECK(event.peak_exact);
	peaks_free(&process.peaks);
}

static void a_mark_from_before_says_nothing(void)
{
	struct scene process = { 0 };
	struct event event;

	begin(&process, 1, 7, 100 * MIB, 900 * MIB);
	sample(&process, 1, 200 * MIB);
	sample(&process, 1, 150 * MIB);
	event = end(&process, 1, 7, 100 * MIB, 900 * MIB);
	CHECK_EQ_U64(event.peak_rss, 200 * MIB);
	CHECK(!event.peak_exact);
	begin(&process, 1, 8, 100 * MIB, 0);
	event = end(&process, 1, 8, 130 * MIB, 500 * MIB);
	CHECK_EQ_U64(event.peak_rss, 130 * MIB);
	CHECK(!event.peak_exact);
	peaks_free(&process.peaks);
}

static void spans_that_nest_and_overlap_have_what_is_theirs(void)
{
	struct scene process = { 0 };

	begin(&process, 1, 1, 1, 0);
	sample(&process, 1, 10);
	begin(&process, 1, 2, 2, 0);
	sample(&process, 2, 1000);
	sample(&process, 1, 50);
	begin(&process, 1, 3, 3, 0);
	sample(&process, 1, 20);
	CHECK_EQ_U64(end(&process, 1, 2, 2, 0).peak_rss, 50);
	CHECK_EQ_U64(end(&process, 1, 3, 2, 0).peak_rss, 20);
	sample(&process, 1, 30);
	begin(&process, 1, 4, 4, 0);
	CHECK_EQ_U64(end(&process, 1, 4, 5, 0).peak_rss, 5);
	CHECK_EQ_U64(end(&process, 1, 1, 2, 0).peak_rss, 50);
	CHECK_EQ_U64(process.lines[1].open, 0);
	CHECK_EQ_U64(process.peaks.count, 0);
	peaks_free(&process.peaks);
}

static void an_end_alone_has_its_own_figures(void)
{
	struct scene process = { 0 };
	struct event event = {
		.line = 1, .kind = EVENT_SPAN_END, .rss = 5, .rss_end = 3, .peak_rss = 900
	};

	peaks_end(&process.peaks, &process.lines[1], &event);
	CHECK_EQ_U64(event.peak_rss, 5);
	CHECK(!event.peak_exact);
}

static void an_end_gets_what_it_lacks_from_its_begin(void)
{
	struct scene process = { 0 };
	struct event event = { .line = 1, .kind = EVENT_SPAN_BEGIN, .rss = 7, .rss_age_ns = 9 };

	peaks_begin(&process.peaks, &process.lines[1], &event);
	event = end(&process, 1, 0, 6, 0);
	CHECK_EQ_U64(event.rss, 7);
	CHECK_EQ_U64(event.rss_age_ns, 9);
	peaks_free(&process.peaks);
}

static void an_unfinished_span_has_a_lower_bound(void)
{
	struct scene process = { 0 };
	struct event event = {
		.line = 1, .kind = EVENT_SPAN_END, .span = 1, .peak_rss = 80, .unfinished = true
	};

	begin(&process, 1, 1, 10, 20);
	peaks_end(&process.peaks, &process.lines[1], &event);
	CHECK_EQ_U64(event.peak_rss, 80);
	CHECK(!event.peak_exact);
	peaks_free(&process.peaks);
}

static void those_of_an_ended_line_go_and_those_that_never_end_are_bounded(void)
{
	struct scene process = { 0 };

	begin(&process, 2, 1, 10, 0);
	for (uint64_t i = 1; i <= 2 * PEAKS_MAX; i++)
		begin(&process, 1, i, 10, 0);
	CHECK_EQ_U64(process.peaks.count, PEAKS_MAX);
	peaks_forget(&process.peaks, &process.lines[1], 1);
	CHECK_EQ_U64(process.peaks.count, 1);
	CHECK_EQ_U64(end(&process, 1, 1, 5, 0).peak_rss, 5);
	sample(&process, 2, 40);
	CHECK_EQ_U64(end(&process, 2, 1, 5, 0).peak_rss, 40);
	peaks_free(&process.peaks);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_mark_that_rose_is_the_peak),
	CHECK_TEST(a_mark_from_before_says_nothing),
	CHECK_TEST(spans_that_nest_and_overlap_have_what_is_theirs),
	CHECK_TEST(an_end_alone_has_its_own_figures),
	CHECK_TEST(an_end_gets_what_it_lacks_from_its_begin),
	CHECK_TEST(an_unfinished_span_has_a_lower_bound),
	CHECK_TEST(those_of_an_ended_line_go_and_those_that_never_end_are_bounded),
};

CHECK_MAIN(tests)
