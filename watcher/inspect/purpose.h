/*
 * What a mapping is for, as far as it and its neighbours tell. Pure.
 */
#ifndef WATCHER_INSPECT_PURPOSE_H
#define WATCHER_INSPECT_PURPOSE_H

#include "watcher/inspect/partition.h"

/* All zeros but for `threads`: before the first mapping. */
struct purpose {
	const struct partition_threads *threads;
	uint64_t guard_to; /* where the guard before ended; 0: that was none */
	uint64_t arena_to; /* where the heap of malloc that was found last ends */
};

/*
 * The kind of @mapping, and to @ret_name which one of that kind, "" where that is all one. @next is
 * the one above it; NULL: it is the last. To be called for each, in ascending order.
 */
enum memory_kind purpose_find(struct purpose *purpose, const struct mapping *mapping,
			      const struct mapping *next, char ret_name[TEXT_LABEL + 1]);

#endif
