#include "cli/table.h"

#include "base/text.h"
#include "wire/record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

unsigned table_widen(unsigned width, const char *text)
{
	unsigned own = cells_width(text);

	if (own > TABLE_NAME_MOST)
		own = TABLE_NAME_MOST;
	if (own < TABLE_NAME_LEAST)
		own = TABLE_NAME_LEAST;
	return own > width ? own : width;
}

void table_text(const char *text, unsigned width)
{
	char fitted[CELLS_ROOM];

	fputs(cells_fit(fitted, text, width, cells_utf8() ? CELLS_UTF8 : CELLS_ASCII), stdout);
}

void table_whole(const char *text)
{
	unsigned width = cells_width(text);

	table_text(text, width < CELLS_MAX ? width : CELLS_MAX);
}

const char *table_bytes(char text[UNITS_TEXT], bool known, uint64_t bytes)
{
	return known ? units_format_bytes(text, bytes) : "-";
}

const char *table_peak(char text[UNITS_TEXT], uint64_t peak_rss, bool exact)
{
	return peak_rss ? units_format_marked(text, peak_mark(exact), peak_rss) : "-";
}

const char *table_rate(char text[UNITS_TEXT], bool known, double bytes)
{
	if (!known)
		return "-";
	if (bytes > 9e18)
		bytes = 9e18;
	return units_format_delta(text, llround(bytes < -9e18 ? -9e18 : bytes));
}
