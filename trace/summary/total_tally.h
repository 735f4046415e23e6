/*
 * What the total of a session's processes came to, from its records in one pass.
 */
#ifndef TRACE_SUMMARY_TOTAL_TALLY_H
#define TRACE_SUMMARY_TOTAL_TALLY_H

#include "trace/total.h"

/* All zeros, but for what total.h has to be set, is an empty one. */
struct total_tally {
	struct total total;
	bool known; /* it had a value */
	uint64_t first_ns;
	uint64_t first_rss; /* bytes */
	uint64_t last_ns;
	uint64_t last_rss;
	uint64_t max_rss;
	uint64_t max_ns;
	double area; /* byte-nanoseconds */
};

void total_tally_add(struct total_tally *tally, const struct record *record);

/* Weighted by time, in bytes. */
double total_tally_mean(const struct total_tally *tally);

#endif
