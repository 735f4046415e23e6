/*
 * /proc/PID/statm, kept open: the one file that is read at each tick. An open one follows execve,
 * gives ESRCH once its process is reaped, and never reads a successor with the same pid
 * (fs/proc/base.c: it holds a reference to the struct pid).
 */
#ifndef PROC_STATM_H
#define PROC_STATM_H

#include <stdint.h>
#include <sys/types.h>

/* A descriptor, or a negative errno; -ENOENT or -ESRCH where there is no such process. */
int statm_open(pid_t pid);

/* The same for a thread of it whose memory can be seen, where the leader has ended and other
 * threads run on; else -ESRCH. */
int statm_open_thread(pid_t pid);

/*
 * Resident bytes to *ret_rss, 0 for one that has none (a zombie, a kernel thread, an ended leader
 * thread), and those of them that are of files and shared memory to *ret_shared: 0, or a negative
 * errno, -ESRCH where the process is gone.
 */
int statm_read(int fd, uint64_t *ret_rss, uint64_t *ret_shared);

/*
 * The same of a process whose statm can't be kept open, by opening it: -ESRCH also where another
 * one has its PID.
 */
int statm_read_anew(pid_t pid, uint64_t start_ticks, uint64_t *ret_rss, uint64_t *ret_shared);

#endif
