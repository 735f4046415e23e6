/*
 * Pushing: what the pump does each time it is awake. It looks whether a watcher lives, reads what
 * that one has taken, sends what it has not, and says how long to rest. It never waits.
 */
#ifndef CLIENT_PUSH_H
#define CLIENT_PUSH_H

#include "client/socket.h"
#include "client/ring.h"
#include "wire/message.h"

/* What pushing starts from. */
struct push_setup {
	struct ring *ring;
	const struct rundir *dir;
	bool forked; /* this is a forked child */
	bool spoilt; /* in which nanomsg can't be used */
};

struct push {
	struct ring *ring;
	struct outlet outlet;
	_Atomic(const struct rundir *) dir; /* of the session; that of setup, or the one below */
	struct rundir after;		    /* of the session that it went on in */
	struct emitter emitter;
	bool untold; /* the name or the count of drops is other than was sent last */
	uint64_t told_dropped;
	uint8_t *batch;
	uint64_t pushed;  /* the first position not sent */
	uint64_t watcher; /* who merges; 0: nobody */
	uint64_t gate;
	uint64_t head;	      /* as last seen */
	uint64_t started_ns;  /* when this began */
	uint64_t owner_ns;    /* when the session's owner was last looked for */
	uint64_t after_ns;    /* when another session was last looked for */
	uint64_t moved_ns;    /* when anything was last new */
	uint64_t progress_ns; /* when anything was last merged */
	uint64_t patience_ns; /* what is not merged for so long is sent again */
	uint64_t opened_ns;
	uint64_t sent_ns;
	uint64_t retry_ns; /* no socket is tried before */
	uint64_t hole_at;  /* a cell that is reserved, and not written */
	uint64_t hole_ns;
	uint64_t hole_end; /* the head when it was found */
};

#define PUSH_FOREVER UINT64_MAX

/* What ends a rest before its time. */
enum push_until {
	PUSH_UNTIL_TIME, /* nothing */
	PUSH_UNTIL_FULL, /* another quarter of the ring is used */
	PUSH_UNTIL_NEWS, /* an event */
};

struct push_rest {
	uint64_t ns; /* 0: none, there is more to do */
	enum push_until until;
};

void push_init(struct push *push, const struct push_setup *setup, uint64_t now_ns);
void push_rename(struct push *push, const char *name);
struct push_rest push_step(struct push *push, uint64_t now_ns);

/* Whether an event was reserved since the last step. The only one that may run beside a step. */
bool push_has_news(const struct push *push);

/* Close the outlet; what was on its way will be sent again. As outlet_close. */
bool push_close(struct push *push);

#endif
