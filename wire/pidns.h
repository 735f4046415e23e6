/*
 * PID namespaces: a process has a number in each one that can see it, so a PID means something
 * only beside the namespace it is counted in (pid_namespaces(7)). That is named by its inode.
 */
#ifndef WIRE_PIDNS_H
#define WIRE_PIDNS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Of messages that don't say. */
#define PIDNS_UNTOLD 0

/* Where /proc doesn't tell: of no process that anybody could find. */
#define PIDNS_UNKNOWN 1

/* The machine's own (include/linux/proc_ns.h, PROC_PID_INIT_INO). */
#define PIDNS_INITIAL 0xEFFFFFFCU

/* The namespace of this process. */
uint64_t pidns_own(void);

/* The namespace of another one, of which we may look into it (ptrace(2)); else PIDNS_UNKNOWN. */
uint64_t pidns_of(pid_t pid);

/* Whether /proc has the numbers of this process's namespace: after unshare(1) without --mount-proc
 * it has not. */
bool pidns_proc_is_own(void);

/* When this process, or one with that PID in its namespace, started: field 22 of /proc/PID/stat;
 * 0 where /proc doesn't tell, as one of another namespace. */
uint64_t pidns_own_start(void);
uint64_t pidns_start(pid_t pid);

#endif
