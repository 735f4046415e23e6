/*
 * A line's samples as least and most of equal parts of time, its bins, encoded as they come. Pure.
 *
 * The bytes are LEB128 numbers. Each begins a token: its two lowest bits are the kind, the rest, n:
 *
 *	0	n + 1 bins with the value that is held
 *	1	n + 1 bins without a value
 *	2	a bin with the value held + n, which is held from then on
 *	3	a bin whose least is held + n; a number more is its most minus its least, another
 *its last minus its least; its last is held from then on
 *
 * "held + n" is n / 2 in zigzag (0, -1, 1, -2 ...) pages of 4096 bytes where n is even, in bytes
 * where it is odd. The two more of kind 3 are numbers / 2 of pages or bytes in the same way,
 *without a sign. 0 is held at first. Every number is less than 2^53, which a script can represent.
 */
#ifndef EXPORT_HTML_HTML_BINS_H
#define EXPORT_HTML_HTML_BINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Larger values are written as this one. */
#define BINS_VALUE_MAX (1ULL << 48)

/* All zeros is a line that had no value yet. */
struct bins {
	uint8_t *bytes; /* owned */
	size_t length;
	size_t room;
	bool failed; /* no memory: what is there is useless */

	bool begun;
	uint64_t first; /* bin of the first value */
	uint64_t open;	/* the bin that values are put in; those before it are done */
	bool holds;	/* there is a value now: @held */
	uint64_t held;
	bool has_value; /* the open bin: */
	uint64_t least;
	uint64_t most;

	uint64_t told; /* what a decoder holds */
	unsigned run_kind;
	uint64_t run; /* bins of run_kind that are not written yet */
};

/*
 * From @bin on, which is not before the one of the last call (else it counts as that one), the
 * value is @bytes. @whole: from its very beginning, so that what was held before isn't in it.
 */
void bins_set(struct bins *bins, uint64_t bin, bool whole, uint64_t bytes);

/* The same: from then on there is no value. */
void bins_none(struct bins *bins, uint64_t bin, bool whole);

/* Everything up to @last and with it is written; nothing may be set after that. */
void bins_finish(struct bins *bins, uint64_t last);

void bins_free(struct bins *bins);

#endif
