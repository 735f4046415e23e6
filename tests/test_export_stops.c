/* An export of which somebody has enough ends at its next question, also where all is read and the
 * file is being written. */
#include "export/export.h"
#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Enough, as soon as something is written. */
static bool goes_on(void *arg, double done)
{
	(void)done;
	return ftell(arg) == 0;
}

static void check_stops(struct reader *reader, const char *path)
{
	FILE *out = tmpfile();
	const struct export_options options = { .query = { .progress = goes_on, .arg = out },
						.title = "" };
	char why[TEXT_WHY];

	if (!CHECK(out))
		return;
	if (!CHECK_EQ_I64(export_find(path)->write(reader, &options, out, why), -ECANCELED))
		fprintf(stderr, "%s goes on\n", path);
	fclose(out);
}

static void it_stops_where_it_writes(void)
{
	static const char *const paths[] = { "a.csv", "a.jsonl", "a.json", "a.html", "a.dat" };
	char path[512], command[1200], why[TEXT_WHY];
	struct reader *reader;

	snprintf(path, sizeof path, "%s/stops.mwdb", getenv("TMPDIR"));
	snprintf(command, sizeof command, "'%s/tests/make_recording' '%s'", getenv("O"), path);
	if (!CHECK_EQ_I64(system(command), 0))
		return;
	if (CHECK_EQ_I64(reader_open(&reader, path, why), 0)) {
		for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
			check_stops(reader, paths[i]);
		reader_close(reader);
	}
	unlink(path);
}

static const struct check_test tests[] = {
	CHECK_TEST(it_stops_where_it_writes),
};

CHECK_MAIN(tests)
