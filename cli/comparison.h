/*
 * What compare prints of two recordings: cmd_compare.c's.
 */
#ifndef CLI_COMPARISON_H
#define CLI_COMPARISON_H

#include "cli/recording.h"
#include "trace/summary/compare.h"

struct comparison {
	struct recording recordings[2]; /* A and B */
	struct compare_side sides[2];
	struct compare_texts *texts;
	struct compare compare;
	double fail_above; /* percent; negative: not asked for */
};

void comparison_text_print(const struct comparison *comparison);
void comparison_json_print(const struct comparison *comparison);

/* How much more @b is than @a, in percent: whether that can be told. */
bool comparison_percent(double a, double b, double *ret_percent);

/* Whether a peak grew by more than is allowed. */
bool comparison_exceeds(const struct comparison *comparison, uint64_t a, uint64_t b);

#endif
