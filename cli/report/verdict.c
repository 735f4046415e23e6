#include "cli/report/verdict.h"

#include "base/json.h"
#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>

/* Of what a process grew, less than this is nobody's. */
#define KEPT_LEAST 65536

/* Programs map their libraries; more than that is told. */
#define SHARED_LEAST (8 << 20)

static void duration(char text[UNITS_TEXT], uint64_t ns)
{
	units_format_duration(text, ns);
}

static const char *bytes(char text[UNITS_TEXT], double value)
{
	return units_format_bytes(text, value > 0 ? (uint64_t)value : 0);
}

/* --- words */

static void say_flat(char *text, const struct verdict *verdict)
{
	char until[UNITS_TEXT];

	if (verdict->warm_up_ns > 0)
		snprintf(text, VERDICT_TEXT, "grew for %s, then no more",
			 units_format_duration(until, verdict->warm_up_ns));
	else if (verdict->steps > 0)
		snprintf(text, VERDICT_TEXT, "grew in %u step%s, then no more", verdict->steps,
			 verdict->steps == 1 ? "" : "s");
	else
		snprintf(text, VERDICT_TEXT, "grew ever more slowly");
}

static void say_teeth(char *text, const struct verdict *verdict)
{
	char swing[UNITS_TEXT];

	if (verdict->teeth > 0)
		snprintf(text, VERDICT_TEXT, "fell back %u times, by %s", verdict->teeth,
			 bytes(swing, verdict->swing));
	else
		snprintf(text, VERDICT_TEXT, "falls back again and again, by %s",
			 bytes(swing, verdict->swing));
}

/* What there was to judge by, and what it takes. */
static void say_too_short(char *text, const struct verdict *verdict)
{
	char span[UNITS_TEXT];

	duration(span, verdict->span_ns);
	if (verdict->warm_up_ns > 0)
		snprintf(text, VERDICT_TEXT,
			 "grows after its warm-up, but %s in %zu parts since tell nothing: 5 s in "
			 "%d are needed",
			 span, verdict->parts, VERDICT_SPAN_PARTS);
	else
		snprintf(text, VERDICT_TEXT, "%s in %zu samples tell nothing: 5 s in %d are needed",
			 span, verdict->parts, VERDICT_LEAST_PARTS);
}

char *verdict_text_why(char *text, const struct verdict *verdict)
{
	char life[UNITS_TEXT];

	duration(life, verdict->life_ns);
	switch (verdict->kind) {
	case VERDICT_TOO_SHORT:
		say_too_short(text, verdict);
		break;
	case VERDICT_STEADY:
		snprintf(text, VERDICT_TEXT, "does not grow in %s", life);
		break;
	case VERDICT_WARM_UP:
		say_flat(text, verdict);
		break;
	case VERDICT_SAWTOOTH:
		say_teeth(text, verdict);
		break;
	case VERDICT_STAIRCASE:
		snprintf(text, VERDICT_TEXT, "grows in steps that go on: %u in %s", verdict->steps,
			 life);
		break;
	case VERDICT_LEAK:
		snprintf(text, VERDICT_TEXT, "%s",
			 verdict->lows > 0 ? "falls back, to ever more" : "grows without end");
		break;
	case VERDICT_FALLING:
		snprintf(text, VERDICT_TEXT, "goes down");
		break;
	case VERDICT_UNCLEAR:
		snprintf(text, VERDICT_TEXT, "grew, but not as a leak does");
		break;
	}
	return text;
}

/* --- figures */

struct figures {
	char slope[UNITS_TEXT], interval[2 * UNITS_TEXT + 16], rate[UNITS_TEXT];
	char size[UNITS_TEXT], least[UNITS_TEXT];
	char span[UNITS_TEXT];
};

static void fill(struct figures *figures, const struct verdict *verdict)
{
	char low[UNITS_TEXT], high[UNITS_TEXT];

	table_rate(figures->slope, true, verdict->slope.per_minute);
	if (verdict_has_interval(verdict))
		snprintf(figures->interval, sizeof figures->interval, "95 %%: %s to %s",
			 table_rate(low, true, verdict->slope.low),
			 table_rate(high, true, verdict->slope.high));
	else
		snprintf(figures->interval, sizeof figures->interval, "of %u lows", verdict->lows);
	table_rate(figures->rate, true, VERDICT_RATE);
	table_rate(figures->size, true, verdict->size);
	table_rate(figures->least, true, verdict->least);
	duration(figures->span, verdict->span_ns);
}

char *verdict_text_figures(char *text, const struct verdict *verdict)
{
	struct figures figures;

	fill(&figures, verdict);
	snprintf(text, VERDICT_TEXT,
		 "slope %s a minute (%s; least %s), fit %.2f (least %.2f), size %s "
		 "(least %s), span %s in %zu parts (least 5 s in %d)",
		 figures.slope, figures.interval, figures.rate, verdict->fit, VERDICT_FIT,
		 figures.size, figures.least, figures.span, verdict->parts, VERDICT_SPAN_PARTS);
	return text;
}

static void print_check(int indent, const char *name, const char *value, const char *needs,
			bool passes)
{
	printf("%*s%-5s  %-46s  %-38s  %s\n", indent, "", name, value, needs,
	       passes ? "passes" : "fails");
}

void verdict_text_print(const struct verdict *verdict, int indent)
{
	struct figures figures;
	char value[128], needs[128];

	fill(&figures, verdict);
	snprintf(value, sizeof value, "%s a minute, %s", figures.slope, figures.interval);
	snprintf(needs, sizeof needs, "least %s, its low end %.0f %% of it", figures.rate,
		 100 * VERDICT_CERTAIN);
	print_check(indent, "slope", value, needs, verdict->slope_passes);
	snprintf(value, sizeof value, "%.2f", verdict->fit);
	snprintf(needs, sizeof needs, "least %.2f", VERDICT_FIT);
	print_check(indent, "fit", value, needs, verdict->fit_passes);
	snprintf(needs, sizeof needs, "least %s", figures.least);
	print_check(indent, "size", figures.size, needs, verdict->size_passes);
	snprintf(value, sizeof value, "%s in %zu parts", figures.span, verdict->parts);
	snprintf(needs, sizeof needs, "least 5 s in %d", VERDICT_SPAN_PARTS);
	print_check(indent, "span", value, needs, verdict->span_passes);
}

/* --- what it was */

static bool holds(const struct summary_process *process, size_t place)
{
	const struct tally_kept *all = summary_more(process)->kept;
	const struct tally_kept *kept = all ? &all[place] : NULL;
	int64_t grown = summary_grown(process).own;

	return kept && kept->bytes >= KEPT_LEAST && kept->holds && kept->bytes <= grown + grown / 8;
}

void verdict_text_print_kept(const struct summary_process *process, int indent)
{
	const struct tally_kept *kept = summary_more(process)->kept;
	int64_t grown = summary_grown(process).own;
	char text[UNITS_TEXT];
	unsigned told = 0;

	if (grown < KEPT_LEAST || !summary_more(process)->has_spans)
		return;
	printf("%*sfrom first to last %s,", indent, "", units_format_delta(text, grown));
	for (size_t i = 0; i < TALLY_KEPT; i++) {
		if (!holds(process, i))
			continue;
		printf("%s %s%s", told ? ";" : "",
		       units_format_bytes(text, (uint64_t)kept[i].bytes),
		       told ? " behind " : " of it stayed behind span ");
		if (kept[i].category[0]) {
			table_whole(kept[i].category);
			fputs(": ", stdout);
		}
		table_whole(kept[i].name);
		told++;
	}
	puts(told ? "" : " which can't be put down to any span");
}

void verdict_text_print_shared(const struct grown *grown, int indent)
{
	char shared[UNITS_TEXT];

	if (grown->shared >= SHARED_LEAST)
		printf("%*s%s more of files and shared memory, which is not its own\n", indent, "",
		       units_format_delta(shared, grown->shared));
}

/* --- JSON */

static void put_seconds(const char *key, uint64_t ns)
{
	printf(",\"%s\":%" PRIu64 ".%09" PRIu64, key, (uint64_t)(ns / NS_PER_S),
	       (uint64_t)(ns % NS_PER_S));
}

static void put_bool(const char *key, bool value)
{
	printf(",\"%s\":%s", key, value ? "true" : "false");
}

static void put_rounded(const char *key, double value)
{
	printf(",\"%s\":%.0f", key, value);
}

static void put_figures(const struct verdict *verdict)
{
	put_rounded("slope_per_minute", verdict->slope.per_minute);
	if (verdict_has_interval(verdict)) {
		put_rounded("slope_low_per_minute", verdict->slope.low);
		put_rounded("slope_high_per_minute", verdict->slope.high);
	} else {
		json_null(stdout, "slope_low_per_minute");
		json_null(stdout, "slope_high_per_minute");
	}
	put_rounded("slope_least_per_minute", VERDICT_RATE);
	printf(",\"slope_low_least_share\":%.2f", VERDICT_CERTAIN);
	put_bool("slope_passes", verdict->slope_passes);
	printf(",\"fit_tau\":%.3f,\"fit_least_tau\":%.3f", verdict->fit, VERDICT_FIT);
	put_bool("fit_passes", verdict->fit_passes);
	put_rounded("size", verdict->size);
	put_rounded("size_least", verdict->least);
	put_bool("size_passes", verdict->size_passes);
	put_bool("span_passes", verdict->span_passes);
	put_rounded("level", verdict->level);
}

static void put_kept(const struct summary_process *process)
{
	const struct tally_kept *kept = summary_more(process)->kept;
	bool any = false;

	fputs(",\"kept\":[", stdout);
	for (size_t i = 0; i < TALLY_KEPT; i++) {
		if (!holds(process, i))
			continue;
		fputs(any ? ",{\"category\":" : "{\"category\":", stdout);
		json_string(stdout, kept[i].category);
		json_text(stdout, "name", kept[i].name);
		json_number(stdout, "bytes", (uint64_t)kept[i].bytes);
		fputs("}", stdout);
		any = true;
	}
	fputs("]", stdout);
}

void verdict_text_json(const struct grown *grown, const struct summary_process *process)
{
	const struct verdict *verdict = &grown->verdict;

	fputs(",\"verdict\":{\"kind\":", stdout);
	json_string(stdout, verdict_name(verdict->kind));
	put_bool("grows", verdict_grows(verdict));
	json_text(stdout, "judged", judged_name(grown->judged));
	printf(",\"grown\":%" PRId64 ",\"shared_grown\":%" PRId64, grown->own, grown->shared);
	put_seconds("life", verdict->life_ns);
	put_seconds("warm_up", verdict->warm_up_ns);
	json_number(stdout, "step_count", verdict->steps);
	json_number(stdout, "tooth_count", verdict->teeth);
	json_number(stdout, "low_count", verdict->lows);
	put_rounded("swing", verdict->swing);
	put_seconds("span", verdict->span_ns);
	put_seconds("span_least", VERDICT_SPAN_NS);
	json_number(stdout, "span_part_count", verdict->parts);
	json_number(stdout, "span_least_part_count", VERDICT_SPAN_PARTS);
	if (verdict->slope.known)
		put_figures(verdict);
	if (process)
		put_kept(process);
	fputs("}", stdout);
}
