#include "plotter/model/limits.h"

#include "base/array.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void limits_free(struct limits *limits)
{
	free(limits->steps);
	*limits = (struct limits){ 0 };
}

static void drop_one(struct limits *limits)
{
	const struct limit_step *steps = limits->steps;
	uint64_t now_ns = steps[limits->count - 1].t_ns;
	size_t least = 1;
	double least_span = INFINITY;

	for (size_t i = 1; i + 1 < limits->count; i++) {
		double age = (double)(now_ns - steps[i].t_ns);
		double span = (double)(steps[i + 1].t_ns - steps[i - 1].t_ns) / age;

		if (span < least_span) {
			least_span = span;
			least = i;
		}
	}
	limits->count--;
	memmove(&limits->steps[least], &limits->steps[least + 1],
		(limits->count - least) * sizeof(*steps));
}

static int make_room(struct limits *limits)
{
	if (limits->count == LIMITS_KEPT)
		drop_one(limits);
	return array_reserve(&limits->steps, &limits->capacity, limits->count + 1);
}

static uint64_t step_time(const void *limits, size_t index)
{
	return ((const struct limits *)limits)->steps[index].t_ns;
}

/* The index of the first step after @t_ns. */
static size_t index_after(const struct limits *limits, uint64_t t_ns)
{
	size_t count = limits->count;

	if (count > 0 && limits->steps[count - 1].t_ns <= t_ns)
		return count;
	return array_upper_bound(limits, count, step_time, t_ns);
}

int limits_add(struct limits *limits, const struct limit_step *step)
{
	size_t index = index_after(limits, step->t_ns);

	if (index > 0 && limits->steps[index - 1].t_ns == step->t_ns) {
		limits->steps[index - 1] = *step;
		return 0;
	}
	if (make_room(limits))
		return -ENOMEM;
	index = index_after(limits, step->t_ns);
	memmove(&limits->steps[index + 1], &limits->steps[index],
		(limits->count - index) * sizeof(*step));
	limits->steps[index] = *step;
	limits->count++;
	return 0;
}

bool limits_at(const struct limits *limits, uint64_t t_ns, struct limit_step *ret_step)
{
	size_t index = index_after(limits, t_ns);

	if (index == 0 || limits->steps[index - 1].limit == 0)
		return false;
	*ret_step = limits->steps[index - 1];
	return true;
}
