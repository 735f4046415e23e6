/*
 * What --limit, --limit-total and --fail-on-growth need to judge a command that was run: a watcher
 * to its end, nine samples of ten, all of its processes, and for growth a life that is long enough.
 * A gate that lacked one of these says so and doesn't let pass, unless --if-unjudged pass is given.
 */
#ifndef CLI_GATES_GATES_H
#define CLI_GATES_GATES_H

#include "cli/gates/growth.h"
#include "cli/options.h"
#include "wire/message.h"

/* Whether the watcher was there to the command's end. */
enum watched {
	WATCHED_WHOLE = 0,
	WATCHED_DIED,
	WATCHED_STOPPED, /* a person, or another program, ended the session */
	WATCHED_SILENT,	 /* it did not answer, or what came could not be kept */
};

/* What was seen of how the command was followed. */
struct gates {
	const struct options *options;
	uint64_t interval_ns;
	uint64_t since_ns;	/* the launch */
	uint64_t tick_ns;	/* of the newest tick */
	uint64_t missed_before; /* of the session, by the launch */
	uint64_t missed;	/* of the session, by the newest tick */
	uint64_t unfollowed;	/* processes that the watcher had no descriptors for */
	uint64_t unread;	/* records that it forgot before they were read */
	bool refused;		/* the watcher didn't take a limit */
};

/* How it went. */
struct gates_end {
	const char *name; /* of the command */
	uint64_t ended_ns;
	enum watched watched;
	bool crossed; /* a limit was */
	enum growth_outcome growth;
};

void gates_begin(struct gates *ret_gates, const struct options *options,
		 const struct session_info *session, uint64_t since_ns);

/* Records in their order. */
void gates_take(struct gates *gates, const struct record *record);

/*
 * What becomes of the exit @status once the gates that were asked for have judged. In one line it
 * is said which could not, and why; a failure that is known already keeps its status.
 */
int gates_close(const struct gates *gates, const struct gates_end *end, int status);

/* The exit status of a gate that could not judge, after a line: @gates, such as "--limit", could
 * not, and @why. A @status but 0 stays. */
int gates_unjudged(const struct options *options, const char *gates, const char *why, int status);

#endif
