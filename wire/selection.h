/*
 * Part of a session's processes, which a command has asked for: of the records of the session it
 * keeps those of its own lines and of the session itself. The watcher says in a line's PROCESS
 * records, and in the list of processes, which selections it is in (struct record, selections).
 * Pure, but for memory.
 */
#ifndef WIRE_SELECTION_H
#define WIRE_SELECTION_H

#include "wire/record.h"

/* Most at once in a session; their numbers are 1 to this. */
#define SELECTIONS_MOST 64

struct selection {
	uint32_t number;   /* 0: no selection, all is kept */
	uint64_t since_ns; /* PROCESS records from before tell of another one of its number */
	uint64_t *lines;   /* a bit a line */
	size_t words;
	struct sample samples[TICK_SAMPLES];
};

/* Its bit in a set of selections; 0 for no selection. */
uint64_t selection_bit(uint32_t number);

void selection_open(struct selection *selection, uint32_t number, uint64_t since_ns);
void selection_close(struct selection *selection);

/* A line is in it, of which no record may tell any more. Without memory it is left out. */
void selection_add(struct selection *selection, uint32_t line);
bool selection_has(const struct selection *selection, uint32_t line);

/*
 * What it keeps of @record: false for nothing, else *ret_record, which is valid until the next call
 * and as long as @record. Records are to come in their order.
 */
bool selection_take(struct selection *selection, const struct record *record,
		    struct record *ret_record);

#endif
