#include "analysis/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REACH 2

static int compare(const void *one, const void *other)
{
	double a = *(const double *)one;
	double b = *(const double *)other;

	return (a > b) - (a < b);
}

double curve_median(const double *values, size_t count)
{
	double sorted[VERDICT_PARTS];

	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), compare);
	return sorted[count / 2];
}

static double middle_of(double a, double b, double c)
{
	return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

static void fill(struct curve *curve)
{
	size_t last = 0;

	/* The first part has a value, and the last. */
	for (size_t i = 0; i < curve->count; i++) {
		if (isnan(curve->means[i]))
			continue;
		for (size_t j = last + 1; j < i; j++)
			curve->filled[j] = curve->means[2 * j < last + i ? last : i];
		curve->filled[i] = curve->means[i];
		last = i;
	}
	for (size_t i = 0; i < curve->count; i++) {
		bool inside = i > 0 && i + 1 < curve->count;

		curve->smooth[i] = inside ? middle_of(curve->filled[i - 1], curve->filled[i],
						      curve->filled[i + 1])
					  : curve->filled[i];
	}
}

void curve_take(struct curve *curve, const struct verdict_series *series)
{
	size_t begin = 0;

	*curve = (struct curve){ .part_ns = series->part_ns };
	if (series->count >= VERDICT_LEAST_PARTS)
		begin = (series->count + CURVE_STARTING - 1) / CURVE_STARTING;
	while (begin < series->count && isnan(series->means[begin]))
		begin++;
	for (size_t i = begin; i < series->count && i < VERDICT_PARTS; i++) {
		curve->known += !isnan(series->means[i]);
		curve->lows[curve->count] = series->lows[i];
		curve->means[curve->count++] = series->means[i];
	}
	while (curve->count > 0 && isnan(curve->means[curve->count - 1]))
		curve->count--;
	fill(curve);
	if (curve->count > 0)
		curve->least = fmax(VERDICT_SIZE,
				    VERDICT_SHARE * curve_median(curve->filled, curve->count));
}

double curve_low_near(const struct curve *curve, size_t i, size_t reach)
{
	double low = curve->filled[i];

	for (size_t j = i > reach ? i - reach : 0; j <= i + reach && j < curve->count; j++)
		low = fmin(low, curve->lows[j]); /* which passes over NAN */
	return low;
}

void curve_take_lows(struct curve *curve, double swing)
{
	for (size_t i = 0; i < curve->count; i++) {
		if (!isnan(curve->means[i]))
			curve->means[i] = curve_low_near(curve, i, REACH);
	}
	fill(curve);
	curve->least = fmax(curve->least, swing / 2);
}

size_t curve_blocks(double blocks[CURVE_BLOCKS], const double *values, size_t count)
{
	size_t block_count = count < 2 * CURVE_BLOCKS ? count / 2 : CURVE_BLOCKS;

	for (size_t i = 0; i < block_count; i++) {
		size_t begin = i * count / block_count;
		size_t end = (i + 1) * count / block_count;

		blocks[i] = 0;
		for (size_t j = begin; j < end; j++)
			blocks[i] += values[j] / (double)(end - begin);
	}
	return block_count;
}

double curve_range(const struct curve *curve)
{
	double low = INFINITY, high = -INFINITY;

	for (size_t i = 0; i < curve->count; i++) {
		low = fmin(low, curve->filled[i]);
		high = fmax(high, curve->filled[i]);
	}
	return high - low;
}
