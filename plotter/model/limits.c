#include "plotter/model/limits.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 4

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
	size_t capacity = limits->capacity ? limits->capacity * 2 : FIRST_CAPACITY;
	struct limit_step *steps;

	if (limits->count == LIMITS_KEPT)
		drop_one(limits);
	if (limits->count < limits->capacity)
		return 0;
	steps = realloc(limits->steps, capacity * sizeof(*steps));
	if (!steps)
		return -ENOMEM;
	limits->steps = steps;
	limits->capacity = capacity;
	return 0;
}

/* The index of the first step after @t_ns. */
static size_t index_after(const struct limits *limits, uint64_t t_ns)
{
	size_t low = 0;
	size_t high = limits->count;

	if (high > 0 && limits->steps[high - 1].t_ns <= t_ns)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (limits->steps[middle].t_ns <= t_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
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
