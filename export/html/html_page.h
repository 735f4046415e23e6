/*
 * The parts of an HTML page of a session, each written by one function; where they stand is
 * html/page.html's.
 */
#ifndef EXPORT_HTML_HTML_PAGE_H
#define EXPORT_HTML_HTML_PAGE_H

#include "analysis/summary.h"
#include "export/export.h"
#include "export/html/html_bins.h"
#include "export/html/html_notes.h"

/* A line's bins, done. */
struct strip {
	uint64_t first;
	uint32_t length;
	uint8_t bytes[];
};

struct page {
	FILE *out;
	struct reader *reader;
	const struct reader_info *info;
	const char *title;
	uint64_t from_ns; /* the part that is shown */
	uint64_t to_ns;
	uint64_t origin_ns; /* where bin 0 begins */
	uint64_t bin_ns;
	struct bins **bins;    /* by line, of those that have values still */
	struct strip **strips; /* by line, of those that have none any more; NULL: never had */
	bool no_memory;
	const struct reader_query *query;
	bool *stopped; /* somebody wants no more of it */
	struct summary summary;
	struct notes notes;
};

/* Whether to go on, asked for each row of a table, and now and then for all that. */
bool page_goes_on(const struct page *page, size_t row);

/* --- html_tables.c: static HTML */
void page_facts(const struct page *page);
void page_processes(const struct page *page);
void page_spans(const struct page *page);
void page_gaps(const struct page *page);

/* --- html_events.c */
void page_events(const struct page *page);

/* "recorder[4321]"; "session" for line 0. */
void page_who(const struct page *page, uint32_t line);

/* --- html_data.c: what the script reads */
void page_data(const struct page *page);

#endif
