#include "session/reader_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void step(struct reader *reader)
{
	reader->event_ns = READER_NEVER;
	if (reader_step(reader, &reader->events))
		reader->event_ns = reader_time(reader, &reader->events, EVENT_T);
}

int reader_events_open(struct reader *reader)
{
	reader_cursor(reader, &reader->events, TABLE_EVENT, "");
	reader->span_count = 0;
	if (!reader->error)
		step(reader);
	return reader->error;
}

uint64_t reader_events_next(const struct reader *reader)
{
	return reader->event_ns;
}

/* --- spans that are to end: a heap */

uint64_t reader_spans_next(const struct reader *reader)
{
	return reader->span_count ? reader->spans[0].end_ns : READER_NEVER;
}

static bool is_before(const struct reader_span *a, const struct reader_span *b)
{
	return a->end_ns < b->end_ns || (a->end_ns == b->end_ns && a->row > b->row);
}

static int reserve(struct reader *reader)
{
	size_t room = reader->span_room ? reader->span_room * 2 : 64;
	struct reader_span *spans;

	if (reader->span_count < reader->span_room)
		return 0;
	spans = realloc(reader->spans, room * sizeof *spans);
	if (!spans)
		return reader_fail(reader, -ENOMEM, strerror(ENOMEM));
	reader->spans = spans;
	reader->span_room = room;
	return 0;
}

static void rise(struct reader_span *spans, size_t i)
{
	while (i > 0 && is_before(&spans[i], &spans[(i - 1) / 2])) {
		struct reader_span above = spans[(i - 1) / 2];

		spans[(i - 1) / 2] = spans[i];
		spans[i] = above;
		i = (i - 1) / 2;
	}
}

static void sink(struct reader_span *spans, size_t count)
{
	size_t i = 0;

	for (;;) {
		size_t first = 2 * i + 1;
		struct reader_span above = spans[i];

		if (first + 1 < count && is_before(&spans[first + 1], &spans[first]))
			first++;
		if (first >= count || !is_before(&spans[first], &above))
			return;
		spans[i] = spans[first];
		spans[first] = above;
		i = first;
	}
}

static void push(struct reader *reader, const struct reader_span *span)
{
	size_t category = strlen(span->event.category) + 1;
	size_t label = strlen(span->event.label) + 1;
	struct reader_span *kept;

	if (reserve(reader))
		return;
	kept = &reader->spans[reader->span_count];
	*kept = *span;
	kept->texts = malloc(category + label);
	if (!kept->texts) {
		reader_fail(reader, -ENOMEM, strerror(ENOMEM));
		return;
	}
	memcpy(kept->texts, span->event.category, category);
	memcpy(kept->texts + category, span->event.label, label);
	kept->event.category = kept->texts;
	kept->event.label = kept->texts + category;
	rise(reader->spans, reader->span_count++);
}

void reader_spans_tell(struct reader *reader)
{
	struct reader_span span = reader->spans[0];
	struct record record = { .t_ns = span.end_ns, .type = RECORD_EVENT };
	const struct reader_value *value = reader_value(reader, span.event.line);
	char label[TEXT_LABEL + 1];

	reader->spans[0] = reader->spans[--reader->span_count];
	sink(reader->spans, reader->span_count);
	record.event = span.event;
	if (span.event.unfinished)
		record.event.label = span_unfinished(label, span.event.label);
	if (span.event.unfinished && !span.event.rss_end) {
		record.event.rss_end = value && value->seen ? value->rss : 0;
		record.event.rss_age_ns = RSS_AGE_UNKNOWN;
	}
	reader_tell(reader, &record);
	free(span.texts);
}

/* --- events */

/* Older recordings don't say it: a milestone had the last sample's figure, a span its own. */
static uint64_t read_age(const struct cursor *row)
{
	if (cursor_is_null(row, EVENT_AGE) && cursor_is_null(row, EVENT_SPAN) &&
	    !cursor_is_null(row, EVENT_PROCESS))
		return RSS_AGE_UNKNOWN;
	return cursor_number(row, EVENT_AGE);
}

/* What is beside the figure of the event's own moment. */
static void read_beside(const struct cursor *row, struct event *event)
{
	bool ends = event->kind == EVENT_SPAN_END;
	uint64_t shared = cursor_number(row, ends ? EVENT_END_SHARED : EVENT_SHARED);

	event->shared = shared <= event_rss(event) ? shared : 0;
	event->rss_age_ns = read_age(row);
	if (!ends)
		return;
	if (cursor_number(row, EVENT_END_AGE) > event->rss_age_ns)
		event->rss_age_ns = cursor_number(row, EVENT_END_AGE);
	event->peak_rss = cursor_number(row, EVENT_PEAK);
	event->peak_exact = cursor_number(row, EVENT_PEAK_EXACT) != 0;
}

/* When and how the span that begins with @event ends: whether it does. */
static bool find_end(const struct reader *reader, uint64_t t_ns, struct event *event,
		     uint64_t *ret_end_ns)
{
	const struct reader_process *process = reader_line(reader, event->line);

	event->kind = EVENT_SPAN_END;
	event->rss_end = cursor_number(&reader->events, EVENT_RSS_END);
	read_beside(&reader->events, event);
	if (!cursor_is_null(&reader->events, EVENT_DURATION)) {
		event->duration_ns = cursor_number(&reader->events, EVENT_DURATION);
		*ret_end_ns = t_ns + event->duration_ns;
		return true;
	}
	if (!process || !process->ended || process->reason == END_DROPPED)
		return false;
	event->unfinished = true;
	*ret_end_ns = process->last_ns;
	event->duration_ns = process->last_ns > t_ns ? process->last_ns - t_ns : 0;
	return true;
}

int reader_events_tell(struct reader *reader)
{
	const struct cursor *row = &reader->events;
	char category[TEXT_CATEGORY + 1], label[TEXT_LABEL + 1];
	struct record record = { .t_ns = reader->event_ns, .type = RECORD_EVENT };
	struct reader_span span = { .row = row->rowid };

	record.event = (struct event){
		.line = reader_line_at(reader, row, EVENT_PROCESS),
		.kind = cursor_is_null(row, EVENT_SPAN) ? EVENT_MARK : EVENT_SPAN_BEGIN,
		.span = cursor_number(row, EVENT_SPAN),
		.rss = cursor_number(row, EVENT_RSS),
		.category = cursor_text(row, EVENT_CATEGORY, category, sizeof category),
		.label = cursor_text(row, EVENT_LABEL, label, sizeof label),
	};
	read_beside(row, &record.event);
	reader_tell(reader, &record);
	if (record.event.kind == EVENT_SPAN_BEGIN) {
		span.event = record.event;
		if (find_end(reader, record.t_ns, &span.event, &span.end_ns))
			push(reader, &span);
	}
	if (!reader->error)
		step(reader);
	return reader->error;
}

void reader_events_close(struct reader *reader)
{
	while (reader->span_count > 0)
		free(reader->spans[--reader->span_count].texts);
	cursor_close(&reader->events);
}
