#include "plotter/levels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The last level spans 2048 * 4^11 intervals: 99 days at 1 ms. */
#define LEVELS 12
#define FIRST_CAPACITY 8

struct bucket {
	uint32_t min; /* KiB, as the others */
	uint32_t max;
	uint32_t first; /* in order of arrival */
	uint32_t last;
	uint32_t count;
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
	struct level level[LEVELS];
};

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

struct levels *levels_new(uint64_t start_ns, uint64_t interval_ns)
{
	struct levels *levels = calloc(1, sizeof(*levels));

	if (!levels)
		return NULL;
	levels->start_ns = start_ns;
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

static struct bucket *bucket_at(const struct level *level, uint64_t number)
{
	return &level->buckets[number & (level->capacity - 1)];
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
static int level_cover(struct level *level, uint64_t number)
{
	uint64_t first = number;
	uint64_t end = number + 1;
	int err;

	if (level->first < level->end) {
		first = min_u64(level->first, number);
		end = max_u64(level->end, number + 1);
	}
	if (end - first > LEVEL_BUCKETS) {
		first = end - LEVEL_BUCKETS;
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

static void bucket_add(struct bucket *bucket, uint32_t kib)
{
	if (bucket->count == 0)
		*bucket = (struct bucket){ kib, kib, kib, kib, 0 };
	if (kib < bucket->min)
		bucket->min = kib;
	if (kib > bucket->max)
		bucket->max = kib;
	bucket->last = kib;
	if (bucket->count < UINT32_MAX)
		bucket->count++;
}

static int level_add(struct level *level, uint64_t at_ns, uint32_t kib)
{
	uint64_t number = at_ns / level->width_ns;
	int err;

	if (level->end > LEVEL_BUCKETS && number < level->end - LEVEL_BUCKETS) {
		level->whole = false;
		return 0;
	}
	if (number < level->first || number >= level->end) {
		err = level_cover(level, number);
		if (err)
			return err;
	}
	bucket_add(bucket_at(level, number), kib);
	return 0;
}

int levels_add(struct levels *levels, uint64_t t_ns, uint64_t bytes)
{
	uint64_t at_ns = t_ns - min_u64(t_ns, levels->start_ns);
	uint32_t kib = (uint32_t)min_u64(bytes / 1024, UINT32_MAX);

	for (unsigned i = 0; i < LEVELS; i++) {
		int err = level_add(&levels->level[i], at_ns, kib);

		if (err)
			return err;
	}
	return 0;
}

/* The finest level that reaches back to @at_ns, or has all there is. */
static const struct level *level_reaching(const struct levels *levels, uint64_t at_ns)
{
	const struct level *level = levels->level;

	for (; level < &levels->level[LEVELS - 1]; level++) {
		if (level->whole || level->first <= at_ns / level->width_ns)
			break;
	}
	return level;
}

static uint64_t to_bytes(uint32_t kib)
{
	return (uint64_t)kib * 1024;
}

static void column_add(struct history_column *column, const struct bucket *bucket)
{
	if (column->count == 0) {
		column->first = to_bytes(bucket->first);
		column->min = to_bytes(bucket->min);
		column->max = to_bytes(bucket->max);
	}
	column->min = min_u64(column->min, to_bytes(bucket->min));
	column->max = max_u64(column->max, to_bytes(bucket->max));
	column->last = to_bytes(bucket->last);
	column->count = (uint32_t)min_u64((uint64_t)column->count + bucket->count, UINT32_MAX);
}

/* Where column @index of @count begins, from the window's begin. */
static uint64_t column_edge(uint64_t window_ns, size_t count, size_t index)
{
	return window_ns / count * index + window_ns % count * index / count;
}

void levels_columns(const struct levels *levels, uint64_t from_ns, uint64_t to_ns,
		    struct history_column *columns, size_t count)
{
	uint64_t from = from_ns - min_u64(from_ns, levels->start_ns);
	const struct level *level = level_reaching(levels, from);
	size_t column = 0;

	memset(columns, 0, count * sizeof(*columns));
	if (count == 0 || to_ns <= from_ns)
		return;
	for (uint64_t n = max_u64(level->first, from / level->width_ns); n < level->end; n++) {
		uint64_t t_ns = levels->start_ns + n * level->width_ns;

		if (t_ns >= to_ns)
			break;
		if (t_ns < from_ns || bucket_at(level, n)->count == 0)
			continue;
		while (t_ns - from_ns >= column_edge(to_ns - from_ns, count, column + 1))
			column++;
		column_add(&columns[column], bucket_at(level, n));
	}
}

uint64_t levels_value_at(const struct levels *levels, uint64_t t_ns)
{
	uint64_t at_ns = t_ns - min_u64(t_ns, levels->start_ns);
	const struct level *level = level_reaching(levels, at_ns);
	uint64_t number = at_ns / level->width_ns;

	for (uint64_t n = min_u64(number + 1, level->end); n > level->first; n--) {
		if (bucket_at(level, n - 1)->count)
			return to_bytes(bucket_at(level, n - 1)->last);
	}
	for (uint64_t n = max_u64(number, level->first); n < level->end; n++) {
		if (bucket_at(level, n)->count)
			return to_bytes(bucket_at(level, n)->first);
	}
	return 0;
}
