/*
 * What history.c fills and history_read.c reads.
 */
#ifndef PLOTTER_HISTORY_STATE_H
#define PLOTTER_HISTORY_STATE_H

#include "plotter/counts.h"
#include "plotter/events.h"
#include "plotter/levels.h"
#include "trace/total.h"

struct history {
	struct session_info session;
	/* In order of number, which is that of appearance. */
	struct history_line **lines;
	size_t count;
	size_t capacity;
	struct events events;
	struct counts counts;
	struct limits limits; /* the machine's */
	struct limits asked;  /* of all lines together */
	struct total total;
	struct history_line *total_line; /* NULL: before its first point */
	size_t buckets;			 /* of each level of a line */
	uint64_t begin_ns;
	uint64_t now_ns;
	uint64_t missed_ticks; /* as the newest tick says, and as the gaps tell: the larger holds */
	uint64_t missed_gaps;
	uint64_t dropped; /* of the session and all of its lines, forgotten ones too */
};

/* NULL: there is none. */
struct history_line *history_line_own(const struct history *history, uint32_t line);

#endif
