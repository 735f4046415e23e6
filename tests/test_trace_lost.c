/* What a recorder was not given: where it was too slow, or began late. */
#include "tests/trace_samples.h"

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

static const struct check_test tests[] = {
	CHECK_TEST(lost_records_are_a_gap),
	CHECK_TEST(names_that_were_lost_are_told_at_the_next_chance),
	CHECK_TEST(an_unfinished_span_without_a_begin_is_kept),
};

CHECK_MAIN(tests)
