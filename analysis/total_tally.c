#include "analysis/total_tally.h"

#define REPEATED_LEAST (8ULL << 20)
#define REPEATED_PART 10
#define SHARED_MOMENTS 20

/* What a process takes with it is judged after so long, since at the end of a job all leave; unless
 * it is less than one part in so many. */
#define LEAVE_NS NS_PER_S
#define LEAVE_PARTS 16

void total_tally_begin(struct total_tally *tally, uint64_t interval_ns)
{
	struct parts *const parts[] = { &tally->rss.parts, &tally->pss.parts, &tally->once.parts,
					&tally->own, &tally->pss_own };

	*tally = (struct total_tally){ .interval_ns = interval_ns };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		parts_begin(parts[i], interval_ns);
}

void total_tally_free(struct total_tally *tally)
{
	total_free(&tally->total);
	parts_free(&tally->rss.parts);
	parts_free(&tally->pss.parts);
	parts_free(&tally->once.parts);
	parts_free(&tally->own);
	parts_free(&tally->pss_own);
}

static void add_to(struct total_figure *figure, uint64_t ns, uint64_t t_ns, uint64_t bytes)
{
	figure->area += (double)figure->last * (double)ns;
	figure->last = bytes;
	if (bytes > figure->max) {
		figure->max = bytes;
		figure->max_ns = t_ns;
	}
	parts_add(&figure->parts, t_ns, bytes);
}

static bool waits(struct total_tally *tally, const struct total_point *point)
{
	uint64_t last = tally->last_own[0];

	if (!tally->left_ns && point->fewer && point->own < last - last / LEAVE_PARTS)
		tally->left_ns = point->t_ns;
	if (tally->left_ns && point->t_ns < tally->left_ns + LEAVE_NS && point->own < last)
		return true;
	tally->left_ns = 0;
	return false;
}

static void add_own(struct total_tally *tally, const struct total_point *point)
{
	const uint64_t own[2] = { point->own, point->pss_own };

	if (tally->known && waits(tally, point))
		return;

	for (int i = 0; i < 2; i++) {
		if (!tally->known)
			tally->first_own[i] = own[i];
		tally->last_own[i] = own[i];
	}
	parts_add(&tally->own, point->t_ns, point->own);
	parts_add(&tally->pss_own, point->t_ns, point->pss_own);
}

static void add_point(struct total_tally *tally, const struct total_point *point)
{
	uint64_t ns = 0;

	if (tally->known && point->t_ns > tally->last_ns)
		ns = point->t_ns - tally->last_ns;
	if (!tally->known)
		tally->first_ns = tally->last_ns = point->t_ns;
	add_to(&tally->rss, ns, point->t_ns, point->rss);
	add_to(&tally->pss, ns, point->t_ns, point->pss);
	add_to(&tally->once, ns, point->t_ns, point->once);
	add_own(tally, point);
	tally->known = true;
	tally->has_pss |= point->has_pss;
	tally->points++;
	tally->points_without += !point->has_shared;
	tally->has_shared = tally->points_without <= tally->points / SHARED_MOMENTS;
	if (point->has_shared && point->repeated > tally->repeated)
		tally->repeated = point->repeated;
	tally->last_ns += ns;
}

void total_tally_add(struct total_tally *tally, const struct record *record)
{
	struct total_point points[TOTAL_POINTS + 1];
	size_t count = total_add(&tally->total, record, points);

	/* Where no sample changes, what is read is all that does. */
	if (record->type == RECORD_METRICS && tally->known)
		points[count++] = total_now(&tally->total, record->t_ns);
	for (size_t i = 0; i < count; i++)
		add_point(tally, &points[i]);
}

struct grown total_tally_judge(struct total_tally *tally, uint64_t t_ns)
{
	struct grown grown = { .known = tally->known };
	int which = tally->has_pss;

	if (t_ns > tally->last_ns && tally->rss.last == 0)
		t_ns = tally->last_ns; /* nobody lived any more */
	grown.verdict = parts_verdict(which ? &tally->pss_own : &tally->own,
				      tally->left_ns ? tally->left_ns : t_ns);
	grown.judged = which ? JUDGED_PSS : tally->has_shared ? JUDGED_OWN : JUDGED_RSS;
	grown.own = (int64_t)(tally->last_own[which] - tally->first_own[which]);
	parts_close(&tally->rss.parts, t_ns);
	parts_close(&tally->pss.parts, t_ns);
	parts_close(&tally->once.parts, t_ns);
	return grown;
}

double total_tally_mean(const struct total_tally *tally, const struct total_figure *figure)
{
	if (tally->last_ns == tally->first_ns)
		return (double)figure->last;
	return figure->area / (double)(tally->last_ns - tally->first_ns);
}

bool total_tally_repeats(const struct total_tally *tally)
{
	return !tally->has_pss && tally->has_shared && tally->repeated >= REPEATED_LEAST &&
	       tally->repeated >= tally->rss.max / REPEATED_PART;
}

bool total_tally_lacks_memory(const struct total_tally *tally)
{
	return tally->rss.parts.no_memory || tally->pss.parts.no_memory ||
	       tally->once.parts.no_memory || tally->own.no_memory || tally->pss_own.no_memory;
}
