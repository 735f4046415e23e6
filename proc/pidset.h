/*
 * What is known of some PIDs: the life that was met under each, so that it need not be looked at
 * again. Pure.
 */
#ifndef PROC_PIDSET_H
#define PROC_PIDSET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct pidmark {
	pid_t pid; /* 0: the place is free */
	uint64_t start_ticks;
	uint64_t since; /* which round it was added in */
	uint64_t round; /* which it was met in last */
	uint64_t name;	/* the owner's, of what it was called; 0 at first */
};

/* All zeros is an empty one. */
struct pidset {
	struct pidmark *at;
	size_t count;
	size_t room; /* a power of two, or 0 */
};

void pidset_free(struct pidset *set);

/* NULL where it is not in it. Valid until the next call of another function. */
struct pidmark *pidset_find(const struct pidset *set, pid_t pid);

/* Add one, or give the one there its new life; met in @round. NULL without memory. */
struct pidmark *pidset_add(struct pidset *set, pid_t pid, uint64_t start_ticks, uint64_t round);

/* Forget those that were met last before @round. */
void pidset_sweep(struct pidset *set, uint64_t round);

#endif
