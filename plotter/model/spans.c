#include "plotter/model/spans.h"

#include <stdlib.h>

/* Events looked at in the window, and before it for those that are open. */
#define LOOKED_AT 4096

struct finding {
	const struct spans_query *query;
	struct span_bar *bars;
	size_t most;
	size_t count;
	uint64_t last_step; /* in which the last short one begins */
	bool some;	    /* there was one */
};

static bool is_shown(const struct spans_query *query, uint32_t line)
{
	return !query->shown || query->shown(query->arg, line);
}

/* One of many short ones: what is drawn of it is there already. */
static bool is_drawn(struct finding *finding, const struct span_bar *bar)
{
	uint64_t step_ns = finding->query->step_ns;
	bool drawn;

	if (step_ns == 0 || bar->to_ns - bar->from_ns >= step_ns)
		return false;
	drawn = finding->some && finding->last_step == bar->from_ns / step_ns;
	finding->last_step = bar->from_ns / step_ns;
	finding->some = true;
	return drawn;
}

/* The bar that @event tells of: false where another event tells of the same, or none does. */
static bool bar_of(struct span_bar *ret_bar, const struct history_event *event, uint64_t now_ns)
{
	bool open = event->kind == EVENT_SPAN_BEGIN &&
		    (event->closed_ns == 0 || event->closed_ns > now_ns);

	if (event->end || (event->kind != EVENT_SPAN_END && !open))
		return false;
	*ret_bar = (struct span_bar){ .event = event, .open = open };
	ret_bar->to_ns = open ? now_ns : event->t_ns;
	if (open)
		ret_bar->from_ns = event->t_ns;
	else if (event->t_ns > event->duration_ns)
		ret_bar->from_ns = event->t_ns - event->duration_ns;
	return true;
}

static void take(struct finding *finding, const struct history_event *event)
{
	const struct spans_query *query = finding->query;
	struct span_bar bar;

	if (finding->count == finding->most || !bar_of(&bar, event, query->now_ns) ||
	    (!bar.open && bar.to_ns < query->from_ns) || !is_shown(query, event->line) ||
	    is_drawn(finding, &bar))
		return;
	finding->bars[finding->count++] = bar;
}

static void find(struct finding *finding, const struct history *history)
{
	size_t index = history_event_after(history, finding->query->now_ns + 1);
	size_t begin = history_event_after(history, finding->query->from_ns);
	size_t least = index > LOOKED_AT ? index - LOOKED_AT : 0;

	if (begin > least)
		least = begin > LOOKED_AT ? begin - LOOKED_AT : 0;
	while (index-- > least)
		take(finding, history_event_at(history, index));
}

/* The longer of two that begin at once first: the other one lies in it. */
static int compare(const void *a, const void *b)
{
	const struct span_bar *one = a;
	const struct span_bar *other = b;

	if (one->from_ns != other->from_ns)
		return one->from_ns < other->from_ns ? -1 : 1;
	if (one->to_ns != other->to_ns)
		return one->to_ns > other->to_ns ? -1 : 1;
	return one->event->number < other->event->number ? -1 : 1;
}

/* Give each its lane: how many have one, moved to the front. */
static size_t place(struct span_bar *bars, size_t count, const struct spans_query *query)
{
	uint64_t ends[SPANS_LANES] = { 0 };
	unsigned lanes = query->lanes < SPANS_LANES ? query->lanes : SPANS_LANES;
	size_t placed = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned lane = 0;

		while (lane < lanes && ends[lane] > bars[i].from_ns)
			lane++;
		if (lane == lanes)
			continue;
		ends[lane] = bars[i].to_ns > bars[i].from_ns + query->step_ns
				     ? bars[i].to_ns
				     : bars[i].from_ns + query->step_ns;
		bars[placed] = bars[i];
		bars[placed++].lane = lane;
	}
	return placed;
}

size_t spans_find(struct span_bar *bars, size_t most, const struct history *history,
		  const struct spans_query *query)
{
	struct finding finding = { .query = query, .bars = bars, .most = most };

	find(&finding, history);
	qsort(bars, finding.count, sizeof(*bars), compare);
	return place(bars, finding.count, query);
}
