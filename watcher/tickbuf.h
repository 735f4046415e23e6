/*
 * Ticks one after another in a flat buffer, from the sampler's thread to the loop that merges them.
 * Pure.
 */
#ifndef WATCHER_TICKBUF_H
#define WATCHER_TICKBUF_H

#include "wire/record.h"

#include <stdbool.h>

struct tickbuf {
	unsigned char *bytes;
	size_t used;
	size_t room;
};

/* At least @room bytes: 0 or -ENOMEM. What is in it stays. */
int tickbuf_grow(struct tickbuf *buffer, size_t room);

/* Bytes that @ticks of @lines samples take. */
size_t tickbuf_size(size_t ticks, size_t lines);

/* Append one tick; false without room. Allocates nothing. */
bool tickbuf_put(struct tickbuf *buffer, uint64_t t_ns, const struct tick *tick);

/* Each tick as a record of type RECORD_TICK, seq 0, valid during the call. */
void tickbuf_each(const struct tickbuf *buffer, record_fn each, void *arg);

#endif
