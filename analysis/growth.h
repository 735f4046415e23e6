/*
 * The rate at which memory grows, from a line's means over equal parts of its life. Pure.
 *
 * Theil and Sen's slope is the median of the slopes between all pairs of parts: up to 29 % of the
 * parts may be anything (a spike, a warm-up) without moving it far. Its interval is Sen's: the
 * slopes of those ranks that Kendall's S, with its variance corrected for equal values, keeps
 * within 1.96 standard deviations of none.
 *
 * P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", Journal of the
 * American Statistical Association 63 (1968), 1379-1389; H. Theil, Proceedings of the Koninklijke
 * Nederlandse Akademie van Wetenschappen 53 (1950).
 *
 * The interval takes the parts for independent of one another. Memory that wanders is not quite:
 * an interval without zero says that there is a trend over this life, not what it does afterwards.
 */
#ifndef ANALYSIS_GROWTH_H
#define ANALYSIS_GROWTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Parts at most, and those with a value at least. */
#define GROWTH_PARTS 128
#define GROWTH_LEAST 8

struct growth {
	bool known;	   /* there was enough to tell from */
	double per_minute; /* bytes */
	double low, high;  /* its 95 % confidence interval */
};

/*
 * Of @count means (GROWTH_PARTS at most) over parts of @part_ns each, in order; NAN: a part
 * without value. Not known with fewer than GROWTH_LEAST that have one.
 */
struct growth growth_estimate(const double *means, size_t count, uint64_t part_ns);

#endif
