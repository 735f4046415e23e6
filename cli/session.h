/*
 * The session that a command talks to. Each function says what is wrong before it fails, and gives
 * an exit status.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/command.h"
#include "plotter/source.h"
#include "wire/control.h"

/*
 * Find options->session where none was given, by the rule of @use: 0; or EXIT_USAGE after a message
 * that lists the sessions where several run and none is meant.
 */
int session_choose(struct options *options, enum command_session use);

/* Whether processes are named, which are followed where they are asked for and not elsewhere. */
bool session_names_processes(const struct options *options);

/* Ask the running watcher: 0, or EXIT_FAIL where there is none, or EXIT_FAIL where it refuses. */
int session_ask(const struct options *options, struct request *request, struct reply *ret_reply,
		process_info_fn each_process, void *arg);

/* The same with no message where the watcher refuses: 0, or EXIT_FAIL; *ret_reply tells. */
int session_try(const struct options *options, struct request *request, struct reply *ret_reply,
		process_info_fn each_process, void *arg);

/*
 * Pin an event with @label to @pid (0: the session), now; says nothing and waits for a second at
 * most: 0 or a negative errno as control_ask's; -EPERM where the watcher refuses, and *ret_problem
 * is why.
 */
int session_mark(const struct options *options, uint32_t pid, const char *label,
		 char ret_problem[TEXT_LABEL + 1]);

/* Tell the watcher what can't wait for it: within a second, and nothing is said: 0 or a negative
 * errno as control_ask's. */
int session_tell(const struct options *options, struct request *request);

/* Whether a watcher runs in the session; says nothing. */
bool session_runs(const struct options *options);

/*
 * This command is about to end, and may have been started by what a session follows, as a script
 * does: its memory is no family's, though who waits for it counts that. Says nothing.
 */
void session_tell_own(void);

/* Wait until the watcher has let go of the session: 0, or EXIT_FAIL after a message. */
int session_wait_end(const struct options *options);

/*
 * Attach to the session's watcher; where none runs, start one that ends with the last command
 * attached to it. A session that runs with another interval than is asked for, and that nobody has
 * named, is left to others: *options gets one of its own.
 */
int session_attach(struct options *options, struct source **ret_source);

/* Have a selection of one's own in the session, of the processes that are asked for from now on: 0,
 * or EXIT_FAIL after a message. */
int session_select(struct options *options, struct source *source);

/* Start a session of one's own, named after @pid, and attach to it: *options gets it. */
int session_start(struct options *options, pid_t pid, struct source **ret_source);

/* Look at the running session, without being one that it goes on for; one that is not there yet is
 * waited for until @until_ns. EXIT_FAIL after a message where there is none. */
int session_look(const struct options *options, uint64_t until_ns, struct source **ret_source);

/* The directory that this program lies in joined with @name, to @path of @size bytes; just @name
 * where that can't be told. */
void session_program(char *path, size_t size, const char *name);

/* Give the running session the rules of the options: 0, or an exit status after a message. */
int session_add_rules(const struct options *options);

#endif
