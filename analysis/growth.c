#include "analysis/growth.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>

#define PAIRS (GROWTH_PARTS * (GROWTH_PARTS - 1) / 2)
#define NORMAL_95 1.959964

struct slopes {
	size_t count;
	double values[PAIRS]; /* bytes a part; in any order */
};

static void swap(double *one, double *other)
{
	double kept = *one;

	*one = *other;
	*other = kept;
}

/* The value of @rank, 0 the smallest (Hoare's selection), of those from @low to @high, of which it
 * is one: those before it are no larger then, those behind it no smaller. */
static double select_rank(struct slopes *slopes, size_t low_rank, size_t high_rank, size_t rank)
{
	double *values = slopes->values;
	ptrdiff_t low = (ptrdiff_t)low_rank;
	ptrdiff_t high = (ptrdiff_t)high_rank;

	while (low < high) {
		double pivot = values[low + (high - low) / 2];
		ptrdiff_t i = low;
		ptrdiff_t j = high;

		while (i <= j) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i <= j)
				swap(&values[i++], &values[j--]);
		}
		if ((ptrdiff_t)rank <= j)
			high = j;
		else if ((ptrdiff_t)rank >= i)
			low = i;
		else
			break;
	}
	return values[rank];
}

/* Those below it come before it then, those above it behind it. */
static double median(struct slopes *slopes)
{
	size_t middle = slopes->count / 2;
	double upper = select_rank(slopes, 0, slopes->count - 1, middle);

	if (slopes->count % 2 == 1)
		return upper;
	return (select_rank(slopes, 0, middle - 1, middle - 1) + upper) / 2;
}

/* Once the median is known, only one side of it is looked at. */
static double beside_median(struct slopes *slopes, size_t rank)
{
	size_t middle = slopes->count / 2;

	return rank < middle ? select_rank(slopes, 0, middle - 1, rank)
			     : select_rank(slopes, middle, slopes->count - 1, rank);
}

static int compare(const void *one, const void *other)
{
	double a = *(const double *)one;
	double b = *(const double *)other;

	return (a > b) - (a < b);
}

/* Of Kendall's S over the means that there are, @count of them. Sorts them. */
static double kendall_variance(double *means, size_t count)
{
	double n = (double)count;
	double sum = n * (n - 1) * (2 * n + 5);

	qsort(means, count, sizeof(*means), compare);
	for (size_t i = 0, equal; i < count; i += equal) {
		double t;

		for (equal = 1; i + equal < count && means[i + equal] == means[i];)
			equal++;
		t = (double)equal;
		sum -= t * (t - 1) * (2 * t + 5);
	}
	return sum / 18;
}

/* Takes the @count means apart from those without value: how many there are. */
static size_t take_slopes(struct slopes *slopes, double *ret_means, const double *means,
			  size_t count)
{
	size_t known = 0;

	slopes->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (isnan(means[i]))
			continue;
		ret_means[known++] = means[i];
		for (size_t j = 0; j < i; j++) {
			if (!isnan(means[j]))
				slopes->values[slopes->count++] =
					(means[i] - means[j]) / (double)(i - j);
		}
	}
	return known;
}

struct growth growth_estimate(const double *means, size_t count, uint64_t part_ns)
{
	struct growth growth = { 0 };
	struct slopes slopes;
	double known[GROWTH_PARTS];
	double scale = 60.0 * (double)NS_PER_S / (double)part_ns;
	double within;
	double below;
	double above;
	size_t n;

	if (count > GROWTH_PARTS || part_ns == 0)
		return growth;
	n = take_slopes(&slopes, known, means, count);
	if (n < GROWTH_LEAST)
		return growth;
	within = NORMAL_95 * sqrt(kendall_variance(known, n));
	below = floor(((double)slopes.count - within) / 2) - 1;
	above = ceil(((double)slopes.count + within) / 2);
	growth.known = true;
	growth.per_minute = median(&slopes) * scale;
	growth.low = beside_median(&slopes, (size_t)fmax(below, 0)) * scale;
	growth.high = beside_median(&slopes, (size_t)fmin(above, (double)slopes.count - 1)) * scale;
	return growth;
}
