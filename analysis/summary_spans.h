/*
 * The tally of spans as a summary has it: summary.c's.
 */
#ifndef ANALYSIS_SUMMARY_SPANS_H
#define ANALYSIS_SUMMARY_SPANS_H

#include "analysis/span_tally.h"
#include "analysis/summary.h"

/* Fill in spans, categories and texts: 0 or -ENOMEM. */
int summary_take_spans(struct summary *summary, const struct tally *tally);

#endif
