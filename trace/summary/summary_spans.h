/*
 * The tally of spans as a summary has it: summary.c's.
 */
#ifndef TRACE_SUMMARY_SUMMARY_SPANS_H
#define TRACE_SUMMARY_SUMMARY_SPANS_H

#include "trace/summary/span_tally.h"
#include "trace/summary/summary.h"

/* Fill in spans, categories and texts: 0 or -ENOMEM. */
int summary_take_spans(struct summary *summary, const struct tally *tally);

#endif
