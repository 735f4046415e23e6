/* Figures beside the samples: their names, what /proc says of them, when they are read and told. */
#include "base/clock.h"
#include "tests/check.h"
#include "watcher/metrics.h"
#include "proc/procinfo.h"
#include "watcher/rollup.h"
#include "watcher/rollup_plan.h"

#include <errno.h>
#include <unistd.h>

#define MS NS_PER_MS

/* --- names */

static void a_list_of_metrics_is_a_set_with_the_rss(void)
{
	char names[METRIC_NAMES_ROOM];
	uint32_t set = 0;

	CHECK_EQ_I64(metric_parse("rss", &set), 0);
	CHECK_EQ_U64(set, METRIC_BIT(METRIC_RSS));
	CHECK_EQ_I64(metric_parse("swap,pss,swap", &set), 0);
	CHECK_EQ_STR(metric_names(names, set), "rss,pss,swap");
	CHECK_EQ_I64(metric_parse("rss,pss,uss,swap,anon,file,shmem,hugetlb,lazyfree", &set), 0);
	CHECK_EQ_U64(set, METRICS_ALL);
	CHECK_EQ_STR(metric_names(names, set), "rss,pss,uss,swap,anon,file,shmem,hugetlb,lazyfree");
	CHECK(strlen(names) < METRIC_NAMES_ROOM);
}

static void what_is_no_metric_is_refused(void)
{
	static const char *const texts[] = { "",     "pss,", ",pss",	 "rs",
					     "rsss", "PSS",  "pss swap", "," };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint32_t set = 77;

		CHECK_EQ_I64(metric_parse(texts[i], &set), -EINVAL);
		CHECK_EQ_U64(set, 77);
	}
}

/* --- /proc's texts */

static const char status_text[] =
	"Name:\tVmSwap: 7 kB\\n\\\\\n"
	"Umask:\t0022\nState:\tS (sleeping)\nTgid:\t17\n"
	"Groups:\t0 1 2 \n"
	"VmPeak:\t  999999 kB\nVmSize:\t  888888 kB\nVmLck:\t       0 kB\n"
	"VmPin:\t       0 kB\nVmHWM:\t  204800 kB\nVmRSS:\t   12288 kB\n"
	"RssAnon:\t    8192 kB\nRssFile:\t    4000 kB\nRssShmem:\t      96 kB\n"
	"VmData:\t   99999 kB\nVmSwap:\t    1024 kB\n"
	"HugetlbPages:\t       0 kB\n";

static void a_status_tells_the_peak_and_what_the_memory_is_of(void)
{
	struct procinfo_status status;

	CHECK_EQ_I64(procinfo_parse_status(status_text, &status), 0);
	CHECK_EQ_STR(status.name, "VmSwap: 7 kB\\n\\");
	CHECK(status.has_memory);
	CHECK_EQ_U64(status.peak, 204800 * 1024ULL);
	CHECK_EQ_U64(status.values[METRIC_ANON], 8192 * 1024);
	CHECK_EQ_U64(status.values[METRIC_FILE], 4000 * 1024);
	CHECK_EQ_U64(status.values[METRIC_SHMEM], 96 * 1024);
	CHECK_EQ_U64(status.values[METRIC_SWAP], 1024 * 1024);
}

static void a_zombie_has_no_memory_in_its_status(void)
{
	struct procinfo_status status;

	CHECK_EQ_I64(procinfo_parse_status("Name:\tsh\nState:\tZ (zombie)\nThreads:\t1\n", &status),
		     0);
	CHECK_EQ_STR(status.name, "sh");
	CHECK(!status.has_memory);
	CHECK_EQ_U64(status.peak, 0);
	CHECK_EQ_I64(procinfo_parse_status("", &status), -ESRCH);
}

static const char rollup_text[] =
	"55d0c0a2f000-7ffd5a5f7000 ---p 00000000 00:00 0                          [rollup]\n"
	"Rss:               12288 kB\nPss:                7777 kB\nPss_Dirty:          1111 kB\n"
	"Pss_Anon:           2222 kB\nShared_Clean:       3000 kB\nShared_Dirty:          0 kB\n"
	"Private_Clean:       100 kB\nPrivate_Dirty:      2500 kB\nReferenced:        12288 kB\n";

static void a_rollup_tells_what_is_shared_and_what_is_not(void)
{
	struct rollup_figures figures;

	CHECK_EQ_I64(rollup_parse(rollup_text, &figures), 0);
	CHECK_EQ_U64(figures.pss, 7777 * 1024);
	CHECK_EQ_U64(figures.uss, 2600 * 1024);
	CHECK_EQ_I64(rollup_parse("", &figures), -ESRCH);
	CHECK_EQ_I64(rollup_parse("Rss: 1 kB\nPss_Dirty: 5 kB\nPrivate_Clean: 1 kB\n", &figures),
		     -ESRCH);
}

static void our_own_figures_add_up(void)
{
	struct procinfo_status status;
	const uint64_t *values = status.values;

	CHECK_EQ_I64(procinfo_read_status(getpid(), &status), 0);
	CHECK(status.has_memory && values[METRIC_ANON] > 0 && values[METRIC_FILE] > 0);
	CHECK(status.peak >= values[METRIC_ANON] + values[METRIC_FILE] + values[METRIC_SHMEM]);
	CHECK_EQ_I64(procinfo_read_status(-7, &status), -ENOENT);
}

/* --- when smaps_rollup is read; the clock is ours */

/* Read what is due until @until_ns, each read taking @took_ns: how many there were. */
static unsigned run_plan(struct rollup_plan *plan, uint64_t *now_ns, uint64_t until_ns,
			 uint64_t took_ns)
{
	const struct rollup_target *next;
	unsigned reads = 0;

	while ((next = rollup_plan_next(plan)) != NULL && next->due_ns < until_ns) {
		uint32_t line = next->line;
		uint64_t began_ns = next->due_ns > *now_ns ? next->due_ns : *now_ns;

		*now_ns = began_ns + took_ns;
		rollup_plan_took(plan, line, began_ns, took_ns);
		reads++;
	}
	*now_ns = until_ns;
	return reads;
}

static void a_process_is_read_at_once_then_a_second_later_then_each_interval(void)
{
	struct rollup_plan plan = { .interval_ns = 10 * NS_PER_S };
	uint64_t now_ns = 5 * NS_PER_S;

	CHECK(!rollup_plan_next(&plan));
	CHECK_EQ_I64(rollup_plan_add(&plan, 3, 33, now_ns), 0);
	CHECK_EQ_U64(rollup_plan_next(&plan)->due_ns, now_ns);
	CHECK_EQ_I64(rollup_plan_next(&plan)->pid, 33);
	rollup_plan_took(&plan, 3, now_ns, MS);
	CHECK_EQ_U64(rollup_plan_next(&plan)->due_ns, now_ns + NS_PER_S);
	rollup_plan_took(&plan, 3, now_ns + NS_PER_S, MS);
	CHECK_EQ_U64(rollup_plan_next(&plan)->due_ns, now_ns + 11 * NS_PER_S);
	rollup_plan_took(&plan, 3, now_ns + 11 * NS_PER_S, MS);
	CHECK_EQ_U64(rollup_plan_next(&plan)->due_ns, now_ns + 21 * NS_PER_S);
	rollup_plan_free(&plan);
}

static void no_process_is_read_for_more_than_a_hundredth_of_its_time(void)
{
	static const uint64_t tooks[] = { 1, 10 * NS_PER_US, MS, 16 * MS, 250 * MS, 3 * NS_PER_S };

	for (size_t i = 0; i < sizeof(tooks) / sizeof(tooks[0]); i++) {
		struct rollup_plan plan = { .interval_ns = 100 * MS };
		uint64_t now_ns = 1000 * NS_PER_S;
		uint64_t span_ns = 10000 * NS_PER_S;
		unsigned reads;

		rollup_plan_add(&plan, 1, 11, now_ns);
		reads = run_plan(&plan, &now_ns, now_ns + span_ns, tooks[i]);
		CHECK(reads > 1);
		/* the first one stands at the begin of its rest */
		CHECK((reads - 1) * tooks[i] * 100 <= span_ns);
		CHECK_EQ_U64(metric_period(100 * MS, tooks[i]),
			     tooks[i] <= 990 * NS_PER_US ? 100 * MS : 101 * tooks[i]);
		CHECK(metric_share(100 * MS, tooks[i]) <= 0.01);
		rollup_plan_free(&plan);
	}
}

static void another_program_is_read_as_soon_as_the_process_has_rested(void)
{
	struct rollup_plan plan = { .interval_ns = 60 * NS_PER_S };

	rollup_plan_add(&plan, 1, 11, 0);
	rollup_plan_took(&plan, 1, 0, 20 * MS);
	rollup_plan_took(&plan, 1, 3 * NS_PER_S, 20 * MS);
	rollup_plan_renew(&plan, 1);
	CHECK_EQ_U64(rollup_plan_next(&plan)->due_ns, 3 * NS_PER_S + 2020 * MS);
	rollup_plan_renew(&plan, 2);
	rollup_plan_free(&plan);
}

static void each_process_has_its_turn_and_leaves(void)
{
	struct rollup_plan plan = { .interval_ns = 10 * NS_PER_S };
	uint64_t now_ns = 0;

	for (uint32_t line = 1; line <= 100; line++)
		rollup_plan_add(&plan, line, (pid_t)line, line);
	CHECK_EQ_U64(rollup_plan_next(&plan)->line, 1);
	CHECK_EQ_U64(run_plan(&plan, &now_ns, NS_PER_S / 2, MS), 100);
	rollup_plan_add(&plan, 7, 7, 0);
	CHECK_EQ_U64(plan.count, 100);
	for (uint32_t line = 1; line <= 99; line++)
		rollup_plan_remove(&plan, line);
	rollup_plan_remove(&plan, 1);
	CHECK_EQ_U64(plan.count, 1);
	CHECK_EQ_U64(rollup_plan_next(&plan)->line, 100);
	rollup_plan_took(&plan, 5, 0, MS);
	rollup_plan_free(&plan);
}

/* --- when figures of status are told */

static void figures_are_told_when_they_changed_and_once_a_second(void)
{
	struct figures figures = { .denied = false };
	struct metrics now = { .line = 1, .set = METRICS_STATUS };
	uint64_t t_ns = 100 * NS_PER_S;

	CHECK(figures_moved(&figures, &now, t_ns));
	figures.told = now;
	figures.told_ns = t_ns;
	CHECK(!figures_moved(&figures, &now, t_ns + 5 * NS_PER_S));
	now.values[METRIC_ANON] = 4096;
	CHECK(!figures_moved(&figures, &now, t_ns + NS_PER_S - 1));
	CHECK(figures_moved(&figures, &now, t_ns + NS_PER_S));
	now.values[METRIC_ANON] = 0;
	figures.told.set = METRIC_BIT(METRIC_SWAP);
	CHECK(figures_moved(&figures, &now, t_ns + NS_PER_S));
}

static const struct check_test tests[] = {
	CHECK_TEST(a_list_of_metrics_is_a_set_with_the_rss),
	CHECK_TEST(what_is_no_metric_is_refused),
	CHECK_TEST(a_status_tells_the_peak_and_what_the_memory_is_of),
	CHECK_TEST(a_zombie_has_no_memory_in_its_status),
	CHECK_TEST(a_rollup_tells_what_is_shared_and_what_is_not),
	CHECK_TEST(our_own_figures_add_up),
	CHECK_TEST(a_process_is_read_at_once_then_a_second_later_then_each_interval),
	CHECK_TEST(no_process_is_read_for_more_than_a_hundredth_of_its_time),
	CHECK_TEST(another_program_is_read_as_soon_as_the_process_has_rested),
	CHECK_TEST(each_process_has_its_turn_and_leaves),
	CHECK_TEST(figures_are_told_when_they_changed_and_once_a_second),
};

CHECK_MAIN(tests)
