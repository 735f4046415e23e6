/*
 * Whether a process's memory grows without end, judged from its means over equal parts of its life
 * as a person would judge from its curve. Pure.
 *
 * A leak is said only where all of these pass, over the time after warm-up:
 *	slope	Theil and Sen's, VERDICT_RATE a minute at least, and the low end of its 95 %
 *		interval at least 60 % of it. Sen's interval takes the parts for independent; it is
 *		widened by the root of 1 + 2 x the sum of the autocorrelations of what the slope
 *		leaves over (up to the first below 0.05), so that memory that wanders is not taken
 *		for memory that grows.
 *	fit	Kendall's tau over up to 16 blocks of parts, VERDICT_FIT at least: 1 where every
 *		block lies above all before it, 0 where as many pairs fall as rise.
 *	size	VERDICT_SIZE and VERDICT_SHARE of its level at least.
 *	span	VERDICT_SPAN_NS and VERDICT_SPAN_PARTS parts at least.
 * and where its shape says that the growth goes on: a parabola through the blocks that falls, by
 * more than doubt, to less than 40 % of the mean slope at the end is growth that ends (warm-up),
 *and growth of which less than half is left at the end was given back.
 *
 * Warm-up ends at the split, in the first half of the life, on both sides of which a straight line
 * fits best; there is none where the two lines leave over more than half of the squares of one.
 *
 * Steps are found by the best fit of up to 24 levels. They are steps where they are 7 times what
 * is left over about the levels, and 70 % of the growth lies
 * between the levels, not within them, over the life and over its second half. With three to
 * twelve steps, none of them more than 60 % of the whole, and no more than twice the longest tread
 *since the last, it is a staircase: growth in steps that goes on, which counts as a leak (with the
 *same four figures, of the whole life). Fewer, or none for that long: warm-up, grown and then flat.
 *
 * A sawtooth falls back twice or more by a third of what it spans, suddenly: of the squares of all
 * changes from part to part (or from sample to sample, for teeth shorter than some parts) three
 * quarters are falls. It leaks where its lows rise: the same four figures, of the lows,
 *VERDICT_LOWS at least, and by an eighth of a tooth's height, a quarter where there are fewer than
 *8 lows, half where teeth are that short.
 *
 * The first part in 32 of a life is its start, and is not looked at.
 */
#ifndef ANALYSIS_VERDICT_H
#define ANALYSIS_VERDICT_H

#include "base/clock.h"
#include "analysis/growth.h"

#define VERDICT_PARTS GROWTH_PARTS

/* Of fewer parts, or less than a second, not even a slope is told. */
#define VERDICT_SLOPE_PARTS 10

/* The least that tells anything: of a life, and of the time after warm-up. */
#define VERDICT_LEAST_PARTS 32
#define VERDICT_SPAN_PARTS 24
#define VERDICT_SPAN_NS (5 * NS_PER_S)

#define VERDICT_RATE 1024.0 /* bytes a minute: 1.4 MiB a day */
#define VERDICT_CERTAIN 0.6 /* the interval's low end, as a share of the slope */
#define VERDICT_FIT 0.6
#define VERDICT_SIZE 1048576.0 /* bytes */
#define VERDICT_SHARE 0.01
#define VERDICT_LOWS 5

enum verdict_kind {
	VERDICT_TOO_SHORT, /* nobody could tell */
	VERDICT_STEADY,	   /* no growth */
	VERDICT_WARM_UP,   /* it grew, then it was flat */
	VERDICT_SAWTOOTH,  /* it falls back to where it was, again and again */
	VERDICT_STAIRCASE, /* it grows in steps that go on */
	VERDICT_LEAK,	   /* it grows without end */
	VERDICT_FALLING,
	VERDICT_UNCLEAR, /* there is growth, but one of the figures does not pass */
};

struct verdict_series {
	const double *means; /* bytes, of parts; NAN: without value */
	const double *lows;  /* the lowest sample of each */
	size_t count;	     /* VERDICT_PARTS at most */
	uint64_t part_ns;
	double swing; /* bytes, between the highest and the lowest sample of a part; the median */
	double lopsided; /* of the squares of changes from sample to sample, falls less rises: -1 to
			    1 of their sum */
};

struct verdict {
	enum verdict_kind kind;
	uint64_t life_ns;
	uint64_t warm_up_ns; /* until warm-up ended; 0: none was found */
	unsigned steps;	     /* upwards, where it has steps */
	unsigned teeth; /* falls, where it has them; 0 too where they are shorter than a part */
	unsigned lows;	/* between teeth, where the figures are of them; else 0 */
	double swing;	/* bytes, of a sawtooth */

	/* What was judged; where `slope` is known, the others are. */
	struct growth slope; /* bytes a minute, its interval widened */
	double fit;
	double size;	  /* bytes that it grew: slope times span */
	double level;	  /* bytes, the median */
	double least;	  /* bytes that `size` needs */
	uint64_t span_ns; /* with parts, as many as have a value */
	size_t parts;
	bool slope_passes, fit_passes, size_passes, span_passes;
};

struct verdict verdict_of(const struct verdict_series *series);

/* Growth that goes on: a leak or a staircase. */
bool verdict_grows(const struct verdict *verdict);

/* Whether the slope has an interval: of fewer than GROWTH_LEAST lows it has none. */
bool verdict_has_interval(const struct verdict *verdict);

/* "steady", "warm-up", "too short", ... */
const char *verdict_name(enum verdict_kind kind);

#endif
