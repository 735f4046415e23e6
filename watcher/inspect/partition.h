/*
 * What a process's memory is made of: its mappings, sorted into kinds. Pure; bounded memory.
 */
#ifndef WATCHER_INSPECT_PARTITION_H
#define WATCHER_INSPECT_PARTITION_H

#include "proc/smaps.h"

/* A kind, and all of that kind. */
struct part {
	enum memory_kind kind;
	char name[TEXT_LABEL + 1];
	struct memory_use use;
};

/* Who can be told where the threads' stacks are. */
struct partition_threads {
	const uint64_t *pointers; /* stack pointers, those that are known, in ascending order */
	size_t count;
	bool several; /* there is more than one thread */
};

struct partition;

/*
 * @threads must stay. A stack of a thread is private memory of no file that a stack pointer points
 * into; or, where there are several threads, that lies right above a guard, which is what threads'
 * libraries do, and few others. NULL without memory.
 */
struct partition *partition_new(const struct partition_threads *threads);
void partition_free(struct partition *partition);

/* A mapping_fn: the next mapping, in ascending order. */
void partition_take(void *partition, const struct mapping *mapping);

/*
 * All mappings came: the kinds, the largest RSS first, INSPECTION_KINDS at most; what is left is
 * one of kind MEMORY_OTHERS. NULL without memory, and where there are none. Valid until
 * partition_free. The sum of all is that of the mappings.
 */
const struct part *partition_end(struct partition *partition, size_t *ret_count);

#endif
