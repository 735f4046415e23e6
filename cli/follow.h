/*
 * Following a session live: the loop over the watcher's stream.
 */
#ifndef CLI_FOLLOW_H
#define CLI_FOLLOW_H

#include "cli/gates/limiter.h"
#include "cli/loop.h"
#include "cli/options.h"
#include "cli/run/child.h"
#include "plotter/source.h"
#include "plotter/view.h"

#include <signal.h>

struct growth_gate;
struct gates;

struct follow {
	const struct options *options;
	struct source *source;
	const struct view *view;
	struct view_settings settings;
	struct history *history;
	const pid_t *targets; /* follow until all of them have ended ... */
	size_t target_count;
	bool until_ended;	  /* ... where this is set */
	struct child *child;	  /* NULL: none */
	struct growth_gate *gate; /* takes each record too; NULL: none */
	struct gates *gates;	  /* likewise */
	struct closing *closing;  /* likewise */
	struct limiter *limiter;

	struct view_options view_options;
	struct loop loop;
	uint64_t since_ns; /* older records are not shown by views that show each */
	uint64_t begin_ns;
	uint64_t end_ns;
	bool gone;		      /* the watcher is */
	uint64_t still_ns;	      /* when all that is shown had ended; 0: not yet */
	uint64_t unread_ns;	      /* when records were found lost; 0: seen to since */
	bool unread;		      /* likewise, in the read that runs */
	uint64_t unanswered_until_ns; /* it didn't answer: until then it isn't asked again */
};

/*
 * Run until the person leaves, the targets or the child have ended, or the duration is over: an
 * exit status. @follow's first fields, down to limiter, are set; the source stays open. Signals
 * that the loop handles must be blocked.
 */
int follow_run(struct follow *follow);

/* What a command does with a session. */
struct follow_session {
	/* Attach to it, or start it, and say so in *options: 0, or an exit status after a message.
	 */
	int (*attach)(struct options *options, struct source **ret_source, void *arg);
	/* Follow: an exit status. */
	int (*body)(const struct options *options, struct source *source, void *arg);
	void *arg;
	bool record; /* the recording ends with the command, as keep_end's always */
};

/*
 * Attach to the session, record it where that is asked for, and give the body its stream: what that
 * returns, or an exit status. Called before any thread starts.
 */
int follow_attached(const struct options *options, const struct follow_session *session);

/* The attach of who joins a session: has what the options name followed there, as a selection of
 * its own. @arg: a size_t, for how many of the options' PIDs are. cmd_follow.c's. */
int follow_attach(struct options *options, struct source **ret_source, void *arg);

/* After follow_run: take what came since. False when the end of the child is among it, or can't be
 * hoped for any more. */
bool follow_on(struct follow *follow);

/* Follow the processes of the options, of which the first @count PIDs are followed; cmd_follow.c's.
 */
int follow_processes(const struct options *options, struct source *source, const struct view *view,
		     size_t count);

/* Run the command of the options in its session, and follow it: an exit status; @record as
 * follow_session's. cmd_run.c's. */
int follow_command(const struct options *options, const struct view *view, bool record);

/* Whether the records of the process's end have come. */
bool follow_has_ended(const struct follow *follow, pid_t pid);

/* Forget what was followed; the history may be read until then. */
void follow_close(struct follow *follow);

/* Whether a signal (si_code as sigaction(2) has it) came to this program, and not to its command:
 * it is to be passed on. */
bool follow_is_ours_alone(int number, int code);

#endif
