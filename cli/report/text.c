#include "cli/report/report.h"

#include "base/clock.h"
#include "cli/report/verdict.h"
#include "cli/table.h"
#include "plotter/model/wording.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* --- what happened, as it is read */

static void put_line(struct report *report, FILE *out, uint64_t t_ns, uint32_t line,
		     const char *mark, const char *text)
{
	struct line_name who = line_names_find(&report->names, line);
	int style = cells_utf8() ? CELLS_UTF8 : CELLS_ASCII;
	char name[CELLS_ROOM], words[CELLS_ROOM], pid[16] = "";
	char seconds[WORDING_TIME];
	unsigned width = cells_width(text);

	if (who.pid)
		snprintf(pid, sizeof pid, "%" PRIu32, who.pid);
	cells_fit(words, text, width < CELLS_MAX ? width : CELLS_MAX, style);
	fprintf(out, "%12s %7s %s  %s%s\n",
		wording_seconds(seconds, report->info->session.start_ns, t_ns, 3), pid,
		cells_fit(name, who.name, report->name_width, style), mark, words);
}

static void take_event(struct report *report, uint64_t t_ns, const struct event *event)
{
	char text[WORDING_TEXT], line[WORDING_TEXT + 2 * UNITS_TEXT + 8];
	char before[UNITS_TEXT], delta[UNITS_TEXT];
	uint64_t rss = event_rss(event);
	bool changes = event->kind == EVENT_SPAN_END && event->rss && event->rss_end;

	snprintf(line, sizeof line, "%10s  %10s  %s%s",
		 rss ? units_format_marked(before, event_mark(event), rss) : "-",
		 changes ? units_format_delta(delta, (int64_t)(rss - event->rss)) : "",
		 event->kind == EVENT_MARK ? "* " : "", wording_event_record(text, event));
	put_line(report, report->events, t_ns, event->line, "", line);
	report->event_count++;
}

static void take_gap(struct report *report, const struct gap *gap)
{
	char text[GAP_TEXT], length[UNITS_TEXT], line[GAP_TEXT + UNITS_TEXT + 16];
	bool spans = gap->to_ns > gap->from_ns && gap_is_loss(gap->reason);

	gap_text(text, gap);
	snprintf(line, sizeof line, "%s in %s", text,
		 units_format_duration(length, gap->to_ns - gap->from_ns));
	put_line(report, report->gaps, gap->from_ns, gap->line, "", spans ? line : text);
	report->gap_count++;
}

static void take_inspection(struct report *report, uint64_t t_ns,
			    const struct inspection *inspection)
{
	char seconds[WORDING_TIME];

	if (!report_inspect(report, t_ns, inspection))
		return;
	fprintf(report->inspections, "%sat %s s: ", report->inspection_count++ ? "\n" : "",
		wording_seconds(seconds, report->info->session.start_ns, t_ns, 3));
	inspected_print(report->inspections, &report->inspected, INSPECTED_ROWS, "--json");
}

void report_text_take(void *arg, const struct record *record)
{
	struct report *report = arg;

	if (record->type == RECORD_PROCESS)
		line_names_join(&report->names, &record->process);
	else if (record->type == RECORD_EVENT)
		take_event(report, record->t_ns, &record->event);
	else if (record->type == RECORD_GAP)
		take_gap(report, &record->gap);
	else if (record->type == RECORD_INSPECTION)
		take_inspection(report, record->t_ns, &record->inspection);
}

/* --- the head */

static void print_start(const struct session_info *session)
{
	time_t seconds = (time_t)(session->start_wall_ns / NS_PER_S);
	struct tm local;
	char text[64];

	if (!localtime_r(&seconds, &local) ||
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z", &local) == 0)
		return;
	printf("started    %s\n", text);
}

static void print_part(const struct report *report)
{
	const struct reader_query *query = &report->recording.query;
	uint64_t start_ns = report->info->session.start_ns;
	char from[WORDING_TIME], to[WORDING_TIME];
	uint64_t to_ns = query->to_ns ? query->to_ns : report->info->end_ns;

	if (query->from_ns || query->to_ns)
		printf("shown      from %s s to %s s\n",
		       wording_seconds(from, start_ns,
				       query->from_ns ? query->from_ns : report->info->begin_ns, 3),
		       wording_seconds(to, start_ns, to_ns, 3));
}

static void print_losses(const struct summary *summary)
{
	printf("missed     %" PRIu64 " ticks; %" PRIu64 " events dropped", summary->missed,
	       summary->dropped);
	if (summary->lost)
		printf("; %" PRIu64 " records lost, the recorder being behind", summary->lost);
	if (summary->unfollowed)
		printf("; %" PRIu64 " processes not followed, for want of descriptors",
		       summary->unfollowed);
	fputs("\n", stdout);
}

static void print_head(const struct report *report)
{
	const struct reader_info *info = report->info;
	const struct session_info *session = &info->session;
	char from[WORDING_TIME], length[UNITS_TEXT], interval[UNITS_TEXT];

	fputs("session    ", stdout);
	table_whole(session->name);
	fputs(" on ", stdout);
	table_whole(session->host);
	fputs("\n", stdout);
	print_start(session);
	printf("recorded   %s, from %s s on, a sample each %s\n",
	       units_format_duration(length, info->end_ns - info->begin_ns),
	       wording_seconds(from, session->start_ns, info->begin_ns, 3),
	       units_format_duration(interval, session->interval_ns));
	if (!info->end_wall_ns)
		puts("cut off    the recorder was killed, or records still: "
		     "this is what the file has");
	if (info->exact_ns > info->begin_ns)
		printf("rolled up  samples before %s s, of which the watcher had the least and "
		       "the most of each group left\n",
		       wording_seconds(from, session->start_ns, info->exact_ns, 3));
	print_part(report);
	print_losses(&report->summary);
}

/* --- tables */

static void print_who(const struct report *report, const struct reader_process *process)
{
	printf("%7" PRIu32 " ", process->pid);
	table_text(process->name, report->name_width);
}

/* A figure of the total; FIRST and LAST are of a time when others lived, and say nothing of it.
 * @peak: 0: there is none. */
static void print_figure(const struct report *report, const struct total_figure *figure,
			 const char *name, uint64_t peak)
{
	char mean[UNITS_TEXT], max[UNITS_TEXT], at[WORDING_TIME], most[UNITS_TEXT];
	const struct total_tally *total = &report->summary.total;

	printf("%7s ", "-");
	table_text(name, report->name_width);
	printf(" %10s %10s %10s %11s %10s %12s\n", "-",
	       table_bytes(mean, true, (uint64_t)(total_tally_mean(total, figure) + 0.5)),
	       table_bytes(max, true, figure->max),
	       wording_seconds(at, report->info->session.start_ns, figure->max_ns, 3), "-",
	       table_bytes(most, peak > 0, peak));
}

static void print_total(const struct report *report)
{
	const struct total_tally *total = &report->summary.total;
	char repeated[UNITS_TEXT];

	if (!total_tells(&total->total))
		return;
	print_figure(report, &total->rss, TOTAL_NAME " RSS",
		     report_is_whole(report) ? total->total.peak : 0);
	if (total->has_pss)
		print_figure(report, &total->pss, TOTAL_NAME " PSS", 0);
	if (total_tally_repeats(total))
		printf("(in the total: shared memory counted in each, up to %s too much; "
		       "--metrics pss counts it once)\n",
		       units_format_bytes(repeated, total->repeated));
}

/* As far as the kernel's word on it goes. */
static const char *peak_text(char text[UNITS_TEXT], const struct summary_process *process)
{
	static const char *const marks[] = { ">=", "", "<=" };

	if (!summary_peak_known(process))
		return "-";
	return units_format_marked(text, marks[summary_peak_kind(process)], summary_peak(process));
}

static void print_memory(const struct report *report)
{
	printf("\nMEMORY\n%7s %-*s %10s %10s %10s %11s %10s %12s\n", "PID", (int)report->name_width,
	       "NAME", "FIRST", "MEAN", "MAX", "AT", "LAST", "PEAK");
	for (size_t i = 0; i < report->summary.process_count; i++) {
		const struct summary_process *process = &report->summary.processes[i];
		bool known = process->sampled;
		char first[UNITS_TEXT], mean[UNITS_TEXT], max[UNITS_TEXT], last[UNITS_TEXT];
		char at[WORDING_TIME], peak[UNITS_TEXT];

		print_who(report, process->process);
		wording_seconds(at, report->info->session.start_ns, process->max_ns, 3);
		printf(" %10s %10s %10s %11s %10s %12s\n",
		       table_bytes(first, known, process->first_rss),
		       table_bytes(mean, known, (uint64_t)(process->mean_rss + 0.5)),
		       table_bytes(max, known, process->max_rss), known ? at : "-",
		       table_bytes(last, known, process->last_rss), peak_text(peak, process));
	}
	print_total(report);
}

/* What was sampled beside the RSS: of each figure the last and the highest that was read. */
static void print_metrics(const struct report *report)
{
	static const struct summary_metric none;
	const struct summary *summary = &report->summary;

	printf("\nMETRICS\n%7s %-*s", "PID", (int)report->name_width, "NAME");
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		if (summary->metrics & METRIC_BIT(i))
			printf(" %5s LAST %6s MAX", metric_title(i), metric_title(i));
	}
	fputs("\n", stdout);
	for (size_t i = 0; i < summary->process_count; i++) {
		const struct summary_process *process = &summary->processes[i];
		const struct summary_more *more = summary_more(process);
		char last[UNITS_TEXT], max[UNITS_TEXT];

		print_who(report, process->process);
		for (enum metric m = METRIC_PSS; m < METRICS; m++) {
			bool known = more->metrics & METRIC_BIT(m);
			const struct summary_metric *metric = known ? &more->metric[m] : &none;

			if (summary->metrics & METRIC_BIT(m))
				printf(" %10s %10s",
				       !known ? "-"
					      : units_format_marked(last, metric->stale ? "~" : "",
								    metric->last),
				       table_bytes(max, known, metric->max));
		}
		fputs("\n", stdout);
	}
}

static void print_growth(const struct growth *growth)
{
	char rate[UNITS_TEXT], low[UNITS_TEXT], high[UNITS_TEXT];
	char text[2 * UNITS_TEXT + 8] = "";

	if (growth->known)
		snprintf(text, sizeof text, "%s to %s", table_rate(low, true, growth->low),
			 table_rate(high, true, growth->high));
	printf(" %10s  %-24s", table_rate(rate, growth->known, growth->per_minute), text);
}

static void print_lives(const struct report *report)
{
	printf("\nLIFE\n%7s %-*s %11s %12s %10s  %-24s %7s %7s %7s  %s\n", "PID",
	       (int)report->name_width, "NAME", "FROM", "LIVED", "GROWTH/min", "95 % INTERVAL",
	       "EVENTS", "DROPPED", "MISSED", "END");
	for (size_t i = 0; i < report->summary.process_count; i++) {
		const struct summary_process *shown = &report->summary.processes[i];
		const struct reader_process *process = shown->process;
		const struct summary_more *more = summary_more(shown);
		struct grown grown = summary_grown(shown);
		char from[WORDING_TIME], lived[UNITS_TEXT], reason[TEXT_NAME + 1];

		print_who(report, process);
		printf(" %11s %12s",
		       wording_seconds(from, report->info->session.start_ns, process->first_ns, 3),
		       units_format_duration(lived, process->last_ns - process->first_ns));
		print_growth(&grown.verdict.slope);
		printf(" %7" PRIu64 " %7" PRIu64 " %7" PRIu64 "  %s\n", more->events, more->dropped,
		       shown->missed,
		       process->ended
			       ? end_text(reason, sizeof reason, process->reason, process->code)
			       : "alive");
	}
}

static int indent_of(const struct report *report)
{
	return 8 + (int)report->name_width + 12;
}

/* There is nothing to be said of it; where what came after a warm-up was too short, there is. */
static bool lived_too_short(const struct verdict *verdict)
{
	return verdict->kind == VERDICT_TOO_SHORT && verdict->warm_up_ns == 0;
}

/* Where there is growth that someone has to look at, each figure. */
static void print_verdict(const struct report *report, const struct grown *grown)
{
	const struct verdict *verdict = &grown->verdict;
	char why[VERDICT_TEXT];

	printf(" %-10s %s\n", verdict_name(verdict->kind), verdict_text_why(why, verdict));
	if (verdict->slope.known && (verdict_grows(verdict) || verdict->kind == VERDICT_UNCLEAR))
		verdict_text_print(verdict, indent_of(report));
	verdict_text_print_shared(grown, indent_of(report));
}

static void print_verdict_of(const struct report *report, const struct summary_process *process)
{
	struct grown grown = summary_grown(process);
	enum verdict_kind kind = grown.verdict.kind;

	print_who(report, process->process);
	print_verdict(report, &grown);
	if (verdict_grows(&grown.verdict) || kind == VERDICT_UNCLEAR || kind == VERDICT_WARM_UP)
		verdict_text_print_kept(process, indent_of(report));
}

static void print_family_verdict(const struct report *report)
{
	const struct summary *summary = &report->summary;
	const struct grown *grown = &summary->total_grown;

	if (!total_tells(&summary->total.total) || lived_too_short(&grown->verdict))
		return;
	printf("%7s ", "-");
	table_text(TOTAL_NAME, report->name_width);
	print_verdict(report, grown);
}

/* Which memory that is, where it isn't what everybody's own is. */
static void print_judged(const struct summary *summary)
{
	bool by_rss = false;

	for (size_t i = 0; i < summary->process_count && !by_rss; i++) {
		struct grown grown = summary_grown(&summary->processes[i]);

		by_rss = grown.judged == JUDGED_RSS && grown.known &&
			 summary->processes[i].process->pid;
	}
	if (by_rss)
		puts("(judged by RSS: this recording doesn't say how much of it is shared)");
}

/* Those that were too short to tell are only counted: a build has thousands. */
static void print_verdicts(const struct report *report)
{
	size_t count = report->summary.process_count;
	size_t shown = 0;

	puts("\nGROWTH");
	for (size_t i = 0; i < count; i++) {
		const struct summary_process *process = &report->summary.processes[i];
		struct grown grown = summary_grown(process);

		if (lived_too_short(&grown.verdict))
			continue;
		if (shown++ == 0)
			printf("%7s %-*s %-10s %s\n", "PID", (int)report->name_width, "NAME",
			       "VERDICT", "WHY");
		print_verdict_of(report, process);
	}
	print_family_verdict(report);
	if (shown < count)
		printf("(%zu lived too short to tell: 5 s in %d samples are needed)\n",
		       count - shown, VERDICT_LEAST_PARTS);
	if (shown)
		print_judged(&report->summary);
}

static const char *gained_text(char text[UNITS_TEXT], const struct summary_span *span)
{
	char delta[UNITS_TEXT];

	snprintf(text, UNITS_TEXT, "%s%.20s", span->age_ns > RSS_MOMENT_NS ? "~" : "",
		 units_format_delta(delta, span->gained));
	return text;
}

/* What a table of spans has of one, behind its names. */
static void print_figures(const struct summary_span *figures)
{
	char total[UNITS_TEXT], mean[UNITS_TEXT], longest[UNITS_TEXT];
	char gained[UNITS_TEXT], kept[UNITS_TEXT], peak[UNITS_TEXT];
	bool ended = figures->calls > 0;

	printf(" %8" PRIu64 " %10" PRIu64 " %12s %12s %12s %12s %10s %10s\n", figures->calls,
	       figures->unfinished, units_format_duration(total, figures->total_ns),
	       ended ? units_format_duration(mean, figures->mean_ns) : "-",
	       ended ? units_format_duration(longest, figures->max_ns) : "-",
	       table_peak(peak, figures->peak_rss, figures->peak_exact),
	       gained_text(gained, figures), units_format_delta(kept, figures->kept));
}

static void print_titles(void)
{
	printf(" %8s %10s %12s %12s %12s %12s %10s %10s\n", "CALLS", "UNFINISHED", "TOTAL", "MEAN",
	       "LONGEST", "PEAK", "GAINED", "KEPT");
}

static void print_categories(const struct summary *summary)
{
	unsigned width = TABLE_NAME_LEAST;

	for (size_t i = 0; i < summary->category_count; i++)
		width = table_widen(width, summary->categories[i].category);
	printf("\nCATEGORIES OF SPANS\n%-*s", (int)width, "CATEGORY");
	print_titles();
	for (size_t i = 0; i < summary->category_count; i++) {
		table_text(summary->categories[i].category, width);
		print_figures(&summary->categories[i]);
	}
}

static void print_spans(const struct summary *summary)
{
	unsigned category_width = TABLE_NAME_LEAST;
	unsigned name_width = TABLE_NAME_LEAST;

	for (size_t i = 0; i < summary->span_count; i++) {
		category_width = table_widen(category_width, summary->spans[i].category);
		name_width = table_widen(name_width, summary->spans[i].name);
	}
	printf("\nSPANS\n%-*s %-*s", (int)category_width, "CATEGORY", (int)name_width, "NAME");
	print_titles();
	for (size_t i = 0; i < summary->span_count; i++) {
		const struct summary_span *span = &summary->spans[i];

		table_text(span->category, category_width);
		fputs(" ", stdout);
		table_text(span->name, name_width);
		print_figures(span);
	}
}

void report_text_print(const struct report *report)
{
	const struct summary *summary = &report->summary;

	print_head(report);
	if (summary->process_count > 0) {
		print_memory(report);
		if (summary->metrics)
			print_metrics(report);
		print_lives(report);
		print_verdicts(report);
	} else {
		puts("\nNo process was followed.");
	}
	if (summary->span_count > 0) {
		print_categories(summary);
		print_spans(summary);
	}
	if (report->event_count > 0) {
		printf("\nEVENTS\n%12s %7s %-*s  %10s  %10s  EVENT\n", "TIME", "PID",
		       (int)report->name_width, "NAME", "RSS", "CHANGE");
		report_copy(report->events);
	}
	if (report->gap_count > 0) {
		printf("\nGAPS\n%12s %7s %-*s  WHAT\n", "TIME", "PID", (int)report->name_width,
		       "NAME");
		report_copy(report->gaps);
	}
	if (report->inspection_count > 0) {
		puts("\nINSPECTIONS");
		report_copy(report->inspections);
	}
}
