/*
 * Which sessions run, and which of them is meant where nobody names one. A session runs while a
 * watcher holds its lock (wire/rundir.h). Reads directories and locks only; never prints.
 */
#ifndef WIRE_SESSIONS_H
#define WIRE_SESSIONS_H

#include "wire/rundir.h"

#include <sys/types.h>

/* Whether a watcher runs in @session. */
bool sessions_run(const char *session);

/*
 * A command's own session has the PID of the command as its name, with "-2", "-3" ... behind it
 * where that is taken, as by a command of the same PID in another PID namespace: @number 1 is the
 * name without.
 */
void sessions_own_name(char name[RUNDIR_NAME], pid_t pid, unsigned number);

/* Whether @session is such a name, which nobody has chosen. */
bool sessions_is_own(const char *session);

/*
 * The session that MEMWATCH_SESSION names, else `default`: it stays valid as the environment does.
 * One that runs no more counts as not named: where `default` runs, and always where it was a
 * command's own, which nobody will start again.
 */
const char *sessions_of_environment(void);

/*
 * Where a program goes on whose session has ended that lies in @dir: `default` of the same user, by
 * the rule above: 0 with *ret_dir, made where it isn't there; -ENOENT where it stays, or as
 * rundir_open. Reads no environment, which another thread may change.
 */
int sessions_after(const struct rundir *dir, struct rundir *ret_dir);

/* @name is valid during the call. */
typedef void (*sessions_fn)(void *arg, const char *name);

/* Each session of this user, in no order; those that run only, or also what others have left. */
void sessions_each(bool running, sessions_fn each, void *arg);

#endif
