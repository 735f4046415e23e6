/*
 * What a process's memory is made of: its mappings, sorted into kinds. Pure; bounded memory.
 */
#ifndef WATCHER_INSPECT_MAPPING_KINDS_H
#define WATCHER_INSPECT_MAPPING_KINDS_H

#include "proc/smaps.h"

/* A kind, and all of that kind. */
struct part {
	enum memory_kind kind;
	char name[TEXT_LABEL + 1];
	struct memory_use use;
};

/* Who can be told where the threads' stacks are. */
struct mapping_threads {
	const uint64_t *pointers; /* stack pointers, those that are known, in ascending order */
	size_t count;
	bool several; /* there is more than one thread */
};

struct mapping_kinds;

/*
 * @threads must stay. A stack of a thread is private memory of no file that a stack pointer points
 * into; or, where there are several threads, that lies right above a guard, which is what threads'
 * libraries do, and few others. NULL without memory.
 */
struct mapping_kinds *mapping_kinds_new(const struct mapping_threads *threads);
void mapping_kinds_free(struct mapping_kinds *mapping_kinds);

/* A mapping_fn: the next mapping, in ascending order. */
void mapping_kinds_take(void *mapping_kinds, const struct mapping *mapping);

/*
 * All mappings came: the kinds, the largest RSS first, INSPECTION_KINDS at most; what is left is
 * one of kind MEMORY_OTHERS. NULL without memory, and where there are none. Valid until
 * mapping_kinds_free. The sum of all is that of the mappings.
 */
const struct part *mapping_kinds_end(struct mapping_kinds *mapping_kinds, size_t *ret_count);

#endif
