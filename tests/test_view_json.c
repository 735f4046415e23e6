#include "base/json.h"
#include "tests/view_samples.h"

#include <signal.h>
#include <unistd.h>

/* Whether a reader who takes only true JSON takes each line of @text. */
static bool is_json(const char *text)
{
	FILE *reader = popen("exec python3 -c '"
			     "import json, sys\n"
			     "for line in sys.stdin.buffer:\n"
			     " json.loads(line.decode(\"utf-8\"))'",
			     "w");

	if (!reader)
		return false;
	fputs(text, reader);
	return pclose(reader) == 0;
}

static void every_kind_of_record_is_an_object(void)
{
	char *output = sample_output(&view_json, "a title");

	check_golden(output, "view_json.jsonl");
	CHECK(is_json(output));
	free(output);
}

static char *string_of(const char *text)
{
	char *output = NULL;
	size_t size;
	FILE *out = open_memstream(&output, &size);

	json_string(out, text);
	fclose(out);
	return output;
}

static void check_string(const char *text, const char *expected)
{
	char *got = string_of(text);

	CHECK_EQ_STR(got, expected);
	free(got);
}

static void strings_are_escaped_only_where_they_must(void)
{
	check_string("", "\"\"");
	check_string("plain / \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
		     "\"plain / \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
	check_string("\"\\", "\"\\\"\\\\\"");
	check_string("\x01\n\x1b\x7f\xc2\x9b", "\"\\u0001\\u000a\\u001b\\u007f\\u009b\"");
}

static void what_is_no_utf8_becomes_replacement_characters(void)
{
	check_string("a\xff"
		     "b",
		     "\"a\xef\xbf\xbd"
		     "b\"");
	check_string("\xc3", "\"\xef\xbf\xbd\"");
	check_string("\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	check_string("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	check_string("\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	check_string("\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void any_bytes_make_json(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	uint64_t random = 11;

	for (unsigned i = 0; i < 2000; i++) {
		char bytes[33];

		check_random_bytes(&random, bytes, sizeof(bytes));
		bytes[sizeof(bytes) - 1] = '\0';
		json_string(out, bytes);
		putc('\n', out);
	}
	fclose(out);
	CHECK(is_json(text));
	free(text);
}

static void a_reader_that_leaves_ends_it(void)
{
	int ends[2];
	FILE *out;

	signal(SIGPIPE, SIG_IGN);
	if (!CHECK(pipe(ends) == 0))
		return;
	close(ends[0]);
	out = fdopen(ends[1], "w");
	CHECK_EQ_I64(sample_broken_pipe(&view_json, out), VIEW_QUIT);
	fclose(out);
}

static const struct check_test tests[] = {
	CHECK_TEST(every_kind_of_record_is_an_object),
	CHECK_TEST(strings_are_escaped_only_where_they_must),
	CHECK_TEST(what_is_no_utf8_becomes_replacement_characters),
	CHECK_TEST(any_bytes_make_json),
	CHECK_TEST(a_reader_that_leaves_ends_it),
};

CHECK_MAIN(tests)
