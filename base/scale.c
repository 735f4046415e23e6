#include "base/scale.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#define NS_PER_DAY (86400 * NS_PER_S)
#define LEAST_SPAN 1024 /* bytes */
#define DECIMALS 9	/* most */

static const struct unit {
	const char *name;
	double bytes;
} units[] = {
	{ "B", 1 },	   { "KiB", 0x1p10 }, { "MiB", 0x1p20 }, { "GiB", 0x1p30 },
	{ "TiB", 0x1p40 }, { "PiB", 0x1p50 }, { "EiB", 0x1p60 },
};
#define UNITS (sizeof(units) / sizeof(units[0]))

static const uint64_t tens[DECIMALS + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
};

/* --- memory */

/* The ticks at or outside of both ends. Divisions are off by one where they round. */
static void set_ticks(struct scale *scale, uint64_t low, uint64_t high)
{
	double step_bytes = scale->step * scale->unit_bytes;
	int64_t first = (int64_t)((double)low / step_bytes);
	int64_t last = (int64_t)((double)high / step_bytes);

	while (scale_at(scale, first) > low)
		first--;
	while (scale_at(scale, first + 1) <= low)
		first++;
	while (scale_at(scale, last) < high)
		last++;
	while (scale_at(scale, last - 1) >= high)
		last--;
	scale->first_tick = first;
	scale->last_tick = last;
}

static bool set_step(struct scale *scale, unsigned factor, int power)
{
	scale->decimals = power < 0 ? -power : 0;
	scale->step = power < 0 ? factor / (double)tens[-power] : (double)(factor * tens[power]);
	return scale->step * scale->unit_bytes >= 1;
}

/* The least round step that is enough. */
static void set_unit(struct scale *scale, const struct unit *unit, uint64_t low, uint64_t high,
		     unsigned most)
{
	static const unsigned factors[] = { 1, 2, 5 };

	scale->unit = unit->name;
	scale->unit_bytes = unit->bytes;
	for (int power = -DECIMALS; power <= DECIMALS; power++) {
		for (unsigned i = 0; i < 3; i++) {
			if (!set_step(scale, factors[i], power))
				continue;
			set_ticks(scale, low, high);
			if (scale->last_tick - scale->first_tick <= (int64_t)most)
				return;
		}
	}
}

void scale_bytes(struct scale *ret_scale, uint64_t low, uint64_t high, unsigned most)
{
	const struct unit *unit = units;

	if (low > INT64_MAX - LEAST_SPAN)
		low = INT64_MAX - LEAST_SPAN;
	if (high > INT64_MAX)
		high = INT64_MAX;
	if (high <= low)
		high = low + LEAST_SPAN;
	while (unit < &units[UNITS - 1] && (double)high >= unit[1].bytes)
		unit++;
	set_unit(ret_scale, unit, low, high, most ? most : 1);
	if (unit < &units[UNITS - 1] &&
	    (double)scale_at(ret_scale, ret_scale->last_tick) >= unit[1].bytes)
		set_unit(ret_scale, unit + 1, low, high, most ? most : 1);
}

uint64_t scale_at(const struct scale *scale, int64_t tick)
{
	double bytes = (double)tick * scale->step * scale->unit_bytes;

	if (bytes <= 0)
		return 0;
	return bytes < 0x1p63 ? (uint64_t)(bytes + 0.5) : INT64_MAX;
}

/* Without printf's %f, whose point is the locale's. */
char *scale_label(char text[SCALE_TEXT], const struct scale *scale, int64_t tick)
{
	uint64_t one = tens[scale->decimals];
	uint64_t value = (uint64_t)tick * (uint64_t)(scale->step * (double)one + 0.5);

	if (tick <= 0)
		snprintf(text, SCALE_TEXT, "0");
	else if (one == 1)
		snprintf(text, SCALE_TEXT, "%" PRIu64 " %s", value, scale->unit);
	else
		snprintf(text, SCALE_TEXT, "%" PRIu64 ".%0*" PRIu64 " %s", value / one,
			 scale->decimals, value % one, scale->unit);
	return text;
}

/* --- time */

/* The least of 1, 2, 5, 10, ... times @unit that is @least at least; the largest that fits 64 bits
 * where none is. */
static uint64_t round_step(uint64_t unit, uint64_t least)
{
	uint64_t step = unit;

	for (unsigned i = 0; step < least; i++) {
		uint64_t half = i % 3 == 1 ? step / 2 : step;
		uint64_t factor = i % 3 == 1 ? 5 : 2;

		if (half > UINT64_MAX / factor)
			return step;
		step = half * factor;
	}
	return step;
}

uint64_t scale_time_step(uint64_t span_ns, unsigned most)
{
	static const uint64_t seconds[] = {
		1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
	};
	uint64_t steps = most ? most : 1;
	uint64_t least = span_ns / steps + (span_ns % steps > 0);

	if (least <= NS_PER_S)
		return round_step(1, least);
	for (unsigned i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		if (seconds[i] * NS_PER_S >= least)
			return seconds[i] * NS_PER_S;
	return round_step(NS_PER_DAY, least);
}
