/*
 * The command that was launched here, and its orphans: their ends, as wait4 has them.
 */
#ifndef CLI_RUN_CHILD_H
#define CLI_RUN_CHILD_H

#include "cli/gates/hooks.h"
#include "cli/options.h"
#include "cli/run/orphans.h"

struct child {
	pid_t pid;
	const char *name;
	bool ended;
	uint64_t ended_ns;
	struct reaped reaped; /* what the kernel says of it; its floor from its launch on */
	struct orphans orphans;
};

/* Reap the child and its orphans where they have ended, and tell the watcher how; @gone: it has
 * ended, and isn't told. */
void child_reap(struct child *child, const struct options *options, struct hooks *hooks, bool gone);

#endif
