/*
 * Records in little room: of a tick only what changed since the one before, and of ticks that come
 * at equal distances with nothing new their number. Other records stay as they are encoded. Pure.
 *
 * What is written is read by the same program only: no version, and nothing in it is checked.
 */
#ifndef WATCHER_TICKPACK_H
#define WATCHER_TICKPACK_H

#include "wire/record.h"

#include <stddef.h>

/* Where entries are written. */
struct tickpack_room {
	unsigned char *bytes;
	size_t used;
	size_t size;
};

/* What the last tick was, for a writer or a reader. */
struct tickpack;

/* NULL without memory. */
struct tickpack *tickpack_new(void);
void tickpack_free(struct tickpack *pack);

/* What comes next doesn't build upon what came before. */
void tickpack_reset(struct tickpack *pack);

/* Write a tick, or another record's encoding: false without room, and then nothing was written. */
bool tickpack_put_tick(struct tickpack *pack, struct tickpack_room *room, uint64_t t_ns,
		       const struct tick *tick);
bool tickpack_put_other(struct tickpack *pack, struct tickpack_room *room, const void *encoded,
			size_t size);

/* --- reading */

struct tickpack_reader {
	struct tickpack *pack;
	const unsigned char *at;
	const unsigned char *end;
	int run; /* its own: an entry that stands for several, of which so many are left */
	uint64_t run_left;
};

struct tickpack_item {
	bool is_tick;
	uint64_t t_ns;	     /* of a tick */
	struct tick tick;    /* its samples are valid until the next is read */
	const void *encoded; /* of another record */
	size_t size;
};

/* Read what was written since a reset, from the beginning: @pack is reset. */
void tickpack_read(struct tickpack_reader *reader, struct tickpack *pack, const void *bytes,
		   size_t size);

/* Step over records: how many, @most at most, and 0 only at the end or of none. Of a run it takes
 * no longer than of one. */
uint64_t tickpack_skip(struct tickpack_reader *reader, uint64_t most);

/* False at the end. */
bool tickpack_next(struct tickpack_reader *reader, struct tickpack_item *ret_item);

/*
 * Write to @room what @bytes hold, with ticks in groups of @most in which the same lines have
 * samples: each line has its first extreme, the least or the most, in the first half of a group,
 * and the other in the second. Readings count for them, and are there as readings of nothing at the
 * time of the tick before. As many records as before; ticks keep their times. False without memory,
 * or where it takes no less than before.
 */
bool tickpack_roll_up(const void *bytes, size_t size, unsigned most, struct tickpack_room *room);

#endif
