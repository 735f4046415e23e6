/*
 * The command that a person wants run where a limit is crossed (--on-limit): through sh, never
 * waited for while it runs, one at a time a process.
 */
#ifndef CLI_GATES_HOOKS_H
#define CLI_GATES_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* More that run at one time are not started. */
#define HOOKS_RUNNING 32

struct hook {
	pid_t pid;
	uint32_t line; /* of whom it was started */
};

/* All zeros: none was started. */
struct hooks {
	struct hook running[HOOKS_RUNNING];
	size_t count;
	unsigned skipped; /* since one for that process went on, or too many did */
	unsigned failed;
	int status; /* the wait status of the last that failed */
};

/* What the command gets to know, in its environment. */
struct hook_news {
	uint32_t line;
	uint32_t pid;	  /* MEMWATCH_PID; 0: all processes together */
	uint64_t rss;	  /* MEMWATCH_RSS, bytes */
	uint64_t limit;	  /* MEMWATCH_LIMIT, bytes */
	const char *name; /* MEMWATCH_NAME: as it came; it is cleaned here */
	const char *session;
	bool descendant; /* it, or one that it started */
};

/* Start @command; its output goes to the descriptor @output. 0 or a negative errno. */
int hooks_start(struct hooks *hooks, const char *command, int output, const struct hook_news *news);

/* Whether it is one that has not been reaped yet. */
bool hooks_has(const struct hooks *hooks, pid_t pid);

/* Reap those that have ended; never waits. */
void hooks_reap(struct hooks *hooks);

#endif
