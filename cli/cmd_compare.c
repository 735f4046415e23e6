#include "base/log.h"
#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool comparison_percent(double a, double b, double *ret_percent)
{
	if (a <= 0)
		return false;
	*ret_percent = 100 * (b - a) / a;
	return true;
}

bool comparison_exceeds(const struct comparison *comparison, uint64_t a, uint64_t b)
{
	double percent;

	return comparison->fail_above >= 0 && b > 0 &&
	       comparison_percent((double)a, (double)b, &percent) &&
	       percent > comparison->fail_above;
}

static int read_one(struct comparison *comparison, const struct options *options, int i)
{
	struct recording *recording = &comparison->recordings[i];
	int status = recording_open(recording, options, options->arguments[i]);
	int error;

	if (status)
		return status;
	error = compare_side_read(&comparison->sides[i], comparison->texts, recording->reader,
				  &recording->query);
	recording_hide_progress(recording);
	if (!error)
		return 0;
	log_error("%s: %s", recording->path,
		  error == -ENOMEM ? strerror(ENOMEM) : reader_error(recording->reader));
	return EXIT_FAIL;
}

static int read_both(struct comparison *comparison, const struct options *options)
{
	int status = 0;

	comparison->texts = compare_texts_new();
	for (int i = 0; i < 2 && !status && comparison->texts; i++)
		status = read_one(comparison, options, i);
	if (status)
		return status;
	if (comparison->texts && compare_sides(&comparison->compare, comparison->texts,
					       &comparison->sides[0], &comparison->sides[1]) == 0)
		return 0;
	log_error("cannot compare: %s", strerror(ENOMEM));
	return EXIT_FAIL;
}

static void tell_exceeded(const struct comparison *comparison, const char *whose, uint64_t a,
			  uint64_t b)
{
	char from[UNITS_TEXT], to[UNITS_TEXT];
	double percent = 0;

	comparison_percent((double)a, (double)b, &percent);
	log_error("%s grew by %.1f %%, from %s to %s: more than %g %%", whose, percent,
		  units_format_bytes(from, a), units_format_bytes(to, b), comparison->fail_above);
}

/* What --fail-above says: an exit status. */
static int judge(const struct comparison *comparison)
{
	const struct compare *compare = &comparison->compare;
	int status = 0;

	if (comparison->fail_above < 0)
		return 0;
	if (!compare->a_peak || !compare->b_peak) {
		log_error("%s: has no memory to compare, so nobody can say whether a peak grew",
			  comparison->recordings[compare->a_peak ? 1 : 0].path);
		return EXIT_FAIL;
	}
	for (size_t i = 0; i < compare->process_count; i++) {
		const struct compare_process *process = &compare->processes[i];
		char whose[TEXT_NAME + 32];

		if (!process->a || !process->b ||
		    !comparison_exceeds(comparison, process->a_peak, process->b_peak))
			continue;
		snprintf(whose, sizeof whose, "the peak of '%s'", process->b->process->name);
		tell_exceeded(comparison, whose, process->a_peak, process->b_peak);
		status = EXIT_LIMIT;
	}
	if (!status && comparison_exceeds(comparison, compare->a_peak, compare->b_peak)) {
		tell_exceeded(comparison, "the largest peak", compare->a_peak, compare->b_peak);
		status = EXIT_LIMIT;
	}
	return status;
}

static int run(const struct options *options)
{
	struct comparison comparison = { .fail_above = options->fail_above };
	int status = read_both(&comparison, options);

	if (!status && options->json)
		comparison_json_print(&comparison);
	else if (!status)
		comparison_text_print(&comparison);
	if (!status) {
		fflush(stdout);
		status = judge(&comparison);
	}
	compare_free(&comparison.compare);
	for (int i = 0; i < 2; i++) {
		compare_side_free(&comparison.sides[i]);
		recording_close(&comparison.recordings[i]);
	}
	compare_texts_free(comparison.texts);
	return status;
}

const struct command command_compare = {
	.name = "compare",
	.arguments = "A B",
	.summary = "Two recordings: what B took more, or less, than A, and where that arose.",
	.groups = OPTIONS_GATE | OPTIONS_JSON,
	.least = 2,
	.most = 2,
	.run = run,
};
