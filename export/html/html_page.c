#include "export/html/html_page.h"

/* Lines, or rows, between two questions whether to go on. */
#define STEP 64

bool page_goes_on(const struct page *page, size_t row)
{
	const struct reader_query *query = page->query;

	if (row % STEP == 0 && !*page->stopped && query->progress)
		*page->stopped = !query->progress(query->arg, 1);
	return !*page->stopped;
}
