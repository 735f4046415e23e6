/*
 * Where a plotter's records come from: a running watcher. Subscribes first, then asks for the past,
 * so nothing falls between; a gap in the sequence is asked for again; a watcher's new gate is found
 * again by nanomsg itself.
 */
#ifndef PLOTTER_SOURCE_H
#define PLOTTER_SOURCE_H

#include "wire/message.h"
#include "wire/rundir.h"

struct source;

/*
 * Attach to the watcher of @dir: 0; or a negative errno: -ENOENT no watcher runs there, -EPROTO it
 * speaks another version, -ETIMEDOUT it does not answer, else as endpoint_open.
 */
int source_open(struct source **ret_source, const struct rundir *dir);
/* The same without being one that a private session goes on for, or is seen in its status. */
int source_look(struct source **ret_source, const struct rundir *dir);
void source_close(struct source *source);

/*
 * Before the first source_read: have a selection of processes of one's own, which the requests that
 * follow fill, and read nothing of others from now on: 0 with its number, or a negative errno,
 * -EPERM with why in @why, of TEXT_LABEL + 1 bytes.
 */
int source_select(struct source *source, uint32_t *ret_number, char *why);

/* Before the first source_read: leave out the past, all that was merged until now: 0 or a negative
 * errno. */
int source_skip_past(struct source *source);

const struct session_info *source_session(const struct source *source);

/*
 * Ask that the metrics of @set are sampled from now on, smaps_rollup each @interval_ns (0: the
 * default) where it isn't read yet: 0, or a negative errno, -EPERM with why in @why, of TEXT_LABEL
 * + 1 bytes. The session is told anew.
 */
int source_want(struct source *source, uint32_t set, uint64_t interval_ns, char *why);

/* A descriptor for poll: readable when source_read has something. */
int source_fd(const struct source *source);

/* The processes known to the watcher, of the selection where there is one, ended ones included, for
 * what the history no longer tells. */
int source_processes(struct source *source, process_info_fn each, void *arg);

/*
 * Give what waits, in merged order, to @each: the number of records, or a negative errno: -EPIPE the
 * watcher is gone. The first call gives the past, as far as the watcher still has it. Where this is
 * called so late that it has forgotten some of what comes next, a gap of GAP_UNREAD is given there.
 */
int source_read(struct source *source, record_fn each, void *arg);

#endif
