/*
 * The gate: the process that holds the nanomsg sockets, so that a peer's bytes can end only it
 * (nanomsg asserts on some of them), never the sampling. It decodes what comes, passes it on as
 * plain records, and forwards what the core has encoded. It reads no file and no /proc, and ends
 * with the core.
 */
#ifndef WATCHER_GATE_GATE_H
#define WATCHER_GATE_GATE_H

#include "wire/rundir.h"

/* Run until the core's end of @pair_fd is closed. An exit status. */
int gate_run(const struct rundir *dir, int pair_fd);

#endif
