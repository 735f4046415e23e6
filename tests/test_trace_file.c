/* The session file as a file: refused, replaced, cut short, foreign, newer, moved, damaged. */
#include "tests/trace_samples.h"
#include "session/spanmap.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

static void a_file_that_exists_is_replaced_only_by_force(void)
{
	const char *path = record_some("there.mwdb");
	struct writer *writer;

	CHECK(writer_open(&writer, path, false, &session, why) == -EEXIST);
	CHECK_EQ_STR(why, "exists already; --force replaces it");
	if (CHECK(writer_open(&writer, path, true, &session, why) == 0))
		CHECK(writer_close(writer, 1, why) == 0);
}

static void a_directory_is_not_replaced(void)
{
	const char *path = path_of("directory.mwdb");
	struct writer *writer;

	mkdir(path, 0700);
	CHECK(writer_open(&writer, path, true, &session, why) == -EEXIST);
	CHECK_EQ_STR(why, "is there already, and is no file");
	CHECK(rmdir(path) == 0);
}

static void what_cannot_be_created_is_said(void)
{
	struct writer *writer;

	CHECK(writer_open(&writer, path_of("no/such/run.mwdb"), false, &session, why) == -ENOENT);
	CHECK_EQ_STR(why, "cannot be created: No such file or directory");
}

static void an_orderly_end_leaves_one_file(void)
{
	const char *path = record_some("one.mwdb");
	char beside[140];

	snprintf(beside, sizeof beside, "%s-wal", path);
	CHECK(access(beside, F_OK) < 0);
	snprintf(beside, sizeof beside, "%s-shm", path);
	CHECK(access(beside, F_OK) < 0);
}

static void a_recording_is_read_while_it_goes_on(void)
{
	const char *path = path_of("live.mwdb");
	struct writer *writer = open_new(path);
	uint64_t counts[RECORD_METRICS + 1];

	if (!writer)
		return;
	add_process(writer, 1, 1);
	add_sample(writer, 2, 4096);
	CHECK(writer_commit(writer) == 0);
	add_sample(writer, 3, 8192);
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_TICK], 1);
	CHECK(writer_commit(writer) == 0);
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_TICK], 2);
	CHECK(writer_close(writer, 1, why) == 0);
}

static void a_file_that_was_moved_is_noticed_and_whole(void)
{
	const char *path = path_of("before.mwdb");
	const char *moved = path_of("after.mwdb");
	struct writer *writer = open_new(path);
	uint64_t counts[RECORD_METRICS + 1];

	if (!writer)
		return;
	add_process(writer, 1, 1);
	add_sample(writer, 2, 4096);
	CHECK(writer_commit(writer) == 0);
	CHECK(writer_look(writer) == 0);
	CHECK(rename(path, moved) == 0);
	CHECK(writer_look(writer) == -ENOENT);
	CHECK_EQ_STR(writer_error(writer), "the file was moved or removed");
	writer_close(writer, 1, why);
	CHECK(read_all(moved, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_TICK], 1);
}

static bool has_log(const char *path)
{
	char log[160];

	snprintf(log, sizeof log, "%s-wal", path);
	return access(log, F_OK) == 0;
}

static void a_file_that_was_replaced_leaves_the_log_of_the_new_one_alone(void)
{
	const char *path = path_of("taken.mwdb");
	struct writer *before = open_new(path);
	struct writer *after = NULL;
	uint64_t counts[RECORD_METRICS + 1];

	if (!before)
		return;
	add_process(before, 1, 1);
	CHECK(writer_commit(before) == 0);
	if (!CHECK(writer_open(&after, path, true, &session, why) == 0))
		return;
	add_process(after, 1, 1);
	add_sample(after, 2, 4096);
	CHECK(writer_commit(after) == 0);
	CHECK(writer_close(before, 1, why) == -ENOENT);
	CHECK_EQ_STR(why, "the file was moved or removed");
	CHECK(has_log(path));
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_TICK], 1);
	CHECK(writer_close(after, 1, why) == 0);
	CHECK(!has_log(path));
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_TICK], 1);
}

static void a_file_is_found_by_any_name(void)
{
	static const char *const names[] = { ":memory:", "file:uri.mwdb", "a%41?mode=x#y" };
	const char *link = path_of("link.mwdb");
	char here[512];
	uint64_t counts[RECORD_METRICS + 1];
	struct writer *writer = open_new(path_of("linked.mwdb"));

	if (!writer || !CHECK(getcwd(here, sizeof here)) || !CHECK(chdir(path_of(".")) == 0))
		return;
	unlink(link);
	CHECK(symlink("linked.mwdb", link) == 0);
	add_process(writer, 1, 1);
	CHECK(writer_commit(writer) == 0);
	CHECK(read_all(link, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_PROCESS], 1);
	CHECK(writer_close(writer, 1, why) == 0);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		CHECK(rename(record_some("named.mwdb"), names[i]) == 0);
		CHECK(read_all(names[i], counts) == 0);
		unlink(names[i]);
	}
	CHECK(chdir(here) == 0);
}

static void what_is_no_session_is_said_in_one_line(void)
{
	const char *path = path_of("foreign");
	uint64_t counts[RECORD_METRICS + 1];
	FILE *file = fopen(path, "w");

	CHECK(read_all(path_of("nowhere"), counts) == -ENOENT);
	CHECK_EQ_STR(why, "No such file or directory");
	if (!CHECK(file))
		return;
	CHECK(read_all(path, counts) == -EBADMSG);
	CHECK_EQ_STR(why, "is no session that memwatch recorded");
	fprintf(file, "%200s", "text");
	fclose(file);
	CHECK(read_all(path, counts) == -EBADMSG);
	CHECK_EQ_STR(why, "is no session that memwatch recorded");
	CHECK(read_all(path_of("."), counts) == -EBADMSG);
	CHECK_EQ_STR(why, "is a directory");
}

static void change(const char *path, const char *sql)
{
	sqlite3 *database;

	CHECK(sqlite3_open(path, &database) == SQLITE_OK);
	CHECK(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(database);
}

static void another_program_s_database_is_left_alone(void)
{
	const char *path = path_of("other.db");
	uint64_t counts[RECORD_METRICS + 1];

	unlink(path);
	change(path, "PRAGMA journal_mode = WAL; CREATE TABLE mine(a)");
	CHECK(read_all(path, counts) == -EBADMSG);
	CHECK_EQ_STR(why, "is no session that memwatch recorded");
}

static void a_newer_format_is_refused_by_both_versions(void)
{
	const char *path = record_some("newer.mwdb");
	uint64_t counts[RECORD_METRICS + 1];

	change(path, "PRAGMA user_version = 7;"
		     "UPDATE session SET value = '9.1' WHERE key = 'version'");
	CHECK(read_all(path, counts) == -EPROTO);
	CHECK_EQ_STR(why, "was written by memwatch 9.1 in format 7; this memwatch " MEMWATCH_VERSION
			  " reads format 1");
}

static void columns_and_tables_of_later_are_stepped_over(void)
{
	const char *path = record_some("later.mwdb");
	uint64_t before[RECORD_METRICS + 1], after[RECORD_METRICS + 1];

	CHECK(read_all(path, before) == 0);
	change(path, "ALTER TABLE sample ADD COLUMN uss INTEGER; CREATE TABLE extra(a);"
		     "INSERT INTO session VALUES('more', 1);"
		     "INSERT INTO gap VALUES(1, 2, NULL, 'who knows', 1)");
	CHECK(read_all(path, after) == 0);
	CHECK(memcmp(before, after, sizeof before) == 0);
}

static void a_file_from_before_limits_were_told_is_read(void)
{
	const char *path = record_some("before.mwdb");
	uint64_t counts[RECORD_METRICS + 1];

	change(path, "DROP TABLE bound");
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_TICK], 398);
	CHECK_EQ_U64(counts[RECORD_LIMIT], 0);
}

struct shares {
	size_t ticks;
	uint64_t sum;
};

static void add_shared(void *arg, const struct record *record)
{
	struct shares *shares = arg;

	if (record->type != RECORD_TICK)
		return;
	shares->ticks += record->tick.count;
	for (size_t i = 0; i < record->tick.count; i++)
		shares->sum += record->tick.samples[i].shared;
}

static struct shares read_shared(const char *path)
{
	const struct reader_query query = { 0 };
	struct shares shares = { 0 };
	struct reader *reader;

	if (!CHECK(reader_open(&reader, path, why) == 0))
		return shares;
	CHECK(reader_read(reader, &query, add_shared, &shares) == 0);
	reader_close(reader);
	return shares;
}

static void shared_bytes_are_kept_where_they_change_and_are_unknown_before_they_were(void)
{
	const char *path = path_of("shared.mwdb");
	struct writer *writer = open_new(path);
	struct sample sample = { 1, 40960, 8192 };
	struct record record = { .type = RECORD_TICK, .tick = { 0, 1, &sample } };

	if (!writer)
		return;
	add_process(writer, 1, 1);
	for (uint64_t seq = 2; seq <= 7; seq++) {
		sample.shared = seq < 5 ? 8192 : 4096;
		add_record(writer, seq, record);
	}
	CHECK(writer_close(writer, 1, why) == 0);
	CHECK_EQ_U64(read_shared(path).ticks, 2);
	CHECK_EQ_U64(read_shared(path).sum, 8192 + 4096);
	change(path, "UPDATE sample SET shared = 1 << 40 WHERE rowid = 1");
	CHECK_EQ_U64(read_shared(path).sum, 4096); /* no more is shared than there is */
	change(path, "DROP VIEW memory; ALTER TABLE sample DROP COLUMN shared");
	CHECK_EQ_U64(read_shared(path).ticks, 2);
	CHECK_EQ_U64(read_shared(path).sum, 0);
}

static void a_file_from_before_inspections_were_kept_is_read(void)
{
	const char *path = record_some("before.mwdb");
	uint64_t counts[RECORD_METRICS + 1];

	change(path, "DROP TABLE inspection");
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_TICK], 398);
	CHECK_EQ_U64(counts[RECORD_INSPECTION], 0);
}

static void inspections_that_make_no_sense_are_stepped_over(void)
{
	const char *path = record_some("senseless.mwdb");
	uint64_t counts[RECORD_METRICS + 1];

	change(path,
	       "INSERT INTO inspection VALUES(5, 1, 1, 1, 1, 'heap', '', 1, 1, 1, 1, 1, 1, 1, 1),"
	       "(5, 1, 1, 0, 99999999, 'heap', '', 1, 1, 1, 1, 1, 1, 1, 1),"
	       "(5, 77, 1, 0, 1, 'heap', '', 1, 1, 1, 1, 1, 1, 1, 1),"
	       "(6, 1, 1, 0, 1, 'of later', '', 1, 1, 1, 1, 1, 1, 1, 1)");
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_INSPECTION], 1);
}

static void limits_that_make_no_sense_are_stepped_over(void)
{
	const char *path = record_some("senseless.mwdb");
	uint64_t counts[RECORD_METRICS + 1];

	change(path, "INSERT INTO bound VALUES(5, 1, 'who knows', 1, 1), (5, NULL, 'cgroup', 1, 1),"
		     "(5, 1, 'machine', 1, 1), (5, 77, 'cgroup', 1, 1), (5, 1, 'cgroup', 9, 1)");
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_LIMIT], 1);
}

/* "0=500 1=20" in the order in which they come. */
static void list_limit(void *arg, const struct record *record)
{
	char *text = arg;
	size_t used = strlen(text);

	if (record->type == RECORD_LIMIT)
		snprintf(text + used, 128 - used, "%s%u=%" PRIu64 "@%" PRIu64, used ? " " : "",
			 record->limit.line, record->limit.limit, record->t_ns - session.start_ns);
}

static void what_held_before_a_part_is_told_at_its_begin(void)
{
	const char *path = record_some("part.mwdb");
	struct reader_query query = { .from_ns = session.start_ns + 200 };
	struct reader *reader;
	char text[128] = "";

	change(path, "INSERT INTO bound VALUES(-3, NULL, 'machine', 500, 1),"
		     "(5, 1, 'cgroup', 20, 1), (7, 1, 'cgroup', 30, 1),"
		     "(6, 1, 'asked', 70, 1), (6, NULL, 'asked', 90, 1),"
		     "(200, 1, 'cgroup', 40, 1), (250, 1, 'cgroup', NULL, 0)");
	if (!CHECK(reader_open(&reader, path, why) == 0))
		return;
	CHECK(reader_read(reader, &query, list_limit, text) == 0);
	CHECK_EQ_STR(text, "0=500@200 1=30@200 1=70@200 0=90@200 1=40@200 1=0@250");
	text[0] = '\0';
	query.from_ns = 0;
	CHECK(reader_read(reader, &query, list_limit, text) == 0);
	CHECK_EQ_STR(text, "0=500@18446744073709551613 1=20@5 1=30@7 1=70@6 0=90@6 1=40@200 "
			   "1=0@250");
	reader_close(reader);
}

static void a_file_cut_short_does_no_harm(void)
{
	const char *path = record_some("cut.mwdb");
	uint64_t counts[RECORD_METRICS + 1];
	struct stat status;

	CHECK(stat(path, &status) == 0);
	for (off_t size = status.st_size - 1; size > 0; size -= 511) {
		CHECK(truncate(path, size) == 0);
		CHECK(read_all(path, counts) < 0);
		CHECK(why[0] && !strchr(why, '\n'));
	}
}

static void damage_does_no_harm(void)
{
	const char *path = record_some("damaged.mwdb");
	uint64_t counts[RECORD_METRICS + 1];
	struct stat status;
	unsigned char byte;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (!CHECK(fd >= 0) || !CHECK(fstat(fd, &status) == 0))
		return;
	srand(1);
	for (int i = 0; i < 500; i++) {
		off_t at = rand() % status.st_size;
		unsigned char wrong = (unsigned char)rand();

		CHECK(pread(fd, &byte, 1, at) == 1);
		CHECK(pwrite(fd, &wrong, 1, at) == 1);
		read_all(path, counts); /* whatever it says */
		CHECK(pwrite(fd, &byte, 1, at) == 1);
	}
	close(fd);
	CHECK(read_all(path, counts) == 0);
	CHECK_EQ_U64(counts[RECORD_TICK], 398);
}

static void open_spans_are_found_by_line_and_number(void)
{
	struct spanmap map = { 0 };

	for (uint64_t i = 0; i < 5000; i++)
		spanmap_put(&map, (uint32_t)(i % 7), i / 7, (int64_t)i + 1);
	for (uint64_t i = 0; i < 5000; i += 2)
		CHECK_EQ_I64(spanmap_take(&map, (uint32_t)(i % 7), i / 7), (int64_t)i + 1);
	for (uint64_t i = 0; i < 5000; i++)
		CHECK_EQ_I64(spanmap_take(&map, (uint32_t)(i % 7), i / 7),
			     i % 2 ? (int64_t)i + 1 : 0);
	CHECK_EQ_U64(map.count, 0);
	spanmap_free(&map);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_file_that_exists_is_replaced_only_by_force),
	CHECK_TEST(a_directory_is_not_replaced),
	CHECK_TEST(what_cannot_be_created_is_said),
	CHECK_TEST(an_orderly_end_leaves_one_file),
	CHECK_TEST(a_recording_is_read_while_it_goes_on),
	CHECK_TEST(a_file_that_was_moved_is_noticed_and_whole),
	CHECK_TEST(a_file_that_was_replaced_leaves_the_log_of_the_new_one_alone),
	CHECK_TEST(a_file_is_found_by_any_name),
	CHECK_TEST(what_is_no_session_is_said_in_one_line),
	CHECK_TEST(another_program_s_database_is_left_alone),
	CHECK_TEST(a_newer_format_is_refused_by_both_versions),
	CHECK_TEST(columns_and_tables_of_later_are_stepped_over),
	CHECK_TEST(a_file_from_before_limits_were_told_is_read),
	CHECK_TEST(shared_bytes_are_kept_where_they_change_and_are_unknown_before_they_were),
	CHECK_TEST(a_file_from_before_inspections_were_kept_is_read),
	CHECK_TEST(inspections_that_make_no_sense_are_stepped_over),
	CHECK_TEST(limits_that_make_no_sense_are_stepped_over),
	CHECK_TEST(what_held_before_a_part_is_told_at_its_begin),
	CHECK_TEST(a_file_cut_short_does_no_harm),
	CHECK_TEST(damage_does_no_harm),
	CHECK_TEST(open_spans_are_found_by_line_and_number),
};

CHECK_MAIN(tests)
