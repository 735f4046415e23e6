/*
 * The table of what the sampler reads. A slot that leaves stays until the reading thread has seen
 * the table without it, since its descriptor may be in use. No locking of its own.
 */
#ifndef WATCHER_SLOTS_H
#define WATCHER_SLOTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct slot {
	int fd; /* negative: the file is opened at each tick */
	uint32_t line;
	pid_t pid; /* for that */
	uint64_t start_ticks;
	uint64_t leaves; /* the version of the table that no longer has it; 0: it stays */
};

struct slots {
	struct slot *at;
	size_t count;
	size_t room;
};

/* @line leaves with that version. */
void slots_leave(struct slots *slots, uint32_t line, uint64_t version);

/* Close and remove those that had left by that version; the others keep their order. */
void slots_close(struct slots *slots, uint64_t version);

#endif
