/*
 * The ring of this process: the file of wire/ring.h, made and written. Any number of threads write,
 * and signal handlers; one thread reads, the pump. Nothing here allocates, locks, or changes what
 * other processes rely on.
 *
 * A position may be written again only when the lap before is wholly written there: so a writer
 * that was interrupted in the middle is never overrun, and whoever comes around meanwhile drops its
 * own event. Every event is in one of three places: below `merged`, still in the ring, or counted
 * in the header's `dropped`.
 */
#ifndef CLIENT_RING_H
#define CLIENT_RING_H

#include "wire/ring.h"
#include "wire/rundir.h"

#include <stdbool.h>

/* Values of ring.limit that are no position. */
#define RING_OVERWRITE UINT64_MAX	/* nobody merges: the oldest events make room */
#define RING_ATTACHING (UINT64_MAX - 1) /* somebody begins to: ring_attach is at work */

struct ring {
	_Atomic uint64_t limit;	 /* the first position that may not be reserved */
	_Atomic uint64_t merged; /* the header's, as last found believable */
	_Atomic uint64_t floor;	 /* what lies below was overwritten before the watcher came */
	_Atomic uint64_t backed; /* the first position that has no memory yet */
	_Atomic uint64_t full_ns;
	struct ring_header *header;
	uint8_t *cells;
	uint64_t count; /* of cells */
	bool shared;	/* in a file, which the watcher marks */
	char path[RUNDIR_PATH];
};

/* The memory that a ring lies in. A forked child puts its own ring where its parent's was. */
struct ring_place {
	void *base;
	size_t size;
	int held;	 /* a descriptor of its file, with a lock, + 1; 0: none (wire/ring.h) */
	uint64_t device; /* of that file */
	uint64_t inode;
};

/*
 * Make the ring of this process in the file rings/PID.INSTANCE of @dir, or where that can't be had
 * in memory of its own. *place is what ring_vacate left, or zeros; the ring's place is written
 * there. 0, or -ENOMEM.
 */
int ring_create(struct ring *ring, struct ring_place *place, const struct rundir *dir,
		const char *name);

/*
 * Move the ring's file to the session of @dir: 0, or a negative errno: -ENOENT where the file is
 * gone, and nobody marks it any more.
 */
int ring_move(struct ring *ring, const struct rundir *dir);

/* Take the parent's ring out of a forked child: the memory stays valid, and is the child's own. */
void ring_vacate(struct ring_place *place);

enum ring_result {
	RING_DROPPED,
	RING_KEPT,
	RING_FILLS, /* kept, and another quarter of the ring is used */
};

/* Write an event; lengths within TEXT_CATEGORY and TEXT_LABEL. Async-signal-safe. */
enum ring_result ring_emit(struct ring *ring, uint64_t t_ns, const struct event *event,
			   size_t category_len, size_t label_len);

/* --- for the pump */

/* A watcher has come, and will merge from `merged` on; or nobody does any more. */
void ring_attach(struct ring *ring);
void ring_detach(struct ring *ring);

/* All below @merged has been merged. Only while attached. */
void ring_release(struct ring *ring, uint64_t merged);

/*
 * What is at @position, reserved and not below the floor: the cells to go on by, with *ret_record a
 * RECORD_EVENT, or of type 0 where those cells hold none; 0 where it isn't written yet.
 */
unsigned ring_next(const struct ring *ring, uint64_t position, struct record *ret_record,
		   struct ring_text *ret_text);

/* Give up the unwritten cells in a row from @position, below @end: their writer won't be back. */
void ring_void(struct ring *ring, uint64_t position, uint64_t end);

#endif
