/*
 * The total of a family is, at each tick, the sum of what its living processes had last.
 */
#include "plotter/model/history.h"
#include "tests/check.h"
#include "analysis/total.h"

#include <string.h>

#define MIB (1ULL << 20)

/* A tick of @count lines, from @first on, of @rss bytes each. */
static size_t tick(struct total *total, uint64_t t_ns, uint32_t first, size_t count, uint64_t rss,
		   struct total_point points[TOTAL_POINTS])
{
	struct sample samples[TICK_SAMPLES];
	struct record record = { .t_ns = t_ns, .type = RECORD_TICK };

	for (size_t i = 0; i < count; i++)
		samples[i] = (struct sample){ first + (uint32_t)i, rss, 0 };
	record.tick = (struct tick){ 0, count, samples, false };
	return total_add(total, &record, points);
}

static size_t end(struct total *total, uint64_t t_ns, uint32_t line,
		  struct total_point points[TOTAL_POINTS])
{
	struct record record = { .t_ns = t_ns, .type = RECORD_END, .end.line = line };

	return total_add(total, &record, points);
}

static void a_tick_has_the_sum_of_its_samples(void)
{
	struct total_point points[TOTAL_POINTS];
	struct total total = { 0 };

	CHECK_EQ_U64(tick(&total, 100, 1, 1, 5 * MIB, points), 1);
	CHECK(!total_tells(&total));
	CHECK_EQ_U64(tick(&total, 200, 1, 3, 5 * MIB, points), 1);
	CHECK(total_tells(&total));
	CHECK_EQ_U64(points[0].t_ns, 200);
	CHECK_EQ_U64(points[0].rss, 15 * MIB);
	CHECK(points[0].tick);
	CHECK_EQ_U64(tick(&total, 300, 1, 3, MIB, points), 1);
	CHECK_EQ_U64(points[0].rss, 3 * MIB);
	total_free(&total);
}

static void who_has_no_sample_in_a_tick_keeps_its_value_and_who_has_ended_has_none(void)
{
	struct total_point points[TOTAL_POINTS];
	struct total total = { 0 };

	tick(&total, 100, 1, 3, 5 * MIB, points);
	tick(&total, 200, 2, 2, 4 * MIB, points);
	CHECK_EQ_U64(points[0].rss, 13 * MIB);
	CHECK_EQ_U64(end(&total, 250, 1, points), 1);
	CHECK(!points[0].tick);
	CHECK_EQ_U64(points[0].rss, 8 * MIB);
	tick(&total, 300, 2, 2, UINT64_MAX, points); /* the reader's word for no value */
	CHECK_EQ_U64(points[0].rss, 0);
	CHECK_EQ_U64(end(&total, 350, 2, points), 1);
	CHECK_EQ_U64(end(&total, 360, 3, points), 1);
	CHECK_EQ_U64(points[0].rss, 0);
	CHECK_EQ_U64(end(&total, 370, 3, points), 0);
	CHECK(total_tells(&total));
	total_free(&total);
}

static void what_a_process_has_when_it_joins_is_no_tick(void)
{
	struct total_point points[TOTAL_POINTS];
	struct total total = { 0 };

	tick(&total, 100, 1, 2, MIB, points);
	CHECK_EQ_U64(tick(&total, 150, 7, 1, 6 * MIB, points), 1);
	CHECK(!points[0].tick);
	CHECK_EQ_U64(points[0].rss, 8 * MIB);
	total_free(&total);
}

static void a_tick_of_several_records_makes_one_point(void)
{
	struct total_point points[TOTAL_POINTS];
	struct total total = { 0 };

	CHECK_EQ_U64(tick(&total, 100, 1, TICK_SAMPLES, MIB, points), 0);
	CHECK_EQ_U64(tick(&total, 100, 1 + TICK_SAMPLES, 10, MIB, points), 1);
	CHECK_EQ_U64(points[0].rss, (TICK_SAMPLES + 10) * MIB);

	/* one that fills its last record is whole when the next record comes */
	CHECK_EQ_U64(tick(&total, 200, 1, TICK_SAMPLES, 2 * MIB, points), 0);
	CHECK_EQ_U64(tick(&total, 300, 1, 2, 4 * MIB, points), 2);
	CHECK_EQ_U64(points[0].t_ns, 200);
	CHECK_EQ_U64(points[0].rss, (2 * TICK_SAMPLES + 10) * MIB);
	CHECK_EQ_U64(points[1].t_ns, 300);
	CHECK_EQ_U64(points[1].rss, (2 * TICK_SAMPLES + 10 + 4) * MIB);
	total_free(&total);
}

static bool is_odd(void *arg, uint32_t line)
{
	(void)arg;
	return line % 2;
}

static void lines_that_are_no_processes_do_not_count(void)
{
	struct total_point points[TOTAL_POINTS];
	struct total total = { .counts = is_odd };

	tick(&total, 100, 1, 2, MIB, points);
	CHECK_EQ_U64(points[0].rss, MIB);
	CHECK(!total_tells(&total));
	tick(&total, 200, 1, 5, MIB, points);
	CHECK_EQ_U64(points[0].rss, 3 * MIB);
	CHECK_EQ_U64(end(&total, 250, 2, points), 0);
	tick(&total, 300, 3, 3, MIB, points);
	CHECK_EQ_U64(points[0].rss, 3 * MIB);
	total_free(&total);
}

static void join(struct history *history, uint64_t t_ns, uint32_t line, uint32_t pid)
{
	struct record record = { .t_ns = t_ns, .type = RECORD_PROCESS };

	record.process = (struct process){ line, pid, 1, 1, "worker", "worker" };
	CHECK_EQ_I64(history_add(history, &record), 0);
}

static void sample(struct history *history, uint64_t t_ns, uint64_t one, uint64_t other,
		   uint64_t cgroup)
{
	struct sample samples[] = { { 1, one, 0 }, { 2, other, 0 }, { 3, cgroup, 0 } };
	struct record record = { .t_ns = t_ns, .type = RECORD_TICK, .tick = { 0, 3, samples } };

	CHECK_EQ_I64(history_add(history, &record), 0);
}

static void a_history_has_the_total_as_a_line_of_its_own(void)
{
	struct session_info session = { .interval_ns = 1000000000, .start_ns = 1000000000 };
	struct history *history = history_new(&session);
	const struct history_line *total;
	struct history_column columns[2];

	join(history, 1000000000, 1, 11);
	CHECK(!history_total(history));
	join(history, 1000000000, 2, 12);
	join(history, 1000000000, 3, 0); /* no process */
	sample(history, 2000000000, 3 * MIB, 4 * MIB, 100 * MIB);
	sample(history, 3000000000, 1 * MIB, 1 * MIB, 100 * MIB);
	total = history_total(history);
	CHECK(total && total == history_line_find(history, TOTAL_LINE));
	CHECK_EQ_U64(history_lines(history), 3);
	CHECK_EQ_U64(total->pid, 0);
	CHECK_EQ_STR(total->name, "total");
	CHECK_EQ_U64(total->rss, 2 * MIB);
	CHECK_EQ_U64(total->max_rss, 7 * MIB);
	CHECK_EQ_U64(total->peak_rss, 7 * MIB);
	history_columns(history, total, 2000000000, 4000000000, columns, 2);
	CHECK_EQ_U64(columns[0].max, 7 * MIB);
	CHECK_EQ_U64(columns[1].max, 2 * MIB);
	history_free(history);
}

static void pss_of(struct total *total, uint32_t line, uint64_t bytes)
{
	struct total_point points[TOTAL_POINTS];
	struct record record = { .t_ns = 1, .type = RECORD_METRICS };

	record.metrics.line = line;
	record.metrics.set = METRIC_BIT(METRIC_PSS);
	record.metrics.values[METRIC_PSS] = bytes;
	CHECK_EQ_U64(total_add(total, &record, points), 0);
}

static void where_pss_is_sampled_what_processes_share_counts_once(void)
{
	struct total_point points[TOTAL_POINTS];
	struct total total = { 0 };

	pss_of(&total, 1, MIB);
	tick(&total, 100, 1, 3, 9 * MIB, points);
	CHECK(!points[0].has_pss);
	pss_of(&total, 1, 4 * MIB);
	pss_of(&total, 2, 3 * MIB);
	pss_of(&total, 77, 3 * MIB);
	tick(&total, 200, 1, 3, 10 * MIB, points);
	CHECK_EQ_U64(points[0].rss, 30 * MIB);
	CHECK(points[0].has_pss);
	/* each has grown by 1 MiB since it was read; the third one's isn't known */
	CHECK_EQ_U64(points[0].pss, (4 + 1 + 3 + 1 + 10) * MIB);
	pss_of(&total, 3, 2 * MIB);
	pss_of(&total, 1, 5 * MIB);
	tick(&total, 300 + TOTAL_TOLD_NS, 1, 3, 10 * MIB, points);
	CHECK_EQ_U64(points[0].pss, (5 + 3 + 1 + 2) * MIB);
	tick(&total, 400, 2, 1, UINT64_MAX, points);
	CHECK_EQ_U64(points[0].pss, 7 * MIB);
	CHECK_EQ_U64(end(&total, 450, 1, points), 1);
	CHECK_EQ_U64(points[0].pss, 2 * MIB);
	CHECK_EQ_U64(end(&total, 460, 2, points), 1);
	CHECK_EQ_U64(end(&total, 470, 3, points), 1);
	CHECK_EQ_U64(points[0].pss, 0);
	CHECK(!points[0].has_pss);
	total_free(&total);
}

/* @line is forked off by the process @ppid. */
static void fork_from(struct total *total, uint64_t t_ns, uint32_t line, uint32_t ppid)
{
	struct total_point points[TOTAL_POINTS];
	struct record record = { .t_ns = t_ns, .type = RECORD_PROCESS };

	record.process = (struct process){
		.line = line, .pid = 100 + line, .ppid = ppid, .name = "w", .command = ""
	};
	total_add(total, &record, points);
}

static void read_at(struct total *total, uint64_t t_ns, uint32_t line, uint64_t pss, uint64_t anon)
{
	struct total_point points[TOTAL_POINTS];
	struct record record = { .t_ns = t_ns, .type = RECORD_METRICS };

	record.metrics = (struct metrics){ .line = line,
					   .set = METRIC_BIT(METRIC_PSS),
					   .read_ns = 1,
					   .values = { [METRIC_PSS] = pss },
					   .pss_anon = anon };
	total_add(total, &record, points);
}

static void a_fork_changes_nothing_of_what_they_have_together(void)
{
	struct total_point points[TOTAL_POINTS];
	struct total total = { 0 };

	fork_from(&total, 90, 1, 1);
	tick(&total, 100, 1, 1, 200 * MIB, points);
	read_at(&total, 110, 1, 200 * MIB, 190 * MIB);
	read_at(&total, 111, 1, 100 * MIB, 90 * MIB); /* after the fork that is told then */
	for (uint32_t line = 2; line <= 5; line++) {
		fork_from(&total, 110 + line, line, 101);
		tick(&total, 110 + line, line, 1, 200 * MIB, points);
	}
	tick(&total, 200, 1, 5, 200 * MIB, points);
	CHECK_EQ_U64(points[0].rss, 1000 * MIB);
	CHECK_EQ_U64(points[0].pss, 200 * MIB);
	CHECK_EQ_U64(points[0].pss_own, 190 * MIB);
	for (uint32_t line = 2; line <= 5; line++)
		read_at(&total, 200 + line, line, 40 * MIB, 38 * MIB);
	tick(&total, 300 + TOTAL_TOLD_NS, 1, 5, 200 * MIB, points); /* not all were read again */
	CHECK_EQ_U64(points[0].pss, 200 * MIB);
	tick(&total, 310 + TOTAL_TOLD_NS, 5, 1, 207 * MIB, points);
	CHECK_EQ_U64(points[0].pss, 207 * MIB);
	tick(&total, 310 + TOTAL_TOLD_NS, 5, 1, 200 * MIB, points);
	read_at(&total, 320 + TOTAL_TOLD_NS, 1, 41 * MIB, 39 * MIB);
	tick(&total, 400 + TOTAL_TOLD_NS, 1, 5, 200 * MIB, points);
	CHECK_EQ_U64(points[0].pss, 200 * MIB); /* another fork may be on its way */
	tick(&total, 400 + 2 * TOTAL_TOLD_NS, 1, 5, 200 * MIB, points);
	CHECK_EQ_U64(points[0].pss, 201 * MIB);
	CHECK_EQ_U64(points[0].pss_own, 191 * MIB);
	total_free(&total);
}

/* The PSS that the total has once @lines, of 20 MiB and forked at 200, were read in turn, one each
 * @step_ns: 10 MiB at first, and one more each time. */
static uint64_t pss_read_in_turn(uint32_t lines, uint64_t step_ns)
{
	struct total_point points[TOTAL_POINTS];
	struct total total = { 0 };
	uint64_t t_ns = 200;

	fork_from(&total, 90, 1, 1);
	tick(&total, 100, 1, 1, 20 * MIB, points);
	read_at(&total, 110, 1, 20 * MIB, 20 * MIB);
	for (uint32_t line = 2; line <= lines; line++) {
		fork_from(&total, t_ns, line, 101);
		tick(&total, t_ns, line, 1, 20 * MIB, points);
	}
	for (uint32_t i = 0; t_ns < 6 * TOTAL_TOLD_NS; i++) {
		t_ns += step_ns;
		read_at(&total, t_ns, i % lines + 1, (10 + i / lines) * MIB, MIB);
	}
	tick(&total, t_ns, 1, lines, 20 * MIB, points);
	total_free(&total);
	return points[0].pss;
}

/* A read is not put off by those behind it. */
static void however_often_they_are_read_it_counts(void)
{
	CHECK(pss_read_in_turn(3, TOTAL_TOLD_NS / 3) > 3 * 12 * MIB);
	CHECK(pss_read_in_turn(3, TOTAL_TOLD_NS / 8) > 3 * 20 * MIB);
	CHECK(pss_read_in_turn(1, TOTAL_TOLD_NS / 4) > 25 * MIB);
}

static void who_cannot_be_read_counts_in_full_in_the_end(void)
{
	struct total_point points[TOTAL_POINTS];
	struct total total = { 0 };

	fork_from(&total, 90, 1, 1);
	tick(&total, 100, 1, 1, 20 * MIB, points);
	read_at(&total, 110, 1, 20 * MIB, 20 * MIB);
	fork_from(&total, 120, 2, 101);
	tick(&total, 130, 1, 2, 20 * MIB, points);
	CHECK_EQ_U64(points[0].pss, 20 * MIB);
	tick(&total, 121 + TOTAL_SETTLE_NS, 1, 2, 20 * MIB, points);
	CHECK_EQ_U64(points[0].pss, 40 * MIB);
	total_free(&total);
}

static void shared_pages_count_once_and_are_not_their_own(void)
{
	struct total_point points[TOTAL_POINTS];
	struct total total = { 0 };
	struct sample samples[] = { { 1, 50 * MIB, 40 * MIB }, { 2, 60 * MIB, 45 * MIB } };
	struct record record = { .t_ns = 1, .type = RECORD_TICK, .tick = { 0, 2, samples } };

	CHECK_EQ_U64(total_add(&total, &record, points), 1);
	CHECK(points[0].has_shared);
	CHECK_EQ_U64(points[0].own, 25 * MIB);
	CHECK_EQ_U64(points[0].once, 70 * MIB);
	CHECK_EQ_U64(points[0].repeated, 40 * MIB);
	samples[1].shared = 0;
	total_add(&total, &record, points);
	CHECK(!points[0].has_shared);
	total_free(&total);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_fork_changes_nothing_of_what_they_have_together),
	CHECK_TEST(however_often_they_are_read_it_counts),
	CHECK_TEST(who_cannot_be_read_counts_in_full_in_the_end),
	CHECK_TEST(shared_pages_count_once_and_are_not_their_own),
	CHECK_TEST(where_pss_is_sampled_what_processes_share_counts_once),
	CHECK_TEST(a_tick_has_the_sum_of_its_samples),
	CHECK_TEST(who_has_no_sample_in_a_tick_keeps_its_value_and_who_has_ended_has_none),
	CHECK_TEST(what_a_process_has_when_it_joins_is_no_tick),
	CHECK_TEST(a_tick_of_several_records_makes_one_point),
	CHECK_TEST(lines_that_are_no_processes_do_not_count),
	CHECK_TEST(a_history_has_the_total_as_a_line_of_its_own),
};

CHECK_MAIN(tests)
