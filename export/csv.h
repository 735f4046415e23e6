/*
 * Fields of a table in CSV (RFC 4180). Pure.
 */
#ifndef EXPORT_CSV_H
#define EXPORT_CSV_H

#include "base/text.h"

/* Room for a field of at most @length bytes, its NUL included. */
#define CSV_ROOM(length) (TEXT_CLEAN_ROOM(length) * 2 + 4)

/*
 * Write the NUL-ended @text, of at most TEXT_COMMAND + TEXT_LABEL bytes, as a field to @to, of
 * CSV_ROOM of its length: its length. Control characters and bytes that are no UTF-8 are escaped
 * (text_clean), so that a row is a line. A text that a spreadsheet would take for a formula, since
 * it starts with = + - or @ (the wide ones too), gets a ' before it
 * (https://owasp.org/www-community/attacks/CSV_Injection). In quotes, doubled inside, where it has
 * a comma, a semicolon, a quote, or a space at an end.
 */
size_t csv_field(char *to, const char *text);

#endif
