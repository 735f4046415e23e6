/* An inspection from its records, through a session file, to what people and programs read. */
#include "base/clock.h"
#include "cli/inspect/inspected.h"
#include "tests/check.h"
#include "tests/trace_samples.h"
#include "export/record_json.h"

#include <inttypes.h>
#include <stdlib.h>

#define MIB (1024 * 1024ULL)

static const struct session_info shown_session = { .interval_ns = NS_PER_S,
						   .start_ns = NS_PER_S,
						   .start_wall_ns = 1700000000 * NS_PER_S };

static const struct inspected_kind before_kinds[] = {
	{ MEMORY_HEAP, "", { 1, 64 * MIB, 40 * MIB, 40 * MIB, 40 * MIB, MIB, 0, 0 } },
	{ MEMORY_LIBRARY, "/usr/lib/libc.so.6", { 5, 2 * MIB, MIB, 4096, 0, 0, 0, 0 } },
	{ MEMORY_HUGE, "stack", { 1, 4 * MIB, 0, 0, 0, 0, 0, 0 } },
	{ MEMORY_HUGETLB, "", { 1, 4 * MIB, 0, 0, 0, 0, 4 * MIB, 0 } },
};

static const struct inspected_kind after_kinds[] = {
	{ MEMORY_HEAP, "", { 3, 128 * MIB, 90 * MIB, 90 * MIB, 90 * MIB, MIB, 0, 0 } },
	{ MEMORY_FILE, "/data/\x1b[2Jx (deleted)", { 1, 3 * MIB, 2 * MIB, MIB, 0, 0, 0, 0 } },
	{ MEMORY_HUGE, "stack", { 2, 8 * MIB, 0, 0, 0, 0, 0, 0 } },
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The records of @kinds. */
static void tell(record_fn each, void *arg, const struct inspected_kind *kinds, size_t count,
		 struct record record)
{
	record.type = RECORD_INSPECTION;
	record.inspection.kinds = (uint32_t)count;
	for (size_t i = 0; i < count; i++) {
		record.inspection.place = (uint32_t)i;
		record.inspection.kind = kinds[i].kind;
		record.inspection.name = kinds[i].name;
		record.inspection.use = kinds[i].use;
		each(arg, &record);
		record.seq++;
	}
}

static void take(void *arg, const struct record *record)
{
	if (record->type == RECORD_INSPECTION)
		inspected_take(arg, record->t_ns, &record->inspection);
}

static void make(struct inspected *inspected, const struct inspected_kind *kinds, size_t count,
		 uint64_t t_ns)
{
	*inspected = (struct inspected){ .session = &shown_session, .pid = 77, .name = "a\tb" };
	tell(take, inspected, kinds, count,
	     (struct record){ .t_ns = t_ns, .inspection = { .line = 1, .number = 5 } });
}

/* All that @inspected_print writes. */
static char *print(const struct inspected *inspected, size_t most)
{
	size_t size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	inspected_print(out, inspected, most, "--all");
	fclose(out);
	return text;
}

static void the_largest_come_first_and_the_sums_are_told(void)
{
	struct inspected inspected;
	char *text;

	make(&inspected, before_kinds, COUNT(before_kinds), 3 * NS_PER_S);
	CHECK(inspected.whole && !inspected.failed);
	text = print(&inspected, SIZE_MAX);
	CHECK_EQ_STR(
		text,
		"Partition of 8 mappings of a\\tb (77). Total RSS = 42991616 bytes (41.0 MiB).\n"
		" Index  Count   %      Size   % Cumulative   %       PSS Private dirty  Kind\n"
		"     0      1  13  41943040  98   41943040  98  41943040      41943040  heap\n"
		"     1      5  63   1048576   2   42991616 100      4096             0  "
		"library /usr/lib/libc.so.6\n"
		"     2      1  13         0   0   42991616 100         0             0  "
		"huge pages of stacks\n"
		"     3      1  13         0   0   42991616 100         0             0  "
		"huge pages (hugetlb)\n"
		"Swap, which is in no RSS: 1048576 bytes (1.0 MiB): heap 1.0 MiB\n"
		"Huge pages of hugetlbfs, which is in no RSS: 4194304 bytes (4.0 MiB): "
		"huge pages (hugetlb) 4.0 MiB\n");
	free(text);
	text = print(&inspected, 3);
	CHECK(strstr(text, "huge pages of stacks\n<1 more row: --all shows it>\nSwap") != NULL);
	free(text);
	text = print(&inspected, 1);
	CHECK(strstr(text, "heap\n<3 more rows: --all shows them>\nSwap") != NULL);
	free(text);
	inspected_free(&inspected);
}

static void what_grew_comes_first_and_what_shrank_not_at_all(void)
{
	struct inspected before, after;
	size_t size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	make(&before, before_kinds, COUNT(before_kinds), 3 * NS_PER_S);
	make(&after, after_kinds, COUNT(after_kinds), 8 * NS_PER_S);
	CHECK(inspected_print_growth(out, &before, &after, SIZE_MAX) == 0);
	fclose(out);
	CHECK_EQ_STR(text, "Growth of a\\tb (77) in 5.00 s: RSS 41.0 MiB to 92.0 MiB, +51.0 MiB "
			   "(+53477376 bytes).\n"
			   "Kind                               Size     Growth  Count  Growth\n"
			   "heap                           94371840  +52428800      3      +2\n"
			   "file /data/\\x1b[2Jx (deleted)   2097152   +2097152      1      +1\n"
			   "huge pages of stacks                  0         +0      2      +1\n");
	free(text);
	out = open_memstream(&text, &size);
	CHECK(inspected_print_growth(out, &after, &after, SIZE_MAX) == 0);
	fclose(out);
	CHECK_EQ_STR(text, "Nothing grew in a\\tb (77) in 0 s: RSS 92.0 MiB to 92.0 MiB, +0 B "
			   "(+0 bytes).\n");
	free(text);
	inspected_free(&before);
	inspected_free(&after);
}

static void json_has_the_keys_of_all_figures(void)
{
	struct inspected before, after;
	size_t size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	make(&before, before_kinds, 1, 3 * NS_PER_S);
	make(&after, after_kinds, 1, 8 * NS_PER_S);
	inspected_json(out, &before);
	fputs("\n", out);
	CHECK(inspected_json_growth(out, &before, &after) == 0);
	fclose(out);
	CHECK_EQ_STR(text,
		     "{\"pid\":77,\"name\":\"a\\u0009b\",\"number\":5,\"t\":2.000000000,"
		     "\"wall\":1700000002.000000000,\"mappings\":1,\"size\":67108864,"
		     "\"rss\":41943040,\"pss\":41943040,\"private_dirty\":41943040,"
		     "\"swap\":1048576,\"hugetlb\":0,\"lazyfree\":0,\"kinds\":[\n"
		     "{\"kind\":\"heap\",\"what\":\"\",\"mappings\":1,\"size\":67108864,"
		     "\"rss\":41943040,\"pss\":41943040,\"private_dirty\":41943040,"
		     "\"swap\":1048576,\"hugetlb\":0,\"lazyfree\":0}\n]}\n"
		     "{\"pid\":77,\"name\":\"a\\u0009b\",\"number\":5,\"t\":7.000000000,"
		     "\"wall\":1700000007.000000000,\"duration\":5.000000000,"
		     "\"mappings\":3,\"size\":134217728,\"rss\":94371840,"
		     "\"pss\":94371840,\"private_dirty\":94371840,\"swap\":1048576,"
		     "\"hugetlb\":0,\"lazyfree\":0,\"mappings_growth\":2,\"size_growth\":67108864,"
		     "\"rss_growth\":52428800,\"pss_growth\":52428800,"
		     "\"private_dirty_growth\":52428800,\"swap_growth\":0,"
		     "\"hugetlb_growth\":0,\"lazyfree_growth\":0,\"kinds\":[\n"
		     "{\"kind\":\"heap\",\"what\":\"\",\"mappings\":3,\"size\":134217728,"
		     "\"rss\":94371840,\"pss\":94371840,\"private_dirty\":94371840,"
		     "\"swap\":1048576,\"hugetlb\":0,\"lazyfree\":0,\"mappings_growth\":2,"
		     "\"size_growth\":67108864,\"rss_growth\":52428800,"
		     "\"pss_growth\":52428800,\"private_dirty_growth\":52428800,"
		     "\"swap_growth\":0,\"hugetlb_growth\":0,\"lazyfree_growth\":0}\n]"
		     "}");
	free(text);
	inspected_free(&before);
	inspected_free(&after);
}

static void one_of_which_a_record_is_missing_is_not_whole(void)
{
	struct inspected inspected = { .session = &shown_session };
	struct inspection inspection = { .line = 1, .number = 5, .kinds = 3, .kind = MEMORY_HEAP };

	inspection.name = "";
	inspected_take(&inspected, 1, &inspection);
	inspection.place = 2;
	inspected_take(&inspected, 1, &inspection);
	CHECK(!inspected.whole && inspected.count == 1);
	inspection = (struct inspection){ .line = 1, .number = 6, .name = "" };
	inspected_take(&inspected, 2, &inspection);
	CHECK(inspected.failed && inspected.number == 6 && inspected.count == 0);
	inspected_free(&inspected);
}

static void write_one(void *writer, const struct record *record)
{
	CHECK(writer_add(writer, record) == 0);
}

static void a_file_gives_back_what_was_put_in(void)
{
	const char *path = path_of("inspected.mwdb");
	struct inspected inspected = { .session = &session, .pid = 101, .name = "one" };
	struct reader_query query = { .every = false };
	struct writer *writer = open_new(path);
	struct reader *reader;

	if (!writer)
		return;
	add_process(writer, 1, 1);
	add_sample(writer, 2, 4096);
	tell(write_one, writer, before_kinds, COUNT(before_kinds),
	     (struct record){ .seq = 3,
			      .t_ns = session.start_ns + 77,
			      .inspection = { .line = 1, .number = 9 } });
	CHECK(writer_close(writer, 1, why) == 0);
	if (!CHECK(reader_open(&reader, path, why) == 0))
		return;
	CHECK(reader_read(reader, &query, take, &inspected) == 0);
	reader_close(reader);
	CHECK(inspected.whole && !inspected.failed);
	CHECK_EQ_U64(inspected.number, 9);
	CHECK_EQ_U64(inspected.t_ns, session.start_ns + 77);
	CHECK_EQ_U64(inspected.count, COUNT(before_kinds));
	for (size_t i = 0; i < inspected.count; i++) {
		CHECK_EQ_U64(inspected.kinds[i].kind, before_kinds[i].kind);
		CHECK_EQ_STR(inspected.kinds[i].name, before_kinds[i].name);
		CHECK(memcmp(&inspected.kinds[i].use, &before_kinds[i].use,
			     sizeof before_kinds[i].use) == 0);
	}
	inspected_free(&inspected);
}

static const struct check_test tests[] = {
	CHECK_TEST(the_largest_come_first_and_the_sums_are_told),
	CHECK_TEST(what_grew_comes_first_and_what_shrank_not_at_all),
	CHECK_TEST(json_has_the_keys_of_all_figures),
	CHECK_TEST(one_of_which_a_record_is_missing_is_not_whole),
	CHECK_TEST(a_file_gives_back_what_was_put_in),
};

CHECK_MAIN(tests)
