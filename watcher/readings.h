/*
 * What programs have read of their own memory at their events: samples between the session's ticks.
 * Of more than a thousand a second, each millisecond's least and most are kept. Pure.
 */
#ifndef WATCHER_READINGS_H
#define WATCHER_READINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reading {
	uint64_t t_ns;
	uint64_t order; /* the caller's, of readings of one time */
	uint64_t rss;	/* bytes */
	uint64_t shared;
};

/* Most that are given at once. */
#define READINGS_AT_ONCE 2

/* Of one process. Zeros: none yet. */
struct readings {
	uint64_t read_ns; /* of the newest one: events of the same 100 us share it */
	uint64_t bucket;  /* the millisecond that is open */
	bool open;
	struct reading least;
	struct reading most;
};

/* Whether a reading of @read_ns is another one than the last. */
bool readings_is_new(const struct readings *readings, uint64_t read_ns);

/* Take one in: those of the millisecond before, if this is of another, go to @ret_readings, in
 * order of time; how many. */
size_t readings_add(struct readings *readings, uint64_t read_ns, const struct reading *reading,
		    struct reading ret_readings[READINGS_AT_ONCE]);

/* Close the open millisecond. As readings_add. */
size_t readings_close(struct readings *readings, struct reading ret_readings[READINGS_AT_ONCE]);

#endif
