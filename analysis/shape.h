/*
 * The shape of a curve of up to VERDICT_PARTS points, none missing: levels, teeth, a bend. Pure.
 * verdict.c's; verdict.h tells the rules.
 */
#ifndef ANALYSIS_SHAPE_H
#define ANALYSIS_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

/* The standard deviation of noise from point to point, from second differences: a smooth curve and
 * a few jumps count for nothing. */
double shape_noise(const double *values, size_t count);

struct shape_steps {
	bool found;	 /* it has levels, one at least */
	unsigned steps;	 /* upwards */
	double largest;	 /* of them, as a share of what they come to */
	size_t tread;	 /* the longest before the last step, in points */
	size_t since;	 /* the last step, in points */
	double downward; /* steps downwards, as a share of those upwards */
};

/* Whether the curve, of such noise, rises in steps from level to level; one below @least is none.
 */
void shape_find_steps(struct shape_steps *ret_steps, const double *values, size_t count,
		      double noise, double least);

#define SHAPE_TEETH 64

struct shape_teeth {
	unsigned falls;
	double height;		    /* the mean fall */
	double lopsided;	    /* of the squares of changes, falls less rises: -1 to 1 */
	size_t low_at[SHAPE_TEETH]; /* where a fall ended; the first ones */
	size_t low_count;
};

/* Falls by @least at least. */
void shape_find_teeth(struct shape_teeth *ret_teeth, const double *values, size_t count,
		      double least);

/* In the first half, where two straight lines fit best; 0: one does as well. */
size_t shape_split(const double *values, size_t count);

/* Whether growth ends: a parabola through the points has clearly lost most of its slope at the end,
 * and one through the last two thirds of them has too. */
bool shape_flattens(const double *values, size_t count);

/* The share of pairs that rise, less that of those that fall. */
double shape_tau(const double *values, size_t count);

#endif
