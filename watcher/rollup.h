/*
 * The proportional and the unique set size of processes, from /proc/PID/smaps_rollup, on a thread
 * of its own: a read takes 16 ms for a large process, and more, and holds that process's mmap lock
 * (fs/proc/task_mmu.c). watcher/rollup_plan.h says when. One thread at a time may call.
 */
#ifndef WATCHER_ROLLUP_H
#define WATCHER_ROLLUP_H

#include <stdint.h>
#include <sys/types.h>

struct rollup;

/* Bytes. Kernels before 5.9 tell no parts of the PSS: 0. */
struct rollup_figures {
	uint64_t pss;
	uint64_t pss_anon;
	uint64_t uss;
	uint64_t lazyfree;
	uint64_t shmem_pss;
};

/* What a read gave. */
struct rollup_result {
	uint32_t line;
	int error;     /* 0; or a negative errno: -EACCES is not asked again */
	uint64_t t_ns; /* when it began */
	uint64_t took_ns;
	struct rollup_figures figures;
};

/* 0 or a negative errno. */
int rollup_start(struct rollup **ret_rollup, uint64_t interval_ns);
void rollup_stop(struct rollup *rollup); /* NULL is allowed */

/* Another time between the reads of one process. */
void rollup_pace(struct rollup *rollup, uint64_t interval_ns);

/* Read a process from now on: 0 or -ENOMEM. */
int rollup_add(struct rollup *rollup, uint32_t line, pid_t pid);
/* It is another program now. */
void rollup_renew(struct rollup *rollup, uint32_t line);
void rollup_remove(struct rollup *rollup, uint32_t line);

/* Readable when rollup_take has something. */
int rollup_fd(const struct rollup *rollup);

/*
 * The reads since the last call. Whether the process still lives that was meant, and no other has
 * got its PID, is to be looked at after that.
 */
typedef void (*rollup_fn)(void *arg, const struct rollup_result *result);
void rollup_take(struct rollup *rollup, rollup_fn each, void *arg);

/* The text of a smaps_rollup, NUL-ended: 0, or -ESRCH where it has no figures. */
int rollup_parse(const char *text, struct rollup_figures *ret_figures);

#endif
