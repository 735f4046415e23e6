/*
 * What is said of made-up memory (tests/memory_shapes.h).
 */
#ifndef TESTS_SHAPE_VERDICT_H
#define TESTS_SHAPE_VERDICT_H

#include "analysis/parts.h"
#include "tests/memory_shapes.h"

/* How a shape is sampled. */
struct shape_sampling {
	double gap_at, gap; /* a share of the time without samples */
	double end;	    /* of the whole, where it ends; 0: it does not end early */
};

static inline struct verdict shape_judge(const struct shape *shape,
					 const struct shape_sampling *sampling, uint64_t *state)
{
	struct verdict verdict;
	struct parts parts;
	double noise = 0;
	uint64_t t_ns = 0;

	parts_begin(&parts, shape->interval_ns);
	for (uint64_t i = 0; i < shape->count; i++) {
		double x = (double)i / (double)shape->count;
		double value = shape->level + shape_clean(shape, x) +
			       shape_noise_next(shape, &noise, state);
		bool none = x >= sampling->gap_at && x < sampling->gap_at + sampling->gap;

		if (sampling->end > 0 && x > sampling->end)
			break;
		t_ns = NS_PER_S + i * shape->interval_ns;
		parts_add(&parts, t_ns, none ? PARTS_NONE : (uint64_t)fmax(value, 0));
	}
	verdict = parts_verdict(&parts, t_ns + shape->interval_ns);
	parts_free(&parts);
	return verdict;
}

#endif
