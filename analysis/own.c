#include "analysis/own.h"

void own_begin(struct own *own, uint64_t interval_ns)
{
	*own = (struct own){ 0 };
	parts_begin(&own->parts, interval_ns);
	parts_begin(&own->rss, interval_ns);
}

void own_coarsen(struct own *own)
{
	parts_coarsen(&own->parts);
	parts_coarsen(&own->rss);
}

void own_free(struct own *own)
{
	parts_free(&own->parts);
	parts_free(&own->rss);
}

static void add(struct own *own, uint64_t t_ns)
{
	own->last_own = own->resident - own->shared + own->swap;
	own->last_shared = own->shared;
	if (!own->known) {
		own->first_own = own->last_own;
		own->first_shared = own->last_shared;
	}
	own->known = true;
	parts_add(&own->parts, t_ns, own->last_own);
}

void own_sample(struct own *own, uint64_t t_ns, const struct sample *sample)
{
	parts_add(&own->rss, t_ns, sample->rss == UINT64_MAX ? PARTS_NONE : sample->rss);
	if (sample->rss == UINT64_MAX) {
		parts_add(&own->parts, t_ns, PARTS_NONE);
		own->resident = 0;
		return;
	}
	own->resident = sample->rss;
	own->shared = sample->shared < sample->rss ? sample->shared : sample->rss;
	own->knows_shared |= sample->shared > 0;
	add(own, t_ns);
}

void own_swap(struct own *own, uint64_t t_ns, uint64_t bytes)
{
	own->swap = bytes;
	if (own->resident)
		add(own, t_ns);
}

void own_metrics(struct own *own, uint64_t t_ns, const struct metrics *metrics)
{
	if (metrics->set & METRIC_BIT(METRIC_SWAP))
		own_swap(own, t_ns, metrics->values[METRIC_SWAP]);
}

struct grown own_judge(struct own *own, uint64_t t_ns)
{
	struct grown grown = { .verdict = parts_verdict(&own->parts, t_ns),
			       .judged = own->knows_shared ? JUDGED_OWN : JUDGED_RSS,
			       .known = own->known };

	parts_close(&own->rss, t_ns);
	grown.own = (int64_t)(own->last_own - own->first_own);
	grown.shared = (int64_t)(own->last_shared - own->first_shared);
	return grown;
}

bool own_lacks_memory(const struct own *own)
{
	return own->parts.no_memory || own->rss.no_memory;
}

const char *judged_name(enum judged judged)
{
	static const char *const names[] = {
		[JUDGED_OWN] = "own", [JUDGED_RSS] = "rss", [JUDGED_PSS] = "pss"
	};

	return names[judged];
}
