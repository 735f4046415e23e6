#include "export/html/html_page.h"
#include "export/html/html_text.h"

#include "base/clock.h"
#include "base/units.h"

#include <inttypes.h>
#include <time.h>

/* Names of spans in the table; the longest total is first. */
#define SPANS_SHOWN 500

static void put(const struct page *page, const char *text)
{
	fputs(text, page->out);
}

static void put_number_cell(const struct page *page, const char *text)
{
	fprintf(page->out, "<td class=\"n\">%s</td>", text);
}

static void put_bytes_cell(const struct page *page, uint64_t bytes, bool known)
{
	char text[UNITS_TEXT];

	put_number_cell(page, known ? units_format_bytes(text, bytes) : "");
}

static void put_delta_cell(const struct page *page, int64_t bytes)
{
	char text[UNITS_TEXT];

	put_number_cell(page, units_format_delta(text, bytes));
}

static void put_duration_cell(const struct page *page, uint64_t ns)
{
	char text[UNITS_TEXT];

	put_number_cell(page, units_format_duration(text, ns));
}

/* Of calls that ended: nothing where none did. */
static void put_call_cell(const struct page *page, uint64_t calls, uint64_t ns)
{
	if (calls > 0)
		put_duration_cell(page, ns);
	else
		put_number_cell(page, "");
}

static void put_count_cell(const struct page *page, uint64_t count)
{
	fprintf(page->out, "<td class=\"n\">%" PRIu64 "</td>", count);
}

static void put_time_cell(const struct page *page, uint64_t t_ns)
{
	const struct session_info *session = &page->info->session;

	put(page, "<td class=\"n\">");
	html_time(page->out, session->start_ns, t_ns, session->interval_ns);
	put(page, "</td>");
}

/* --- what the session was */

static void put_wall(const struct page *page)
{
	time_t start = (time_t)(page->info->session.start_wall_ns / NS_PER_S);
	struct tm local;
	char text[64];

	if (localtime_r(&start, &local) &&
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &local) > 0)
		put(page, text);
}

static void put_losses(const struct page *page)
{
	const struct summary *summary = &page->summary;

	fprintf(page->out, "<dt>samples missed</dt><dd>%" PRIu64 "</dd>\n", summary->missed);
	if (summary->dropped > 0)
		fprintf(page->out, "<dt>events dropped</dt><dd>%" PRIu64 "</dd>\n",
			summary->dropped);
	if (summary->lost > 0)
		fprintf(page->out, "<dt>records lost</dt><dd>%" PRIu64 "</dd>\n", summary->lost);
	if (page->info->end_wall_ns == 0)
		put(page, "<dt>recording</dt><dd>cut off, or going on</dd>\n");
}

void page_facts(const struct page *page)
{
	const struct session_info *session = &page->info->session;
	char text[UNITS_TEXT];

	put(page, "<dl>\n<dt>host</dt><dd>");
	html_text(page->out, session->host);
	put(page, "</dd>\n<dt>session</dt><dd>");
	html_text(page->out, session->name);
	put(page, "</dd>\n<dt>start</dt><dd>");
	put_wall(page);
	fprintf(page->out, "</dd>\n<dt>duration</dt><dd>%s</dd>\n",
		units_format_duration(text, page->to_ns - page->from_ns));
	fprintf(page->out, "<dt>a sample each</dt><dd>%s</dd>\n",
		units_format_duration(text, session->interval_ns));
	put_losses(page);
	put(page, "</dl>");
}

/* --- processes */

static void put_end(const struct page *page, const struct reader_process *process)
{
	char text[64];

	put(page, "<td>");
	if (process->ended && process->last_ns <= page->to_ns)
		html_text(page->out, end_text(text, sizeof text, process->reason, process->code));
	else
		put(page, "alive");
	put(page, "</td>");
}

static void put_growth(const struct page *page, const struct growth *growth)
{
	char text[3][UNITS_TEXT];

	if (!growth->known) {
		put_number_cell(page, "");
		return;
	}
	fprintf(page->out, "<td class=\"n\" title=\"95 %% confidence: %s to %s\">%s/min</td>",
		units_format_delta(text[0], (int64_t)growth->low),
		units_format_delta(text[1], (int64_t)growth->high),
		units_format_delta(text[2], (int64_t)growth->per_minute));
}

/* As far as the kernel's word on it goes; without one, the highest sample is a lower bound. */
static void put_process_peak(const struct page *page, const struct summary_process *summary)
{
	static const char *const marks[] = { "≥ ", "", "≤ " };
	char bytes[UNITS_TEXT], text[UNITS_TEXT + 8];

	snprintf(text, sizeof text, "%s%s", marks[summary_peak_kind(summary)],
		 units_format_bytes(bytes, summary_peak(summary)));
	put_number_cell(page, summary_peak(summary) ? text : "");
}

static void put_process(const struct page *page, const struct summary_process *summary)
{
	const struct reader_process *process = summary->process;
	struct grown grown = summary_grown(summary);
	char command[TEXT_COMMAND + 1];
	bool sampled = summary->sampled;

	put(page, "<tr><td title=\"");
	html_text(page->out, reader_command(page->reader, process, command));
	put(page, "\">");
	html_text(page->out, process->name);
	fprintf(page->out, "</td><td class=\"n\">%" PRIu32 "</td>", process->pid);
	put_time_cell(page, process->first_ns);
	put_time_cell(page, process->last_ns);
	put_end(page, process);
	put_bytes_cell(page, summary->first_rss, sampled);
	put_bytes_cell(page, (uint64_t)summary->mean_rss, sampled);
	put_bytes_cell(page, summary->last_rss, sampled);
	put_bytes_cell(page, summary->max_rss, sampled);
	put_process_peak(page, summary);
	put_growth(page, &grown.verdict.slope);
	put_count_cell(page, summary_more(summary)->events);
	put(page, "</tr>\n");
}

void page_processes(const struct page *page)
{
	put(page, "<section id=\"processes\"><h2>Processes</h2><div class=\"wide\"><table><thead>"
		  "<tr><th>name</th><th class=\"n\">PID</th><th class=\"n\">from</th>"
		  "<th class=\"n\">to</th><th>end</th><th class=\"n\">first</th>"
		  "<th class=\"n\">mean</th><th class=\"n\">last</th>"
		  "<th class=\"n\" title=\"the highest sample\">max</th>"
		  "<th class=\"n\" title=\"the kernel's high-water mark; ≥: known of\">peak"
		  "</th><th class=\"n\" title=\"the median slope\">growth</th>"
		  "<th class=\"n\">events</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->summary.process_count && page_goes_on(page, i); i++)
		put_process(page, &page->summary.processes[i]);
	put(page, "</tbody></table></div></section>");
}

/* --- spans */

static void put_calls(const struct page *page, uint64_t calls, uint64_t unfinished)
{
	fprintf(page->out, "<td class=\"n\">%" PRIu64, calls);
	if (unfinished > 0)
		fprintf(page->out, " + %" PRIu64 " unfinished", unfinished);
	put(page, "</td>");
}

static void put_span_head(const struct page *page, const char *first)
{
	fprintf(page->out,
		"<div class=\"wide\"><table><thead><tr>%s<th class=\"n\">calls</th>"
		"<th class=\"n\">total</th><th class=\"n\">mean</th><th class=\"n\">max</th>"
		"<th class=\"n\" title=\"the most within one; ≥: known of\">peak</th>"
		"<th class=\"n\" title=\"between begin and end\">gained</th>"
		"<th class=\"n\" title=\"of that, what stayed\">kept</th></tr></thead><tbody>\n",
		first);
}

static void put_peak_cell(const struct page *page, const struct summary_span *span)
{
	char bytes[UNITS_TEXT], text[UNITS_TEXT + sizeof "≥ "];

	snprintf(text, sizeof text, "%s%s", span->peak_exact ? "" : "≥ ",
		 units_format_bytes(bytes, span->peak_rss));
	put_number_cell(page, span->peak_rss ? text : "");
}

static void put_gained_cell(const struct page *page, const struct summary_span *span)
{
	char delta[UNITS_TEXT], text[UNITS_TEXT + 1];

	snprintf(text, sizeof text, "%s%s", span->age_ns > RSS_MOMENT_NS ? "~" : "",
		 units_format_delta(delta, span->gained));
	put_number_cell(page, text);
}

/* @named: of one name, not of a whole category. */
static void put_span(const struct page *page, const struct summary_span *span, bool named)
{
	put(page, "<tr><td>");
	html_text(page->out, span->category);
	if (named) {
		put(page, "</td><td>");
		html_text(page->out, span->name);
	}
	put(page, "</td>");
	put_calls(page, span->calls, span->unfinished);
	put_duration_cell(page, span->total_ns);
	put_call_cell(page, span->calls, span->mean_ns);
	put_call_cell(page, span->calls, span->max_ns);
	put_peak_cell(page, span);
	put_gained_cell(page, span);
	put_delta_cell(page, span->kept);
	put(page, "</tr>\n");
}

void page_spans(const struct page *page)
{
	const struct summary *summary = &page->summary;
	size_t shown = summary->span_count < SPANS_SHOWN ? summary->span_count : SPANS_SHOWN;

	if (summary->span_count == 0)
		return;
	put(page, "<section id=\"categories\"><h2>Categories</h2>");
	put_span_head(page, "<th>category</th>");
	for (size_t i = 0; i < summary->category_count && i < SPANS_SHOWN; i++)
		put_span(page, &summary->categories[i], false);
	put(page, "</tbody></table></div></section>\n<section id=\"names\"><h2>Spans</h2>");
	if (shown < summary->span_count)
		fprintf(page->out,
			"<p class=\"note\">The %zu of the longest total; %zu more were left "
			"out.</p>",
			shown, summary->span_count - shown);
	put_span_head(page, "<th>category</th><th>name</th>");
	for (size_t i = 0; i < shown; i++)
		put_span(page, &summary->spans[i], true);
	put(page, "</tbody></table></div></section>");
}

/* --- gaps */

static void put_gap(const struct page *page, const struct gap *gap)
{
	char text[GAP_TEXT];

	put(page, "<tr>");
	put_time_cell(page, gap->from_ns);
	put_time_cell(page, gap->to_ns);
	put(page, "<td>");
	page_who(page, gap->line);
	if (gap_is_loss(gap->reason)) {
		fprintf(page->out, "</td><td>%s</td>", gap_reason_text(gap->reason));
		put_count_cell(page, gap->count);
	} else {
		fprintf(page->out, "</td><td>%s</td><td></td>", gap_text(text, gap));
	}
	put(page, "</tr>\n");
}

void page_gaps(const struct page *page)
{
	const struct notes *notes = &page->notes;

	if (notes->gap_count == 0)
		return;
	put(page, "<section id=\"gaps\"><h2>Gaps</h2>");
	if (notes->gaps_left_out > 0)
		fprintf(page->out,
			"<p class=\"note\">The first %d; %" PRIu64 " more were left out.</p>",
			NOTES_GAPS, notes->gaps_left_out);
	put(page, "<div class=\"wide\"><table><thead><tr><th class=\"n\">from</th>"
		  "<th class=\"n\">to</th><th>process</th><th>what</th><th class=\"n\">count</th>"
		  "</tr></thead><tbody>\n");
	for (size_t i = 0; i < notes->gap_count; i++)
		put_gap(page, &notes->gaps[i]);
	put(page, "</tbody></table></div></section>");
}
