/* What a text of /proc/PID/smaps comes to: the mappings in it, and the kinds that they are of. */
#include "tests/check.h"
#include "watcher/inspect/mapping_kinds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define KIB 1024ULL

/* A mapping's lines, as Linux 6.18 writes them; figures in KiB. */
struct row {
	const char *head; /* "from-to flags offset device inode   path" */
	unsigned rss, pss, dirty, swap, huge, hugetlb;
	const char *flags;
};

static void write_row(FILE *out, const struct row *row)
{
	fprintf(out, "%s\n", row->head);
	fprintf(out, "Size:               9999 kB\nKernelPageSize:        4 kB\n");
	fprintf(out, "MMUPageSize:           4 kB\nRss:             %7u kB\n", row->rss);
	fprintf(out, "Pss:             %7u kB\nPss_Dirty:          7777 kB\n", row->pss);
	fprintf(out, "Shared_Clean:       8888 kB\nShared_Dirty:       8888 kB\n");
	fprintf(out, "Private_Clean:      8888 kB\nPrivate_Dirty:   %7u kB\n", row->dirty);
	fprintf(out, "Referenced:         8888 kB\nAnonymous:          8888 kB\n");
	fprintf(out, "KSM:                   0 kB\nLazyFree:              0 kB\n");
	fprintf(out, "AnonHugePages:   %7u kB\nShmemPmdMapped:        0 kB\n", row->huge);
	fprintf(out, "FilePmdMapped:         0 kB\nShared_Hugetlb:        0 kB\n");
	fprintf(out, "Private_Hugetlb: %7u kB\nSwap:            %7u kB\n", row->hugetlb, row->swap);
	fprintf(out, "SwapPss:             666 kB\nLocked:                0 kB\n");
	fprintf(out, "THPeligible:           1\nVmFlags: %s\n", row->flags ? row->flags : "rd wr ");
}

static char *write_rows(const struct row *rows, size_t count, size_t *ret_size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);

	for (size_t i = 0; i < count; i++)
		write_row(out, &rows[i]);
	fclose(out);
	return text;
}

/* "heap 3: 12 rss 12 pss 12 dirty 0 swap; ..." in KiB, with the count of mappings. */
static void tell(char *told, size_t size, const struct part *parts, size_t count)
{
	size_t used = 0;

	told[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++) {
		const struct memory_use *use = &parts[i].use;

		used += (size_t)snprintf(
			told + used, size - used,
			"%s[%s] %" PRIu64 " of %" PRIu64 ": %" PRIu64 " %" PRIu64 " %" PRIu64
			" %" PRIu64 " %" PRIu64 "\n",
			memory_kind_text(parts[i].kind), parts[i].name, use->mappings,
			(uint64_t)(use->size / KIB), (uint64_t)(use->rss / KIB),
			(uint64_t)(use->pss / KIB), (uint64_t)(use->private_dirty / KIB),
			(uint64_t)(use->swap / KIB), (uint64_t)(use->hugetlb / KIB));
	}
}

static const uint64_t pointers[] = { 0x7f1000500000, 0x7fff00001000 };
static const struct mapping_threads threads = { pointers, 2, true };
static const struct mapping_threads single = { pointers + 1, 1, false };

/* The kinds of @rows, read in pieces of @piece bytes. */
static void sort_rows(char *told, size_t size, const struct row *rows, size_t count, size_t piece,
		      const struct mapping_threads *of)
{
	struct mapping_kinds *mapping_kinds = mapping_kinds_new(of);
	struct smaps smaps = { .each = mapping_kinds_take, .arg = mapping_kinds };
	const struct part *parts;
	size_t length, kinds;
	char *text = write_rows(rows, count, &length);

	for (size_t at = 0; at < length; at += piece)
		smaps_take(&smaps, text + at, length - at < piece ? length - at : piece);
	smaps_end(&smaps);
	parts = mapping_kinds_end(mapping_kinds, &kinds);
	tell(told, size, parts, kinds);
	mapping_kinds_free(mapping_kinds);
	free(text);
}

static const struct row program[] = {
	{ "55f9e74ac000-55f9e74ad000 r--p 00000000 fe:00 18624     /opt/my program", 4, 2, 0, 0, 0,
	  0, NULL },
	{ "55f9e74ad000-55f9e74ae000 rw-p 00001000 fe:00 18624     /opt/my program", 4, 4, 4, 0, 0,
	  0, NULL },
	{ "55f9e9000000-55f9e9040000 rw-p 00000000 00:00 0         [heap]", 200, 200, 200, 56, 0, 0,
	  NULL },
	/* a heap of malloc's, with what it may grow into, and a guard that has become one with it
	 */
	{ "7f0008000000-7f0008021000 rw-p 00000000 00:00 0 ", 100, 100, 100, 0, 0, 0, NULL },
	{ "7f0008021000-7f000c001000 ---p 00000000 00:00 0 ", 0, 0, 0, 0, 0, 0, NULL },
	{ "7f000c001000-7f000c801000 rw-p 00000000 00:00 0 ", 16, 16, 16, 0, 0, 0, NULL },
	/* one that is full */
	{ "7f0010000000-7f0014000000 rw-p 00000000 00:00 0 ", 65536, 65536, 65536, 0, 0, 0, NULL },
	/* memory of no file, a guard and a thread's stack */
	{ "7f1000000000-7f1000100000 rw-p 00000000 00:00 0 ", 1024, 1024, 1024, 0, 0, 0, NULL },
	{ "7f1000100000-7f1000101000 ---p 00000000 00:00 0 ", 0, 0, 0, 0, 0, 0, NULL },
	{ "7f1000101000-7f1000301000 rw-p 00000000 00:00 0 ", 12, 12, 12, 0, 0, 0, NULL },
	/* a stack without a guard, that a stack pointer tells */
	{ "7f1000400000-7f1000501000 rw-p 00000000 00:00 0 ", 8, 8, 8, 0, 0, 0, NULL },
	{ "7f1000600000-7f1000601000 rw-p 00000000 00:00 0         [anon:arrow pool]", 4, 4, 4, 0,
	  0, 0, NULL },
	{ "7f1000602000-7f1000603000 rw-p 00000000 00:00 0         [anon: glibc: malloc]", 4, 4, 4,
	  0, 0, 0, NULL },
	{ "7f2000000000-7f2000002000 r-xp 00000000 fe:00 1         /usr/lib/libc.so.6", 8, 1, 0, 0,
	  0, 0, NULL },
	{ "7f2000002000-7f2000003000 r--p 00000000 fe:00 2 /usr/lib/libgone.so.1 (deleted)", 4, 4,
	  4, 0, 0, 0, NULL },
	{ "7f2000004000-7f2000005000 r--p 00000000 fe:00 3         /tmp/notes.solved", 4, 4, 0, 0,
	  0, 0, NULL },
	{ "7f3000000000-7f3000010000 rw-s 00000000 00:19 5         /dev/shm/queue", 64, 32, 0, 0, 0,
	  0, NULL },
	{ "7f3000010000-7f3000020000 rw-s 00000000 00:01 6         /memfd:frames (deleted)", 60, 60,
	  60, 0, 0, 0, NULL },
	{ "7f3000020000-7f3000030000 rw-s 00000000 00:01 7         /SYSV00000000 (deleted)", 56, 56,
	  56, 0, 0, 0, NULL },
	{ "7f3000030000-7f3000040000 rw-s 00000000 00:01 8         /dev/zero (deleted)", 52, 52, 52,
	  0, 0, 0, NULL },
	{ "7f4000000000-7f4000400000 rw-s 00000000 00:0f 9         /anon_hugepage (deleted)", 0, 0,
	  0, 0, 0, 4096, "rd wr sh mr mw me ms de ht sd " },
	{ "7fff00000000-7fff00021000 rw-p 00000000 00:00 0         [stack]", 20, 20, 20, 0, 0, 0,
	  NULL },
	{ "7fff00030000-7fff00032000 r-xp 00000000 00:00 0         [vdso]", 2, 0, 0, 0, 0, 0,
	  NULL },
};

#define PROGRAM (sizeof program / sizeof *program)

static const char partitioned[] = "heap[] 5 of 131336: 65840 65840 65840 56 0\n"
				  "anonymous[] 1 of 1024: 1024 1024 1024 0 0\n"
				  "shared[/dev/shm/queue] 1 of 64: 64 32 0 0 0\n"
				  "shared[/memfd:frames (deleted)] 1 of 64: 60 60 60 0 0\n"
				  "stack[] 5 of 11404: 56 56 56 0 0\n"
				  "shared[/SYSV00000000 (deleted)] 1 of 64: 56 56 56 0 0\n"
				  "shared[] 1 of 64: 52 52 52 0 0\n"
				  "file[/opt/my program] 2 of 8: 8 6 4 0 0\n"
				  "library[/usr/lib/libc.so.6] 1 of 8: 8 1 0 0 0\n"
				  "anonymous[[anon:arrow pool]] 1 of 4: 4 4 4 0 0\n"
				  "file[/tmp/notes.solved] 1 of 4: 4 4 0 0 0\n"
				  "library[/usr/lib/libgone.so.1 (deleted)] 1 of 4: 4 4 4 0 0\n"
				  "kernel[] 1 of 8: 2 0 0 0 0\n"
				  "hugetlb[] 1 of 4096: 0 0 0 0 4096\n";

static void each_mapping_is_of_one_kind(void)
{
	char told[4096];

	sort_rows(told, sizeof told, program, PROGRAM, 1 << 16, &threads);
	CHECK_EQ_STR(told, partitioned);
}

static void it_does_not_matter_where_the_text_is_cut(void)
{
	static const size_t pieces[] = { 1, 7, 100, 4096 };
	char told[4096];

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		sort_rows(told, sizeof told, program, PROGRAM, pieces[i], &threads);
		CHECK_EQ_STR(told, partitioned);
	}
}

static void a_guard_tells_of_a_stack_only_where_there_are_threads(void)
{
	static const struct row rows[] = {
		{ "7f1000100000-7f1000101000 ---p 00000000 00:00 0 ", 0, 0, 0, 0, 0, 0, NULL },
		{ "7f1000101000-7f1000301000 rw-p 00000000 00:00 0 ", 12, 12, 12, 0, 0, 0, NULL },
	};
	char told[1024];

	sort_rows(told, sizeof told, rows, 2, 64, &single);
	CHECK_EQ_STR(told, "anonymous[] 2 of 2052: 12 12 12 0 0\n");
	sort_rows(told, sizeof told, rows, 2, 64, &threads);
	CHECK_EQ_STR(told, "stack[] 2 of 2052: 12 12 12 0 0\n");
}

static void huge_pages_are_a_kind_of_their_own_and_the_sum_stays(void)
{
	static const struct row rows[] = {
		/* mostly huge; half of it huge and shared with a fork; none */
		{ "7f1000000000-7f1000800000 rw-p 00000000 00:00 0 ", 6148, 6148, 6148, 0, 6144, 0,
		  NULL },
		{ "7f2000000000-7f2000800000 rw-p 00000000 00:00 0 ", 4096, 2048, 1024, 8, 2048, 0,
		  NULL },
		{ "7f3000000000-7f3000800000 rw-p 00000000 00:00 0         [heap]", 40, 40, 40, 0,
		  0, 0, NULL },
	};
	char told[1024];

	sort_rows(told, sizeof told, rows, 3, 64, &single);
	CHECK_EQ_STR(told, "huge[anonymous] 1 of 8192: 8192 7168 6656 0 0\n"
			   "anonymous[] 1 of 8192: 2052 1028 516 8 0\n"
			   "heap[] 1 of 8192: 40 40 40 0 0\n");
}

static void the_end_of_a_long_path_is_kept(void)
{
	char head[1024], name[512], told[1024], expected[600];
	struct row row = { head, 4, 4, 0, 0, 0, 0, NULL };

	for (size_t i = 0; i < sizeof name - 1; i += 2)
		memcpy(name + i, "\xc3\xa9", 2);
	name[sizeof name - 2] = '\0';
	snprintf(head, sizeof head, "7f1000000000-7f1000001000 r--p 00000000 fe:00 7 /%s.txt",
		 name);
	/* 197 bytes at most behind the dots, cut at a character */
	snprintf(expected, sizeof expected, "file[...%.192s.txt] 1 of 4: 4 4 0 0 0\n", name);
	sort_rows(told, sizeof told, &row, 1, 64, &single);
	CHECK_EQ_STR(told, expected);
}

static void kinds_beyond_the_most_are_others(void)
{
	struct mapping_kinds *mapping_kinds = mapping_kinds_new(&single);
	struct mapping mapping = { .readable = true };
	struct memory_use sum = { 0 };
	const struct part *parts;
	char path[64];
	size_t count;

	for (unsigned i = 0; i < 20000; i++) {
		snprintf(path, sizeof path, "/data/%u", i);
		mapping.path = path;
		mapping.use = (struct memory_use){ .mappings = 1, .size = 4096, .rss = i };
		mapping_kinds_take(mapping_kinds, &mapping);
	}
	parts = mapping_kinds_end(mapping_kinds, &count);
	CHECK_EQ_U64(count, INSPECTION_KINDS);
	for (size_t i = 0; i < count; i++)
		memory_use_add(&sum, &parts[i].use);
	CHECK_EQ_U64(sum.mappings, 20000);
	CHECK_EQ_U64(sum.rss, 20000ULL * 19999 / 2);
	CHECK_EQ_U64(parts[0].kind, MEMORY_OTHERS);
	CHECK_EQ_U64(parts[0].use.mappings, 20000 - INSPECTION_KINDS + 1);
	CHECK_EQ_STR(parts[1].name, "/data/8191");
	mapping_kinds_free(mapping_kinds);
}

static void what_is_no_smaps_does_no_harm(void)
{
	struct mapping_kinds *mapping_kinds = mapping_kinds_new(&single);
	struct smaps smaps = { .each = mapping_kinds_take, .arg = mapping_kinds };
	static const char *const texts[] = {
		"Rss: 4 kB\n", "\n\n",		"fe", "\n7f-7e rw-p 0 0 0\n",  "abc\nRss: 12 kB\n",
		"7f00-7f01 r", "\n0-ffff rwxs", "p",  " \nRss: many kB\nRss:", " -4 kB",
	};
	uint64_t state = 11;
	char bytes[4096];
	size_t count;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		smaps_take(&smaps, texts[i], strlen(texts[i]));
	for (int i = 0; i < 500; i++) {
		check_random_bytes(&state, bytes, sizeof bytes);
		smaps_take(&smaps, bytes, check_random(&state) % sizeof bytes);
	}
	memset(bytes, 'f', sizeof bytes);
	for (int i = 0; i < 5; i++)
		smaps_take(&smaps, bytes, sizeof bytes);
	smaps_end(&smaps);
	mapping_kinds_end(mapping_kinds, &count);
	mapping_kinds_free(mapping_kinds);

	mapping_kinds = mapping_kinds_new(&single);
	CHECK(mapping_kinds_end(mapping_kinds, &count) == NULL);
	CHECK_EQ_U64(count, 0);
	mapping_kinds_free(mapping_kinds);
}

static const struct check_test tests[] = {
	CHECK_TEST(each_mapping_is_of_one_kind),
	CHECK_TEST(it_does_not_matter_where_the_text_is_cut),
	CHECK_TEST(a_guard_tells_of_a_stack_only_where_there_are_threads),
	CHECK_TEST(huge_pages_are_a_kind_of_their_own_and_the_sum_stays),
	CHECK_TEST(the_end_of_a_long_path_is_kept),
	CHECK_TEST(kinds_beyond_the_most_are_others),
	CHECK_TEST(what_is_no_smaps_does_no_harm),
};

CHECK_MAIN(tests)
