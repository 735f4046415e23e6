#include "watcher/spans.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void spans_free(struct spans *spans)
{
	free(spans->at);
	*spans = (struct spans){ 0 };
}

static bool grow(struct spans *spans)
{
	return spans->count < SPANS_MAX &&
	       array_reserve(&spans->at, &spans->room, spans->count + 1) == 0;
}

static void add(struct spans *spans, uint64_t t_ns, const struct event *event)
{
	struct open_span *span;

	if (!grow(spans))
		return;
	span = &spans->at[spans->count++];
	span->line = event->line;
	span->span = event->span;
	span->begin_ns = t_ns;
	span->rss = event->rss;
	text_copy(span->category, sizeof(span->category), event->category);
	text_copy(span->label, sizeof(span->label), event->label);
}

/* They stay in the order in which they began. */
static void remove_at(struct spans *spans, size_t index)
{
	memmove(spans->at + index, spans->at + index + 1,
		(--spans->count - index) * sizeof(*spans->at));
}

static void end(struct spans *spans, const struct event *event)
{
	for (size_t i = spans->count; i-- > 0;) {
		if (spans->at[i].line == event->line && spans->at[i].span == event->span) {
			remove_at(spans, i);
			return;
		}
	}
}

void spans_note(struct spans *spans, uint64_t t_ns, const struct event *event)
{
	if (event->kind == EVENT_SPAN_BEGIN)
		add(spans, t_ns, event);
	else if (event->kind == EVENT_SPAN_END)
		end(spans, event);
}

bool spans_take(struct spans *spans, uint32_t line, struct open_span *ret_span)
{
	for (size_t i = spans->count; i-- > 0;) {
		if (spans->at[i].line != line)
			continue;
		*ret_span = spans->at[i];
		remove_at(spans, i);
		return true;
	}
	return false;
}
