#include "export/html/html_page.h"
#include "export/html/html_text.h"

#include "base/units.h"

#include <inttypes.h>

/* More rows are folded until somebody wants them. */
#define ROWS_SHOWN 100

void page_who(const struct page *page, uint32_t line)
{
	const struct reader_process *process = reader_line(page->reader, line);

	if (line == LINE_SESSION || !process) {
		fputs("session", page->out);
		return;
	}
	html_text(page->out, process->name);
	fprintf(page->out, "[%" PRIu32 "]", process->pid);
}

static void put_duration(const struct page *page, const struct note *note)
{
	char text[UNITS_TEXT];

	if (note->kind == NOTE_OPEN)
		fputs("never ended", page->out);
	else if (note->kind != NOTE_MARK)
		fputs(units_format_duration(
			      text, note->end_ns > note->t_ns ? note->end_ns - note->t_ns : 0),
		      page->out);
	if (note->kind == NOTE_UNFINISHED)
		fputs(", cut short", page->out);
}

static void put_memory(const struct page *page, const struct note *note)
{
	bool ended = note->kind == NOTE_SPAN || note->kind == NOTE_UNFINISHED;
	const char *mark = note->stale ? "~" : "";
	char text[UNITS_TEXT];

	fprintf(page->out, "<td class=\"n\">%s</td><td class=\"n\">",
		note->rss ? units_format_marked(text, mark, note->rss) : "");
	if (ended && note->rss && note->rss_end)
		fprintf(page->out, "%s%s", mark,
			units_format_delta(text, (int64_t)(note->rss_end - note->rss)));
	fputs("</td><td class=\"n\">", page->out);
	if (ended && note->peak_rss)
		fprintf(page->out, "%s%s", note->peak_exact ? "" : "≥ ",
			units_format_bytes(text, note->peak_rss));
	fputs("</td>", page->out);
}

/* @number: of a milestone among them, as on its flag in the chart. */
static void put_row(const struct page *page, const struct note *note, size_t number)
{
	const struct session_info *session = &page->info->session;

	fputs("<tr><td class=\"n\">", page->out);
	if (note->kind == NOTE_MARK)
		fprintf(page->out, "%zu", number);
	fputs("</td><td class=\"n\">", page->out);
	html_time(page->out, session->start_ns, note->t_ns, session->interval_ns);
	fputs("</td><td>", page->out);
	page_who(page, note->line);
	fputs("</td><td>", page->out);
	html_text(page->out, note->category);
	fputs("</td><td>", page->out);
	html_text(page->out, note->label);
	fputs("</td><td class=\"n\">", page->out);
	put_duration(page, note);
	fputs("</td>", page->out);
	put_memory(page, note);
	fputs("</tr>\n", page->out);
}

static void put_left_out(const struct page *page)
{
	if (page->notes.left_out > 0)
		fprintf(page->out,
			"<p class=\"note\">The first %d are here; %" PRIu64
			" more were left out, and the export with --from and --to has those of a "
			"part.</p>\n",
			NOTES_EVENTS, page->notes.left_out);
}

void page_events(const struct page *page)
{
	const struct notes *notes = &page->notes;
	size_t number = 0;

	if (notes->count == 0)
		return;
	fprintf(page->out,
		"<details id=\"events\"%s><summary><h2>Events</h2> <small>%zu milestones and "
		"spans, in order</small></summary>\n",
		notes->count <= ROWS_SHOWN ? " open" : "", notes->count);
	put_left_out(page);
	fputs("<div class=\"wide\"><table><thead><tr><th class=\"n\">#</th>"
	      "<th class=\"n\">time</th><th>process</th><th>category</th><th>label</th>"
	      "<th class=\"n\">duration</th><th class=\"n\">memory</th>"
	      "<th class=\"n\">gained</th><th class=\"n\">peak</th></tr></thead><tbody>\n",
	      page->out);
	for (size_t i = 0; i < notes->count && page_goes_on(page, i); i++) {
		number += notes->events[i].kind == NOTE_MARK;
		put_row(page, &notes->events[i], number);
	}
	fputs("</tbody></table></div></details>", page->out);
}
