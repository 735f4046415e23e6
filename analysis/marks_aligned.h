/*
 * The milestones of two processes set against each other. Pure.
 */
#ifndef ANALYSIS_MARKS_ALIGNED_H
#define ANALYSIS_MARKS_ALIGNED_H

#include <stddef.h>
#include <stdint.h>

struct aligned_mark {
	uint32_t text; /* what it says: the same number, the same text */
	uint64_t t_ns;
	uint64_t rss;
};

struct aligned_pair {
	size_t a, b; /* places in the lists */
};

/*
 * Which milestones both have, in the order of both: the nth that says something is taken for the
 * nth of the other that says the same, and of those pairs the longest run that goes forward in
 * both is kept. O(n log n). An array for free, its length in *ret_count; NULL: no memory.
 */
struct aligned_pair *marks_align(const struct aligned_mark *a, size_t a_count,
				 const struct aligned_mark *b, size_t b_count, size_t *ret_count);

#endif
