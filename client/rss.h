/*
 * The resident memory of this process, as its own /proc/self/statm tells it: a pread of a
 * descriptor that stays open.
 */
#ifndef CLIENT_RSS_H
#define CLIENT_RSS_H

#include <stdbool.h>
#include <stdint.h>

/* One more than a descriptor, and what it was found to be: zeros are closed. */
struct rss {
	_Atomic int opened;
	_Atomic bool busy;
	_Atomic uint64_t device;
	_Atomic uint64_t inode;
	_Atomic uint64_t checked_ns;
};

/*
 * Bytes; 0 where they can't be read. @now_ns is CLOCK_MONOTONIC. From any thread, in signal
 * handlers too; errno is kept.
 */
uint64_t rss_read(struct rss *rss, uint64_t now_ns);

/* Close it, if it is still ours. */
void rss_close(struct rss *rss);

#endif
