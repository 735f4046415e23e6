/*
 * What held a line, or the machine, at each time. Pure.
 */
#ifndef PLOTTER_MODEL_LIMITS_H
#define PLOTTER_MODEL_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Steps that are kept. Where there are more, those go whose neighbours are the nearest to them for
 * their age, so that the past is known ever less finely; the first and the newest stay. */
#define LIMITS_KEPT 1024

struct limit_step {
	uint64_t t_ns;
	uint64_t limit; /* bytes; 0: it holds no more */
	uint64_t used;
};

/* In order of time. All zeros is none. */
struct limits {
	struct limit_step *steps;
	size_t count;
	size_t capacity;
};

void limits_free(struct limits *limits);

/* From step->t_ns on it is so, until a later step: 0 or -ENOMEM. In any order of time. */
int limits_add(struct limits *limits, const struct limit_step *step);

/* How it was at @t_ns; false where nothing was told by then, or it held no more. */
bool limits_at(const struct limits *limits, uint64_t t_ns, struct limit_step *ret_step);

#endif
