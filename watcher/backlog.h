/*
 * The backlog: what a session has merged, for views and recordings that come late, and the queue of
 * recordings that are slow. Pure.
 *
 * Records are kept in order and without a gap. Ticks are kept as what changed, so that a value that
 * doesn't change costs nothing; they come out again as they went in. Where the backlog grows beyond
 * its bounds, its older ticks are rolled up: of each line's samples in a group of ticks only the
 * least and the most are kept, in the order in which they came, each held for half of the group.
 * The older they are, the larger are the groups. What can't be rolled up any more is forgotten.
 */
#ifndef WATCHER_BACKLOG_H
#define WATCHER_BACKLOG_H

#include "wire/record.h"

struct backlog;

struct backlog_bounds {
	size_t bytes;	   /* what it takes at most, but for what is held */
	size_t held_bytes; /* and with that */
};

/* NULL without memory. */
struct backlog *backlog_new(const struct backlog_bounds *bounds);
void backlog_free(struct backlog *backlog);

/* Append a record, whose seq is one more than the last one's, and its encoding (wire/codec.h).
 * Without memory the oldest go early. */
void backlog_add(struct backlog *backlog, const struct record *record, const void *encoded,
		 size_t size);

/* Somebody still needs what comes from @seq on as it is: it is neither rolled up nor forgotten as
 * long as there is room for it. UINT64_MAX: nobody does. */
void backlog_hold(struct backlog *backlog, uint64_t seq);

/* Bring it into its bounds, where more was held before. */
void backlog_trim(struct backlog *backlog);

/* The oldest seq kept, 0 for none. */
uint64_t backlog_oldest(const struct backlog *backlog);

/* Samples from this time on are as they were taken, those before are rolled up. 0: all that are
 * kept are as they were taken. */
uint64_t backlog_exact_ns(const struct backlog *backlog);

/* Forget some of the oldest records, those that are @held too, unless they are all there is:
 * whether any were. */
bool backlog_forget_some(struct backlog *backlog, bool held);

/* Bytes that it takes. */
size_t backlog_bytes(const struct backlog *backlog);

/*
 * Copy the encodings of records after @since to @to, up to @size bytes, whole, in order and without
 * a gap: bytes copied; *ret_first is the seq of the first one, *ret_last of the last (both 0 where
 * there is none).
 */
size_t backlog_copy(const struct backlog *backlog, uint64_t since, void *to, size_t size,
		    uint64_t *ret_first, uint64_t *ret_last);

#endif
