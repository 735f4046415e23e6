/*
 * Messages of the programs (never of the library) to standard error: "memwatch: what, on what:
 * why". Each is one line: control characters in the formatted text are escaped.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdio.h>

/* Name that starts each line; called first by main. Standard streams that are closed become
 * /dev/null. */
void log_open(const char *program);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Shown only after log_set_verbose(1). */
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_set_verbose(int verbose);

/* Send what was written to @out: 0; or a negative errno: why that failed now, or before (which
 * stdio forgets); -EPIPE: nobody reads it any more. Says nothing. */
int log_flush(FILE *out);

#endif
