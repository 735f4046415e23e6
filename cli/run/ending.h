/*
 * Ending a program and all that it started (--kill-on-limit): SIGTERM, and SIGKILL to those that
 * live on. Each is held by a pidfd, so that none is taken for a later process of its number.
 */
#ifndef CLI_RUN_ENDING_H
#define CLI_RUN_ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* From SIGTERM to SIGKILL. */
#define ENDING_NS 5000000000ULL

/* A process; @start_ticks is field 22 of its stat, 0 where it is known to be the one meant. */
struct ending_process {
	pid_t pid;
	uint64_t start_ticks;
};

/* Processes are about to be sent the signal @number. */
typedef void (*ending_tell)(void *arg, const struct ending_process *processes, size_t count,
			    int number);

/* All zeros: nobody is to end. */
struct ending {
	ending_tell tell; /* NULL: nobody is told */
	void *arg;
	bool begun;
	bool killed; /* SIGKILL was sent */
	uint64_t kill_ns;
	int *pidfds;
	size_t count, capacity;
};

/* Send SIGTERM to @processes and their descendants, those first
 * that started others. */
void ending_begin(struct ending *ending, const struct ending_process *processes, size_t count);

/* The time for SIGTERM is over: send SIGKILL to what is left, and to @processes and theirs. */
void ending_kill(struct ending *ending, const struct ending_process *processes, size_t count);

/* Whether all that it knows of have ended; true before it has begun. */
bool ending_done(struct ending *ending);

void ending_close(struct ending *ending);

#endif
