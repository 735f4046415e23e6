#include "export/export.h"

#include "base/minmax.h"
#include "export/html/html_assets.h"
#include "export/html/html_page.h"
#include "export/html/html_text.h"
#include "plotter/model/palette.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Bins of all lines together, about: a megabyte of page where each differs from the one before. */
#define BINS_BUDGET (1 << 20)

/* --- reading */

/* NULL for a line that nobody knows, or that has ended, and without memory. */
static struct bins *get_bins(struct page *page, uint32_t line)
{
	if (!reader_line(page->reader, line) || page->strips[line])
		return NULL;
	if (!page->bins[line])
		page->bins[line] = calloc(1, sizeof **page->bins);
	page->no_memory |= !page->bins[line];
	return page->bins[line];
}

/* What a line had until @last; nothing comes after that. */
static void finish_line(struct page *page, uint32_t line, uint64_t last)
{
	struct bins *bins = page->bins[line];
	struct strip *strip;

	if (!bins)
		return;
	bins_finish(bins, last);
	strip = malloc(sizeof *strip + bins->length);
	page->no_memory |= !strip || bins->failed;
	if (strip) {
		strip->first = bins->first;
		strip->length = (uint32_t)bins->length;
		if (bins->length)
			memcpy(strip->bytes, bins->bytes, bins->length);
	}
	page->strips[line] = strip;
	bins_free(bins);
	free(bins);
	page->bins[line] = NULL;
}

static uint64_t bin_of(const struct page *page, uint64_t t_ns, bool *ret_whole)
{
	uint64_t since = t_ns > page->origin_ns ? t_ns - page->origin_ns : 0;

	*ret_whole = since % page->bin_ns == 0;
	return since / page->bin_ns;
}

static void take_tick(struct page *page, uint64_t t_ns, const struct tick *tick)
{
	bool whole;
	uint64_t bin = bin_of(page, t_ns, &whole);

	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];
		struct bins *bins = get_bins(page, sample->line);

		if (!bins)
			continue;
		if (sample->rss == READER_NONE)
			bins_none(bins, bin, whole);
		else
			bins_set(bins, bin, whole, sample->rss);
	}
}

static void take_end(struct page *page, uint64_t t_ns, uint32_t line)
{
	struct bins *bins = reader_line(page->reader, line) ? page->bins[line] : NULL;
	bool whole;
	uint64_t bin = bin_of(page, t_ns, &whole);

	if (!bins)
		return;
	bins_none(bins, bin, whole);
	finish_line(page, line, bins->open);
}

static void take(void *arg, const struct record *record)
{
	struct page *page = arg;

	if (record->type == RECORD_TICK)
		take_tick(page, record->t_ns, &record->tick);
	else if (record->type == RECORD_END)
		take_end(page, record->t_ns, record->end.line);
	else
		notes_add(&page->notes, record, page->from_ns);
}

/* --- the part that is shown, and its bins */

/* Intervals that all lines live in the part, with a little more for each one's ends. */
static uint64_t count_intervals(const struct page *page, const struct reader_query *query)
{
	uint64_t interval_ns = page->info->session.interval_ns;
	uint64_t count = 0;
	const struct reader_process *process;

	for (size_t i = 0; (process = reader_process(page->reader, i)) != NULL; i++) {
		uint64_t from = max_u64(process->first_ns, page->from_ns);
		uint64_t to = min_u64(process->last_ns, page->to_ns);

		if (to < from || (query->wants && !query->wants(query->arg, process)))
			continue;
		if (__builtin_add_overflow(count, (to - from) / interval_ns + 2, &count))
			return UINT64_MAX - BINS_BUDGET;
	}
	return min_u64(count, UINT64_MAX - BINS_BUDGET);
}

static int set_up(struct page *page, const struct export_options *options)
{
	const struct session_info *session = &page->info->session;
	const struct reader_query *query = &options->query;
	uint64_t width;
	uint64_t since;
	size_t count = reader_lines(page->reader);

	page->title = options->title && options->title[0] ? options->title : page->info->title;
	page->from_ns = max_u64(query->from_ns, page->info->begin_ns);
	page->to_ns = query->to_ns ? min_u64(query->to_ns, page->info->end_ns) : page->info->end_ns;
	page->to_ns = max_u64(page->from_ns, page->to_ns);
	width = (count_intervals(page, query) + BINS_BUDGET - 1) / BINS_BUDGET;
	if (__builtin_mul_overflow(max_u64(width, 1), session->interval_ns, &page->bin_ns))
		page->bin_ns = UINT64_MAX / 2; /* one holds all of it */
	since = page->from_ns > session->start_ns ? page->from_ns - session->start_ns : 0;
	page->origin_ns = session->start_ns + since / page->bin_ns * page->bin_ns;
	page->bins = calloc(count, sizeof *page->bins);
	page->strips = calloc(count, sizeof *page->strips);
	return page->bins && page->strips ? 0 : -ENOMEM;
}

static int finish(struct page *page)
{
	bool whole;
	uint64_t last = bin_of(page, page->to_ns, &whole);
	size_t count = reader_lines(page->reader);

	for (size_t i = 0; i < count && page_goes_on(page, i); i++)
		finish_line(page, (uint32_t)i, last);
	if (*page->stopped)
		return -ECANCELED;
	free(page->bins);
	page->bins = NULL;
	notes_sort(&page->notes);
	return page->no_memory || page->notes.failed ? -ENOMEM : 0;
}

static void tear_down(struct page *page)
{
	size_t count = reader_lines(page->reader);

	for (size_t i = 0; page->bins && i < count; i++) {
		if (page->bins[i])
			bins_free(page->bins[i]);
		free(page->bins[i]);
	}
	for (size_t i = 0; page->strips && i < count; i++)
		free(page->strips[i]);
	free(page->bins);
	free(page->strips);
	notes_free(&page->notes);
}

/* --- writing */

static void put_title(const struct page *page)
{
	html_text(page->out, page->title);
}

static void put_generator(const struct page *page)
{
	fprintf(page->out, "memwatch %s", MEMWATCH_VERSION);
}

#define PUT_ASSET(name)                                                                            \
	static void put_##name(const struct page *page)                                            \
	{                                                                                          \
		fwrite(html_##name, 1, (size_t)(html_##name##_end - html_##name), page->out);      \
	}

static void put_hues(const struct page *page, bool dark)
{
	for (uint32_t i = 0; i < PALETTE_HUES; i++) {
		const struct palette_hue *hue = palette_hue(i + 1);

		fprintf(page->out, "--line-%" PRIu32 ":#%06" PRIx32 ";", i,
			dark ? hue->on_black : hue->on_white);
	}
}

static void put_colours(const struct page *page)
{
	fputs(":root{", page->out);
	put_hues(page, false);
	fputs("}\n@media (prefers-color-scheme:dark){:root{", page->out);
	put_hues(page, true);
	fputs("}}", page->out);
}

PUT_ASSET(style)
PUT_ASSET(dygraph)
PUT_ASSET(script)
PUT_ASSET(hashes)

static const struct part {
	const char *name; /* in the template, between {{ and }} */
	void (*put)(const struct page *page);
} parts[] = {
	{ "title", put_title },	    { "generator", put_generator }, { "style", put_style },
	{ "hashes", put_hashes },   { "facts", page_facts },	    { "processes", page_processes },
	{ "spans", page_spans },    { "events", page_events },	    { "gaps", page_gaps },
	{ "data", page_data },	    { "dygraph", put_dygraph },	    { "script", put_script },
	{ "colours", put_colours },
};

static void put_part(const struct page *page, const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (strlen(parts[i].name) == length && memcmp(parts[i].name, name, length) == 0)
			parts[i].put(page);
	}
}

static void write_page(const struct page *page)
{
	const char *next = html_template;
	const char *end = html_template_end;

	while (next < end && !*page->stopped) {
		const char *open = memmem(next, (size_t)(end - next), "{{", 2);
		const char *close = open ? memmem(open, (size_t)(end - open), "}}", 2) : NULL;

		if (!close) {
			fwrite(next, 1, (size_t)(end - next), page->out);
			return;
		}
		fwrite(next, 1, (size_t)(open - next), page->out);
		put_part(page, open + 2, (size_t)(close - open - 2));
		next = close + 2;
	}
}

static int write_html(struct reader *reader, const struct export_options *options, FILE *out,
		      char *why)
{
	bool stopped = false;
	struct page page = { .out = out,
			     .reader = reader,
			     .info = reader_info(reader),
			     .query = &options->query,
			     .stopped = &stopped };
	int error = set_up(&page, options);

	if (!error)
		error = summary_read(&page.summary, reader, &options->query, take, &page);
	if (!error) {
		error = finish(&page);
		if (!error)
			write_page(&page);
		if (stopped)
			error = -ECANCELED;
		summary_free(&page.summary);
	}
	tear_down(&page);
	if (error == -ENOMEM)
		snprintf(why, TEXT_WHY, "no memory for what the page is to show");
	else if (error && error != -ECANCELED && !reader_error(reader)[0])
		summary_why(why, reader, error);
	return error;
}

const struct exporter export_html = {
	.ending = ".html",
	.what = "a page for any browser: a chart to zoom into, with tables; one file, works "
		"offline",
	.write = write_html,
};
