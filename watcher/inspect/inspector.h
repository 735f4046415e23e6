/*
 * Looks into one process's memory on a thread of its own: to read /proc/PID/smaps takes
 * milliseconds, during which the kernel walks the process's page tables under the lock that its
 * mmap and munmap need. Nobody here waits for it.
 */
#ifndef WATCHER_INSPECT_INSPECTOR_H
#define WATCHER_INSPECT_INSPECTOR_H

#include "watcher/inspect/mapping_kinds.h"

#include <sys/types.h>

struct inspector;

/* /proc/PID/smaps: a descriptor or a negative errno; -EACCES where the kernel doesn't let us. */
int inspector_open(pid_t pid);

/* Read @smaps, of @pid, which is taken over: 0 or a negative errno. */
int inspector_start(struct inspector **ret_inspector, pid_t pid, int smaps);

/* Wait for the thread. NULL is allowed. */
void inspector_free(struct inspector *inspector);

/* A descriptor for poll: readable when it is done. */
int inspector_fd(const struct inspector *inspector);

/*
 * Once it is done: the kinds, as mapping_kinds_end, valid until inspector_free, and when it began
 * to read. None, where the process ended before, or could not be read to its end.
 */
const struct part *inspector_parts(struct inspector *inspector, size_t *ret_count,
				   uint64_t *ret_begin_ns);

#endif
