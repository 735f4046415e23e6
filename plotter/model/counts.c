#include "plotter/model/counts.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_CAPACITY 16

void counts_free(struct counts *counts)
{
	free(counts->steps);
	*counts = (struct counts){ 0 };
}

/* Each later one tells what the one before it did and more. */
static void thin_out(struct counts *counts)
{
	size_t kept = 0;

	for (size_t i = 1; i < counts->count; i += 2)
		counts->steps[kept++] = counts->steps[i];
	counts->count = kept;
}

static int make_room(struct counts *counts)
{
	size_t capacity = counts->capacity ? counts->capacity * 2 : FIRST_CAPACITY;
	struct count *steps;

	if (counts->count == COUNTS_KEPT)
		thin_out(counts);
	if (counts->count < counts->capacity)
		return 0;
	steps = realloc(counts->steps, capacity * sizeof(*steps));
	if (!steps)
		return -ENOMEM;
	counts->steps = steps;
	counts->capacity = capacity;
	return 0;
}

int counts_add(struct counts *counts, uint64_t t_ns, uint64_t missed, uint64_t dropped)
{
	struct count *last = counts->count ? &counts->steps[counts->count - 1] : NULL;

	if (last ? last->missed == missed && last->dropped == dropped : !missed && !dropped)
		return 0;
	if (last && last->t_ns >= t_ns) { /* told late: it is known from the last step on */
		last->missed = missed;
		last->dropped = dropped;
		return 0;
	}
	if (make_room(counts))
		return -ENOMEM;
	counts->steps[counts->count++] = (struct count){ t_ns, missed, dropped };
	return 0;
}

struct count counts_at(const struct counts *counts, uint64_t t_ns)
{
	size_t low = 0;
	size_t high = counts->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (counts->steps[middle].t_ns <= t_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? counts->steps[low - 1] : (struct count){ 0 };
}
