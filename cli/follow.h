/*
 * Following a session live: the loop over the watcher's stream.
 */
#ifndef CLI_FOLLOW_H
#define CLI_FOLLOW_H

#include "cli/loop.h"
#include "cli/options.h"
#include "cli/orphans.h"
#include "plotter/source.h"
#include "plotter/view.h"

#include <signal.h>

/* A program that was launched here; run.c's. */
struct child {
	pid_t pid;
	const char *name;
	bool ended;
	uint64_t ended_ns;
	int status; /* its wait status */
	struct orphans orphans;
};

struct follow {
	const struct options *options;
	struct source *source;
	const struct view *view;
	struct view_options view_options;
	struct view_settings settings;
	struct history *history;
	const pid_t *targets; /* follow until all of them have ended ... */
	size_t target_count;
	bool until_ended;    /* ... where this is set */
	struct child *child; /* NULL: none */

	struct loop loop;
	uint64_t since_ns; /* older records are not shown by views that show each */
	uint64_t begin_ns;
	uint64_t end_ns;
	bool gone;		      /* the watcher is */
	uint64_t unanswered_until_ns; /* it didn't answer: until then it isn't asked again */
};

/*
 * Run until the person leaves, the targets or the child have ended, or the duration is over: an
 * exit status. @follow's first fields, down to child, are set; the source stays open. Signals that
 * the loop handles must be blocked.
 */
int follow_run(struct follow *follow);

/*
 * Attach to the session, starting it where it doesn't run, record it where that is asked for, and
 * give @body its stream: what @body returns, or an exit status. @record: the recording ends with
 * it, as keep_end's always. Called before any thread starts.
 */
int follow_attached(const struct options *options,
		    int (*body)(const struct options *options, struct source *source), bool record);

/* Bodies: follow the processes of the options, cmd_follow.c's; or run a command and follow it,
 * cmd_run.c's. */
int follow_processes(const struct options *options, struct source *source, const struct view *view);
int follow_command(const struct options *options, struct source *source, const struct view *view);

/* Before anything is started for it: whether the command can be run: 0, or an exit status after a
 * message. cmd_run.c's. */
int run_check(const struct options *options);

/* Forget what was followed; the history may be read until then. */
void follow_close(struct follow *follow);

/* Reap the child and its orphans where they have ended, and tell the watcher how. run.c's. */
void run_reap(struct follow *follow);

#endif
