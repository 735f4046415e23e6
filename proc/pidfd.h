/*
 * The end of a process that need not be ours: pidfds, readable when every thread of it has ended,
 * even before it is reaped.
 */
#ifndef PROC_PIDFD_H
#define PROC_PIDFD_H

#include "wire/record.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * A descriptor (close-on-exec), or a negative errno. Where the kernel has no pidfds (before 5.3) or
 * they are refused, as by seccomp, one of /proc/PID stands in, which never names a successor: it
 * can't be waited for, so it is to be looked at.
 */
int pidfd_open_process(pid_t pid);

/* Whether a stand-in is all that can be had here. */
bool pidfd_is_missing(void);

/* Whether it has ended, without waiting. */
bool pidfd_ended(int pidfd);

/*
 * How it ended: *ret_code as struct end has it; END_UNKNOWN where the kernel won't say. Asked of
 * the pidfd (PIDFD_GET_INFO, Linux 6.15 and later, once reaped), else of /proc/PID/stat while it is
 * a zombie that we may look into.
 */
enum end_reason pidfd_end_reason(int pidfd, pid_t pid, int32_t *ret_code);

/* A wait status (wait(2)) in the same terms. */
enum end_reason pidfd_wait_reason(int status, int32_t *ret_code);

#endif
