/*
 * The figures of a session beside its samples: which are read, and when one is to be told: records
 * of type RECORD_METRICS.
 */
#ifndef WATCHER_METRICS_H
#define WATCHER_METRICS_H

#include "wire/record.h"

#include <stdbool.h>

/* Of a line. All zeros: nothing was told. */
struct figures {
	struct metrics told; /* of status: what was, and when, and in which record */
	uint64_t told_ns;
	uint64_t told_seq;  /* 0 until it is merged */
	uint64_t rollup_ns; /* how long the last read of smaps_rollup took */
	bool denied;	    /* smaps_rollup may not be read */
	bool denied_told;
	bool swapped; /* it had memory swapped out: that is told from then on, asked for or not */

	/* Of what is said to be shared, memory that nobody else maps: a memfd, a MAP_SHARED block
	 * of one's own. */
	uint64_t shmem_own;  /* bytes; 0: none, or not known */
	uint64_t shmem;	     /* RssShmem, as it was looked at last */
	bool shmem_alone;    /* so said the last read of smaps_rollup */
	uint64_t shmem_read; /* what it was then, in RssShmem, and when that was asked for */
	uint64_t shmem_read_ns;
};

/* RssShmem from which on it is looked into; and again where it has changed by more than a part in
 * so many, after so long. */
#define FIGURES_SHMEM_LEAST (1U << 20)
#define FIGURES_SHMEM_PARTS 8
#define FIGURES_SHMEM_NS 10000000000ULL

struct core;
struct entry;
struct procinfo_status;

/*
 * Whether the figures of @now, read at @now_ns, are to be told: where one differs from what was
 * told, or was not; once a second at most. Pure.
 */
bool figures_moved(const struct figures *figures, const struct metrics *now, uint64_t now_ns);

/* Sample those metrics too, from now on; smaps_rollup each @interval_ns where it isn't read yet, 0:
 * the default. 0 or a negative errno. */
int figures_want(struct core *core, uint32_t set, uint64_t interval_ns);
void figures_close(struct core *core);

/* Its process joined; left; or is another program now, which may be readable where the one before
 * was not. */
void figures_join(struct core *core, struct entry *entry);
void figures_leave(struct core *core, struct entry *entry);
void figures_exec(struct core *core, struct entry *entry);

/* What is shared of a sample of it, without shmem_own. */
uint64_t figures_shared(const struct entry *entry, uint64_t shared);

/* What its status said just now. */
void figures_status(struct core *core, struct entry *entry, const struct procinfo_status *status);

/* The thread that reads smaps_rollup has something. */
void figures_rollup(struct core *core);

/* A record of them was merged. */
void figures_released(struct core *core, const struct record *record);

/* Of its time that a process is being read, the most of any: 0 to 0.01. */
double figures_share(const struct core *core);

#endif
