/*
 * Events of Chrome's trace event format, one after another in the array traceEvents. Times are
 * CLOCK_MONOTONIC nanoseconds, written as microseconds with three decimals. Errors are left to
 * ferror.
 */
#ifndef EXPORT_CHROME_H
#define EXPORT_CHROME_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct chrome {
	FILE *out;
	bool begun; /* an event stands before the next */
};

/* An event whose other members, each after a comma, and closing brace are to be written. */
void chrome_event(struct chrome *chrome, char phase, uint32_t pid, uint64_t t_ns);

/* Its last member, args, of what is known: @bytes under @key where not 0, then @more, members that
 * are written already; and the closing brace. */
void chrome_end_args(struct chrome *chrome, const char *key, uint64_t bytes, const char *more);

/* What is said of a process: @what is process_name, its argument @key is name, and so on. */
void chrome_metadata(struct chrome *chrome, uint32_t pid, const char *what, const char *key,
		     const char *text);

/* Where it is shown among the processes. */
void chrome_order(struct chrome *chrome, uint32_t pid, uint32_t place);

/* The value of a counter from @t_ns on; @name is written as it is. */
void chrome_counter(struct chrome *chrome, const char *name, uint32_t pid, uint64_t t_ns,
		    uint64_t bytes);

#endif
