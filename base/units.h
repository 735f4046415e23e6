/*
 * Quantities as people write and read them, both ways. Pure: no I/O, no clock, no locale.
 */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

/* Room for any text that a units_format_ function writes, its NUL included. */
#define UNITS_TEXT 24

/*
 * Each format function writes at most UNITS_TEXT bytes to @text and returns @text.
 *
 * Bytes are binary: "0 B", "812 KiB", "12.3 MiB"; three figures at most before the unit but for
 * 1000-1023, rounded; tenths only below 100 and from MiB on.
 *
 * A delta always has its sign: "+1.5 MiB", "-20 KiB", "+0 B".
 *
 * Durations: "0 s", "80 ns", "350 us", "12.3 ms", "4.20 s", "3 min 20 s", "2 h 05 min".
 *
 * Clock is elapsed time in whole seconds, "M:SS" or "H:MM:SS".
 */
char *units_format_bytes(char text[UNITS_TEXT], uint64_t bytes);
/* The same behind a mark of at most 2 bytes, such as "~": "~1.5 MiB". */
char *units_format_marked(char text[UNITS_TEXT], const char *mark, uint64_t bytes);
char *units_format_delta(char text[UNITS_TEXT], int64_t bytes);
char *units_format_duration(char text[UNITS_TEXT], uint64_t ns);
char *units_format_clock(char text[UNITS_TEXT], uint64_t ns);

/*
 * Read a size: "4096", "512K", "512M", "2G", "2GiB", "2Gi", "1.5MiB" are binary, "2GB" is decimal (10^9);
 * case is ignored, and a space before the unit, so that what units_format_bytes writes can be read
 * back.
 *
 * 0, or -EINVAL for anything else, -ERANGE where it doesn't fit 63 bits.
 */
int units_parse_size(const char *text, uint64_t *ret_bytes);

/*
 * Of the first @length bytes of @text, where they are a number without its unit, and not 0, the one
 * that was likely meant: "M", of a fraction "G", of a number as long as bytes are "B". NULL: they
 * are no such number.
 */
const char *units_missing(const char *text, size_t length);

/*
 * Read a length of time: "1s", "90sec", "100ms", "250us", "0.1" (seconds), "2m" or "2min", "1h",
 * "1d", several of them from the largest unit on ("1m30s", "2 h 05 min"), and a rate, "10Hz", as
 * its period; case and spaces as above.
 *
 * 0, or -EINVAL, or -ERANGE (negative, or over 100 years).
 */
int units_parse_duration(const char *text, uint64_t *ret_ns);

#endif
