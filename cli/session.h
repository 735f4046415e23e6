/*
 * The session that a command talks to. Each function says what is wrong before it fails, and gives
 * an exit status.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/options.h"
#include "plotter/source.h"
#include "wire/control.h"

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

/* Whether a watcher runs in the session; says nothing. */
bool session_runs(const struct options *options);

/* Wait until the watcher has let go of the session: 0, or EXIT_FAIL after a message. */
int session_wait_end(const struct options *options);

/* Attach to the session's watcher; where none runs, start one that ends with the last command
 * attached to it. */
int session_attach(const struct options *options, struct source **ret_source);

/* The directory that this program lies in joined with @name, to @path of @size bytes; just @name
 * where that can't be told. */
void session_program(char *path, size_t size, const char *name);

#endif
