/*
 * Columns of text on standard output, for what is printed of recordings. Texts of other programs
 * are made safe; memory is in binary units.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/units.h"
#include "base/cells.h"

#include <stdbool.h>
#include <stdint.h>

/* A column of names is as wide as the widest, in these bounds. */
#define TABLE_NAME_LEAST 8
#define TABLE_NAME_MOST 32

/* The width for @text too. */
unsigned table_widen(unsigned width, const char *text);

/* Print @text in @width columns. */
void table_text(const char *text, unsigned width);

/* Print the whole of @text, made safe. */
void table_whole(const char *text);

/* "300 KiB", with "-" where it is not known. */
const char *table_bytes(char text[UNITS_TEXT], bool known, uint64_t bytes);

/* "300 KiB", of a peak; ">=300 KiB" where more is possible, "-" where it is 0, not known. */
const char *table_peak(char text[UNITS_TEXT], uint64_t peak_rss, bool exact);

/* "+300 KiB", of a rate; "-" where it is not known. */
const char *table_rate(char text[UNITS_TEXT], bool known, double bytes);

#endif
