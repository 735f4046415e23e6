#include "cli/compare/compare.h"
#include "export/record_json.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const sides[] = { "a", "b" };

static void put_seconds(const char *key, uint64_t ns)
{
	printf(",\"%s\":%" PRIu64 ".%09" PRIu64, key, (uint64_t)(ns / NS_PER_S),
	       (uint64_t)(ns % NS_PER_S));
}

static void put_signed(const char *key, int64_t value)
{
	printf(",\"%s\":%" PRId64, key, value);
}

static void put_bytes(const char *key, uint64_t bytes)
{
	if (bytes)
		json_number(stdout, key, bytes);
	else
		json_null(stdout, key);
}

static void put_text(const char *key, const char *text)
{
	if (text)
		json_text(stdout, key, text);
	else
		json_null(stdout, key);
}

static void put_percent(const char *key, double a, double b)
{
	double percent;

	if (compare_percent(a, b, &percent))
		printf(",\"%s\":%.3f", key, percent);
	else
		json_null(stdout, key);
}

static void put_recording(const struct recording *recording)
{
	const struct reader_info *info = reader_info(recording->reader);

	fputs("{\"file\":", stdout);
	json_string(stdout, recording->path);
	json_text(stdout, "name", info->session.name);
	json_text(stdout, "host", info->session.host);
	put_seconds("wall", info->session.start_wall_ns);
	put_seconds("duration", info->end_ns - info->begin_ns);
	fputs("}", stdout);
}

static void put_process_side(const char *side, const struct summary_process *process, uint64_t peak,
			     bool least)
{
	struct grown grown;

	if (!process) {
		json_null(stdout, side);
		return;
	}
	grown = summary_grown(process);
	printf(",\"%s\":{\"pid\":%" PRIu32, side, process->process->pid);
	put_bytes("peak", peak);
	printf(",\"peak_at_least\":%s", least ? "true" : "false");
	put_bytes("mean_rss", (uint64_t)(process->mean_rss + 0.5));
	if (grown.verdict.slope.known)
		put_signed("growth", (int64_t)grown.verdict.slope.per_minute);
	else
		json_null(stdout, "growth");
	json_text(stdout, "verdict", verdict_name(grown.verdict.kind));
	put_seconds("duration", process->process->last_ns - process->process->first_ns);
	fputs("}", stdout);
}

static void put_segment(const struct compare_segment *segment)
{
	fputs("{\"a\":{\"growth\":", stdout);
	printf("%" PRId64, segment->a_growth);
	put_seconds("duration", segment->a_ns);
	printf("},\"b\":{\"growth\":%" PRId64, segment->b_growth);
	put_seconds("duration", segment->b_ns);
	fputs("}", stdout);
	put_text("from", segment->from);
	put_text("to", segment->to);
	json_number(stdout, "times", segment->times);
	put_signed("difference", segment->difference);
	fputs("}\n", stdout);
}

static void put_segments(const struct comparison *comparison, const struct compare_process *process)
{
	struct compare_segments segments;

	if (compare_segments(&segments, &comparison->compare, process) < 0)
		log_error("cannot compare where memory arose: %s", strerror(ENOMEM));
	fputs(",\"segments\":[", stdout);
	for (size_t i = 0; i < segments.count; i++) {
		fputs(i ? "," : "", stdout);
		put_segment(&segments.list[i]);
	}
	fputs("]", stdout);
	if (segments.count > 0)
		json_number(stdout, "largest", segments.largest);
	else
		json_null(stdout, "largest");
	free(segments.list);
}

static void put_process(const struct comparison *comparison, const struct compare_process *process)
{
	struct compare_peaks peaks = compare_peaks(process);
	bool both = process->a && process->b;

	fputs("{\"name\":", stdout);
	json_string(stdout, (process->a ? process->a : process->b)->process->name);
	put_process_side("a", process->a, peaks.a, peaks.a_least);
	put_process_side("b", process->b, peaks.b, peaks.b_least);
	if (both && peaks.a && peaks.b) {
		put_signed("difference", (int64_t)(peaks.b - peaks.a));
		put_percent("percent", (double)peaks.a, (double)peaks.b);
	} else {
		json_null(stdout, "difference");
		json_null(stdout, "percent");
	}
	printf(",\"exceeded\":%s",
	       both && compare_process_exceeds(&comparison->compare, &comparison->gate, process)
		       ? "true"
		       : "false");
	put_segments(comparison, process);
	fputs("}\n", stdout);
}

static void put_span_side(const char *side, const struct summary_span *span)
{
	if (!span) {
		json_null(stdout, side);
		return;
	}
	printf(",\"%s\":{\"calls\":%" PRIu64, side, span->calls);
	json_number(stdout, "unfinished", span->unfinished);
	put_seconds("duration", span->total_ns);
	if (span->peak_rss)
		json_number(stdout, "peak_rss", span->peak_rss);
	else
		json_null(stdout, "peak_rss");
	record_json_exact(stdout, span->peak_rss, span->peak_exact);
	put_signed("gained", span->gained);
	put_signed("kept", span->kept);
	fputs("}", stdout);
}

static void put_span(const struct compare_span *span)
{
	const struct summary_span *any = span->a ? span->a : span->b;

	fputs("{\"category\":", stdout);
	json_string(stdout, any->category);
	json_text(stdout, "name", any->name);
	put_span_side("a", span->a);
	put_span_side("b", span->b);
	fputs("}\n", stdout);
}

static void put_total_side(const char *side, uint64_t max, double mean, const struct grown *grown)
{
	printf(",\"%s\":{\"max\":%" PRIu64 ",\"mean\":%.0f", side, max, mean);
	if (grown->verdict.slope.known)
		put_signed("growth", (int64_t)grown->verdict.slope.per_minute);
	else
		json_null(stdout, "growth");
	json_text(stdout, "verdict", verdict_name(grown->verdict.kind));
	fputs("}", stdout);
}

/* null where neither has two processes to sum up. */
static void put_total(const struct comparison *comparison)
{
	const struct compare_total *total = &comparison->compare.total;
	static const char *const figures[] = {
		[COMPARE_RSS] = "rss", [COMPARE_ONCE] = "shared_once", [COMPARE_PSS] = "pss"
	};

	if (!total->known) {
		json_null(stdout, "total");
		return;
	}
	fputs(",\n\"total\":{\"figure\":", stdout);
	json_string(stdout, figures[total->figure]);
	put_total_side("a", total->a_max, total->a_mean, total->a);
	put_total_side("b", total->b_max, total->b_mean, total->b);
	put_percent("percent", (double)total->a_max, (double)total->b_max);
	printf(",\"exceeded\":%s}",
	       compare_total_exceeds(&comparison->compare, &comparison->gate) ? "true" : "false");
}

void comparison_json_print(const struct comparison *comparison)
{
	const struct compare *compare = &comparison->compare;

	for (int i = 0; i < 2; i++) {
		printf("%s\"%s\":", i ? ",\n" : "{", sides[i]);
		put_recording(&comparison->recordings[i]);
	}
	fputs(",\n\"largest_peak\":{\"a\":", stdout);
	printf("%" PRIu64 ",\"b\":%" PRIu64, compare->a_peak, compare->b_peak);
	put_percent("percent", (double)compare->a_peak, (double)compare->b_peak);
	printf(",\"exceeded\":%s}",
	       compare_largest_exceeds(compare, &comparison->gate) ? "true" : "false");
	put_total(comparison);
	fputs(",\n\"processes\":[\n", stdout);
	for (size_t i = 0; i < compare->process_count; i++) {
		fputs(i ? "," : "", stdout);
		put_process(comparison, &compare->processes[i]);
	}
	fputs("],\n\"spans\":[\n", stdout);
	for (size_t i = 0; i < compare->span_count; i++) {
		fputs(i ? "," : "", stdout);
		put_span(&compare->spans[i]);
	}
	fputs("]}\n", stdout);
}
