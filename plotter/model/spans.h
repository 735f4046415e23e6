/*
 * The spans of a window, as bars over its time: those that end in it and those that are open, each
 * in a lane where none before it reaches. Pure.
 */
#ifndef PLOTTER_MODEL_SPANS_H
#define PLOTTER_MODEL_SPANS_H

#include "plotter/model/history.h"

#define SPANS_LANES 16

struct span_bar {
	const struct history_event *event; /* its end; its begin where it is open */
	uint64_t from_ns;		   /* it may lie before the window */
	uint64_t to_ns;			   /* now where it is open */
	bool open;			   /* it has not ended by now */
	unsigned lane;			   /* 0, 1 ... */
};

/* What spans are asked for. */
struct spans_query {
	uint64_t from_ns;
	uint64_t now_ns;
	uint64_t step_ns; /* of spans shorter than this, one a step is enough */
	unsigned lanes;	  /* SPANS_LANES at most; bars that find none are left out */
	bool (*shown)(void *arg, uint32_t line); /* whose; NULL: all */
	void *arg;
};

/*
 * To @bars, @most at most, the newest where there are more, in order of their begins: how many.
 * Some thousand events in the window and before it are looked at.
 */
size_t spans_find(struct span_bar *bars, size_t most, const struct history *history,
		  const struct spans_query *query);

#endif
