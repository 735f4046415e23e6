/*
 * Keeping a live session in a file: what --output asks of the watcher, which records.
 */
#ifndef CLI_RUN_KEEP_H
#define CLI_RUN_KEEP_H

#include "cli/options.h"

/* Start to record in options->output, where that is asked for: 0, or EXIT_FAIL after a message.
 * *ret_joined: somebody else had the session recorded there already, and it is theirs to end. */
int keep_begin(const struct options *options, bool *ret_joined);

/*
 * The command leaves. A recording that it asked for ends with a private session, if nobody else is
 * attached, and with @always in any case; it is waited for until it is a whole file, and told of in
 * one line. Else it is told that it goes on. Where the command has @failed and nothing at all is in
 * the file, it is removed, so that it isn't in the way of the next try. 0, or EXIT_FAIL after a
 * message: it had failed.
 */
int keep_end(const struct options *options, bool always, bool failed);

#endif
