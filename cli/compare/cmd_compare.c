#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/compare/compare.h"
#include "cli/gates/gates.h"
#include "cli/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int read_one(struct comparison *comparison, const struct options *options, int i)
{
	struct recording *recording = &comparison->recordings[i];
	int status = recording_open(recording, options, options->arguments[i]);
	char why[TEXT_WHY];
	int error;

	if (status)
		return status;
	error = compare_side_read(&comparison->sides[i], comparison->texts, recording->reader,
				  &recording->query);
	recording_hide_progress(recording);
	if (!error)
		return 0;
	log_error("%s: %s", recording->path, summary_why(why, recording->reader, error));
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

	compare_percent((double)a, (double)b, &percent);
	log_error("%s grew by %.1f %%, from %s to %s: more than %g %%", whose, percent,
		  units_format_bytes(from, a), units_format_bytes(to, b), comparison->gate.percent);
}

static bool judge_processes(const struct comparison *comparison)
{
	const struct compare *compare = &comparison->compare;
	bool exceeded = false;

	for (size_t i = 0; i < compare->process_count; i++) {
		const struct compare_process *process = &compare->processes[i];
		char whose[TEXT_NAME + 32];
		uint64_t a, b;

		if (!compare_process_exceeds(compare, &comparison->gate, process))
			continue;
		compare_measured(compare, process, &a, &b);
		snprintf(whose, sizeof whose, "the peak of '%s'", process->b->process->name);
		tell_exceeded(comparison, whose, a, b);
		exceeded = true;
	}
	return exceeded;
}

/* --- what a recording can vouch for */

#define WHY_ROOM 160

/* More than a tenth of the ticks. */
#define MISSED_SHARE 10

static bool missed_much(const struct reader_info *info, const struct summary *summary)
{
	uint64_t length_ns = info->end_ns > info->begin_ns ? info->end_ns - info->begin_ns : 0;

	return summary->missed * info->session.interval_ns > length_ns / MISSED_SHARE &&
	       summary->missed * info->session.interval_ns >= 100 * NS_PER_MS;
}

/* Why the recording @i can't be judged: false where it can be. */
static bool find_why(const struct comparison *comparison, int i, char why[WHY_ROOM])
{
	const struct reader_info *info = reader_info(comparison->recordings[i].reader);
	const struct summary *summary = &comparison->sides[i].summary;

	if (!info->end_wall_ns)
		snprintf(why, WHY_ROOM, "was cut off, or is being recorded still");
	else if (i == 0 ? !comparison->compare.a_peak : !comparison->compare.b_peak)
		snprintf(why, WHY_ROOM, "has no memory to compare");
	else if (summary->lost)
		snprintf(why, WHY_ROOM,
			 "lacks %" PRIu64 " record%s, for which the recorder was "
			 "too slow",
			 summary->lost, summary->lost == 1 ? "" : "s");
	else if (summary->unfollowed)
		snprintf(why, WHY_ROOM, "lacks %" PRIu64 " process%s, for want of descriptors",
			 summary->unfollowed, summary->unfollowed == 1 ? "" : "es");
	else if (missed_much(info, summary))
		snprintf(why, WHY_ROOM,
			 "lacks over a tenth of its samples: %" PRIu64 " were missed",
			 summary->missed);
	else
		return false;
	return true;
}

static int say_unjudged(const struct comparison *comparison, int i, const char *why, int status)
{
	const struct recording *recording = &comparison->recordings[i];
	char text[WHY_ROOM + 4096];

	snprintf(text, sizeof text, "%s %s", recording->path, why);
	return gates_unjudged(recording->options, "--fail-above", text, status);
}

static bool exceeds(const struct comparison *comparison)
{
	const struct compare *compare = &comparison->compare;
	const struct compare_total *total = &compare->total;
	char whose[64];
	bool exceeded;

	exceeded = judge_processes(comparison);
	if (!exceeded && compare_largest_exceeds(compare, &comparison->gate)) {
		tell_exceeded(comparison, "the largest peak", compare->a_peak, compare->b_peak);
		exceeded = true;
	}
	if (!exceeded && compare_total_exceeds(compare, &comparison->gate)) {
		snprintf(whose, sizeof whose, "the total (%s)", compare_figure_name(total->figure));
		tell_exceeded(comparison, whose, total->a_max, total->b_held);
		exceeded = true;
	}
	return exceeded;
}

/* What --fail-above says: an exit status. Of what the first recording doesn't have whole nothing
 * can be said; what the second has is too much, whatever it lacks. */
static int judge(const struct comparison *comparison)
{
	char why[WHY_ROOM];
	int status;

	if (comparison->gate.percent < 0)
		return 0;
	if (find_why(comparison, 0, why))
		return say_unjudged(comparison, 0, why, 0);
	status = exceeds(comparison) ? EXIT_LIMIT : 0;
	return find_why(comparison, 1, why) ? say_unjudged(comparison, 1, why, status) : status;
}

static int run(const struct options *options)
{
	struct comparison comparison = { .gate = { options->fail_above,
						   options->fail_above_bytes } };
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
	.groups = OPTIONS_GATE | OPTIONS_UNJUDGED | OPTIONS_JSON,
	.least = 2,
	.most = 2,
	.run = run,
};
