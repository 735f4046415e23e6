#include "plotter/levels_state.h"

#include <string.h>

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
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

/* Columns that are being filled, in order of time. */
struct filling {
	const struct levels *levels;
	uint64_t from_ns;
	uint64_t window_ns;
	uint64_t limit_ns; /* nothing from here on is told */
	struct history_column *columns;
	size_t count;
	size_t column;
};

/* Where column @index begins, from the window's begin. */
static uint64_t column_edge(const struct filling *filling, size_t index)
{
	uint64_t window_ns = filling->window_ns;
	size_t count = filling->count;

	return window_ns / count * index + window_ns % count * index / count;
}

/* Whether all that is in a bucket came before the limit. */
static bool is_past(const struct filling *filling, const struct level *level, uint64_t number)
{
	uint64_t begin_ns = filling->levels->start_ns + number * level->width_ns;

	if (level > filling->levels->level)
		return filling->limit_ns - begin_ns >= level->width_ns;
	return begin_ns + bucket_at(level, number)->at * level_part(level) < filling->limit_ns;
}

/* Fill with the buckets of @level numbered @number and on: the first one that is not past. */
static uint64_t fill(struct filling *filling, const struct level *level, uint64_t number)
{
	for (; number < level->end; number++) {
		uint64_t t_ns = filling->levels->start_ns + number * level->width_ns;

		if (t_ns >= filling->limit_ns || !is_past(filling, level, number))
			break;
		if (t_ns < filling->from_ns || bucket_at(level, number)->count == 0)
			continue;
		while (t_ns - filling->from_ns >= column_edge(filling, filling->column + 1))
			filling->column++;
		column_add(&filling->columns[filling->column], bucket_at(level, number));
	}
	return number;
}

void levels_columns(const struct levels *levels, const struct history_window *window,
		    struct history_column *columns, size_t count)
{
	uint64_t limit_ns = min_u64(window->to_ns, window->until_ns);
	struct filling filling = {
		.levels = levels,
		.from_ns = window->from_ns,
		.window_ns = window->to_ns - window->from_ns,
		.limit_ns = limit_ns,
		.columns = columns,
		.count = count,
	};
	uint64_t from = window->from_ns - min_u64(window->from_ns, levels->start_ns);
	const struct level *level =
		level_for(levels, from, limit_ns - min_u64(limit_ns, levels->start_ns));
	uint64_t number = max_u64(level->first, from / level->width_ns);

	memset(columns, 0, count * sizeof(*columns));
	if (count == 0 || limit_ns <= window->from_ns)
		return;
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

		if (t_ns >= filling->limit_ns || !is_past(filling, level, *number))
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
	const struct filling limit = { .levels = levels, .limit_ns = t_ns + (t_ns < UINT64_MAX) };
	uint64_t number = at_ns / level->width_ns;

	if (t_ns < levels->start_ns)
		return false;
	if (number >= level->first && number < level->end && !is_past(&limit, level, number)) {
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
