/*
 * The limits that a person asked for with --limit and --limit-total: the watcher is told of them,
 * and says when one is crossed; what is to be done then is done here. That is their own command, an
 * end of the family, and an exit status.
 */
#ifndef CLI_GATES_LIMITER_H
#define CLI_GATES_LIMITER_H

#include "cli/gates/hooks.h"
#include "cli/options.h"
#include "cli/run/ending.h"
#include "plotter/model/history.h"
#include "wire/message.h"

/* A process that lives, of the command that was launched. */
struct limiter_member {
	uint32_t line;
	struct ending_process process;
};

struct limiter {
	const struct options *options;
	pid_t root;	      /* what was launched: it and its descendants count; 0: see targets */
	const pid_t *targets; /* these count; all do where there are none */
	size_t target_count;
	int output; /* of the person's command; -1: standard error */

	uint64_t since_ns; /* what was crossed before is nobody's concern here */
	struct limiter_member *members;
	size_t member_count, member_capacity;
	struct hooks hooks;
	struct ending ending;
	uint64_t ended_ns; /* when the last of those was seen to have; 0 before */
	bool crossed;
	bool killed;	    /* it was ended by us */
	char crossing[160]; /* the first one, in words */
};

/* Tell the watcher, now that those are followed: 0, or EXIT_FAIL after a message. */
int limiter_ask(struct limiter *limiter);

/* A record came, and is in @history. */
void limiter_take(struct limiter *limiter, const struct history *history,
		  const struct record *record);

/* What was launched has ended, with the kernel's peak of it and of all that it waited for, some of
 * which may have been too short to be followed. */
void limiter_take_end(struct limiter *limiter, const char *name, const struct reaped *reaped);

/* Children may have ended; time has passed. Never waits. */
void limiter_look(struct limiter *limiter);

/* Whether the family is being ended, or the last records of those that were are on their way. */
bool limiter_ends(struct limiter *limiter);

/* Wait for that, for some seconds at most: whether a limit was crossed. With a root one line says
 * so. To be called in any case; signals must be blocked as for the loop. */
bool limiter_close(struct limiter *limiter);

#endif
