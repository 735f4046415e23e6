#include "plotter/model/levels_state.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_CAPACITY 8

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t level_width(uint64_t interval_ns, unsigned index)
{
	uint64_t interval = max_u64(interval_ns, 1);

	return interval > UINT64_MAX >> 2 * index ? UINT64_MAX : interval << 2 * index;
}

uint64_t levels_grain(uint64_t interval_ns, uint64_t window_ns)
{
	unsigned index = 0;

	while (index + 1 < LEVELS &&
	       level_width(interval_ns, index) < window_ns / (LEVEL_BUCKETS - 1))
		index++;
	return level_width(interval_ns, index);
}

struct levels *levels_new(uint64_t start_ns, uint64_t interval_ns, size_t most)
{
	struct levels *levels = calloc(1, sizeof(*levels));

	if (!levels)
		return NULL;
	levels->start_ns = start_ns;
	levels->most = most;
	for (unsigned i = 0; i < LEVELS; i++) {
		levels->level[i].width_ns = level_width(interval_ns, i);
		levels->level[i].whole = true;
	}
	return levels;
}

void levels_free(struct levels *levels)
{
	if (!levels)
		return;
	for (unsigned i = 0; i < LEVELS; i++)
		free(levels->level[i].buckets);
	free(levels);
}

size_t levels_memory(const struct levels *levels)
{
	size_t bytes = sizeof(*levels);

	for (unsigned i = 0; i < LEVELS; i++)
		bytes += levels->level[i].capacity * sizeof(struct bucket);
	return bytes;
}

/* Have room for @size buckets in a row. */
static int level_reserve(struct level *level, uint64_t size)
{
	struct level grown = *level;

	if (size <= level->capacity)
		return 0;
	grown.capacity = level->capacity ? level->capacity : FIRST_CAPACITY;
	while (grown.capacity < size)
		grown.capacity *= 2;
	grown.buckets = malloc(grown.capacity * sizeof(*grown.buckets));
	if (!grown.buckets)
		return -ENOMEM;
	for (uint64_t n = level->first; n < level->end; n++)
		*bucket_at(&grown, n) = *bucket_at(level, n);
	free(level->buckets);
	*level = grown;
	return 0;
}

static void level_clear(struct level *level, uint64_t from, uint64_t to)
{
	for (uint64_t n = from; n < to; n++)
		*bucket_at(level, n) = (struct bucket){ 0 };
}

/* Make bucket @number one of those held, giving up the oldest where there are too many. */
static int level_cover(struct level *level, uint64_t number, uint64_t most)
{
	uint64_t first = number;
	uint64_t end = number + 1;
	int err;

	if (level->first < level->end) {
		first = min_u64(level->first, number);
		end = max_u64(level->end, number + 1);
	}
	if (end - first > most) {
		first = end - most;
		level->whole = false;
	}
	err = level_reserve(level, end - first);
	if (err)
		return err;
	if (level->first == level->end) {
		level_clear(level, first, end);
	} else {
		level_clear(level, first, level->first);
		level_clear(level, max_u64(level->end, first), end);
	}
	level->first = first;
	level->end = end;
	return 0;
}

/* Which part of its bucket a value falls in, so long after its begin. */
static uint16_t part_of(const struct level *level, uint64_t offset_ns)
{
	uint64_t part_ns = level_part(level);

	return (uint16_t)min_u64((offset_ns + part_ns - 1) / part_ns, PARTS - 1);
}

static void bucket_add(struct bucket *bucket, uint32_t kib, uint16_t at)
{
	if (bucket->count == 0)
		*bucket = (struct bucket){ kib, kib, kib, kib, 0, at };
	if (kib < bucket->min)
		bucket->min = kib;
	if (kib > bucket->max)
		bucket->max = kib;
	if (at < bucket->at)
		bucket->at = at;
	bucket->last = kib;
	if (bucket->count < UINT16_MAX)
		bucket->count++;
}

static int level_add(struct level *level, uint64_t at_ns, uint32_t kib, uint64_t most)
{
	uint64_t number = at_ns / level->width_ns;
	int err;

	if (level->end > most && number < level->end - most) {
		level->whole = false;
		return 0;
	}
	if (number < level->first || number >= level->end) {
		err = level_cover(level, number, most);
		if (err)
			return err;
	}
	bucket_add(bucket_at(level, number), kib, part_of(level, at_ns - number * level->width_ns));
	return 0;
}

int levels_add(struct levels *levels, uint64_t t_ns, uint64_t bytes)
{
	uint64_t at_ns = t_ns - min_u64(t_ns, levels->start_ns);
	uint32_t kib = (uint32_t)min_u64(bytes / 1024, UINT32_MAX);

	for (unsigned i = 0; i < LEVELS; i++) {
		int err = level_add(&levels->level[i], at_ns, kib, levels->most);

		if (err)
			return err;
	}
	return 0;
}

size_t levels_estimate(uint64_t interval_ns, uint64_t life_ns, size_t most)
{
	size_t bytes = sizeof(struct levels);

	for (unsigned i = 0; i < LEVELS; i++) {
		uint64_t buckets = min_u64(life_ns / level_width(interval_ns, i) + 2, most);
		uint64_t capacity = FIRST_CAPACITY;

		while (capacity < buckets)
			capacity *= 2;
		bytes += capacity * sizeof(struct bucket);
	}
	return bytes;
}
