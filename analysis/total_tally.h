/*
 * What the total of a session's processes came to, from its records in one pass.
 */
#ifndef ANALYSIS_TOTAL_TALLY_H
#define ANALYSIS_TOTAL_TALLY_H

#include "analysis/own.h"
#include "analysis/total.h"

/* One figure of the total: bytes. */
struct total_figure {
	uint64_t last;
	uint64_t max;
	uint64_t max_ns;
	double area; /* byte-nanoseconds */
	struct parts parts;
};

/* Begun by total_tally_begin, and total.h's own may be set then. */
struct total_tally {
	struct total total;
	bool known;	 /* it had a value */
	bool has_pss;	 /* the PSS of one was known at a time */
	bool has_shared; /* what they share was known of each, but for moments */
	uint64_t points;
	uint64_t points_without; /* of those, it wasn't */
	uint64_t interval_ns;
	uint64_t first_ns;
	uint64_t last_ns;
	struct total_figure rss;
	struct total_figure pss;
	struct total_figure once; /* resident, shared counted once as far as that is known */
	uint64_t repeated;	  /* the most that `rss` counted more than once */
	struct parts own;
	struct parts pss_own;
	uint64_t first_own[2]; /* of own and pss_own */
	uint64_t last_own[2];
	uint64_t left_ns; /* one left, and what that comes to isn't judged yet; 0: none did */
};

void total_tally_begin(struct total_tally *tally, uint64_t interval_ns);
void total_tally_free(struct total_tally *tally);

void total_tally_add(struct total_tally *tally, const struct record *record);

/* The session, or the part that is looked at, ends. */
struct grown total_tally_judge(struct total_tally *tally, uint64_t t_ns);

/* Weighted by time, in bytes. */
double total_tally_mean(const struct total_tally *tally, const struct total_figure *figure);

/* Whether `rss` counts much in each of them that they share, and their PSS isn't known: 8 MiB and a
 * tenth of it at least. */
bool total_tally_repeats(const struct total_tally *tally);

bool total_tally_lacks_memory(const struct total_tally *tally);

#endif
