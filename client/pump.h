/*
 * The pump: the thread that delivers the ring's events to the watcher as they happen. It is started
 * late, sleeps when there is nothing to do, and holds a nanomsg socket only while there is
 * something to send. What it can't deliver is still in the ring, where the watcher finds it after
 * this process's death.
 *
 * What the watcher has taken it says in the ring's header. What it has not said so of for a while
 * is sent again; the watcher takes each event once.
 */
#ifndef CLIENT_PUMP_H
#define CLIENT_PUMP_H

#include "client/push.h"

#include <pthread.h>

enum pump_state {
	PUMP_ABSENT = 0, /* no thread; the next event tries to start it */
	PUMP_STARTING,
	PUMP_AWAKE,
	PUMP_ASLEEP,  /* until a time */
	PUMP_NAPPING, /* until a time, or the ring fills */
	PUMP_PARKED,  /* until the next event */
	PUMP_ENDED,   /* and none will start */
};

struct pump {
	_Atomic uint32_t state; /* enum pump_state; a futex */
	_Atomic bool stop;
	_Atomic bool nudged;  /* what it slept for may have come */
	_Atomic bool pausing; /* somebody waits for the lock */
	bool paused;	      /* and has it */
	bool hung;	      /* and could not have it */
	_Atomic uint64_t tried_ns;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows; held only for work that does not wait */
	struct push push;
};

/* Made of zeros; nothing is started. */
void pump_init(struct pump *pump, const struct push_setup *setup);

/*
 * Start the thread if it isn't there. In what may be a signal handler it is not: a thread is made
 * of memory. Where it can't be had it is tried again, after a while. Keeps errno.
 */
void pump_start(struct pump *pump, bool maybe_handler);

/* Wake it now, whatever it waits for. Async-signal-safe; keeps errno. */
void pump_wake(struct pump *pump);

/* After each event: one load in the common case. @fills: another quarter of the ring is used. */
static inline void pump_notice(struct pump *pump, bool fills)
{
	uint32_t state = atomic_load(&pump->state);

	if (state == PUMP_PARKED || (fills && state == PUMP_NAPPING))
		pump_wake(pump);
	else if (state == PUMP_ABSENT)
		pump_start(pump, true);
}

void pump_rename(struct pump *pump, const char *name);

/*
 * Before a fork: close the socket, which a child could not use, and let the pump do nothing until
 * pump_resume. In the child the pump's memory is zeros. Returns whether nanomsg can be used in the
 * child.
 */
bool pump_pause(struct pump *pump);
void pump_resume(struct pump *pump);

/* End the thread, waiting for it a few milliseconds at most. */
void pump_end(struct pump *pump);

#endif
