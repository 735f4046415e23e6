/*
 * Inspections that were asked for: one at a time; those that wait for their turn, or for a
 * milestone. What comes of one are records of type RECORD_INSPECTION.
 */
#ifndef WATCHER_INSPECT_INSPECTIONS_H
#define WATCHER_INSPECT_INSPECTIONS_H

#include "wire/record.h"

/* That wait. */
#define INSPECTIONS_MOST 64

struct inspection_order {
	uint32_t number;
	uint32_t line;
	uint32_t asker;		    /* a command's pid; 0: nobody who could end */
	char label[TEXT_LABEL + 1]; /* of the milestone that is waited for; "" : its turn is */
};

struct inspections {
	struct inspector *inspector; /* the one that runs; NULL: none does */
	struct inspection_order running;
	struct inspection_order orders[INSPECTIONS_MOST]; /* the first come first */
	size_t count;
	uint32_t last; /* number given */
};

struct core;
struct entry;

/*
 * Look into a process that is followed, now or at the milestone with that @label ("": now): the
 * inspection's number; or 0 with why not in @why, of @size bytes.
 */
uint32_t inspections_begin(struct core *core, const struct entry *entry, const char *label,
			   uint32_t asker, char *why, size_t size);

/* An event has come: those that waited for it are due. */
void inspections_hear(struct core *core, const struct event *event);

/* The one that runs is done. */
void inspections_done(struct core *core);

/* That command has ended: what it asked for and has not begun is not done. */
void inspections_forget(struct core *core, uint32_t asker);

/* That line has ended: what waits for a milestone of it is told to have come to nothing. */
void inspections_leave(struct core *core, uint32_t line);

void inspections_close(struct core *core);

#endif
