#include "analysis/verdict.h"

#include "analysis/curve.h"
#include "analysis/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOISES 5.0 /* a tooth is this much higher than the noise */
#define LOPSIDED 0.5
#define FALLS_CERTAIN 0.7
#define STEPS 3
#define MOST_STEPS 12
#define STEP_SHARE 0.04 /* of all growth, in a step at least */
#define STEP_LARGEST 0.6
#define DOWNWARD 0.15
#define FLAT 8 /* the end of a warm-up is flat for one of so many parts of the life */
#define CORRELATED 0.05
#define MOST_CORRELATED 0.98

/* --- the four figures */

/* By how much what @slope (bytes a part) leaves over makes a mean less certain than as many
 * independent points would: the variance's factor. */
static double correlation(const double *values, size_t count, double slope)
{
	double left[VERDICT_PARTS];
	double middle, variance = 0, sum = 0;

	for (size_t i = 0; i < count; i++)
		left[i] = values[i] - slope * (double)i;
	middle = curve_median(left, count);
	for (size_t i = 0; i < count; i++) {
		left[i] -= middle;
		variance += left[i] * left[i];
	}
	for (size_t lag = 1; variance > 0 && lag <= count / 4; lag++) {
		double together = 0;

		for (size_t i = lag; i < count; i++)
			together += left[i] * left[i - lag];
		if (together / variance < CORRELATED)
			break;
		sum += fmin(together / variance, MOST_CORRELATED);
	}
	return 1 + 2 * sum;
}

static void widen(struct growth *slope, double factor)
{
	slope->low = slope->per_minute - (slope->per_minute - slope->low) * factor;
	slope->high = slope->per_minute + (slope->high - slope->per_minute) * factor;
}

static double parts_a_minute(const struct curve *curve)
{
	return 60.0 * (double)NS_PER_S / (double)curve->part_ns;
}

static void pass(struct verdict *verdict, const struct curve *curve, size_t span)
{
	verdict->span_ns = span * curve->part_ns;
	verdict->size = verdict->slope.per_minute * (double)span / parts_a_minute(curve);
	verdict->slope_passes = verdict->slope.known && verdict->slope.per_minute >= VERDICT_RATE &&
				verdict->slope.low >= VERDICT_CERTAIN * verdict->slope.per_minute;
	verdict->fit_passes = verdict->fit >= VERDICT_FIT;
	verdict->size_passes = verdict->size >= verdict->least;
	verdict->span_passes =
		verdict->span_ns >= VERDICT_SPAN_NS && verdict->parts >= VERDICT_SPAN_PARTS;
}

static bool passes(const struct verdict *verdict)
{
	return verdict->slope_passes && verdict->fit_passes && verdict->size_passes &&
	       verdict->span_passes;
}

/* The figures of the curve from @from on. */
static void judge(struct verdict *verdict, const struct curve *curve, size_t from)
{
	double blocks[CURVE_BLOCKS];
	size_t span = curve->count - from;
	size_t block_count = curve_blocks(blocks, curve->filled + from, span);

	verdict->least = curve->least;
	verdict->parts = 0;
	for (size_t i = from; i < curve->count; i++)
		verdict->parts += !isnan(curve->means[i]);
	verdict->slope = growth_estimate(curve->means + from, span, curve->part_ns);
	verdict->fit = shape_tau(blocks, block_count);
	verdict->level = curve_median(curve->filled + from, span);
	if (verdict->slope.known)
		widen(&verdict->slope,
		      sqrt(correlation(curve->smooth + from, span,
				       verdict->slope.per_minute / parts_a_minute(curve))));
	pass(verdict, curve, span);
}

/* --- sawtooth */

/* From the first low to the last, where there are too few for an interval. */
static struct growth growth_of_few(const double *values, size_t count, double minutes)
{
	double slope = (values[count - 1] - values[0]) / minutes;

	return (struct growth){ .known = true, .per_minute = slope, .low = slope, .high = slope };
}

/* Whether the teeth's lows rise: the figures are of them. */
static bool lows_rise(struct verdict *verdict, const struct curve *curve,
		      const struct shape_teeth *teeth, size_t offset)
{
	double lows[VERDICT_PARTS];
	double values[SHAPE_TEETH];
	size_t count = teeth->low_count;
	size_t first, span;

	if (count < VERDICT_LOWS)
		return false;
	first = teeth->low_at[0];
	span = teeth->low_at[count - 1] - first + 1;
	for (size_t i = 0; i < span; i++)
		lows[i] = NAN;
	for (size_t i = 0; i < count; i++) {
		values[i] = curve_low_near(curve, offset + teeth->low_at[i], 1);
		lows[teeth->low_at[i] - first] = values[i];
	}
	verdict->lows = (unsigned)count;
	verdict->fit = shape_tau(values, count);
	verdict->level = curve_median(values, count);
	verdict->least = fmax(curve->least, teeth->height / 8);
	verdict->slope = growth_estimate(lows, span, curve->part_ns);
	if (!verdict->slope.known) {
		verdict->slope =
			growth_of_few(values, count, (double)(span - 1) / parts_a_minute(curve));
		verdict->least = fmax(curve->least, teeth->height / 4);
	}
	pass(verdict, curve, curve->count - offset);
	return passes(verdict);
}

static bool is_sawtooth(struct verdict *verdict, const struct curve *curve)
{
	size_t offset = curve->count / 8;
	size_t count = curve->count - offset;
	double level[VERDICT_PARTS]; /* without the slope */
	double slope = growth_estimate(curve->means + offset, count, curve->part_ns).per_minute /
		       parts_a_minute(curve);
	double low = INFINITY, high = -INFINITY;
	struct shape_teeth teeth;

	for (size_t i = 0; i < count; i++) {
		level[i] = curve->filled[offset + i] - slope * (double)i;
		low = fmin(low, level[i]);
		high = fmax(high, level[i]);
	}
	shape_find_teeth(
		&teeth, level, count,
		fmax(fmax((high - low) / 3, curve->least), NOISES * shape_noise(level, count)));
	if (teeth.falls < 2 || teeth.lopsided < LOPSIDED)
		return false;
	verdict->teeth = teeth.falls;
	verdict->swing = teeth.height;
	verdict->kind = lows_rise(verdict, curve, &teeth, offset) ? VERDICT_LEAK : VERDICT_SAWTOOTH;
	return true;
}

/* --- the others */

/* What the curve grew from its beginning until @from. */
static double grown_before(const struct curve *curve, size_t from)
{
	size_t rest = curve->count - from;

	return curve_median(curve->smooth + from, rest) - curve_median(curve->smooth, from / 4 + 1);
}

/* A curve that rises from level to level; VERDICT_UNCLEAR: it is no staircase, but may be something
 * else. */
static enum verdict_kind kind_of_steps(struct verdict *verdict, const struct curve *curve,
				       const struct shape_steps *steps)
{
	struct verdict whole = *verdict;

	judge(&whole, curve, 0);
	whole.steps = steps->steps;
	whole.warm_up_ns = 0;
	if (steps->steps >= STEPS && steps->steps <= MOST_STEPS && steps->largest <= STEP_LARGEST &&
	    steps->since <= 2 * steps->tread && passes(&whole)) {
		*verdict = whole;
		return VERDICT_STAIRCASE;
	}
	verdict->steps = steps->steps;
	if (steps->since * CURVE_STARTING >= curve->count * (CURVE_STARTING - 2))
		return VERDICT_STEADY;
	return steps->since * FLAT >= curve->count ? VERDICT_WARM_UP : VERDICT_UNCLEAR;
}

static enum verdict_kind kind_without_growth(const struct verdict *verdict,
					     const struct curve *curve, size_t warm_up)
{
	if (verdict->slope.known &&
	    verdict->slope.high <= FALLS_CERTAIN * verdict->slope.per_minute &&
	    verdict->slope.per_minute < 0 && verdict->fit <= -VERDICT_FIT &&
	    -verdict->size >= verdict->least)
		return VERDICT_FALLING;
	if (warm_up > 0 && grown_before(curve, warm_up) >= curve->least)
		return VERDICT_WARM_UP;
	return VERDICT_STEADY;
}

/* Whether at the end less than half is left of what it grew at most, or no more than there was in a
 * first quarter or more of the life, from which it fell. */
static bool gives_back(const struct curve *curve, size_t from)
{
	double blocks[CURVE_BLOCKS];
	size_t count = curve_blocks(blocks, curve->smooth + from, curve->count - from);
	double high = blocks[0];

	for (size_t i = curve->count / 4; i < from; i++) {
		if (curve->smooth[i] >= blocks[count - 1])
			return true;
	}
	for (size_t i = 0; i < count; i++)
		high = fmax(high, blocks[i]);
	return blocks[count - 1] < (blocks[0] + high) / 2;
}

static enum verdict_kind kind_of(struct verdict *verdict, const struct curve *curve)
{
	size_t warm_up = shape_split(curve->smooth, curve->count);
	double total = grown_before(curve, curve->count - 1 - curve->count / 8);
	double blocks[CURVE_BLOCKS];
	enum verdict_kind kind = VERDICT_UNCLEAR;
	struct shape_steps steps = { 0 };
	size_t block_count = curve_blocks(blocks, curve->smooth + warm_up, curve->count - warm_up);

	verdict->warm_up_ns = warm_up * curve->part_ns;
	judge(verdict, curve, warm_up);
	if (total >= curve->least)
		shape_find_steps(&steps, curve->smooth, curve->count,
				 shape_noise(curve->filled, curve->count),
				 fmax(STEP_SHARE * total, curve->least / 2));
	if (steps.found && steps.downward <= DOWNWARD)
		kind = kind_of_steps(verdict, curve, &steps);
	if (kind != VERDICT_UNCLEAR)
		return kind;
	if (!verdict->slope_passes || !verdict->size_passes)
		return kind_without_growth(verdict, curve, warm_up);
	if (shape_flattens(blocks, block_count))
		return VERDICT_WARM_UP;
	if (!verdict->span_passes)
		return VERDICT_TOO_SHORT;
	if (gives_back(curve, warm_up))
		return VERDICT_UNCLEAR;
	return passes(verdict) ? VERDICT_LEAK : VERDICT_UNCLEAR;
}

struct verdict verdict_of(const struct verdict_series *series)
{
	struct verdict verdict = { .kind = VERDICT_TOO_SHORT };
	struct curve curve;
	bool jagged;

	curve_take(&curve, series);
	verdict.life_ns = series->count * series->part_ns;
	verdict.span_ns = verdict.life_ns;
	verdict.parts = curve.known;
	if (series->count < VERDICT_LEAST_PARTS || curve.known < VERDICT_SPAN_PARTS ||
	    verdict.life_ns < VERDICT_SPAN_NS) {
		if (curve.known >= VERDICT_SLOPE_PARTS && verdict.life_ns >= NS_PER_S)
			judge(&verdict, &curve, 0);
		return verdict;
	}
	jagged = series->lopsided >= LOPSIDED && curve_range(&curve) + series->swing >= curve.least;
	/* Where teeth are seen from sample to sample, a few that parts show are not all. */
	if (is_sawtooth(&verdict, &curve) &&
	    (!jagged || (verdict.slope.known && series->swing < verdict.swing / 2)))
		return verdict;
	verdict.teeth = verdict.lows = 0;
	if (jagged)
		curve_take_lows(&curve, series->swing);
	verdict.kind = kind_of(&verdict, &curve);
	if (jagged && verdict_grows(&verdict))
		verdict.kind = VERDICT_LEAK; /* that lows rise in steps is the teeth's doing */
	else if (jagged && verdict.kind != VERDICT_WARM_UP)
		verdict.kind = VERDICT_SAWTOOTH;
	verdict.swing = jagged ? series->swing : 0;
	return verdict;
}

bool verdict_grows(const struct verdict *verdict)
{
	return verdict->kind == VERDICT_LEAK || verdict->kind == VERDICT_STAIRCASE;
}

bool verdict_has_interval(const struct verdict *verdict)
{
	return verdict->slope.known && (verdict->lows == 0 || verdict->lows >= GROWTH_LEAST);
}

const char *verdict_name(enum verdict_kind kind)
{
	static const char *const names[] = {
		[VERDICT_TOO_SHORT] = "too short", [VERDICT_STEADY] = "steady",
		[VERDICT_WARM_UP] = "warm-up",	   [VERDICT_SAWTOOTH] = "sawtooth",
		[VERDICT_STAIRCASE] = "staircase", [VERDICT_LEAK] = "leak",
		[VERDICT_FALLING] = "falling",	   [VERDICT_UNCLEAR] = "unclear",
	};

	return names[kind];
}
