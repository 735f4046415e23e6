#include "plotter/events.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_CAPACITY 64

static struct history_event **slot(const struct events *events, size_t index)
{
	return &events->ring[(events->head + index) % events->capacity];
}

void events_free(struct events *events)
{
	for (size_t i = 0; i < events->count; i++)
		free(*slot(events, i));
	free(events->ring);
	*events = (struct events){ 0 };
}

static int grow(struct events *events)
{
	struct events grown = { .count = events->count, .added = events->added };

	grown.capacity = events->capacity ? events->capacity * 2 : FIRST_CAPACITY;
	if (grown.capacity > HISTORY_EVENTS)
		grown.capacity = HISTORY_EVENTS;
	grown.ring = malloc(grown.capacity * sizeof(struct history_event *));
	if (!grown.ring)
		return -ENOMEM;
	for (size_t i = 0; i < events->count; i++)
		grown.ring[i] = *slot(events, i);
	free(events->ring);
	*events = grown;
	return 0;
}

/* Memory for one more: the oldest's where the list is full. */
static struct history_event *take_room(struct events *events)
{
	struct history_event *oldest;

	if (events->count < HISTORY_EVENTS) {
		if (events->count == events->capacity && grow(events))
			return NULL;
		return malloc(sizeof(struct history_event));
	}
	oldest = *slot(events, 0);
	events->head = (events->head + 1) % events->capacity;
	events->count--;
	return oldest;
}

int events_add(struct events *events, const struct history_event *event)
{
	struct history_event *room;
	size_t index;

	if (events->count == HISTORY_EVENTS && event->t_ns < (*slot(events, 0))->t_ns)
		return 0;
	room = take_room(events);
	if (!room)
		return -ENOMEM;
	*room = *event;
	room->number = ++events->added;
	for (index = events->count++; index > 0; index--) {
		struct history_event *before = *slot(events, index - 1);

		if (before->t_ns <= event->t_ns)
			break;
		*slot(events, index) = before;
	}
	*slot(events, index) = room;
	return 0;
}

void events_close(struct events *events, uint32_t line, uint64_t span)
{
	for (size_t i = events->count; i-- > 0;) {
		struct history_event *event = *slot(events, i);

		if (event->open && event->line == line && event->span == span) {
			event->open = false;
			return;
		}
	}
}

const struct history_event *events_at(const struct events *events, size_t index)
{
	return index < events->count ? *slot(events, index) : NULL;
}

size_t events_after(const struct events *events, uint64_t t_ns)
{
	size_t low = 0;
	size_t high = events->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((*slot(events, middle))->t_ns < t_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void events_forget(struct events *events, uint32_t line)
{
	size_t kept = 0;

	for (size_t i = 0; i < events->count; i++) {
		struct history_event *event = *slot(events, i);

		if (event->line == line)
			free(event);
		else
			*slot(events, kept++) = event;
	}
	events->count = kept;
}
