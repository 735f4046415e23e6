/*
 * A figure of a benchmark, as it is printed, and, where $BENCH_JSON names a file, added to that as
 * one line of JSON, from which bench/run makes its table. What depends on the machine is a ratio to
 * a floor or a peer that was measured in turn with it, pair by pair, since machines are noisy.
 */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include <stddef.h>

enum figure_aim {
	AT_MOST,
	AT_LEAST,
	NO_AIM, /* it is there to be looked at */
};

struct figure {
	const char *name; /* "sample/statm": the program's, then its own */
	const char *ours; /* what is measured */
	const char *peer; /* what it is measured against; NULL in a count */
	const char *unit; /* of both: "ns" */
	enum figure_aim aim;
	double limit; /* of the ratio, or of the count */
};

/*
 * @count pairs that were measured in turns: the figure is the median of ours / peer with AT_MOST
 * and NO_AIM, of peer / ours (how many times less than the peer's) with AT_LEAST.
 */
void figure_ratio(const struct figure *figure, const double *ours, const double *peer,
		  size_t count);

/* What no machine changes, bytes or things lost; or a share of a core. */
void figure_count(const struct figure *figure, double value);

/* The median of @values, which are sorted by it. */
double figure_median(double *values, size_t count);

/* CPU time of this thread in nanoseconds, which other programs don't lengthen. */
double figure_cpu_ns(void);

#endif
