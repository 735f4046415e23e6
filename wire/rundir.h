/*
 * The private directory of a session: $XDG_RUNTIME_DIR/memwatch/SESSION/, or where that is not set,
 * isn't there, isn't this user's or can't be written, /tmp/memwatch-UID/SESSION/. Each part is
 * created with mode 0700 and must be a real directory of this user's that nobody else may enter: no
 * link is followed. Async-signal-unsafe; never prints.
 */
#ifndef WIRE_RUNDIR_H
#define WIRE_RUNDIR_H

#include <stdbool.h>
#include <stddef.h>

/* An address of a Unix socket holds 107 bytes and a NUL (unix(7)); nanomsg aborts at 108 and more.
 */
#define RUNDIR_SOCKET_MAX 107
#define RUNDIR_PATH 128
#define RUNDIR_NAME 33 /* room for a session's name */

struct rundir {
	char path[RUNDIR_PATH]; /* the session's directory, or the part that failed */
};

#define SESSION_DEFAULT "default"

/* A session's name: 1 to 32 of letters, digits, '-', '_', '.', not starting with a dot. */
bool rundir_name_valid(const char *session);

/*
 * Why /tmp/memwatch-UID is used in place of $XDG_RUNTIME_DIR, which is set: a negative errno,
 * -EPERM where it is another user's; 0 where it is used, or not set. *ret_runtime is what is set,
 * or NULL.
 */
int rundir_fallback(const char **ret_runtime);

/* The same in words, for whoever is to be told: false where there is nothing to tell. */
bool rundir_explain_fallback(char *text, size_t size);

/* The directory that holds all sessions of this user, which need not be there: the length of its
 * path, or -ENAMETOOLONG. */
int rundir_base(char path[RUNDIR_PATH]);

/*
 * Find the directory of @session (and make it where @create): 0; or a negative errno: -EINVAL a bad
 * name, -ENAMETOOLONG a socket in it would have no valid address, -ENOENT it isn't there, -EPERM a
 * part is not private to this user, -ENOTDIR a part is a link or no directory, or what mkdir and
 * lstat say. On failure path names the part.
 */
int rundir_open(struct rundir *ret_dir, const char *session, bool create);

/* The same of a session beside that of @dir, which is open; reads no environment. */
int rundir_beside(const struct rundir *dir, const char *session, bool create,
		  struct rundir *ret_dir);

/* What went wrong, in words: rundir_error(-EPERM) is "is not a private directory of yours ...". */
const char *rundir_error(int error);

/* "path/name" to @to, of RUNDIR_PATH bytes, which it fits by rundir_open's word for the names
 * below. */
void rundir_file(char to[RUNDIR_PATH], const struct rundir *dir, const char *name);

#define RUNDIR_EVENTS "events.ipc"
#define RUNDIR_CONTROL "control.ipc"
#define RUNDIR_STREAM "stream.ipc"
#define RUNDIR_WHO "who.ipc"
#define RUNDIR_LOCK "lock"
#define RUNDIR_RINGS "rings"

/*
 * Whether a watcher holds the session's lock: its pid (0 where its file doesn't say), or -ENOENT;
 * -EMFILE or -ENFILE where that can't be told. Takes no lock itself.
 */
int rundir_owner(const struct rundir *dir);

/* The exit status of a private watcher that found another one there, to whom its command can
 * attach. */
#define RUNDIR_STATUS_BUSY 4

/*
 * Become the watcher of @dir: a descriptor to be kept open, whose lock ends with the process;
 * -EBUSY where another one is (*ret_owner is its pid), -ESTALE where somebody removes the directory
 * or has just done so: it is to be opened again; -EBADFD it is no regular file, or what open says.
 * The lock is of the open file description (fcntl(2), F_OFD_SETLK), so that others can ask for it
 * without taking it.
 */
int rundir_lock(const struct rundir *dir, int *ret_owner);

/*
 * Keep watchers away from @dir for the moment that it takes to remove it: a descriptor, which holds
 * them until it is closed, or -EBUSY where one is there, or another negative errno. Nobody takes
 * this for a watcher.
 */
int rundir_tidy(const struct rundir *dir);

/* Whether the lock that is open as @lock is that of @dir still. */
bool rundir_is_locked_by(const struct rundir *dir, int lock);

/* Whether all of it is still there: the lock that is open as @lock, the rings, the sockets. Who
 * logs out, and who tidies up /tmp, removes them. */
bool rundir_is_whole(const struct rundir *dir, int lock);

/*
 * Remove the directory with its sockets and its lock, which the caller holds as a watcher or to
 * tidy, unless there is a ring in it still. A program that makes one at this moment finds no
 * directory, or has it again.
 */
void rundir_remove(const struct rundir *dir);

#endif
