#include "plotter/model/levels.h"

#include "base/minmax.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

#define FIRST_CAPACITY 8

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

/* The same; but one of whose buckets not too many lie in a window. */
static const struct level *level_for(const struct levels *levels, uint64_t from, uint64_t to)
{
	const struct level *level = level_reaching(levels, from);

	for (; level < &levels->level[LEVELS - 1]; level++) {
		uint64_t first = max_u64(level->first, from / level->width_ns);
		uint64_t end = min_u64(level->end, to / level->width_ns + 1);

		if (end <= first || end - first <= 2 * LEVEL_BUCKETS)
			break;
	}
	return level;
}

uint64_t levels_width(const struct levels *levels, uint64_t from_ns, uint64_t to_ns)
{
	return level_for(levels, from_ns - min_u64(from_ns, levels->start_ns),
			 to_ns - min_u64(to_ns, levels->start_ns))
		->width_ns;
}

static uint64_t to_bytes(uint32_t kib)
{
	return (uint64_t)kib * 1024;
}

/* What buckets in a row come to. */
struct sum {
	uint32_t min; /* KiB, as in them */
	uint32_t max;
	uint32_t first;
	uint32_t last;
	uint64_t count;
};

static void column_add(struct history_column *column, const struct sum *sum)
{
	if (sum->count == 0)
		return;
	if (column->count == 0) {
		column->first = to_bytes(sum->first);
		column->min = to_bytes(sum->min);
		column->max = to_bytes(sum->max);
	}
	column->min = min_u64(column->min, to_bytes(sum->min));
	column->max = max_u64(column->max, to_bytes(sum->max));
	column->last = to_bytes(sum->last);
	column->count = (uint32_t)min_u64(column->count + sum->count, UINT32_MAX);
}

/* Columns that are being filled, in order of time. */
struct filling {
	const struct levels *levels;
	uint64_t from_ns;
	uint64_t limit_ns; /* nothing from here on is told */
	struct history_column *columns;
	size_t count;
	size_t column;

	/* Where that column ends, and how much later each next one: window / count, which goes
	 * @rest times in @count a nanosecond further. */
	uint64_t edge_ns;
	uint64_t step_ns;
	uint64_t rest;
	uint64_t rests;
};

static void set_edge(struct filling *filling)
{
	filling->edge_ns += filling->step_ns;
	filling->rests += filling->rest;
	if (filling->rests >= filling->count) {
		filling->rests -= filling->count;
		filling->edge_ns++;
	}
}

/* Whether all that is in a bucket came before the limit. */
static bool is_past(const struct levels *levels, const struct level *level, uint64_t number,
		    uint64_t limit_ns)
{
	uint64_t begin_ns = levels->start_ns + number * level->width_ns;

	if (level > levels->level)
		return limit_ns - begin_ns >= level->width_ns;
	return begin_ns + bucket_at(level, number)->at * level_part(level) < limit_ns;
}

/* Sum the buckets from @number to before @end that begin in @length_ns from the first: the next. */
static uint64_t sum_up(struct sum *ret_sum, const struct level *level, uint64_t number,
		       uint64_t end, uint64_t length_ns)
{
	struct sum sum = { .min = UINT32_MAX };
	uint64_t width_ns = level->width_ns;

	for (uint64_t passed_ns = 0; number < end && passed_ns < length_ns; passed_ns += width_ns) {
		const struct bucket *bucket = bucket_at(level, number++);

		if (bucket->count == 0)
			continue;
		if (sum.count == 0)
			sum.first = bucket->first;
		if (bucket->min < sum.min)
			sum.min = bucket->min;
		if (bucket->max > sum.max)
			sum.max = bucket->max;
		sum.last = bucket->last;
		sum.count += bucket->count;
	}
	*ret_sum = sum;
	return number;
}

/* Add those of the buckets from @number to before @end that begin in the window. */
static void fill_whole(struct filling *filling, const struct level *level, uint64_t number,
		       uint64_t end)
{
	uint64_t start_ns = filling->levels->start_ns;
	uint64_t before_ns = filling->from_ns - min_u64(filling->from_ns, start_ns);
	struct sum sum;

	number = max_u64(number, before_ns / level->width_ns + (before_ns % level->width_ns > 0));
	while (number < end) {
		uint64_t t_ns = start_ns + number * level->width_ns;

		while (t_ns >= filling->edge_ns) {
			filling->column++;
			set_edge(filling);
		}
		number = sum_up(&sum, level, number, end, filling->edge_ns - t_ns);
		column_add(&filling->columns[filling->column], &sum);
	}
}

/* Fill with the buckets of @level numbered @number and on: the first one that is not past. */
static uint64_t fill(struct filling *filling, const struct level *level, uint64_t number)
{
	uint64_t limit_ns = filling->limit_ns;
	uint64_t start_ns = filling->levels->start_ns;
	uint64_t past = limit_ns > start_ns ? (limit_ns - start_ns) / level->width_ns : 0;
	uint64_t end = max_u64(number, min_u64(level->end, past));

	if (level == filling->levels->level && end == past && end < level->end &&
	    limit_ns > start_ns && is_past(filling->levels, level, end, limit_ns))
		end++;
	fill_whole(filling, level, number, end);
	return end;
}

void levels_columns(const struct levels *levels, const struct history_window *window,
		    struct history_column *columns, size_t count)
{
	uint64_t limit_ns = min_u64(window->to_ns, window->until_ns);
	uint64_t window_ns = window->to_ns - window->from_ns;
	struct filling filling = {
		.levels = levels,
		.from_ns = window->from_ns,
		.limit_ns = limit_ns,
		.columns = columns,
		.count = count,
		.edge_ns = window->from_ns,
	};
	uint64_t from = window->from_ns - min_u64(window->from_ns, levels->start_ns);
	const struct level *level =
		level_for(levels, from, limit_ns - min_u64(limit_ns, levels->start_ns));
	uint64_t number = max_u64(level->first, from / level->width_ns);

	memset(columns, 0, count * sizeof(*columns));
	if (count == 0 || limit_ns <= window->from_ns)
		return;
	filling.step_ns = window_ns / count;
	filling.rest = window_ns % count;
	set_edge(&filling);
	number = fill(&filling, level, number);
	/* The bucket in which the limit lies: what is past of it, from the finer ones. */
	while (level > levels->level) {
		number *= 4;
		level--;
		number = fill(&filling, level, max_u64(number, level->first));
	}
}

/* The first bucket with a value, from @number on, that lies in what is to be filled. */
static const struct bucket *first_filled(const struct filling *filling, const struct level *level,
					 uint64_t *number)
{
	for (; *number < level->end; ++*number) {
		uint64_t t_ns = filling->levels->start_ns + *number * level->width_ns;

		if (t_ns >= filling->limit_ns ||
		    !is_past(filling->levels, level, *number, filling->limit_ns))
			break;
		if (t_ns >= filling->from_ns && bucket_at(level, *number)->count)
			return bucket_at(level, *number);
	}
	return NULL;
}

bool levels_first_within(const struct levels *levels, uint64_t from_ns, uint64_t until_ns,
			 uint64_t *ret_bytes)
{
	const struct filling filling = {
		.levels = levels,
		.from_ns = from_ns,
		.limit_ns = until_ns,
	};
	uint64_t from = from_ns - min_u64(from_ns, levels->start_ns);
	const struct level *level =
		level_for(levels, from, until_ns - min_u64(until_ns, levels->start_ns));
	uint64_t number = from / level->width_ns;

	if (until_ns <= from_ns)
		return false;
	for (;; level--, number *= 4) {
		const struct bucket *bucket;

		number = max_u64(number, level->first);
		bucket = first_filled(&filling, level, &number);
		if (bucket)
			*ret_bytes = to_bytes(bucket->first);
		if (bucket || level == levels->level)
			return bucket != NULL;
	}
}

/* The last value in the buckets of @level from @number on down, of which @most are looked at. */
static const struct bucket *last_before(const struct level *level, uint64_t number, uint64_t most)
{
	uint64_t end = min_u64(number + 1, level->end);
	uint64_t first = max_u64(level->first, end - min_u64(end, most));

	for (uint64_t n = end; n > first; n--) {
		if (bucket_at(level, n - 1)->count)
			return bucket_at(level, n - 1);
	}
	return NULL;
}

bool levels_value_before(const struct levels *levels, uint64_t t_ns, uint64_t *ret_bytes)
{
	uint64_t at_ns = t_ns - min_u64(t_ns, levels->start_ns);
	const struct level *level = level_reaching(levels, at_ns);
	uint64_t limit_ns = t_ns + (t_ns < UINT64_MAX);
	uint64_t number = at_ns / level->width_ns;

	if (t_ns < levels->start_ns)
		return false;
	if (number >= level->first && number < level->end &&
	    !is_past(levels, level, number, limit_ns)) {
		if (number == 0)
			return false;
		number--;
	}
	/* A long gap is crossed in the coarser levels. */
	for (; level < &levels->level[LEVELS]; level++) {
		const struct bucket *bucket = last_before(level, number, LEVEL_BUCKETS);

		if (bucket) {
			*ret_bytes = to_bytes(bucket->last);
			return true;
		}
		if (number < LEVEL_BUCKETS)
			break;
		number = (number - LEVEL_BUCKETS) / 4;
	}
	return false;
}

/* The earliest value there is; 0: none. */
static uint64_t first_value(const struct levels *levels)
{
	const struct level *level = level_reaching(levels, 0);

	for (uint64_t n = level->first; n < level->end; n++) {
		if (bucket_at(level, n)->count)
			return to_bytes(bucket_at(level, n)->first);
	}
	return 0;
}

uint64_t levels_value_at(const struct levels *levels, uint64_t t_ns)
{
	uint64_t bytes;

	return levels_value_before(levels, t_ns, &bytes) ? bytes : first_value(levels);
}
