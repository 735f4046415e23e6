/*
 * A line's memory over a stretch of time, in a bounded number of columns: each keeps its first, its
 * least, its most and its last value with their times, so that steps drawn through them look as if
 * drawn through all, and a spike of one sample is there. Where no value is known the line breaks;
 * a break that begins and ends within one column is too short to be seen, and isn't kept. Pure.
 */
#ifndef EXPORT_PICTURE_COLUMNS_H
#define EXPORT_PICTURE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct column;

struct columns {
	uint64_t from_ns;
	uint64_t step_ns; /* the width of a column */
	size_t count;
	struct column *columns;
	bool known;	    /* it has a value now */
	uint64_t resume_ns; /* the value is known again then; else 0 */
	uint64_t value;	    /* that, or the last it had */
	uint64_t t_ns;	    /* of the last change */
	uint64_t most;	    /* the highest ever */
	bool some;	    /* it had a value at all */
};

/* For what happens in [from, to], in @count columns: 0 or -ENOMEM. */
int columns_open(struct columns *columns, uint64_t from_ns, uint64_t to_ns, size_t count);
void columns_close(struct columns *columns);

/* It has @value from @t_ns on, until the next. A time before the last one counts as the last. */
void columns_add(struct columns *columns, uint64_t t_ns, uint64_t value);

/* It has no value from @t_ns on. */
void columns_break(struct columns *columns, uint64_t t_ns);

/* What it had in between is not known; then it is as it was, where nothing else is told: no more
 * than a break where that is shorter than a column. */
void columns_gap(struct columns *columns, uint64_t from_ns, uint64_t to_ns);

/* Called in order of time with each point of the line; @value is NULL where the line breaks. */
typedef void (*columns_fn)(void *arg, uint64_t t_ns, const uint64_t *value);

void columns_each(const struct columns *columns, columns_fn each, void *arg);

#endif
