#include "analysis/shape.h"

#include "analysis/verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS 24	 /* fitted at most */
#define SHORTEST_TREAD 3 /* points: a shorter level is on the way to another */
#define WITHIN 0.3	 /* of the growth, may lie within the levels */
#define SPLIT_GAIN 0.5
#define SPLIT_LEAST 4 /* points on either side */
#define BEND_DOUBT 3.5
#define BEND_SLOPE 0.4
#define BEND_LATE 0.6
#define BETTER 0.2 /* of the squares that two lines leave over, levels leave at most */
#define CLEAR                                                                                      \
	7.0 /* a step is so many times what levels leave over; of a line they leave 1 / 3.5        \
	     */

static int compare(const void *one, const void *other)
{
	double a = *(const double *)one;
	double b = *(const double *)other;

	return (a > b) - (a < b);
}

double shape_noise(const double *values, size_t count)
{
	double bends[VERDICT_PARTS];

	if (count < 3)
		return 0;
	for (size_t i = 0; i + 2 < count; i++)
		bends[i] = fabs(values[i] - 2 * values[i + 1] + values[i + 2]);
	qsort(bends, count - 2, sizeof(*bends), compare);
	/* A second difference has six times the variance; the median of absolutes is 0.6745 of it.
	 */
	return bends[(count - 2) / 2] / 0.6745 / sqrt(6);
}

/* --- sums over any run of points */

struct sums {
	double y[VERDICT_PARTS + 1];
	double yy[VERDICT_PARTS + 1];
	double xy[VERDICT_PARTS + 1];
};

static void add_up(struct sums *sums, const double *values, size_t count)
{
	double zero = values[0]; /* near the values, so that squares keep their digits */

	memset(sums, 0, sizeof(*sums));
	for (size_t i = 0; i < count; i++) {
		double y = values[i] - zero;

		sums->y[i + 1] = sums->y[i] + y;
		sums->yy[i + 1] = sums->yy[i] + y * y;
		sums->xy[i + 1] = sums->xy[i] + (double)i * y;
	}
}

/* What the mean of the points from @begin to before @end leaves over, squared. */
static double left_by_level(const struct sums *sums, size_t begin, size_t end)
{
	double y = sums->y[end] - sums->y[begin];

	return fmax(sums->yy[end] - sums->yy[begin] - y * y / (double)(end - begin), 0);
}

static double slope_of(const struct sums *sums, size_t begin, size_t end)
{
	double n = (double)(end - begin);
	double middle = (double)(begin + end - 1) / 2;
	double xy = sums->xy[end] - sums->xy[begin] - middle * (sums->y[end] - sums->y[begin]);

	return n < 2 ? 0 : xy * 12 / (n * (n * n - 1));
}

static double left_by_line(const struct sums *sums, size_t begin, size_t end)
{
	double n = (double)(end - begin);
	double slope = slope_of(sums, begin, end);

	return fmax(left_by_level(sums, begin, end) - slope * slope * n * (n * n - 1) / 12, 0);
}

/* --- steps */

struct fit {
	struct sums sums;
	size_t count;
	double least;
	double left[LEVELS + 1][VERDICT_PARTS + 1]; /* by so many levels, of so many points */
	size_t from[LEVELS + 1][VERDICT_PARTS + 1]; /* where the last of them begins */
};

struct level {
	size_t begin, end;
	double mean;
	double within; /* what the level itself rises */
};

/* With one level more than others have, of the points before @end. */
static void fit_one_more(struct fit *fit, size_t levels, size_t end,
			 const double left_by_last[VERDICT_PARTS])
{
	const double *left_before = fit->left[levels - 1];
	double best = INFINITY;

	for (size_t begin = levels - 1; begin < end; begin++) {
		double left = left_before[begin] + left_by_last[begin];

		if (left >= best)
			continue;
		best = left;
		fit->from[levels][end] = begin;
	}
	fit->left[levels][end] = best;
}

static void fit_levels(struct fit *fit)
{
	double left_by_last[VERDICT_PARTS]; /* by a level from each point on */

	for (size_t end = 1; end <= fit->count; end++) {
		for (size_t begin = 0; begin < end; begin++)
			left_by_last[begin] = left_by_level(&fit->sums, begin, end);
		fit->left[1][end] = left_by_last[0];
		fit->from[1][end] = 0;
		for (size_t levels = 2; levels <= LEVELS && levels <= end; levels++)
			fit_one_more(fit, levels, end, left_by_last);
	}
}

/* How many levels are worth their number, in noise of @noise. */
static size_t choose_levels(const struct fit *fit, double noise)
{
	double price = 3 * log((double)fit->count) * noise * noise;
	size_t chosen = 1;

	for (size_t levels = 2; levels <= LEVELS; levels++) {
		if (fit->left[levels][fit->count] + (double)levels * price <
		    fit->left[chosen][fit->count] + (double)chosen * price)
			chosen = levels;
	}
	return chosen;
}

static struct level level_of(const struct sums *sums, size_t begin, size_t end)
{
	double n = (double)(end - begin);

	return (struct level){ .begin = begin,
			       .end = end,
			       .mean = (sums->y[end] - sums->y[begin]) / n,
			       .within = slope_of(sums, begin, end) * (n - 1) };
}

/* The levels that are treads; those that follow one another with less than a step are one. */
static size_t take_treads(const struct fit *fit, size_t levels, struct level treads[LEVELS])
{
	size_t ends[LEVELS + 1];
	size_t count = 0;

	ends[levels] = fit->count;
	for (size_t i = levels; i > 0; i--)
		ends[i - 1] = fit->from[i][ends[i]];
	for (size_t i = 0; i < levels; i++) {
		struct level level = level_of(&fit->sums, ends[i], ends[i + 1]);

		if (level.end - level.begin < SHORTEST_TREAD)
			continue;
		if (count > 0 && fabs(level.mean - treads[count - 1].mean) < fit->least)
			treads[count - 1] =
				level_of(&fit->sums, treads[count - 1].begin, level.end);
		else
			treads[count++] = level;
	}
	return count;
}

/* Of the growth from @treads' point @from on, how much lies within the treads; 0 where it does not
 * grow. */
static double share_within(const struct level *treads, size_t count, size_t from)
{
	double within = 0;
	double between = 0;

	for (size_t i = 0; i < count; i++) {
		if (treads[i].end > from)
			within += treads[i].within;
		if (i > 0 && treads[i].begin > from)
			between += treads[i].mean - treads[i - 1].mean -
				   (treads[i].within + treads[i - 1].within) / 2;
	}
	return within > 0 && within + between > 0 ? within / (within + between) : 0;
}

static void count_steps(struct shape_steps *steps, const struct level *treads, size_t count)
{
	double up = 0;
	double down = 0;
	double largest = 0;
	size_t last = 0;

	for (size_t i = 1; i < count; i++) {
		double step = treads[i].mean - treads[i - 1].mean;

		if (step < 0) {
			down -= step;
			continue;
		}
		if (treads[i].begin - last > steps->tread)
			steps->tread = treads[i].begin - last;
		last = treads[i].begin;
		steps->steps++;
		up += step;
		largest = fmax(largest, step);
	}
	steps->since = treads[count - 1].end - last;
	steps->largest = up > 0 ? largest / up : 0;
	steps->downward = up > 0 ? down / up : 0;
}

/* The squares that two straight lines leave over, wherever they meet. */
static double left_by_lines(const struct sums *sums, size_t count)
{
	double best = left_by_line(sums, 0, count);

	for (size_t i = 2; i + 2 <= count; i++)
		best = fmin(best, left_by_line(sums, 0, i) + left_by_line(sums, i, count));
	return best;
}

/* Whether the steps are large beside what lies about the levels, and levels fit better than lines:
 * one step is two lines, so that is for more. */
static bool are_clear(const struct fit *fit, size_t levels, const struct level *treads,
		      size_t count)
{
	double n = (double)fit->count;
	double left = fit->left[levels][fit->count];
	double step = fabs(treads[count - 1].mean - treads[0].mean) / (double)(count - 1);

	if (step <= CLEAR * sqrt(left / n))
		return false;
	return count < 4 || left / (n - 2 * (double)levels) <
				    BETTER * left_by_lines(&fit->sums, fit->count) / (n - 5);
}

void shape_find_steps(struct shape_steps *ret_steps, const double *values, size_t count,
		      double noise, double least)
{
	struct level treads[LEVELS];
	size_t levels, tread_count, on_treads = 0;
	struct fit fit;

	*ret_steps = (struct shape_steps){ 0 };
	if (count < LEVELS)
		return;
	fit.count = count;
	fit.least = fmax(least, 2 * noise);
	add_up(&fit.sums, values, count);
	fit_levels(&fit);
	levels = choose_levels(&fit, fmax(noise, least / 20));
	tread_count = take_treads(&fit, levels, treads);
	if (tread_count < 2)
		return;
	for (size_t i = 0; i < tread_count; i++)
		on_treads += treads[i].end - treads[i].begin;
	count_steps(ret_steps, treads, tread_count);
	ret_steps->found = ret_steps->steps > 0 && are_clear(&fit, levels, treads, tread_count) &&
			   4 * on_treads >= 3 * count &&
			   share_within(treads, tread_count, 0) < WITHIN &&
			   share_within(treads, tread_count, count / 2) < WITHIN;
}

/* --- teeth */

void shape_find_teeth(struct shape_teeth *ret_teeth, const double *values, size_t count,
		      double least)
{
	struct shape_teeth *teeth = ret_teeth;
	double rises = 0, falls = 0, high = values[0], low = values[0];
	bool falling = false;
	size_t low_at = 0;

	*teeth = (struct shape_teeth){ 0 };
	for (size_t i = 1; i < count; i++) {
		double change = values[i] - values[i - 1];

		*(change < 0 ? &falls : &rises) += change * change;
		if (falling && values[i] > low + least) {
			teeth->height += high - low;
			if (teeth->low_count < SHAPE_TEETH)
				teeth->low_at[teeth->low_count++] = low_at;
			falling = false;
			high = values[i];
		} else if (!falling && values[i] < high - least) {
			teeth->falls++;
			falling = true;
			low = values[i];
			low_at = i;
		}
		high = falling ? high : fmax(high, values[i]);
		if (falling && values[i] < low) {
			low = values[i];
			low_at = i;
		}
	}
	if (falling)
		teeth->height += high - low;
	if (teeth->falls > 0)
		teeth->height /= teeth->falls;
	if (rises + falls > 0)
		teeth->lopsided = (falls - rises) / (rises + falls);
}

/* --- lines */

size_t shape_split(const double *values, size_t count)
{
	struct sums sums;
	double one, best;
	size_t split = 0;

	if (count < 4 * SPLIT_LEAST)
		return 0;
	add_up(&sums, values, count);
	one = left_by_line(&sums, 0, count);
	best = SPLIT_GAIN * one;
	for (size_t i = SPLIT_LEAST; i <= count / 2; i++) {
		double two = left_by_line(&sums, 0, i) + left_by_line(&sums, i, count);

		if (two >= best)
			continue;
		best = two;
		split = i;
	}
	return split;
}

/* A parabola through points: a line and what bends it, from -1 to 1. */
struct parabola {
	double slope, bend;
	double doubt; /* the bend's standard error */
};

/* By the columns 1, u and w = u^2 less its mean, which are orthogonal. */
static struct parabola fit_parabola(const double *values, size_t count)
{
	double y = 0, square = 0, uu = 0, uy = 0, ww = 0, wy = 0, left = 0;
	struct parabola fit;

	for (size_t i = 0; i < count; i++) {
		double u = 2 * (double)i / (double)(count - 1) - 1;

		y += values[i] / (double)count;
		square += u * u / (double)count;
	}
	for (size_t i = 0; i < count; i++) {
		double u = 2 * (double)i / (double)(count - 1) - 1;
		double w = u * u - square;

		uu += u * u;
		uy += u * (values[i] - y);
		ww += w * w;
		wy += w * (values[i] - y);
	}
	fit.slope = uy / uu;
	fit.bend = wy / ww;
	for (size_t i = 0; i < count; i++) {
		double u = 2 * (double)i / (double)(count - 1) - 1;
		double rest = values[i] - y - fit.slope * u - fit.bend * (u * u - square);

		left += rest * rest;
	}
	fit.doubt = sqrt(left / (double)(count - 3) / ww);
	return fit;
}

bool shape_flattens(const double *values, size_t count)
{
	struct parabola all, late;

	if (count < 9)
		return false;
	all = fit_parabola(values, count);
	late = fit_parabola(values + count / 3, count - count / 3);
	return all.slope > 0 && all.bend < -BEND_DOUBT * all.doubt &&
	       all.slope + 2 * all.bend < BEND_SLOPE * all.slope &&
	       late.slope + 2 * late.bend < BEND_LATE * fmax(late.slope, 0);
}

double shape_tau(const double *values, size_t count)
{
	double sum = 0;

	for (size_t i = 1; i < count; i++) {
		for (size_t j = 0; j < i; j++)
			sum += (values[i] > values[j]) - (values[i] < values[j]);
	}
	return count < 2 ? 0 : sum * 2 / ((double)count * (double)(count - 1));
}
