/*
 * Text and numbers into an HTML page, such that nothing in them is taken for markup or script.
 * Texts are NUL-ended, of any bytes; control characters and bytes that are not UTF-8 are shown
 * escaped, as text_clean does.
 */
#ifndef EXPORT_HTML_HTML_TEXT_H
#define EXPORT_HTML_HTML_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* As content of an element, or between the quotes of an attribute. */
void html_text(FILE *out, const char *text);

/* As a JSON string with its quotes; < > and & are escaped in it too, so that no script or comment
 * that surrounds it can end. */
void html_json_text(FILE *out, const char *text);

/* Seconds between two times in nanoseconds, of either sign: "-1.5", "12", "0.000000001". */
void html_json_seconds(FILE *out, uint64_t from_ns, uint64_t to_ns);

void html_base64(FILE *out, const uint8_t *bytes, size_t length);

/* "0:15.087", "1:02:03.000": a time of the session; to the microsecond where @interval_ns is less
 * than 10 ms. */
void html_time(FILE *out, uint64_t from_ns, uint64_t to_ns, uint64_t interval_ns);

#endif
