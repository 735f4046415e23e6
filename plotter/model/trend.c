#include "plotter/model/trend.h"

#include "base/clock.h"
#include "analysis/growth.h"

#include <math.h>

/* Parts that are made of the columns, at most. */
#define PARTS 32

/* An interval is narrow where it spans no more of the slope than this. */
#define NARROW 0.5

/* The newest parts grow still where they do so at this much of the slope at least. */
#define GOES_ON 0.6

/* A fall by more than this much of the rise over all parts is the end of what grew. */
#define FALL 0.25

/* What has a value spans at least this part of the window, and no more than that one is missing at
 * its end. */
#define SPAN 4
#define LATE 8

/* Nothing is foretold for longer than so many windows. */
#define FAR 100

struct parts {
	double means[PARTS]; /* NAN: has no value */
	size_t count;
	uint64_t part_ns;
	double last; /* the newest value */
};

/* The columns from the first that has a value to the last one. */
struct held {
	size_t from;
	size_t to;
};

static struct held find_held(const struct history_column *columns, size_t count)
{
	struct held held = { 0, count };

	while (held.from < count && columns[held.from].count == 0)
		held.from++;
	while (held.to > held.from && columns[held.to - 1].count == 0)
		held.to--;
	return held;
}

static double part_mean(const struct history_column *columns, size_t from, size_t to)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = from; i < to; i++) {
		if (columns[i].count == 0)
			continue;
		sum += ((double)columns[i].min + (double)columns[i].max) / 2;
		known++;
	}
	return known ? sum / (double)known : NAN;
}

/* All of one width; those that make the oldest part less than whole are left out. */
static void make_parts(struct parts *parts, const struct history_column *columns, struct held held,
		       uint64_t column_ns)
{
	size_t each = (held.to - held.from + PARTS - 1) / PARTS;

	parts->count = each ? (held.to - held.from) / each : 0;
	parts->part_ns = each * column_ns;
	for (size_t i = 0; i < parts->count; i++) {
		size_t to = held.to - (parts->count - 1 - i) * each;

		parts->means[i] = part_mean(columns, to - each, to);
	}
	parts->last = parts->count ? (double)columns[held.to - 1].last : 0;
}

static double middle_of(double a, double b, double c)
{
	return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* The part's mean, but for a spike that was gone at the next part. */
static double without_spike(const struct parts *parts, size_t i)
{
	if (i == 0 || i + 1 >= parts->count || isnan(parts->means[i - 1]) ||
	    isnan(parts->means[i + 1]))
		return parts->means[i];
	return middle_of(parts->means[i - 1], parts->means[i], parts->means[i + 1]);
}

/* The mean of parts, without spikes; NAN where none has a value. */
static double mean_of(const struct parts *parts, size_t from, size_t to)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = from; i < to; i++) {
		double mean = without_spike(parts, i);

		if (isnan(mean))
			continue;
		sum += mean;
		known++;
	}
	return known ? sum / (double)known : NAN;
}

/* Whether the newest quarter lies as far above the one before it as such growth would take it:
 * false for a warm-up that is over. */
static bool goes_on(const struct parts *parts, double per_part)
{
	size_t quarter = parts->count / 4;
	double before = mean_of(parts, parts->count - 2 * quarter, parts->count - quarter);
	double newest = mean_of(parts, parts->count - quarter, parts->count);

	return newest - before >= GOES_ON * per_part * (double)quarter;
}

/* Whether it fell, and stayed below, by a good part of its rise: a saw's tooth. */
static bool has_fallen(const struct parts *parts, double per_part)
{
	double most = FALL * per_part * (double)parts->count;
	double highest = 0;

	/* Of the outermost nobody can tell whether they are spikes. */
	for (size_t i = 1; i + 1 < parts->count; i++) {
		double mean = without_spike(parts, i);

		if (highest - mean > most)
			return true;
		highest = fmax(highest, mean);
	}
	return highest - fmin(parts->means[parts->count - 1], parts->last) > most;
}

static bool is_steady(const struct parts *parts, const struct growth *growth)
{
	double per_part = growth->per_minute * (double)parts->part_ns / (60.0 * (double)NS_PER_S);

	return growth->low > 0 && growth->high - growth->low <= NARROW * growth->per_minute &&
	       goes_on(parts, per_part) && !has_fallen(parts, per_part);
}

void trend_set(struct trend *ret_trend, const struct history_column *columns, size_t count,
	       uint64_t column_ns)
{
	struct held held = find_held(columns, count);
	struct parts parts;
	struct growth growth;

	make_parts(&parts, columns, held, column_ns);
	growth = growth_estimate(parts.means, parts.count, parts.part_ns);
	*ret_trend = (struct trend){ .known = growth.known, .per_second = growth.per_minute / 60 };
	if (growth.known && count - held.to <= count / LATE && held.to - held.from >= count / SPAN)
		ret_trend->steady = is_steady(&parts, &growth);
}

uint64_t trend_reaches(const struct trend *trend, uint64_t room_bytes, uint64_t window_ns)
{
	double ns;

	if (!trend->steady || trend->per_second <= 0)
		return UINT64_MAX;
	ns = (double)room_bytes / trend->per_second * (double)NS_PER_S;
	return ns <= FAR * (double)window_ns && ns < (double)(UINT64_MAX / 2) ? (uint64_t)ns
									      : UINT64_MAX;
}
