/*
 * Which process here is meant by a PID that was counted in another PID namespace, as by a program
 * in a container. Found for certain, or not at all: a number alone would name a stranger.
 */
#ifndef WATCHER_WHOIS_H
#define WATCHER_WHOIS_H

#include "wire/rundir.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A process by what it says of itself, or somebody else of it. */
struct whois {
	uint64_t pid_ns;      /* its PID namespace: wire/pidns.h */
	uint64_t pid;	      /* there */
	uint64_t start_ticks; /* 0: not told */
};

struct registry;

/* Whether it is counted as the watcher, of @own, counts: then its PID is what it says. */
bool whois_is_here(const struct whois *whois, uint64_t own);

/* The PID here of whoever holds a lock on the file @fd (F_GETLK gives it in the asker's namespace);
 * 0 where nobody does, or cannot be seen from here. */
pid_t whois_locks(int fd);

/* Whether anybody does, whether it can be seen from here or not. */
bool whois_is_locked(int fd);

/*
 * The PID here of one that is followed or was (@registry may be NULL), or of any process: by its
 * namespace, which only those who may look into it can see, or else by its number there (NSpid of
 * its status) and its start. *ret_start is its start here. 0 where there is none, or more than one
 * by the latter. It takes a walk of /proc where it is not followed.
 */
pid_t whois_find(const struct registry *registry, const struct whois *whois, uint64_t *ret_start);

/* Of those that are followed or were alone. */
pid_t whois_find_followed(const struct registry *registry, const struct whois *whois,
			  uint64_t *ret_start);

/* Those who said which ring is theirs, by the kernel's word on who they are; newest over oldest. */
#define WHOIS_HEARD 256

struct whois_heard {
	int socket; /* of who.ipc (wire/ring.h); -1: none */
	unsigned next;
	struct {
		uint64_t instance;
		pid_t pid;
	} at[WHOIS_HEARD];
};

/* Listen: 0 or a negative errno. */
int whois_listen(struct whois_heard *heard, const struct rundir *dir);
void whois_close(struct whois_heard *heard);

/* Take what was said; to be called when the socket is readable. */
void whois_hear(struct whois_heard *heard);

/* The PID here of the one whose ring has that instance, which may have ended since; 0: it hasn't
 * said. */
pid_t whois_said(struct whois_heard *heard, uint64_t instance);

/* The number that a process has in its own namespace, the last of NSpid; 0: not to be seen. */
uint32_t whois_inner(pid_t pid);

#endif
