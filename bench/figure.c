#include "bench/figure.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAIRS_MOST 1024

struct spread {
	double median;
	double min;
	double max;
	double quarter; /* a quarter of the values is below it */
	double three_quarters;
};

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

double figure_median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, by_value);
	return values[count / 2];
}

double figure_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static struct spread spread_of(const double *values, size_t count)
{
	double sorted[PAIRS_MOST];

	memcpy(sorted, values, count * sizeof *values);
	return (struct spread){ .median = figure_median(sorted, count),
				.min = sorted[0],
				.max = sorted[count - 1],
				.quarter = sorted[count / 4],
				.three_quarters = sorted[count - 1 - count / 4] };
}

static bool is_met(const struct figure *figure, double value)
{
	return figure->aim == NO_AIM ||
	       (figure->aim == AT_MOST ? value <= figure->limit : value >= figure->limit);
}

/* The middle half of the pairs lies on both sides of the limit: another run may end differently. */
static bool is_close(const struct figure *figure, const struct spread *ratio)
{
	return is_met(figure, ratio->quarter) != is_met(figure, ratio->three_quarters);
}

static const char *verdict_of(const struct figure *figure, const struct spread *ratio)
{
	if (figure->aim == NO_AIM)
		return "";
	if (is_close(figure, ratio))
		return is_met(figure, ratio->median) ? "ok, close" : "missed, close";
	return is_met(figure, ratio->median) ? "ok" : "MISSED";
}

static void put_aim(const struct figure *figure, const char *verdict)
{
	if (figure->aim == NO_AIM)
		putchar('\n');
	else
		printf("  (aim: at %s %g): %s\n", figure->aim == AT_MOST ? "most" : "least",
		       figure->limit, verdict);
	fflush(stdout);
}

static void put_json(const struct figure *figure, const struct spread *ratio,
		     const struct spread *ours, const struct spread *peer, const char *verdict)
{
	const char *path = getenv("BENCH_JSON");
	FILE *file = path ? fopen(path, "a") : NULL;

	if (!file)
		return;
	fprintf(file,
		"{\"name\":\"%s\",\"ours\":\"%s\",\"peer\":\"%s\",\"unit\":\"%s\",\"value\":%.9g,"
		"\"min\":%.9g,\"max\":%.9g,\"aim\":\"%s\",\"limit\":%.9g,\"verdict\":\"%s\"",
		figure->name, figure->ours, figure->peer ? figure->peer : "", figure->unit,
		ratio->median, ratio->min, ratio->max,
		figure->aim == NO_AIM	 ? ""
		: figure->aim == AT_MOST ? "at most"
					 : "at least",
		figure->limit, verdict);
	if (peer)
		fprintf(file, ",\"our_value\":%.9g,\"peer_value\":%.9g,\"noise\":%.6f",
			ours->median, peer->median, peer->max / peer->min - 1);
	fputs("}\n", file);
	fclose(file);
}

void figure_ratio(const struct figure *figure, const double *ours, const double *peer, size_t count)
{
	double ratios[PAIRS_MOST];
	struct spread ratio, our_spread, peer_spread;
	const char *verdict;

	if (count == 0 || count > PAIRS_MOST)
		abort();
	for (size_t i = 0; i < count; i++)
		ratios[i] = figure->aim == AT_LEAST ? peer[i] / ours[i] : ours[i] / peer[i];
	ratio = spread_of(ratios, count);
	our_spread = spread_of(ours, count);
	peer_spread = spread_of(peer, count);
	verdict = verdict_of(figure, &ratio);
	printf("%-20s %s: %.4g %s; %s: %.4g %s\n%20s %.3g x, %.3g to %.3g in %zu pairs",
	       figure->name, figure->ours, our_spread.median, figure->unit, figure->peer,
	       peer_spread.median, figure->unit, "", ratio.median, ratio.min, ratio.max, count);
	put_aim(figure, verdict);
	put_json(figure, &ratio, &our_spread, &peer_spread, verdict);
}

void figure_count(const struct figure *figure, double value)
{
	const struct spread spread = { value, value, value, value, value };
	const char *verdict = verdict_of(figure, &spread);

	printf("%-20s %s: %.6g %s", figure->name, figure->ours, value, figure->unit);
	put_aim(figure, verdict);
	put_json(figure, &spread, NULL, NULL, verdict);
}
