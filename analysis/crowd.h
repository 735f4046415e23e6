/*
 * The lives of a crowd, put aside: what happens in hundreds of thousands of lives at a time goes
 * into a file without a name, by groups of lives, so that it can be gone through group after group,
 * and what each came to goes into another. Memory for a block of each group, at most.
 */
#ifndef ANALYSIS_CROWD_H
#define ANALYSIS_CROWD_H

#include "analysis/own.h"

/* Lives that are looked at together. */
#define CROWD_GROUP 256

enum crowd_what { CROWD_SAMPLE, CROWD_SWAP, CROWD_END };

struct crowd_entry {
	uint32_t place; /* of the life */
	uint32_t what;
	uint64_t t_ns;
	uint64_t bytes;	 /* resident, UINT64_MAX for none; or swapped out */
	uint64_t shared; /* of a sample */
};

struct crowd;

/* Of @lives at places from 0: 0, or a negative errno. */
int crowd_open(struct crowd **ret_crowd, size_t lives);
void crowd_close(struct crowd *crowd);

/* Failures are told by crowd_read. */
void crowd_add(struct crowd *crowd, const struct crowd_entry *entry);

/* What happened in the lives of places from CROWD_GROUP * @group on, in order: 0, or a negative
 * errno of this or of an add. Nothing is added to the group any more. */
int crowd_read(struct crowd *crowd, size_t group,
	       void (*each)(void *arg, const struct crowd_entry *entry), void *arg);

/* What a life came to: 0, or a negative errno. */
int crowd_keep(struct crowd *crowd, uint32_t place, const struct grown *grown);
int crowd_kept(const struct crowd *crowd, uint32_t place, struct grown *ret_grown);

#endif
