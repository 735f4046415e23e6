/*
 * A line's memory in equal parts of its life, as samples pass, with no need to know how long it
 * will live: where there are too many parts, two of them become one, so that there are between 64
 * and 128, or half of that where there are too many lines. A value holds from its sample until the
 * next one. Pure; 4 KiB a line at most.
 */
#ifndef ANALYSIS_PARTS_H
#define ANALYSIS_PARTS_H

#include "analysis/verdict.h"

struct parts_part {
	double held; /* bytes times ns, over the time with a value */
	uint64_t held_ns;
	uint64_t low, high; /* bytes; low > high: it had no value */
};

struct parts {
	uint64_t begin_ns; /* of the first sample */
	uint64_t part_ns;
	uint64_t since_ns;
	uint64_t value; /* that holds now; PARTS_NONE: none */
	uint64_t last;	/* the last sample; PARTS_NONE: there was none */
	double rises;	/* the squares of all rises from one sample to the next, added up */
	double falls;
	struct parts_part *list;
	size_t count, room;
	size_t most;
	bool no_memory; /* it stands still since then */
};

#define PARTS_NONE UINT64_MAX

/* A part is @interval_ns long at first, 1 ms at least. */
void parts_begin(struct parts *parts, uint64_t interval_ns);

/* Half as many parts: for a quarter of the time that a verdict takes. Before the first sample. */
#define PARTS_COARSE (VERDICT_PARTS / 2)
void parts_coarsen(struct parts *parts);

void parts_free(struct parts *parts);

/* It has @value, PARTS_NONE for none, from @t_ns on. What is older than the last is taken as if it
 * were of its time. */
void parts_add(struct parts *parts, uint64_t t_ns, uint64_t value);

/* What holds, holds until @t_ns, and then there is none. */
void parts_close(struct parts *parts, uint64_t t_ns);

/* The highest value that it never fell below for @ns on end, PARTS_HELD_LEAST parts at least; 0:
 * it had none for so long. To be asked when it is closed. */
#define PARTS_HELD_LEAST 2
uint64_t parts_held(const struct parts *parts, uint64_t ns);

/* It is closed at @t_ns: what that comes to. */
struct verdict parts_verdict(struct parts *parts, uint64_t t_ns);

#endif
