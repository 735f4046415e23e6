/*
 * The kernel's word on each fork and each end of a process, of which none is missed: its process
 * events connector (drivers/connector/cn_proc.c), which tells of the whole machine. A kernel may be
 * built without it, it tells nothing outside the first PID namespace, and before Linux 6.6 only
 * root.
 */
#ifndef PROC_FORKS_H
#define PROC_FORKS_H

#include <stdbool.h>
#include <sys/types.h>

struct forks_calls {
	/* A process, never a thread, was forked: @parent is the process that has it as its child.
	 */
	void (*born)(void *arg, pid_t parent, pid_t child);
	/* It has become another program. */
	void (*execed)(void *arg, pid_t pid);
	/* The thread that a process began with has ended. Its parent may know that already. */
	void (*ended)(void *arg, pid_t pid);
	/* Some were not told: the socket's room was used up. */
	void (*lost)(void *arg);
	void *arg;
};

/* A descriptor to be watched for input; -ENOTSUP where the kernel tells nothing, or another
 * negative errno. */
int forks_open(void);

/* Take all that was told until now; never waits. */
void forks_take(int fd, const struct forks_calls *calls);

#endif
