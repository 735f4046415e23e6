/*
 * The kernel's word on what memory a process had when it ended: its task statistics
 * (kernel/taskstats.c, hiwater_rss), sent at each end of a thread on the machine before anybody can
 * wait for it. Only for root (CAP_NET_ADMIN), in the first PID and user namespaces, and where the
 * kernel was built with CONFIG_TASK_XACCT.
 */
#ifndef PROC_EXITS_H
#define PROC_EXITS_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A thread that has ended, with the figures of its process. */
struct exit_news {
	pid_t pid; /* of the process */
	pid_t parent;
	bool first;	     /* the thread that the process began with: its name is the program's */
	bool last;	     /* the last of its threads: the peak is that of its end */
	uint64_t peak_bytes; /* of the program that it ran last */
	char name[TEXT_NAME + 1];
};

typedef void (*exit_fn)(void *arg, const struct exit_news *news);

/* A descriptor to be watched for input, or a negative errno. */
int exits_open(void);

/* Give all that was told until now to @each; never waits. */
void exits_take(int fd, exit_fn each, void *arg);

#endif
