#include "plotter/model/events.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	spanmap_free(&events->open);
	*events = (struct events){ .most = events->most };
}

/* A pointer is a row in which spanmap finds it again. */
static int64_t row_of(const struct history_event *event)
{
	return (int64_t)(intptr_t)event;
}

static void drop(struct events *events, struct history_event *event)
{
	if (event->kind == EVENT_SPAN_BEGIN && !event->closed_ns) {
		int64_t row = spanmap_take(&events->open, event->line, event->span);

		if (row && row != row_of(event)) /* a later begin of the same number */
			spanmap_put(&events->open, event->line, event->span, row);
	}
	free(event);
}

static int grow(struct events *events)
{
	struct events grown = *events;

	grown.head = 0;
	grown.capacity = events->capacity ? events->capacity * 2 : FIRST_CAPACITY;
	if (grown.capacity > events->most)
		grown.capacity = events->most;
	grown.ring = malloc(grown.capacity * sizeof(struct history_event *));
	if (!grown.ring)
		return -ENOMEM;
	for (size_t i = 0; i < events->count; i++)
		grown.ring[i] = *slot(events, i);
	free(events->ring);
	*events = grown;
	return 0;
}

/* A place for one more: the oldest's where the list is full. */
static int make_room(struct events *events)
{
	if (events->count < events->most)
		return events->count == events->capacity ? grow(events) : 0;
	drop(events, *slot(events, 0));
	events->head = (events->head + 1) % events->capacity;
	events->count--;
	return 0;
}

/* Its texts lie behind it in memory. */
static struct history_event *copy(const struct history_event *event)
{
	size_t category = strlen(event->category) + 1;
	size_t label = strlen(event->label) + 1;
	struct history_event *made = malloc(sizeof(*made) + category + label);
	char *texts = (char *)(made + 1);

	if (!made)
		return NULL;
	*made = *event;
	made->category = memcpy(texts, event->category, category);
	made->label = memcpy(texts + category, event->label, label);
	return made;
}

int events_add(struct events *events, const struct history_event *event)
{
	struct history_event *made;
	size_t index;

	if (events->count == events->most && event->t_ns < (*slot(events, 0))->t_ns)
		return 0;
	made = copy(event);
	if (!made || make_room(events)) {
		free(made);
		return -ENOMEM;
	}
	made->number = ++events->added;
	for (index = events->count++; index > 0; index--) {
		struct history_event *before = *slot(events, index - 1);

		if (before->t_ns <= event->t_ns)
			break;
		*slot(events, index) = before;
	}
	*slot(events, index) = made;
	if (made->kind == EVENT_SPAN_BEGIN)
		spanmap_put(&events->open, made->line, made->span, row_of(made));
	return 0;
}

void events_close(struct events *events, uint32_t line, uint64_t span, uint64_t t_ns)
{
	struct history_event *event =
		(struct history_event *)(intptr_t)spanmap_take(&events->open, line, span);

	if (event)
		event->closed_ns = t_ns;
}

const struct history_event *events_at(const struct events *events, size_t index)
{
	return index < events->count ? *slot(events, index) : NULL;
}

static uint64_t event_time(const void *events, size_t index)
{
	return (*slot(events, index))->t_ns;
}

size_t events_after(const struct events *events, uint64_t t_ns)
{
	return array_lower_bound(events, events->count, event_time, t_ns);
}

void events_forget(struct events *events, uint32_t line)
{
	size_t kept = 0;

	for (size_t i = 0; i < events->count; i++) {
		struct history_event *event = *slot(events, i);

		if (event->line == line)
			drop(events, event);
		else
			*slot(events, kept++) = event;
	}
	events->count = kept;
}
