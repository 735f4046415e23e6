/* What a recorder was not given: where it was too slow, or began late. */
#include "tests/trace_samples.h"

#include <errno.h>
#include <sqlite3.h>

static void lost_records_are_a_gap(void)
{
	const char *path = path_of("lost.mwdb");
	struct writer *writer = open_new(path);
	struct writer_process living = { session.start_ns, { 2, 102, 1, 7, "two", "command" } };
	uint64_t counts[RECORD_METRICS + 1];

	if (!writer)
		return;
	add_process(writer, 1, 1);
	add_sample(writer, 2, 4096);
	add_process(writer, 30, 3);
	CHECK(writer_resync(writer, &living, 1) == 0);
	CHECK_EQ_U64(writer_counts(writer)->lost, 27);
	CHECK_EQ_U64(writer_counts(writer)->processes, 3);
	CHECK_EQ_U64(writer_counts(writer)->until_ns, session.start_ns + 300 * NS_PER_MS);
	CHECK(writer_close(writer, 1, why) == 0);
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_GAP], 1);
	CHECK_EQ_U64(counts[RECORD_PROCESS], 3);
	CHECK_EQ_U64(counts[RECORD_END], 2);
}

static void names_that_were_lost_are_told_at_the_next_chance(void)
{
	const char *path = path_of("renamed.mwdb");
	struct writer *writer = open_new(path);
	struct writer_process living = { session.start_ns, { 1, 101, 1, 7, "one", "command" } };
	uint64_t counts[RECORD_METRICS + 1];

	if (!writer)
		return;
	add_process(writer, 1, 1);
	CHECK(writer_resync(writer, &living, 1) == 0);
	living.process.name = "other";
	CHECK(writer_resync(writer, &living, 1) == 0);
	CHECK(writer_resync(writer, &living, 1) == 0);
	CHECK(writer_close(writer, 1, why) == 0);
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_PROCESS], 2);
}

static void an_unfinished_span_without_a_begin_is_kept(void)
{
	const char *path = path_of("unbegun.mwdb");
	struct writer *writer = open_new(path);
	struct record record = { .type = RECORD_EVENT };
	uint64_t counts[RECORD_METRICS + 1];

	if (!writer)
		return;
	add_process(writer, 1, 1);
	record.event = (struct event){
		.line = 1,
		.kind = EVENT_SPAN_END,
		.span = 3,
		.duration_ns = NS_PER_MS,
		.category = "",
		.label = "load" SPAN_UNFINISHED,
		.unfinished = true,
	};
	add_record(writer, 2, record);
	record.type = RECORD_END;
	record.end = (struct end){ .line = 1, .pid = 101, .reason = END_EXITED };
	add_record(writer, 3, record);
	CHECK(writer_close(writer, 1, why) == 0);
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_EVENT], 2);
}

static void skip(struct writer *writer, uint64_t seq)
{
	struct record record = { .seq = seq, .type = RECORD_CLOCK, .t_ns = session.start_ns };

	CHECK_EQ_I64(writer_skip(writer, &record), 0);
}

/* What is left out of a recording, behind the last commit, is behind it still when that is tried
 * again. */
static void what_was_left_out_is_not_lost_where_a_lock_passes(void)
{
	const char *path = path_of("again.mwdb");
	struct writer *writer = open_new(path);
	struct record event = {
		.seq = 5,
		.type = RECORD_EVENT,
		.t_ns = session.start_ns + NS_PER_S,
		.event = { .line = 1, .category = "", .label = "an event" },
	};
	sqlite3 *other = NULL;
	uint64_t seq = 0;

	if (!writer)
		return;
	add_process(writer, 1, 1);
	CHECK_EQ_I64(writer_commit(writer), 0);
	for (uint64_t left_out = 2; left_out < 5; left_out++)
		skip(writer, left_out);
	CHECK_EQ_I64(sqlite3_open(path, &other), SQLITE_OK);
	CHECK_EQ_I64(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	CHECK_EQ_I64(writer_add(writer, &event), -EBUSY);
	CHECK(writer_may_pass(writer));
	CHECK_EQ_I64(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	CHECK_EQ_I64(sqlite3_close(other), SQLITE_OK);
	CHECK_EQ_I64(writer_retry(writer, &seq), 0);
	while (++seq < 5)
		skip(writer, seq);
	CHECK_EQ_I64(writer_add(writer, &event), 0);
	CHECK_EQ_U64(writer_counts(writer)->lost, 0);
	CHECK(writer_close(writer, 1, why) == 0);
}

static const struct check_test tests[] = {
	CHECK_TEST(lost_records_are_a_gap),
	CHECK_TEST(names_that_were_lost_are_told_at_the_next_chance),
	CHECK_TEST(an_unfinished_span_without_a_begin_is_kept),
	CHECK_TEST(what_was_left_out_is_not_lost_where_a_lock_passes),
};

CHECK_MAIN(tests)
