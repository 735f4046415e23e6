#include "plotter/model/counts.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>

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
	if (counts->count == COUNTS_KEPT)
		thin_out(counts);
	return array_reserve(&counts->steps, &counts->capacity, counts->count + 1);
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

static uint64_t step_time(const void *counts, size_t index)
{
	return ((const struct counts *)counts)->steps[index].t_ns;
}

struct count counts_at(const struct counts *counts, uint64_t t_ns)
{
	size_t after = array_upper_bound(counts, counts->count, step_time, t_ns);

	return after ? counts->steps[after - 1] : (struct count){ 0 };
}
