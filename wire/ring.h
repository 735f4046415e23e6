/*
 * The client's ring, as it lies in a file of the session's rings/ directory, which the emitting
 * process maps and the watcher reads and marks with pread and pwrite (never mapped there: its owner
 * may truncate it). Both are on one machine, so integers are in native order.
 *
 * After a header of RING_HEADER bytes come `cells` cells of RING_CELL bytes, a power of two.
 * Positions count cells from 0 and never wrap; position p lies in cell p % cells. An event takes 1
 * to RING_EVENT_CELLS cells in a row. Its number is the position of its first cell.
 *
 * While `pid_ns` is not the machine's own, its process holds a lock on the file (F_SETLK), by which
 * a watcher elsewhere knows which process of its own namespace that is; the lock goes when the
 * program closes any descriptor of the file, or ends. So before the file has its name, its process
 * also sends its `instance` in a datagram to who.ipc beside rings/, which the kernel signs with its
 * PID as the watcher counts it (SCM_CREDENTIALS), and which outlives it.
 *
 * Every cell starts with a word: (position + 1) << 8 | what the cell is. A writer reserves cells by
 * advancing `head` with a compare-and-swap, writes the continuation cells, then the first cell's
 * body, then, with release order, the first cell's word. So a first cell whose word names its
 * position is whole, whatever died when; any other word there is an event that is not written yet,
 * or was torn, or is older.
 */
#ifndef WIRE_RING_H
#define WIRE_RING_H

#include "wire/record.h"

#include <stdatomic.h>

#define RING_MAGIC 0x676e69722d776d6dULL /* "mmw-ring" */
#define RING_VERSION 2
#define RING_HEADER 4096
#define RING_CELL 64
#define RING_EVENT_CELLS 6
#define RING_CELLS_MIN 64U
#define RING_CELLS_MAX (1U << 20)

struct ring_header {
	uint64_t magic;
	uint32_t version;
	uint32_t cells;
	uint32_t pid;
	uint32_t reserved;
	uint64_t start_ticks;
	uint64_t instance; /* random, never 0 */
	uint64_t pid_ns;   /* in which pid counts: wire/pidns.h */
	char name[TEXT_NAME + 1];

	_Alignas(64) _Atomic uint64_t head; /* the first position not reserved; writers */
	_Atomic uint64_t
		dropped; /* events that found no room, or were overwritten with no watcher */

	_Alignas(64) _Atomic uint64_t
		merged;		  /* the first position not merged; the watcher, by pwrite */
	_Atomic uint64_t watcher; /* who merges, random; 0: nobody (the client resets it when that
				     one is gone) */
	_Atomic uint64_t gate;	  /* which of its gates; a new one wants all after `merged` again */
};

_Static_assert(sizeof(struct ring_header) <= RING_HEADER, "the header fits its page");

enum ring_cell_kind {
	RING_CELL_FIRST = 1, /* | number of cells of the event << 4 */
	RING_CELL_NEXT = 2,
};

/* The first cell's body after its word; the text is the category, then the label, with no NUL,
 * through the cells. */
struct ring_event {
	uint64_t word;
	uint64_t t_ns;
	uint64_t rss;
	uint32_t shared;      /* in units of RING_SHARED_UNIT bytes */
	uint32_t rss_age_ns;  /* UINT32_MAX: so much or more */
	uint8_t kind;	      /* of spans, the text begins with a struct ring_span */
	uint8_t category_len; /* <= TEXT_CATEGORY */
	uint8_t label_len;    /* <= TEXT_LABEL */
	uint8_t reserved;
	uint8_t text[28];
};

_Static_assert(sizeof(struct ring_event) == RING_CELL, "a first cell is a cell");

#define RING_SHARED_UNIT 4096

/* What only a span has; of a begin the first two alone. */
struct ring_span {
	uint64_t span;
	uint64_t peak_rss;
	uint64_t duration_ns;
	uint64_t rss_end;
};

static inline uint64_t ring_word(uint64_t position, unsigned what)
{
	return (position + 1) << 8 | what;
}

/* Cells that an event of these lengths takes. */
unsigned ring_event_cells(enum event_kind kind, size_t category_len, size_t label_len);

/*
 * Write the event's cells to @cells but for the first one's word, where cell i of the event is at
 * cells[i]. Text is cut to its bounds. Async-signal-safe.
 */
void ring_put(uint8_t *const cells[RING_EVENT_CELLS], uint64_t position, uint64_t t_ns,
	      const struct event *event, size_t category_len, size_t label_len);

struct ring_text {
	char category[TEXT_CATEGORY + 1];
	char label[TEXT_LABEL + 1];
};

/*
 * Read the event at @position from @cells, copies of RING_EVENT_CELLS cells in a row (fewer may be
 * there: @count). The number of cells it takes; 0 where there is no whole event at that position.
 * *ret_record is a RECORD_EVENT of line 0 with its texts in *ret_text. Trusts nothing in the cells.
 */
unsigned ring_get(const uint8_t (*cells)[RING_CELL], unsigned count, uint64_t position,
		  struct record *ret_record, struct ring_text *ret_text);

#endif
