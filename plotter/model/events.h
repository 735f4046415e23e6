/*
 * The newest events, in order of time. Pure.
 */
#ifndef PLOTTER_MODEL_EVENTS_H
#define PLOTTER_MODEL_EVENTS_H

#include "plotter/model/history.h"
#include "session/spanmap.h"

/* All zeros but for `most` is an empty one. */
struct events {
	size_t most; /* that are kept */
	struct history_event *
		*ring; /* the oldest is at ring[head], the next after it, and so round */
	size_t capacity;
	size_t head;
	size_t count;
	uint64_t added;
	struct spanmap open; /* spans that have not ended: where their begins are in memory */
};

void events_free(struct events *events);

/* Keep a copy of @event and its texts, with its number set: 0, or -ENOMEM. One older than all of a
 * full list is not kept. */
int events_add(struct events *events, const struct history_event *event);

/* A span of @line has ended at @t_ns: its begin is no longer open. */
void events_close(struct events *events, uint32_t line, uint64_t span, uint64_t t_ns);

/* NULL past the end. */
const struct history_event *events_at(const struct events *events, size_t index);
size_t events_after(const struct events *events, uint64_t t_ns);

/* Drop those of @line. */
void events_forget(struct events *events, uint32_t line);

#endif
