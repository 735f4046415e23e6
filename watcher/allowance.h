/*
 * How much of something a peer may ask for: so much at once, and then as time passes. Pure.
 */
#ifndef WATCHER_ALLOWANCE_H
#define WATCHER_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

/* All zeros: nothing was taken of it. */
struct allowance {
	uint64_t used_ns; /* the time at which all of it is there again */
};

/* Take one of @most, each of which is there again @each_ns later: false where none is left at
 * @now_ns. */
static inline bool allowance_take(struct allowance *allowance, uint64_t now_ns, uint64_t each_ns,
				  uint64_t most)
{
	uint64_t from_ns = allowance->used_ns > now_ns ? allowance->used_ns : now_ns;

	if (from_ns + each_ns > now_ns + most * each_ns)
		return false;
	allowance->used_ns = from_ns + each_ns;
	return true;
}

#endif
