#include "trace/total.h"

#include <stdlib.h>
#include <string.h>

void total_free(struct total *total)
{
	free(total->lines);
	total->lines = NULL;
	total->count = 0;
	total->room = 0;
}

/* The index of the first line numbered @line or more. */
static size_t index_of(const struct total *total, uint32_t line)
{
	size_t low = 0;
	size_t high = total->count;

	if (high > 0 && total->lines[high - 1].line < line)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (total->lines[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool reserve(struct total *total)
{
	size_t room = total->room ? 2 * total->room : 16;
	struct total_line *lines;

	if (total->count < total->room)
		return true;
	lines = realloc(total->lines, room * sizeof *lines);
	if (!lines)
		return false;
	total->lines = lines;
	total->room = room;
	return true;
}

/* Its place in order; NULL without memory. @hint: where it is if all samples come in order. */
static struct total_line *own_line(struct total *total, uint32_t line, size_t hint)
{
	size_t index = hint;

	if (hint >= total->count || total->lines[hint].line != line)
		index = index_of(total, line);
	if (index < total->count && total->lines[index].line == line)
		return &total->lines[index];
	if (!reserve(total))
		return NULL;
	memmove(&total->lines[index + 1], &total->lines[index],
		(total->count - index) * sizeof *total->lines);
	total->count++;
	total->lines[index] = (struct total_line){
		.line = line,
		.counts = !total->counts || total->counts(total->arg, line),
	};
	total->met += total->lines[index].counts;
	return &total->lines[index];
}

/* Whether it is what a process has when it joins: one that lives with no other is as good as a
 * tick. */
static bool is_join(const struct total *total, const struct tick *tick)
{
	size_t index;

	if (tick->count != 1 || total->count == 0)
		return false;
	index = index_of(total, tick->samples[0].line);
	return index == total->count || total->lines[index].line != tick->samples[0].line;
}

/* What a line adds to the sum of PSS: nothing where it shows no memory. */
static uint64_t pss_part(const struct total_line *line)
{
	return line->has_pss && line->rss ? line->pss : line->rss;
}

static void set_rss(struct total *total, struct total_line *line, uint64_t rss)
{
	uint64_t part = pss_part(line);

	total->sum += rss - line->rss;
	line->rss = rss;
	total->pss_sum += pss_part(line) - part;
}

static void add_metrics(struct total *total, const struct metrics *metrics)
{
	size_t index = index_of(total, metrics->line);
	struct total_line *line = &total->lines[index];
	uint64_t part;

	if (!(metrics->set & METRIC_BIT(METRIC_PSS)) || index == total->count ||
	    line->line != metrics->line || !line->counts)
		return;
	part = pss_part(line);
	total->with_pss += !line->has_pss;
	line->has_pss = true;
	line->pss = metrics->values[METRIC_PSS];
	total->pss_sum += pss_part(line) - part;
}

static struct total_point point_at(const struct total *total, uint64_t t_ns, bool tick)
{
	return (struct total_point){ t_ns, total->sum, total->pss_sum, total->with_pss > 0, tick };
}

static void add_samples(struct total *total, const struct tick *tick)
{
	size_t hint = 0;

	for (size_t i = 0; i < tick->count; i++) {
		struct total_line *line = own_line(total, tick->samples[i].line, hint);
		uint64_t rss = tick->samples[i].rss;

		if (!line)
			continue;
		hint = (size_t)(line - total->lines) + 1;
		if (!line->counts)
			continue;
		if (rss == UINT64_MAX) /* it has no value from now on: a reader's word */
			rss = 0;
		set_rss(total, line, rss);
	}
}

static bool leave(struct total *total, uint32_t number)
{
	size_t index = index_of(total, number);
	bool counts;

	if (index == total->count || total->lines[index].line != number)
		return false;
	counts = total->lines[index].counts;
	set_rss(total, &total->lines[index], 0);
	total->with_pss -= total->lines[index].has_pss;
	total->count--;
	memmove(&total->lines[index], &total->lines[index + 1],
		(total->count - index) * sizeof *total->lines);
	return counts;
}

size_t total_add(struct total *total, const struct record *record,
		 struct total_point points[TOTAL_POINTS])
{
	size_t count = 0;
	bool join;

	if (total->open_ns && (record->type != RECORD_TICK || record->t_ns != total->open_ns)) {
		points[count++] = point_at(total, total->open_ns, true);
		total->open_ns = 0;
	}
	if (record->type == RECORD_TICK) {
		join = is_join(total, &record->tick);
		add_samples(total, &record->tick);
		total->open_ns = record->tick.count == TICK_SAMPLES ? record->t_ns : 0;
		if (!total->open_ns)
			points[count++] = point_at(total, record->t_ns, !join);
	} else if (record->type == RECORD_END && leave(total, record->end.line)) {
		points[count++] = point_at(total, record->t_ns, false);
	} else if (record->type == RECORD_METRICS) {
		add_metrics(total, &record->metrics);
	}
	return count;
}

bool total_tells(const struct total *total)
{
	return total->met >= TOTAL_LEAST;
}
