/*
 * What compare prints of two recordings: cmd_compare.c's.
 */
#ifndef CLI_COMPARE_COMPARE_H
#define CLI_COMPARE_COMPARE_H

#include "cli/run/recording.h"
#include "analysis/compare.h"

struct comparison {
	struct recording recordings[2]; /* A and B */
	struct compare_side sides[2];
	struct compare_texts *texts;
	struct compare compare;
	struct compare_gate gate;
};

void comparison_text_print(const struct comparison *comparison);
void comparison_json_print(const struct comparison *comparison);

/* How much more @b is than @a, in percent: whether that can be told. */
bool comparison_percent(double a, double b, double *ret_percent);

#endif
