/*
 * How fast a line grows in what a window shows, and when it will reach what holds it. Pure.
 */
#ifndef PLOTTER_MODEL_TREND_H
#define PLOTTER_MODEL_TREND_H

#include "plotter/model/history.h"

struct trend {
	bool known;	   /* there was enough to tell from */
	double per_second; /* bytes: the median slope (analysis/growth.h) */
	bool steady;	   /* it grows, and its 95 % interval lies above zero and is narrow */
};

/* Of @count columns of @column_ns each; at most some dozen parts of them are looked at. */
void trend_set(struct trend *ret_trend, const struct history_column *columns, size_t count,
	       uint64_t column_ns);

/* Nanoseconds until @room_bytes more are used; UINT64_MAX where it isn't steady, or takes more than
 * a hundred times @window_ns, over which nothing can be foretold. */
uint64_t trend_reaches(const struct trend *trend, uint64_t room_bytes, uint64_t window_ns);

#endif
