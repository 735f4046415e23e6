/*
 * What levels.c fills and levels_read.c reads.
 */
#ifndef PLOTTER_MODEL_LEVELS_STATE_H
#define PLOTTER_MODEL_LEVELS_STATE_H

#include "plotter/model/levels.h"

/* The last level spans 2048 * 4^11 intervals: 99 days at 1 ms. */
#define LEVELS 12

/* Parts of a bucket's width in which the time of its first value is kept. */
#define PARTS 65536

struct bucket {
	uint32_t min; /* KiB, as the others */
	uint32_t max;
	uint32_t first; /* in order of arrival */
	uint32_t last;
	uint16_t count; /* that many at least */
	uint16_t at;	/* the earliest value, in parts of the width after its begin; rounded up */
};

struct level {
	uint64_t width_ns;
	uint64_t first; /* buckets held: first <= number < end */
	uint64_t end;
	bool whole;	   /* nothing was ever too old for it */
	uint32_t capacity; /* a power of two; 0 before the first value */
	struct bucket *buckets;
};

struct levels {
	uint64_t start_ns;
	uint64_t most; /* buckets of a level */
	struct level level[LEVELS];
};

/* What one of the parts is of. */
static inline uint64_t level_part(const struct level *level)
{
	return level->width_ns / PARTS + 1;
}

static inline struct bucket *bucket_at(const struct level *level, uint64_t number)
{
	return &level->buckets[number & (level->capacity - 1)];
}

#endif
