#include "analysis/parts.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>

#define FIRST_ROOM 8

void parts_begin(struct parts *parts, uint64_t interval_ns)
{
	*parts = (struct parts){ .part_ns = interval_ns > NS_PER_MS ? interval_ns : NS_PER_MS,
				 .value = PARTS_NONE,
				 .last = PARTS_NONE,
				 .most = VERDICT_PARTS };
}

void parts_coarsen(struct parts *parts)
{
	parts->most = PARTS_COARSE;
}

void parts_free(struct parts *parts)
{
	free(parts->list);
	parts->list = NULL;
	parts->count = parts->room = 0;
}

static const struct parts_part no_part = { .low = UINT64_MAX };

static struct parts_part join(const struct parts_part *a, const struct parts_part *b)
{
	return (struct parts_part){ .held = a->held + b->held,
				    .held_ns = a->held_ns + b->held_ns,
				    .low = a->low < b->low ? a->low : b->low,
				    .high = a->high > b->high ? a->high : b->high };
}

/* Two parts become one. */
static void fold(struct parts *parts)
{
	size_t half = (parts->count + 1) / 2;

	for (size_t i = 0; i < half; i++) {
		const struct parts_part *other =
			2 * i + 1 < parts->count ? &parts->list[2 * i + 1] : &no_part;

		parts->list[i] = join(&parts->list[2 * i], other);
	}
	parts->count = half;
	parts->part_ns *= 2;
}

/* The part at @t_ns; NULL: no memory. */
static struct parts_part *part_at(struct parts *parts, uint64_t t_ns)
{
	struct parts_part *list;
	uint64_t place;
	size_t room = parts->room ? parts->room : FIRST_ROOM;

	while ((place = (t_ns - parts->begin_ns) / parts->part_ns) >= parts->most)
		fold(parts);
	while (room <= place)
		room *= 2;
	if (room > parts->room) {
		list = realloc(parts->list, room * sizeof(*list));
		if (!list) {
			parts->no_memory = true;
			return NULL;
		}
		parts->list = list;
		parts->room = room;
	}
	while (parts->count <= place)
		parts->list[parts->count++] = no_part;
	return &parts->list[place];
}

static void widen(struct parts_part *part, uint64_t value)
{
	if (value < part->low)
		part->low = value;
	if (value > part->high)
		part->high = value;
}

/* What holds, holds until @t_ns. */
static void hold(struct parts *parts, uint64_t t_ns)
{
	if (parts->value == PARTS_NONE) {
		if (t_ns > parts->since_ns)
			parts->since_ns = t_ns;
		return;
	}
	while (parts->since_ns < t_ns && part_at(parts, t_ns)) {
		struct parts_part *part = part_at(parts, parts->since_ns);
		uint64_t end_ns =
			parts->begin_ns +
			((parts->since_ns - parts->begin_ns) / parts->part_ns + 1) * parts->part_ns;

		if (end_ns > t_ns)
			end_ns = t_ns;
		widen(part, parts->value);
		part->held += (double)parts->value * (double)(end_ns - parts->since_ns);
		part->held_ns += end_ns - parts->since_ns;
		parts->since_ns = end_ns;
	}
}

void parts_add(struct parts *parts, uint64_t t_ns, uint64_t value)
{
	double change;

	if (parts->no_memory || (parts->last == PARTS_NONE && value == PARTS_NONE))
		return;
	if (parts->last == PARTS_NONE)
		parts->begin_ns = parts->since_ns = t_ns;
	hold(parts, t_ns);
	parts->value = value;
	if (value == PARTS_NONE)
		return;
	change = parts->last == PARTS_NONE ? 0 : (double)value - (double)parts->last;
	*(change < 0 ? &parts->falls : &parts->rises) += change * change;
	parts->last = value;
}

static int compare(const void *one, const void *other)
{
	double a = *(const double *)one;
	double b = *(const double *)other;

	return (a > b) - (a < b);
}

/* The median, over the parts, of what the line moved within one. */
static double swing(const struct parts *parts)
{
	double swings[VERDICT_PARTS];
	size_t count = 0;

	for (size_t i = 0; i < parts->count; i++) {
		if (parts->list[i].low <= parts->list[i].high)
			swings[count++] = (double)(parts->list[i].high - parts->list[i].low);
	}
	qsort(swings, count, sizeof(*swings), compare);
	return count > 0 ? swings[count / 2] : 0;
}

void parts_close(struct parts *parts, uint64_t t_ns)
{
	hold(parts, t_ns);
	parts->value = PARTS_NONE;
}

uint64_t parts_held(const struct parts *parts, uint64_t ns)
{
	size_t run = (size_t)((ns + parts->part_ns - 1) / parts->part_ns);
	uint64_t held = 0;

	if (run < PARTS_HELD_LEAST)
		run = PARTS_HELD_LEAST;
	for (size_t i = 0; i + run <= parts->count; i++) {
		uint64_t low = UINT64_MAX;

		for (size_t j = i; j < i + run; j++) {
			const struct parts_part *part = &parts->list[j];
			uint64_t least = part->low <= part->high ? part->low : 0;

			low = least < low ? least : low;
		}
		held = low > held ? low : held;
	}
	return held;
}

struct verdict parts_verdict(struct parts *parts, uint64_t t_ns)
{
	double means[VERDICT_PARTS], lows[VERDICT_PARTS];
	struct verdict verdict;
	struct verdict_series series = { .means = means, .lows = lows };

	parts_close(parts, t_ns);
	series.part_ns = parts->part_ns;
	series.swing = swing(parts);
	if (parts->rises + parts->falls > 0)
		series.lopsided = (parts->falls - parts->rises) / (parts->rises + parts->falls);
	for (size_t i = 0; i < parts->count; i++) {
		const struct parts_part *part = &parts->list[i];
		bool known = part->held_ns >= parts->part_ns / 2 && part->held_ns > 0;

		means[i] = known ? part->held / (double)part->held_ns : NAN;
		lows[i] = known ? (double)part->low : NAN;
	}
	series.count = parts->count;
	while (series.count > 0 && isnan(means[series.count - 1]))
		series.count--;
	verdict = verdict_of(&series);
	if (parts->last != PARTS_NONE && t_ns > parts->begin_ns)
		verdict.life_ns = t_ns - parts->begin_ns;
	return verdict;
}
