#include "watcher/peaks.h"

#include "base/array.h"
#include "base/minmax.h"

#include <stdlib.h>
#include <string.h>

#define NOWHERE SIZE_MAX

void peaks_free(struct peaks *peaks)
{
	free(peaks->at);
	*peaks = (struct peaks){ 0 };
}

static bool grow(struct peaks *peaks)
{
	return peaks->count < PEAKS_MAX &&
	       array_reserve(&peaks->at, &peaks->room, peaks->count + 1) == 0;
}

/* The newest one of a line before @end. */
static size_t find_newest(const struct peaks *peaks, uint32_t line, size_t end)
{
	while (end-- > 0) {
		if (peaks->at[end].line == line)
			return end;
	}
	return NOWHERE;
}

void peaks_begin(struct peaks *peaks, struct line_peak *line, const struct event *begin)
{
	size_t newest;

	if (!grow(peaks))
		return;
	if (line->open) {
		newest = find_newest(peaks, begin->line, peaks->count);
		peaks->at[newest].most = line->most;
	}
	peaks->at[peaks->count++] = (struct peak_span){
		.line = begin->line,
		.span = begin->span,
		.rss = begin->rss,
		.rss_age_ns = begin->rss_age_ns,
		.mark = begin->peak_rss,
	};
	line->most = begin->rss;
	line->open++;
}

static void remove_at(struct peaks *peaks, size_t index)
{
	memmove(peaks->at + index, peaks->at + index + 1,
		(--peaks->count - index) * sizeof(*peaks->at));
}

/* Take the span at @index out, whose time is its predecessor's from now on: the most since it
 * began. */
static uint64_t take_out(struct peaks *peaks, struct line_peak *line, size_t index)
{
	struct peak_span span = peaks->at[index];
	size_t before = find_newest(peaks, span.line, index);
	bool newest = true;
	uint64_t most = line->most;

	for (size_t i = index + 1; i < peaks->count; i++) {
		if (peaks->at[i].line != span.line)
			continue;
		newest = false;
		most = max_u64(most, peaks->at[i].most);
	}
	if (!newest)
		most = max_u64(most, span.most);
	if (before != NOWHERE && newest)
		line->most = max_u64(line->most, peaks->at[before].most);
	else if (before != NOWHERE)
		peaks->at[before].most = max_u64(peaks->at[before].most, span.most);
	remove_at(peaks, index);
	line->open--;
	return most;
}

static size_t find_span(const struct peaks *peaks, const struct event *event)
{
	for (size_t i = peaks->count; i-- > 0;) {
		if (peaks->at[i].line == event->line && peaks->at[i].span == event->span)
			return i;
	}
	return NOWHERE;
}

void peaks_end(struct peaks *peaks, struct line_peak *line, struct event *end)
{
	size_t index = line->open ? find_span(peaks, end) : NOWHERE;
	uint64_t mark = end->peak_rss;
	struct peak_span span = { 0 };
	uint64_t most = 0;

	if (index != NOWHERE) {
		span = peaks->at[index];
		most = take_out(peaks, line, index);
	}
	if (!end->rss)
		end->rss = span.rss;
	end->rss_age_ns = max_u64(end->rss_age_ns, span.rss_age_ns);
	end->peak_rss = max_u64(max_u64(end->rss, end->rss_end), most);
	end->peak_exact = false;
	if (!span.mark || mark <= span.mark)
		return;
	end->peak_rss = max_u64(end->peak_rss, mark);
	end->peak_exact = !end->unfinished;
}

void peaks_forget(struct peaks *peaks, struct line_peak *line, uint32_t number)
{
	size_t kept = 0;

	if (!line->open)
		return;
	for (size_t i = 0; i < peaks->count; i++) {
		if (peaks->at[i].line != number)
			peaks->at[kept++] = peaks->at[i];
	}
	peaks->count = kept;
	line->open = 0;
}
