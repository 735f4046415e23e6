/*
 * What history.c fills and history_read.c reads.
 */
#ifndef PLOTTER_MODEL_HISTORY_STATE_H
#define PLOTTER_MODEL_HISTORY_STATE_H

#include "plotter/model/counts.h"
#include "plotter/model/events.h"
#include "plotter/model/levels.h"
#include "analysis/total.h"

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
	enum metric shown;
	uint32_t metrics; /* a set: those that any line had */
	uint64_t begin_ns;
	uint64_t now_ns;
	uint64_t missed_ticks; /* as the newest tick says, and as the gaps tell: the larger holds */
	uint64_t missed_gaps;
	uint64_t dropped; /* of the session and all of its lines, forgotten ones too */
};

/* What a line's values are taken from: of the figure that is shown. */
const struct levels *history_levels(const struct history *history, const struct history_line *line);

/* history_limits.c: 0 or -ENOMEM. */
int history_take_limit(struct history *history, uint64_t t_ns, const struct limit *limit);

/* history_metrics.c: figures beside the samples. 0 or -ENOMEM. */
int history_take_metrics(struct history *history, uint64_t t_ns, const struct metrics *metrics);
/* A sample of the line was taken: what it had beside is what it has now. */
int history_hold_metrics(struct history *history, struct history_line *line, uint64_t t_ns);
/* What the total has. */
int history_total_metrics(struct history *history, struct history_line *line,
			  const struct total_point *point);
void history_free_metrics(struct history_line *line);

/* NULL: there is none. */
struct history_line *history_line_own(const struct history *history, uint32_t line);

#endif
