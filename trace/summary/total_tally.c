#include "trace/summary/total_tally.h"

static void add_point(struct total_tally *tally, const struct total_point *point)
{
	if (!tally->known) {
		tally->known = true;
		tally->first_ns = point->t_ns;
		tally->first_rss = point->rss;
	} else if (point->t_ns > tally->last_ns) {
		tally->area += (double)tally->last_rss * (double)(point->t_ns - tally->last_ns);
	}
	if (point->t_ns > tally->last_ns)
		tally->last_ns = point->t_ns;
	tally->last_rss = point->rss;
	if (point->rss > tally->max_rss) {
		tally->max_rss = point->rss;
		tally->max_ns = point->t_ns;
	}
}

void total_tally_add(struct total_tally *tally, const struct record *record)
{
	struct total_point points[TOTAL_POINTS];
	size_t count = total_add(&tally->total, record, points);

	for (size_t i = 0; i < count; i++)
		add_point(tally, &points[i]);
}

double total_tally_mean(const struct total_tally *tally)
{
	if (tally->last_ns == tally->first_ns)
		return (double)tally->last_rss;
	return tally->area / (double)(tally->last_ns - tally->first_ns);
}
