#include "trace/summary/weight.h"

#include "base/clock.h"

#include <math.h>

#define LEAST_INTERVALS 10

size_t weight_parts(uint64_t life_ns, uint64_t interval_ns)
{
	uint64_t intervals = interval_ns > 0 ? life_ns / interval_ns : 0;

	if (life_ns < NS_PER_S || intervals < LEAST_INTERVALS)
		return 0;
	return intervals < GROWTH_PARTS ? (size_t)intervals : GROWTH_PARTS;
}

void weight_begin(struct weight *weight, uint64_t begin_ns, uint64_t end_ns, double *means,
		  size_t part_count)
{
	*weight = (struct weight){ .value = WEIGHT_NONE,
				   .since_ns = begin_ns,
				   .end_ns = end_ns,
				   .first = WEIGHT_NONE,
				   .last = WEIGHT_NONE,
				   .part_end_ns = UINT64_MAX,
				   .part_count = part_count,
				   .means = means };
	if (part_count == 0)
		return;
	weight->part_ns = (end_ns - begin_ns) / part_count;
	weight->part_end_ns = begin_ns + weight->part_ns;
}

static void close_part(struct weight *weight)
{
	double mean =
		weight->part_held_ns == 0
			? NAN
			: (double)weight->first + weight->part_above / (double)weight->part_held_ns;

	weight->means[weight->part++] = mean;
	weight->part_above = 0;
	weight->part_held_ns = 0;
	weight->part_end_ns = weight->part < weight->part_count
				      ? weight->part_end_ns + weight->part_ns
				      : UINT64_MAX;
}

/* What holds, holds until @t_ns. */
static inline void hold(struct weight *weight, uint64_t t_ns)
{
	uint64_t ns = t_ns - weight->since_ns;
	double above;

	weight->since_ns = t_ns;
	if (weight->value == WEIGHT_NONE)
		return;
	above = (double)(int64_t)(weight->value - weight->first) * (double)ns;
	weight->held_ns += ns;
	weight->above += above;
	weight->part_held_ns += ns;
	weight->part_above += above;
}

static inline void advance(struct weight *weight, uint64_t t_ns)
{
	while (t_ns >= weight->part_end_ns) {
		if (weight->part_end_ns > weight->since_ns)
			hold(weight, weight->part_end_ns);
		close_part(weight);
	}
	if (t_ns > weight->since_ns)
		hold(weight, t_ns);
}

void weight_add(struct weight *weight, uint64_t t_ns, uint64_t value)
{
	advance(weight, t_ns);
	weight->value = value;
	if (value == WEIGHT_NONE)
		return;
	if (weight->first == WEIGHT_NONE)
		weight->first = value;
	weight->last = value;
	if (value > weight->max || weight->max_ns == 0) {
		weight->max = value;
		weight->max_ns = t_ns;
	}
}

void weight_stop(struct weight *weight, uint64_t t_ns)
{
	advance(weight, t_ns < weight->end_ns ? t_ns : weight->end_ns);
	weight->value = WEIGHT_NONE;
}

double weight_mean(const struct weight *weight)
{
	if (weight->first == WEIGHT_NONE)
		return 0;
	if (weight->held_ns == 0)
		return (double)weight->last;
	return (double)weight->first + weight->above / (double)weight->held_ns;
}

struct growth weight_growth(const struct weight *weight)
{
	return growth_estimate(weight->means, weight->part, weight->part_ns);
}
