/*
 * The orphans of a command that was run: the kernel gives them to this process, which waits for
 * them and tells the watcher how they ended.
 */
#ifndef CLI_ORPHANS_H
#define CLI_ORPHANS_H

#include "cli/options.h"
#include "wire/message.h"

/* Those that have been waited for and are not told yet. */
struct orphans {
	uint32_t count;
	struct reaped reaped[REAPED_MOST];
	uint64_t unseen; /* processes of the family that came and went without a line, so far */
};

/* From now on orphans become children of this process (PR_SET_CHILD_SUBREAPER of prctl(2)). */
void orphans_adopt(void);

/* The child @pid has ended, and is waited for here. What this program started for itself is told to
 * nobody. */
void orphans_reap(struct orphans *orphans, const struct options *options, pid_t pid);

/* Tell the watcher what it wasn't told yet. */
void orphans_tell(struct orphans *orphans, const struct options *options);

#endif
