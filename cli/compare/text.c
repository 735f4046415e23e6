#include "cli/compare/compare.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/table.h"
#include "cli/report/verdict.h"
#include "plotter/model/wording.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Segments of a process that are shown at most: those with the largest differences. */
#define SEGMENTS_SHOWN 40

#define AT_LEAST_TEXT (UNITS_TEXT + 4)

static void print_recording(char letter, const struct recording *recording)
{
	const struct reader_info *info = reader_info(recording->reader);
	time_t seconds = (time_t)(info->session.start_wall_ns / NS_PER_S);
	char length[UNITS_TEXT], start[64] = "";
	struct tm local;

	if (localtime_r(&seconds, &local))
		strftime(start, sizeof start, "%Y-%m-%d %H:%M:%S %Z", &local);
	printf("%c  ", letter);
	table_whole(recording->path);
	fputs(": session ", stdout);
	table_whole(info->session.name);
	fputs(" on ", stdout);
	table_whole(info->session.host);
	printf(", %s, %s%s\n", start, units_format_duration(length, info->end_ns - info->begin_ns),
	       info->end_wall_ns ? "" : ", cut off");
}

/* --- tables of a figure */

static const char *percent_text(char text[UNITS_TEXT], double a, double b)
{
	double percent;

	if (!compare_percent(a, b, &percent))
		return "-";
	snprintf(text, UNITS_TEXT, "%+.1f %%", percent);
	return text;
}

static void print_titles(const char *title, unsigned width)
{
	printf("\n%s\n%-*s %12s %12s %12s %10s\n", title, (int)width, "NAME", "A", "B",
	       "DIFFERENCE", "PERCENT");
}

static const char *name_of(const struct compare_process *process)
{
	return (process->a ? process->a : process->b)->process->name;
}

static const char *size_text(char text[AT_LEAST_TEXT], uint64_t bytes, bool least)
{
	char size[UNITS_TEXT];

	snprintf(text, AT_LEAST_TEXT, "%s%s",
		 !least || !bytes ? ""
		 : cells_utf8()	  ? "\u2265"
				  : ">=",
		 table_bytes(size, bytes > 0, bytes));
	return text;
}

/* Two sizes of memory, 0 where not known; @a_least, @b_least: of which more is possible. */
static void print_bytes_row(uint64_t a, uint64_t b, bool a_least, bool b_least)
{
	char a_text[AT_LEAST_TEXT], b_text[AT_LEAST_TEXT], delta[UNITS_TEXT], percent[UNITS_TEXT];
	bool both = a && b;

	size_text(a_text, a, a_least);
	size_text(b_text, b, b_least);
	printf(" %*s%s %*s%s %12s %10s\n", 12 - (int)cells_width(a_text), "", a_text,
	       12 - (int)cells_width(b_text), "", b_text,
	       both ? units_format_delta(delta, (int64_t)(b - a)) : "-",
	       both ? percent_text(percent, (double)a, (double)b) : "-");
}

static void print_total_name(const struct compare_total *total, unsigned width)
{
	char name[48];

	snprintf(name, sizeof name, TOTAL_NAME " (%s)", compare_figure_name(total->figure));
	table_text(name, width);
}

static void print_peaks(const struct compare *compare, unsigned width)
{
	print_titles("PEAK", width);
	for (size_t i = 0; i < compare->process_count; i++) {
		struct compare_peaks peaks = compare_peaks(&compare->processes[i]);

		table_text(name_of(&compare->processes[i]), width);
		print_bytes_row(peaks.a, peaks.b, peaks.a_least, peaks.b_least);
	}
	if (compare->process_count > 1) {
		table_text("largest of all", width);
		print_bytes_row(compare->a_peak, compare->b_peak, compare->a_least,
				compare->b_least);
	}
	if (compare->total.known) {
		print_total_name(&compare->total, width);
		print_bytes_row(compare->total.a_max, compare->total.b_max, false, false);
	}
}

static uint64_t mean_of(const struct summary_process *process)
{
	return process ? (uint64_t)(process->mean_rss + 0.5) : 0;
}

static void print_means(const struct compare *compare, unsigned width)
{
	print_titles("MEAN", width);
	for (size_t i = 0; i < compare->process_count; i++) {
		const struct compare_process *process = &compare->processes[i];

		table_text(name_of(process), width);
		print_bytes_row(mean_of(process->a), mean_of(process->b), false, false);
	}
	if (compare->total.known) {
		print_total_name(&compare->total, width);
		print_bytes_row((uint64_t)(compare->total.a_mean + 0.5),
				(uint64_t)(compare->total.b_mean + 0.5), false, false);
	}
}

static void print_growth_row(const struct growth *a, const struct growth *b)
{
	bool both = a->known && b->known;
	char a_text[UNITS_TEXT], b_text[UNITS_TEXT], delta[UNITS_TEXT];
	char percent[UNITS_TEXT];

	printf(" %12s %12s %12s %10s\n", table_rate(a_text, a->known, a->per_minute),
	       table_rate(b_text, b->known, b->per_minute),
	       table_rate(delta, both, b->per_minute - a->per_minute),
	       both ? percent_text(percent, a->per_minute, b->per_minute) : "-");
}

static struct growth slope_of(const struct summary_process *process)
{
	return process ? summary_grown(process).verdict.slope : (struct growth){ 0 };
}

static void print_growth(const struct compare *compare, unsigned width)
{
	print_titles("GROWTH a minute", width);
	for (size_t i = 0; i < compare->process_count; i++) {
		const struct compare_process *process = &compare->processes[i];
		struct growth a = slope_of(process->a), b = slope_of(process->b);

		table_text(name_of(process), width);
		print_growth_row(&a, &b);
	}
	if (compare->total.known) {
		print_total_name(&compare->total, width);
		print_growth_row(&compare->total.a->verdict.slope,
				 &compare->total.b->verdict.slope);
	}
}

/* Those that differ, in words, B's below A's. */
static void print_verdict_pair(const char *name, const struct grown *a, const struct grown *b,
			       unsigned width, bool *any)
{
	const struct grown *sides[] = { a, b };

	if (a->verdict.kind == b->verdict.kind)
		return;
	if (!*any)
		printf("\nVERDICT on growth\n%-*s    %-10s %s\n", (int)width, "NAME", "VERDICT",
		       "WHY");
	*any = true;
	for (int side = 0; side < 2; side++) {
		char why[VERDICT_TEXT];

		table_text(name, width);
		printf(" %c  %-10s %s\n", "AB"[side], verdict_name(sides[side]->verdict.kind),
		       verdict_text_why(why, &sides[side]->verdict));
	}
}

static void print_verdicts(const struct compare *compare, unsigned width)
{
	bool any = false;

	for (size_t i = 0; i < compare->process_count; i++) {
		const struct compare_process *process = &compare->processes[i];

		struct grown a, b;

		if (!process->a || !process->b)
			continue;
		a = summary_grown(process->a);
		b = summary_grown(process->b);
		print_verdict_pair(name_of(process), &a, &b, width, &any);
	}
	if (compare->total.known)
		print_verdict_pair(TOTAL_NAME, compare->total.a, compare->total.b, width, &any);
}

static void print_alone(const struct compare *compare)
{
	for (size_t i = 0; i < compare->process_count; i++) {
		const struct compare_process *process = &compare->processes[i];

		if (process->a && process->b)
			continue;
		printf("Only in %c: ", process->a ? 'A' : 'B');
		table_whole(name_of(process));
		printf(" (pid %" PRIu32 ")\n",
		       (process->a ? process->a : process->b)->process->pid);
	}
}

/* --- spans */

static char *duration_delta(char text[UNITS_TEXT], uint64_t a_ns, uint64_t b_ns)
{
	char length[UNITS_TEXT];

	snprintf(text, UNITS_TEXT, "%c%.20s", b_ns < a_ns ? '-' : '+',
		 units_format_duration(length, b_ns < a_ns ? a_ns - b_ns : b_ns - a_ns));
	return text;
}

static void print_span_names(const struct compare_span *span, const unsigned widths[2])
{
	const struct summary_span *any = span->a ? span->a : span->b;

	table_text(any->category, widths[0]);
	fputs(" ", stdout);
	table_text(any->name, widths[1]);
}

static void print_span_titles(const char *title, const unsigned widths[2])
{
	printf("\n%s\n%-*s %-*s %12s %12s %12s %10s\n", title, (int)widths[0], "CATEGORY",
	       (int)widths[1], "NAME", "A", "B", "DIFFERENCE", "PERCENT");
}

static void print_span_times(const struct compare *compare, const unsigned widths[2])
{
	print_span_titles("TIME IN SPANS", widths);
	for (size_t i = 0; i < compare->span_count; i++) {
		const struct summary_span *a = compare->spans[i].a;
		const struct summary_span *b = compare->spans[i].b;
		char a_text[UNITS_TEXT], b_text[UNITS_TEXT], delta[UNITS_TEXT];
		char percent[UNITS_TEXT];

		print_span_names(&compare->spans[i], widths);
		printf(" %12s %12s %12s %10s\n",
		       a ? units_format_duration(a_text, a->total_ns) : "-",
		       b ? units_format_duration(b_text, b->total_ns) : "-",
		       a && b ? duration_delta(delta, a->total_ns, b->total_ns) : "-",
		       a && b ? percent_text(percent, (double)a->total_ns, (double)b->total_ns)
			      : "-");
	}
}

static void print_span_memory(const struct compare *compare, const unsigned widths[2])
{
	print_span_titles("MEMORY GAINED IN SPANS", widths);
	for (size_t i = 0; i < compare->span_count; i++) {
		const struct summary_span *a = compare->spans[i].a;
		const struct summary_span *b = compare->spans[i].b;
		char a_text[UNITS_TEXT], b_text[UNITS_TEXT], delta[UNITS_TEXT];
		char percent[UNITS_TEXT];

		print_span_names(&compare->spans[i], widths);
		printf(" %12s %12s %12s %10s\n", a ? units_format_delta(a_text, a->gained) : "-",
		       b ? units_format_delta(b_text, b->gained) : "-",
		       a && b ? units_format_delta(delta, b->gained - a->gained) : "-",
		       a && b ? percent_text(percent, (double)a->gained, (double)b->gained) : "-");
	}
}

/* A difference only where neither is a lower bound. */
static void print_span_peaks(const struct compare *compare, const unsigned widths[2])
{
	print_span_titles("PEAK IN SPANS", widths);
	for (size_t i = 0; i < compare->span_count; i++) {
		static const struct summary_span none;
		const struct compare_span *span = &compare->spans[i];
		const struct summary_span *a = span->a ? span->a : &none;
		const struct summary_span *b = span->b ? span->b : &none;
		bool known = a->peak_exact && b->peak_exact;
		char a_text[UNITS_TEXT], b_text[UNITS_TEXT], delta[UNITS_TEXT];
		char percent[UNITS_TEXT];

		print_span_names(span, widths);
		printf(" %12s %12s %12s %10s\n", table_peak(a_text, a->peak_rss, a->peak_exact),
		       table_peak(b_text, b->peak_rss, b->peak_exact),
		       known ? units_format_delta(delta, (int64_t)(b->peak_rss - a->peak_rss))
			     : "-",
		       known ? percent_text(percent, (double)a->peak_rss, (double)b->peak_rss)
			     : "-");
	}
}

static void print_spans(const struct compare *compare)
{
	unsigned widths[2] = { TABLE_NAME_LEAST, TABLE_NAME_LEAST };

	if (compare->span_count == 0)
		return;
	for (size_t i = 0; i < compare->span_count; i++) {
		const struct compare_span *span = &compare->spans[i];
		const struct summary_span *any = span->a ? span->a : span->b;

		widths[0] = table_widen(widths[0], any->category);
		widths[1] = table_widen(widths[1], any->name);
	}
	print_span_times(compare, widths);
	print_span_peaks(compare, widths);
	print_span_memory(compare, widths);
}

/* --- where a difference arose */

static const char *moment(const char *text, bool first)
{
	return text ? text : first ? "its first sample" : "its last sample";
}

static uint64_t size_of(const struct compare_segment *segment)
{
	return (uint64_t)llabs(segment->difference);
}

static int compare_sizes(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one;
	uint64_t b = *(const uint64_t *)other;

	return (a < b) - (a > b);
}

/* The difference from which on a segment is shown. */
static uint64_t least_shown(const struct compare_segments *segments)
{
	uint64_t *sizes;
	uint64_t least;

	if (segments->count <= SEGMENTS_SHOWN)
		return 0;
	sizes = calloc(segments->count, sizeof *sizes);
	if (!sizes)
		return size_of(&segments->list[segments->largest]);
	for (size_t i = 0; i < segments->count; i++)
		sizes[i] = size_of(&segments->list[i]);
	qsort(sizes, segments->count, sizeof *sizes, compare_sizes);
	least = sizes[SEGMENTS_SHOWN - 1];
	free(sizes);
	return least;
}

static void print_segment(const struct compare_segment *segment, unsigned width)
{
	char a_time[UNITS_TEXT], b_time[UNITS_TEXT];
	char a_growth[UNITS_TEXT], b_growth[UNITS_TEXT], delta[UNITS_TEXT];

	table_text(moment(segment->from, true), width);
	fputs(" ", stdout);
	table_text(moment(segment->to, false), width);
	printf(" %6zu %12s %12s %10s %10s %10s\n", segment->times,
	       units_format_duration(a_time, segment->a_ns),
	       units_format_duration(b_time, segment->b_ns),
	       units_format_delta(a_growth, segment->a_growth),
	       units_format_delta(b_growth, segment->b_growth),
	       units_format_delta(delta, segment->difference));
}

static void print_segments(const struct compare_segments *segments)
{
	uint64_t least = least_shown(segments);
	unsigned width = 16;
	size_t shown = 0;

	for (size_t i = 0; i < segments->count; i++)
		width = table_widen(width, moment(segments->list[i].to, false));
	printf("%-*s %-*s %6s %12s %12s %10s %10s %10s\n", (int)width, "FROM", (int)width, "TO",
	       "TIMES", "TIME IN A", "TIME IN B", "GROWTH A", "GROWTH B", "DIFFERENCE");
	for (size_t i = 0; i < segments->count && shown < SEGMENTS_SHOWN; i++) {
		if (size_of(&segments->list[i]) < least)
			continue;
		print_segment(&segments->list[i], width);
		shown++;
	}
	if (shown < segments->count)
		printf("(%zu with smaller differences are not shown)\n", segments->count - shown);
}

static void print_largest(const struct compare_segments *segments)
{
	const struct compare_segment *largest = &segments->list[segments->largest];
	double total = 0;
	char delta[UNITS_TEXT];

	for (size_t i = 0; i < segments->count; i++)
		total += (double)size_of(&segments->list[i]);
	printf("%s of the difference arose between '",
	       2 * (double)size_of(largest) >= total ? "Most" : "The largest part");
	table_whole(moment(largest->from, true));
	fputs("' and '", stdout);
	table_whole(moment(largest->to, false));
	if (largest->times > 1)
		printf("' (%zu times", largest->times);
	printf("%s: %s\n", largest->times > 1 ? ")" : "'",
	       units_format_delta(delta, largest->difference));
}

static void print_where(const struct compare *compare, const struct compare_process *process)
{
	struct compare_segments segments;

	if (compare_segments(&segments, compare, process) < 0)
		log_error("cannot compare where memory arose: %s", strerror(ENOMEM));
	if (segments.count == 0)
		return;
	fputs("\nWHERE ", stdout);
	table_whole(name_of(process));
	if (segments.list[segments.largest].difference == 0) {
		puts(" GREW: in both at the same moments, by as much");
	} else {
		puts(" GREW");
		print_segments(&segments);
		print_largest(&segments);
	}
	free(segments.list);
}

void comparison_text_print(const struct comparison *comparison)
{
	const struct compare *compare = &comparison->compare;
	unsigned width = table_widen(0, "largest of all");

	print_recording('A', &comparison->recordings[0]);
	print_recording('B', &comparison->recordings[1]);
	print_alone(compare);
	for (size_t i = 0; i < compare->process_count; i++)
		width = table_widen(width, name_of(&compare->processes[i]));
	if (compare->total.known)
		width = table_widen(width, TOTAL_NAME " (RSS, shared once)");
	if (compare->process_count > 0) {
		print_peaks(compare, width);
		print_means(compare, width);
		print_growth(compare, width);
		print_verdicts(compare, width);
	}
	print_spans(compare);
	for (size_t i = 0; i < compare->process_count; i++)
		print_where(compare, &compare->processes[i]);
}
