/*
 * A line's parts as a verdict looks at them: without the start of its life, none missing. Pure;
 * verdict.c's.
 */
#ifndef ANALYSIS_CURVE_H
#define ANALYSIS_CURVE_H

#include "analysis/verdict.h"

/* The first of so many parts of a life is its start: not looked at. */
#define CURVE_STARTING 32

#define CURVE_BLOCKS 16

/* The curve: a part without value has that of the nearest one. */
struct curve {
	double means[VERDICT_PARTS]; /* as they came */
	double lows[VERDICT_PARTS];  /* of the samples */
	double filled[VERDICT_PARTS];
	double smooth[VERDICT_PARTS]; /* single points that stick out cut off */
	size_t count;
	size_t known;
	uint64_t part_ns;
	double least; /* bytes: less is no growth */
};

void curve_take(struct curve *ret_curve, const struct verdict_series *series);

/* Make it of the lows of a jagged one, whose parts span @swing. */
void curve_take_lows(struct curve *curve, double swing);

double curve_median(const double *values, size_t count);
double curve_range(const struct curve *curve);

/* The lowest sample of part @i and @reach parts on either side. */
double curve_low_near(const struct curve *curve, size_t i, size_t reach);

/* The means of up to CURVE_BLOCKS equal runs of points: how many. */
size_t curve_blocks(double blocks[CURVE_BLOCKS], const double *values, size_t count);

#endif
