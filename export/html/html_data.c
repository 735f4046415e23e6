#include "base/array.h"
#include "export/html/html_page.h"
#include "export/html/html_text.h"

#include "base/clock.h"

#include <inttypes.h>
#include <time.h>

static void put_seconds(const struct page *page, const char *key, uint64_t from_ns, uint64_t to_ns)
{
	fprintf(page->out, ",\"%s\":", key);
	html_json_seconds(page->out, from_ns, to_ns);
}

/* Of the machine that writes the page, so that the script's times of day are those of the tables.
 */
static long zone_offset(const struct page *page)
{
	time_t start = (time_t)(page->info->session.start_wall_ns / NS_PER_S);
	struct tm local;

	return localtime_r(&start, &local) ? local.tm_gmtoff : 0;
}

/* [t, wall]: of the wall clock */
static void put_jumps(const struct page *page)
{
	const struct session_info *session = &page->info->session;

	fprintf(page->out, ",\"jumps\":[");
	for (uint32_t i = 0; i < session->wall.count; i++) {
		const struct wall_jump *jump = &session->wall.jumps[i];

		fprintf(page->out, "%s[", i ? "," : "");
		html_json_seconds(page->out, session->start_ns, jump->t_ns);
		fprintf(page->out, ",");
		html_json_seconds(page->out, 0, jump->unix_ns);
		fprintf(page->out, "]");
	}
	fprintf(page->out, "]");
}

static void put_session(const struct page *page)
{
	const struct session_info *session = &page->info->session;

	fprintf(page->out, "\"format\":1");
	put_seconds(page, "interval", 0, session->interval_ns);
	put_seconds(page, "wall", 0, session->start_wall_ns);
	put_jumps(page);
	fprintf(page->out, ",\"zone\":%ld", zone_offset(page));
	put_seconds(page, "from", session->start_ns, page->from_ns);
	put_seconds(page, "to", session->start_ns, page->to_ns);
	put_seconds(page, "origin", session->start_ns, page->origin_ns);
	put_seconds(page, "width", 0, page->bin_ns);
}

/* Of a line. */
static const struct strip *strip_of(const struct page *page, uint32_t line)
{
	static const struct strip none;

	return page->strips[line] ? page->strips[line] : &none;
}

static void put_process(const struct page *page, const struct summary_process *summary)
{
	const struct reader_process *process = summary->process;
	const struct strip *strip = strip_of(page, process->line);

	fprintf(page->out, "{\"name\":");
	html_json_text(page->out, process->name);
	fprintf(page->out, ",\"line\":%" PRIu32 ",\"pid\":%" PRIu32 ",\"most\":%" PRIu64,
		process->line, process->pid, summary->max_rss);
	put_seconds(page, "first", page->info->session.start_ns, process->first_ns);
	put_seconds(page, "last", page->info->session.start_ns, process->last_ns);
	fprintf(page->out, ",\"bin\":%" PRIu64 ",\"bins\":\"", strip->first);
	html_base64(page->out, strip->bytes, strip->length);
	fprintf(page->out, "\"}");
}

static uint64_t line_at(const void *page, size_t index)
{
	return ((const struct page *)page)->summary.processes[index].process->line;
}

/* Place of the line in the summary, -1: it is the session, or not in it. */
static int index_of(const struct page *page, uint32_t line)
{
	size_t count = page->summary.process_count;
	size_t index = array_find(page, count, line_at, line);

	return index < count ? (int)index : -1;
}

/* [kind, t, end, process, rss, rss at the end, category, label, whether that memory is of another
 * moment, peak, whether it is the kernel's] */
static void put_event(const struct page *page, const struct note *note)
{
	uint64_t zero_ns = page->info->session.start_ns;
	uint64_t end_ns = note->kind == NOTE_OPEN ? page->to_ns : note->end_ns;

	fprintf(page->out, "[%d,", note->kind);
	html_json_seconds(page->out, zero_ns, note->t_ns);
	putc(',', page->out);
	html_json_seconds(page->out, zero_ns, note->kind == NOTE_MARK ? note->t_ns : end_ns);
	fprintf(page->out, ",%d,%" PRIu64 ",%" PRIu64 ",", index_of(page, note->line), note->rss,
		note->rss_end);
	html_json_text(page->out, note->category);
	putc(',', page->out);
	html_json_text(page->out, note->label);
	fprintf(page->out, ",%d,%" PRIu64 ",%d]", note->stale, note->peak_rss, note->peak_exact);
}

void page_data(const struct page *page)
{
	putc('{', page->out);
	put_session(page);
	fprintf(page->out, ",\"processes\":[");
	for (size_t i = 0; i < page->summary.process_count && page_goes_on(page, i); i++) {
		fputs(i > 0 ? ",\n" : "\n", page->out);
		put_process(page, &page->summary.processes[i]);
	}
	fprintf(page->out, "],\"events\":[");
	for (size_t i = 0; i < page->notes.count && page_goes_on(page, i); i++) {
		fputs(i > 0 ? ",\n" : "\n", page->out);
		put_event(page, &page->notes.events[i]);
	}
	fprintf(page->out, "],\"left_out\":%" PRIu64 "}", page->notes.left_out);
}
