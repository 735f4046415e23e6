#include "plotter/model/history_state.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

/* They are told once a second at most. */
#define GRAIN_NS NS_PER_S

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void history_free_metrics(struct history_line *line)
{
	for (enum metric i = METRIC_RSS; line->of_metric && i < METRICS; i++)
		levels_free(line->of_metric[i]);
	free(line->of_metric);
}

static struct levels *open_levels(const struct history *history, struct history_line *line,
				  enum metric metric)
{
	const struct session_info *session = &history->session;

	if (!line->of_metric)
		line->of_metric = calloc(METRICS, sizeof(*line->of_metric));
	if (line->of_metric && !line->of_metric[metric])
		line->of_metric[metric] =
			levels_new(session->start_ns, max_u64(session->interval_ns, GRAIN_NS),
				   history->buckets);
	return line->of_metric ? line->of_metric[metric] : NULL;
}

/* Put the figures of @set into the levels, as of @t_ns. */
static int keep(const struct history *history, struct history_line *line, uint64_t t_ns,
		uint32_t set)
{
	int err = 0;

	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		struct levels *levels;

		if (!(set & METRIC_BIT(i)))
			continue;
		levels = open_levels(history, line, i);
		if (!levels || levels_add(levels, t_ns, line->metrics.values[i]))
			err = -ENOMEM;
	}
	return err;
}

int history_take_metrics(struct history *history, uint64_t t_ns, const struct metrics *metrics)
{
	struct history_line *line = history_line_own(history, metrics->line);

	if (!line)
		return 0;
	history->metrics |= metrics->set;
	line->metrics.set |= metrics->set;
	if (metrics->read_ns)
		line->metrics.read_ns = metrics->read_ns;
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		if (!(metrics->set & METRIC_BIT(i)))
			continue;
		line->metrics.values[i] = metrics->values[i];
		line->max_metric[i] = max_u64(line->max_metric[i], metrics->values[i]);
	}
	return keep(history, line, t_ns, metrics->set);
}

int history_hold_metrics(struct history *history, struct history_line *line, uint64_t t_ns)
{
	if (!line->metrics.set || t_ns < line->metrics_ns + GRAIN_NS)
		return 0;
	line->metrics_ns = t_ns;
	return keep(history, line, t_ns, line->metrics.set);
}

int history_total_metrics(struct history *history, struct history_line *line,
			  const struct total_point *point)
{
	if (!point->has_pss)
		return 0;
	line->metrics.set |= METRIC_BIT(METRIC_PSS);
	line->metrics.values[METRIC_PSS] = point->pss;
	line->max_metric[METRIC_PSS] = max_u64(line->max_metric[METRIC_PSS], point->pss);
	return history_hold_metrics(history, line, point->t_ns);
}

void history_show(struct history *history, enum metric metric)
{
	history->shown = metric < METRICS ? metric : METRIC_RSS;
}

enum metric history_shown(const struct history *history)
{
	return history->shown;
}

uint32_t history_metrics(const struct history *history)
{
	return history->metrics | history->session.metrics | METRIC_BIT(METRIC_RSS);
}

enum metric history_next_metric(const struct history *history)
{
	enum metric next = history->shown;

	do
		next = (next + 1) % METRICS;
	while (!(history_metrics(history) & METRIC_BIT(next)));
	return next;
}

const char *history_figure(const struct history *history)
{
	if (history_metrics(history) == METRIC_BIT(METRIC_RSS))
		return "";
	return metric_title(history->shown);
}

const struct levels *history_levels(const struct history *history, const struct history_line *line)
{
	if (history->shown == METRIC_RSS)
		return line->levels;
	return line->of_metric ? line->of_metric[history->shown] : NULL;
}

uint64_t history_last(const struct history *history, const struct history_line *line)
{
	return history->shown == METRIC_RSS ? line->rss : line->metrics.values[history->shown];
}

uint64_t history_highest(const struct history *history, const struct history_line *line)
{
	return history->shown == METRIC_RSS ? line->max_rss : line->max_metric[history->shown];
}
