/*
 * A line's samples as they pass: extremes, and the mean weighted by time. A value holds from its
 * sample until the next one. Pure; constant memory.
 */
#ifndef ANALYSIS_WEIGHT_H
#define ANALYSIS_WEIGHT_H

#include <stdint.h>

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
};

#define WEIGHT_NONE UINT64_MAX

/* Begin a life from @begin_ns to @end_ns. */
void weight_begin(struct weight *weight, uint64_t begin_ns, uint64_t end_ns);

/* It has @value, WEIGHT_NONE for none, from @t_ns on. */
void weight_add(struct weight *weight, uint64_t t_ns, uint64_t value);

/* The value holds until @t_ns, or the end of its life where that is earlier; then there is none. */
void weight_stop(struct weight *weight, uint64_t t_ns);

/* 0 where it never had one. */
double weight_mean(const struct weight *weight);

#endif
