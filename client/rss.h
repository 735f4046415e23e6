/*
 * The resident memory of this process, from its own /proc/self/statm: a pread of a descriptor that
 * stays open. And the kernel's high-water mark of it.
 */
#ifndef CLIENT_RSS_H
#define CLIENT_RSS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire/record.h"

/* One more than a descriptor, and what it was found to be; the last reading. Zeros: closed. */
struct rss {
	_Atomic int opened;
	_Atomic bool busy;
	_Atomic uint64_t device;
	_Atomic uint64_t inode;
	_Atomic uint64_t checked_ns;

	/* The pages are at least as new as the time, which is stored after them. */
	_Atomic bool keeping;
	_Atomic uint64_t read_ns; /* 0: there is none */
	_Atomic uint64_t pages;	  /* resident, and below it in 32 bits the shared ones of them */
	_Atomic unsigned page_shift;
};

struct rss_reading {
	uint64_t rss;	 /* bytes; 0 where they can't be read */
	uint64_t shared; /* of them in pages of files and shared memory */
	uint64_t age_ns; /* read so long before now */
};

/*
 * Each of these: @now_ns is CLOCK_MONOTONIC; from any thread, in signal handlers too; errno is
 * kept.
 */

/* What is resident now. */
struct rss_reading rss_read(struct rss *rss, uint64_t now_ns);

/* The same, or the last reading where that is still of its moment (RSS_MOMENT_NS). */
static inline struct rss_reading rss_recent(struct rss *rss, uint64_t now_ns)
{
	uint64_t read_ns = atomic_load_explicit(&rss->read_ns, memory_order_acquire);
	unsigned shift;
	uint64_t pages;

	if (!read_ns || now_ns >= read_ns + RSS_MOMENT_NS)
		return rss_read(rss, now_ns);
	pages = atomic_load_explicit(&rss->pages, memory_order_relaxed);
	shift = atomic_load_explicit(&rss->page_shift, memory_order_relaxed);
	return (struct rss_reading){
		.rss = (pages >> 32) << shift,
		.shared = (pages & UINT32_MAX) << shift,
		.age_ns = now_ns > read_ns ? now_ns - read_ns : 0,
	};
}

/*
 * The kernel's high-water mark of the process, in bytes, 0 where it can't be read: ru_maxrss, which
 * may still be that of a larger program that this one was exec'd from, or that spawned it.
 */
uint64_t rss_peak(void);

/* Close it, if it is still ours, and forget the last reading. */
void rss_close(struct rss *rss);

#endif
