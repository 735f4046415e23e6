/*
 * What a session has lost so far, at each time: counts that only grow. Pure.
 */
#ifndef PLOTTER_MODEL_COUNTS_H
#define PLOTTER_MODEL_COUNTS_H

#include <stddef.h>
#include <stdint.h>

/* Steps that are kept; where there are more, each second one of them goes. */
#define COUNTS_KEPT 65536

struct count {
	uint64_t t_ns;
	uint64_t missed;  /* ticks */
	uint64_t dropped; /* events, torn ones too */
};

/* In order of time. All zeros is none. */
struct counts {
	struct count *steps;
	size_t count;
	size_t capacity;
};

void counts_free(struct counts *counts);

/* From @t_ns on it is so much: 0 or -ENOMEM. Nothing where it was as much before. */
int counts_add(struct counts *counts, uint64_t t_ns, uint64_t missed, uint64_t dropped);

/* How much it was at @t_ns. */
struct count counts_at(const struct counts *counts, uint64_t t_ns);

#endif
