/*
 * What compare prints of two recordings: cmd_compare.c's.
 */
#ifndef CLI_COMPARE_COMPARE_H
#define CLI_COMPARE_COMPARE_H

#include "analysis/compare.h"
#include "cli/run/recording.h"

struct comparison {
	struct recording recordings[2]; /* A and B */
	struct compare_side sides[2];
	struct compare_texts *texts;
	struct compare compare;
	struct compare_gate gate;
};

void comparison_text_print(const struct comparison *comparison);
void comparison_json_print(const struct comparison *comparison);

#endif
