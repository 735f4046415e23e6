/*
 * The moments of a recording, as compare.c sets them against those of another.
 */
#ifndef ANALYSIS_COMPARE_SIDE_H
#define ANALYSIS_COMPARE_SIDE_H

#include "analysis/compare.h"

struct compare_mark {
	uint32_t line;
	size_t order; /* in which it was told */
	struct aligned_mark mark;
};

/* The text of that number. */
const char *compare_text(const struct compare_texts *texts, uint32_t number);

/* Those of @line, in order, for free, their number in *ret_count; NULL: no memory. */
struct aligned_mark *compare_side_marks(const struct compare_side *side, uint32_t line,
					size_t *ret_count);

#endif
