/* Figures beside the samples in a session file: where they are, and what an older file has of them.
 */
#include "tests/trace_samples.h"

#include <inttypes.h>
#include <sqlite3.h>

static void add_metrics(struct writer *writer, uint64_t seq, struct metrics metrics)
{
	add_record(writer, seq, (struct record){ .type = RECORD_METRICS, .metrics = metrics });
}

/* Samples of the line 1 at 20, 40 and 60 ms; its figures at 30 and 50 ms, from the start. */
static const char *record_metrics(const char *name)
{
	const char *path = path_of(name);
	struct writer *writer = open_new(path);

	if (!writer)
		return path;
	add_process(writer, 1, 1);
	add_sample(writer, 2, 10 * 4096);
	add_metrics(writer, 3,
		    (struct metrics){ .line = 1,
				      .set = METRIC_BIT(METRIC_PSS),
				      .read_ns = 700,
				      .values = { [METRIC_PSS] = 3000 } });
	add_sample(writer, 4, 11 * 4096);
	add_metrics(writer, 5,
		    (struct metrics){ .line = 1,
				      .set = METRIC_BIT(METRIC_SWAP) | METRIC_BIT(METRIC_FILE),
				      .values = { [METRIC_FILE] = 4096 } });
	add_sample(writer, 6, 12 * 4096);
	CHECK(writer_close(writer, 1, why) == 0);
	return path;
}

static int put_row(void *arg, int count, char **values, char **names)
{
	char *text = arg;
	size_t used = strlen(text);

	(void)names;
	for (int i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, 512 - used, "%s%s", i ? "," : "",
					 values[i] ? values[i] : "-");
	snprintf(text + used, 512 - used, " ");
	return 0;
}

/* The rows that a statement gives, "1,2 3,4 "; or none where it changes something. */
static void ask(const char *path, const char *query, char text[512])
{
	sqlite3 *database = NULL;

	text[0] = '\0';
	CHECK(sqlite3_open(path, &database) == SQLITE_OK);
	CHECK(sqlite3_exec(database, query, put_row, text, NULL) == SQLITE_OK);
	sqlite3_close(database);
}

static void a_sample_has_what_was_known_beside_it(void)
{
	const char *path = record_metrics("beside.mwdb");
	char text[512];

	ask(path, "SELECT rss / 4096, pss, swap FROM sample", text);
	CHECK_EQ_STR(text, "10,-,- 11,3000,- 12,3000,0 ");
	ask(path, "SELECT t_ns / 1000000, pss, uss, swap, anon, file, shmem, read_ns FROM metric",
	    text);
	CHECK_EQ_STR(text, "30,3000,-,-,-,-,-,700 50,-,-,0,-,4096,-,- ");
}

static void add_all(struct writer *writer, uint64_t seq)
{
	add_metrics(writer, seq,
		    (struct metrics){ .line = 1,
				      .set = METRICS_ALL & ~METRIC_BIT(METRIC_RSS),
				      .read_ns = 12500000,
				      .values = { 0, INT64_MAX, 1, 0, 4096, 8192, 12288 } });
}

static void keep_metrics(void *arg, const struct record *record)
{
	if (record->type == RECORD_METRICS)
		*(struct record *)arg = *record;
}

static void what_was_recorded_is_read(void)
{
	struct writer *writer = open_new(path_of("all.mwdb"));
	struct record got = { .seq = 0 };
	struct reader_query query = { .every = true };
	struct reader *reader;

	add_process(writer, 1, 1);
	add_all(writer, 2);
	CHECK(writer_close(writer, 1, why) == 0);
	if (!CHECK(reader_open(&reader, path_of("all.mwdb"), why) == 0))
		return;
	CHECK(reader_read(reader, &query, keep_metrics, &got) == 0);
	CHECK_EQ_U64(got.t_ns, session.start_ns + 20 * NS_PER_MS);
	CHECK_EQ_U64(got.metrics.line, 1);
	CHECK_EQ_U64(got.metrics.set, METRICS_ALL & ~METRIC_BIT(METRIC_RSS));
	CHECK_EQ_U64(got.metrics.read_ns, 12500000);
	CHECK_EQ_U64(got.metrics.values[METRIC_PSS], INT64_MAX);
	CHECK_EQ_U64(got.metrics.values[METRIC_USS], 1);
	CHECK_EQ_U64(got.metrics.values[METRIC_SWAP], 0);
	CHECK_EQ_U64(got.metrics.values[METRIC_ANON], 4096);
	CHECK_EQ_U64(got.metrics.values[METRIC_FILE], 8192);
	CHECK_EQ_U64(got.metrics.values[METRIC_SHMEM], 12288);
	reader_close(reader);
}

/* "30:2=3000" a record: when, its set, its PSS. */
static void list_metrics(void *arg, const struct record *record)
{
	const struct metrics *metrics = &record->metrics;
	char *text = arg;
	size_t used = strlen(text);

	if (record->type == RECORD_METRICS)
		snprintf(text + used, 512 - used, "%" PRIu64 ":%u=%" PRIu64 " ",
			 (record->t_ns - session.start_ns) / 1000000, metrics->set,
			 metrics->values[METRIC_PSS]);
}

static void what_was_known_before_a_part_is_told_at_its_begin(void)
{
	const char *path = record_metrics("part.mwdb");
	struct reader_query query = { .from_ns = session.start_ns + 55 * NS_PER_MS };
	struct reader *reader;
	char text[512] = "";

	if (!CHECK(reader_open(&reader, path, why) == 0))
		return;
	CHECK_EQ_U64(reader_info(reader)->session.metrics,
		     METRIC_BIT(METRIC_RSS) | METRIC_BIT(METRIC_PSS) | METRIC_BIT(METRIC_SWAP) |
			     METRIC_BIT(METRIC_FILE));
	CHECK(reader_read(reader, &query, list_metrics, text) == 0);
	CHECK_EQ_STR(text, "55:2=3000 55:40=0 ");
	text[0] = '\0';
	query.from_ns = 0;
	query.to_ns = session.start_ns + 40 * NS_PER_MS;
	CHECK(reader_read(reader, &query, list_metrics, text) == 0);
	CHECK_EQ_STR(text, "30:2=3000 ");
	reader_close(reader);
}

static void a_file_from_before_metrics_were_told_is_read(void)
{
	const char *path = record_metrics("older.mwdb");
	uint64_t counts[RECORD_METRICS + 1];
	char text[512];

	ask(path, "DROP TABLE metric", text);
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_TICK], 3);
	CHECK_EQ_U64(counts[RECORD_METRICS], 0);
}

static void figures_that_make_no_sense_are_stepped_over(void)
{
	const char *path = record_metrics("odd.mwdb");
	uint64_t counts[RECORD_METRICS + 1];
	char text[512];

	ask(path,
	    "INSERT INTO metric(t_ns, process, pss, read_ns) VALUES(60000000, 77, 5, 1),"
	    "(60000000, 1, NULL, 5), (60000000, 1, 0, 0)",
	    text);
	CHECK(read_all(path, counts) == 0);
	/* the two that there were, and the last */
	CHECK_EQ_U64(counts[RECORD_METRICS], 3);
}

static const struct check_test tests[] = {
	CHECK_TEST(what_was_recorded_is_read),
	CHECK_TEST(a_sample_has_what_was_known_beside_it),
	CHECK_TEST(what_was_known_before_a_part_is_told_at_its_begin),
	CHECK_TEST(a_file_from_before_metrics_were_told_is_read),
	CHECK_TEST(figures_that_make_no_sense_are_stepped_over),
};

CHECK_MAIN(tests)
