#include "analysis/weight.h"

void weight_begin(struct weight *weight, uint64_t begin_ns, uint64_t end_ns)
{
	*weight = (struct weight){ .value = WEIGHT_NONE,
				   .since_ns = begin_ns,
				   .end_ns = end_ns,
				   .first = WEIGHT_NONE,
				   .last = WEIGHT_NONE };
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
}

static inline void advance(struct weight *weight, uint64_t t_ns)
{
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
