#include "analysis/stretch.h"

#include <string.h>

#define FEW 3
#define WORKING_SET 4

/* Count the time from @begin_ns to @end_ns, but for what was counted. */
static void cover(struct stretch *stretch, struct tally_group *group, uint64_t begin_ns,
		  uint64_t end_ns)
{
	while (stretch->count > 0 && stretch->past[stretch->count - 1].end_ns >= begin_ns) {
		uint64_t past_begin_ns = stretch->past[stretch->count - 1].begin_ns;
		uint64_t past_end_ns = stretch->past[stretch->count - 1].end_ns;

		group->total_ns -= past_end_ns - past_begin_ns;
		if (past_begin_ns < begin_ns)
			begin_ns = past_begin_ns;
		if (past_end_ns > end_ns)
			end_ns = past_end_ns;
		stretch->count--;
	}
	if (end_ns <= begin_ns)
		return;
	if (stretch->count == STRETCHES) {
		memmove(stretch->past, stretch->past + 1, (STRETCHES - 1) * sizeof(*stretch->past));
		stretch->count--;
	}
	stretch->past[stretch->count].begin_ns = begin_ns;
	stretch->past[stretch->count].end_ns = end_ns;
	stretch->count++;
	group->total_ns += end_ns - begin_ns;
}

static void gain(struct stretch *stretch, struct tally_group *group, uint64_t from, uint64_t to)
{
	if (!from || !to)
		return;
	stretch->gained_known = true;
	stretch->gained_from = from;
	stretch->gained = (int64_t)(to - from);
	group->gained += stretch->gained;
}

void stretch_settle(struct stretch *stretch, struct tally_group *group, uint64_t rss)
{
	int64_t kept = stretch->gained;
	int64_t now = (int64_t)(rss - stretch->gained_from);

	if (!stretch->gained_known)
		return;
	stretch->gained_known = false;
	if (rss && kept > 0)
		kept = now < 0 ? 0 : now < kept ? now : kept;
	else if (rss)
		kept = now > 0 ? 0 : now > kept ? now : kept;
	group->kept += kept;
	stretch->kept += kept;
	stretch->settled++;
	if (kept > stretch->most)
		stretch->most = kept;
}

/*
 * Whether what it kept was its own doing. A span that works with much memory, which the allocator
 * keeps, grows by what others took of that since: one call that kept far more than the others do,
 * with other spans between, is the sign of it.
 */
static bool holds(const struct stretch *stretch)
{
	if (!stretch->amid || stretch->settled < FEW)
		return true;
	return stretch->most <=
	       WORKING_SET * (stretch->kept - stretch->most) / (int64_t)(stretch->settled - 1);
}

void stretch_note_kept(const struct stretch *stretch, const struct tally_group *group,
		       struct tally_kept most[TALLY_KEPT])
{
	size_t place = TALLY_KEPT;

	while (place > 0 && stretch->kept > most[place - 1].bytes)
		place--;
	if (place == TALLY_KEPT)
		return;
	memmove(most + place + 1, most + place, (TALLY_KEPT - 1 - place) * sizeof(*most));
	most[place] = (struct tally_kept){ .category = group->category,
					   .name = group->name,
					   .bytes = stretch->kept,
					   .holds = holds(stretch) };
}

void stretch_begin(struct stretch *stretch, struct tally_group *group, uint64_t t_ns, uint64_t rss)
{
	if (stretch->open++ > 0)
		return;
	stretch_settle(stretch, group, rss);
	stretch->since_ns = t_ns;
	stretch->since_rss = rss;
}

void stretch_end(struct stretch *stretch, struct tally_group *group, uint64_t t_ns, uint64_t rss)
{
	if (stretch->open == 0 || --stretch->open > 0)
		return;
	if (t_ns > stretch->since_ns)
		cover(stretch, group, stretch->since_ns, t_ns);
	gain(stretch, group, stretch->since_rss, rss);
}

void stretch_whole(struct stretch *stretch, struct tally_group *group,
		   const struct stretch_call *call)
{
	if (stretch->open > 0) {
		if (call->begin_ns < stretch->since_ns)
			stretch->since_ns = call->begin_ns;
		return;
	}
	stretch_settle(stretch, group, call->rss);
	if (call->end_ns > call->begin_ns)
		cover(stretch, group, call->begin_ns, call->end_ns);
	gain(stretch, group, call->rss, call->rss_end);
}
