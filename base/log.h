/*
 * Messages of the programs (never of the library) to standard error: "memwatch: what, on what:
 * why". Each is one line: control characters in the formatted text are escaped.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/* Name that starts each line; called first by main. Standard streams that are closed become
 * /dev/null. */
void log_open(const char *program);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Shown only after log_set_verbose(1). */
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_set_verbose(int verbose);

#endif
