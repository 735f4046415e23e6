/*
 * The orphans of a command that was run: the kernel gives them to this process, which waits for
 * them and tells the watcher how they ended.
 */
#ifndef CLI_RUN_ORPHANS_H
#define CLI_RUN_ORPHANS_H

#include "cli/gates/hooks.h"
#include "cli/options.h"
#include "wire/control.h"

/* Those that have been waited for and are not told yet. */
struct orphans {
	uint32_t count;
	struct reaped reaped[REAPED_MOST];
	uint64_t unseen; /* processes of the family that came and went without a line, so far */
	bool at_least;	 /* there may have been more of them */
};

/* From now on orphans become children of this process (PR_SET_CHILD_SUBREAPER of prctl(2)). */
void orphans_adopt(void);

/* Wait for those that have ended, without delay. @child, whoever runs what was asked for, is not
 * waited for here, nor is what this program has started for itself, nor are @hooks. */
void orphans_reap(struct orphans *orphans, const struct options *options, pid_t child,
		  const struct hooks *hooks);

/* Wait for a child that may have ended, without delay: 0, with what the kernel says of it in
 * @reaped, whose floor stays; or a negative errno. */
int orphans_wait(pid_t pid, struct reaped *reaped);

/* What the watcher says of the unseen, in its reply. */
void orphans_unseen(struct orphans *orphans, const struct reply *reply);

/* Tell the watcher what it wasn't told yet. */
void orphans_tell(struct orphans *orphans, const struct options *options);

#endif
