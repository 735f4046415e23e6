/*
 * Made-up memory of known behaviour, sample for sample: a level, and what is added to it. A program
 * that has such memory needs nothing else of memwatch (tests/behave.c).
 */
#ifndef TESTS_MEMORY_SHAPES_H
#define TESTS_MEMORY_SHAPES_H

#include "base/clock.h"
#include "tests/check.h"

#include <math.h>

enum shape_kind {
	SHAPE_STEADY,
	SHAPE_SAWTOOTH,
	SHAPE_WARM_UP,	 /* to a limit, ever slower */
	SHAPE_RAMP,	 /* on a straight line, then flat */
	SHAPE_STEP,	 /* once */
	SHAPE_STAIRCASE, /* to the end */
	SHAPE_LEAK,
	SHAPE_WARM_LEAK, /* a warm-up, then a leak */
	SHAPE_SAW_LEAK,	 /* teeth on a leak */
};

struct shape {
	enum shape_kind kind;
	uint64_t interval_ns;
	uint64_t count;	 /* samples */
	double level;	 /* bytes */
	double size;	 /* of the growth over the whole, or of a tooth */
	double at;	 /* teeth or steps in the whole; where a ramp or a step ends, as a share; a
			    warm-up's time constant */
	double noise;	 /* bytes, to either side */
	double together; /* from sample to sample, noise keeps this much of itself; 0: none */
	double rise;	 /* a leak under teeth, or after a warm-up of `size` */
	double jitter;	 /* of the steps' times, as a share of a tread */
};

static inline double shape_uniform(uint64_t *state)
{
	return (double)(check_random(state) >> 11) / 9007199254740992.0;
}

static inline double shape_step_count(const struct shape *shape, double x)
{
	double steps = 0;

	for (int i = 0; i < (int)shape->at; i++) {
		double shift = shape->jitter * sin(12.9898 * (i + 1) + shape->size);

		steps += x >= (i + 1 + shift) / (shape->at + 1);
	}
	return steps;
}

/* Of the whole, @x is over; no noise. */
static inline double shape_clean(const struct shape *shape, double x)
{
	switch (shape->kind) {
	case SHAPE_STEADY:
		return 0;
	case SHAPE_SAWTOOTH:
		return shape->size * fmod(x * shape->at, 1);
	case SHAPE_SAW_LEAK:
		return shape->size * fmod(x * shape->at, 1) + shape->rise * x;
	case SHAPE_WARM_UP:
		return shape->size * (1 - exp(-x / shape->at));
	case SHAPE_WARM_LEAK:
		return shape->size * (1 - exp(-x / shape->at)) + shape->rise * x;
	case SHAPE_RAMP:
		return shape->size * fmin(x / shape->at, 1);
	case SHAPE_STEP:
		return x >= shape->at ? shape->size : 0;
	case SHAPE_STAIRCASE:
		return shape->size * shape_step_count(shape, x) / shape->at;
	case SHAPE_LEAK:
		return shape->size * x;
	}
	return 0;
}

/* Noise that goes on from *@noise. */
static inline double shape_noise_next(const struct shape *shape, double *noise, uint64_t *state)
{
	double fresh = shape->noise * (2 * shape_uniform(state) - 1);

	*noise = shape->together * *noise + sqrt(1 - shape->together * shape->together) * fresh;
	return *noise;
}

#endif
