/*
 * The text of /proc/PID/smaps, taken piece by piece as it is read, one mapping at a time (proc(5),
 * and fs/proc/task_mmu.c in the kernel). Pure; bounded memory.
 */
#ifndef PROC_SMAPS_H
#define PROC_SMAPS_H

#include "wire/record.h"

/* A longer line is passed over; the kernel cuts a path at 4,096 bytes. */
#define SMAPS_LINE 8192

struct mapping {
	uint64_t from; /* addresses, to excluded */
	uint64_t to;
	bool readable;
	bool writable;
	bool executable;
	bool shared;
	bool hugetlb;	       /* of hugetlbfs */
	const char *path;      /* as it came; "" where it has none */
	struct memory_use use; /* mappings: 1 */
	uint64_t huge;	       /* bytes of its RSS in transparent huge pages */
};

typedef void (*mapping_fn)(void *arg, const struct mapping *mapping);

/* All zeros but for `each` and `arg`: at the beginning. */
struct smaps {
	mapping_fn each; /* a mapping, valid during its call */
	void *arg;
	bool has; /* a mapping is being read */
	bool skip;
	struct mapping mapping;
	size_t used;
	char line[SMAPS_LINE]; /* the begin of one whose end has not come */
	char path[SMAPS_LINE];
};

/* The next @size bytes of the text, cut anywhere. What is no line of smaps is passed over. */
void smaps_take(struct smaps *smaps, const char *bytes, size_t size);

/* There is no more: the last mapping is given. */
void smaps_end(struct smaps *smaps);

#endif
