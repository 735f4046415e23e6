/*
 * A line's samples as they pass: extremes, and means weighted by time over its whole life and over
 * equal parts of it. A value holds from its sample until the next one. Pure; constant memory.
 */
#ifndef TRACE_SUMMARY_WEIGHT_H
#define TRACE_SUMMARY_WEIGHT_H

#include "trace/summary/growth.h"

struct weight {
	uint64_t value; /* that holds now; WEIGHT_NONE: none */
	uint64_t since_ns;
	uint64_t end_ns; /* of its life */
	uint64_t first;	 /* bytes; WEIGHT_NONE: it had no sample yet */
	uint64_t last;	 /* the last that is not none */
	uint64_t max;	 /* the highest, and when */
	uint64_t max_ns;
	uint64_t held_ns; /* time with a value */
	double above;	  /* bytes over `first`, times ns, of that time */

	uint64_t part_ns;
	uint64_t part_end_ns; /* of the part that is being filled; UINT64_MAX: of none */
	uint64_t part_held_ns;
	double part_above;
	size_t part; /* which it is */
	size_t part_count;
	double *means; /* of the parts, the caller's; NAN where it had no value */
};

#define WEIGHT_NONE UINT64_MAX

/*
 * How many parts a life of @life_ns has: GROWTH_PARTS, fewer where it is shorter than that many
 * intervals (parts within one interval would count its samples several times), 0 where it is
 * shorter than 10 intervals or a second.
 */
size_t weight_parts(uint64_t life_ns, uint64_t interval_ns);

/* Begin a life from @begin_ns to @end_ns; room for @part_count @means lives as long. */
void weight_begin(struct weight *weight, uint64_t begin_ns, uint64_t end_ns, double *means,
		  size_t part_count);

/* It has @value, WEIGHT_NONE for none, from @t_ns on. */
void weight_add(struct weight *weight, uint64_t t_ns, uint64_t value);

/* The value holds until @t_ns, or the end of its life where that is earlier; then there is none. */
void weight_stop(struct weight *weight, uint64_t t_ns);

/* 0 where it never had one. */
double weight_mean(const struct weight *weight);
struct growth weight_growth(const struct weight *weight);

#endif
