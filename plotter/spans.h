/*
 * The spans of a window, as bars over its time: those that begin or end in it and those that are
 * open, each in a lane where none before it reaches. Pure.
 */
#ifndef PLOTTER_SPANS_H
#define PLOTTER_SPANS_H

#include "plotter/history.h"

struct span_bar {
	const struct history_event *event; /* its begin; its end where the begin is not kept */
	uint64_t from_ns;		   /* it may lie before the window */
	uint64_t to_ns;			   /* the window's end where it is open */
	bool open;			   /* it has not ended by then */
	unsigned lane;			   /* 0 ... */
};

/* What spans are asked for. */
struct spans_query {
	uint64_t from_ns;
	uint64_t now_ns;
	uint64_t shortest_ns; /* bars closer together than this are in the same place: the longer
				 of them stays */
	unsigned lanes;	      /* at most; bars that find none are left out */
	bool (*shown)(void *arg, uint32_t line); /* whose; NULL: all */
	void *arg;
};

/* To @bars, @most at most, in order of time of their begins: how many. */
size_t spans_find(struct span_bar *bars, size_t most, const struct history *history,
		  const struct spans_query *query);

#endif
