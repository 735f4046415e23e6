/*
 * The nanomsg socket that events leave by, in a program that knows nothing of it: which may fork,
 * close descriptors that it didn't open, or use nanomsg itself. Where nanomsg can't be touched any
 * more without harm, the outlet is spoilt, and stays so.
 */
#ifndef CLIENT_SOCKET_H
#define CLIENT_SOCKET_H

#include "wire/endpoint.h"

#include <sys/types.h>

/* A descriptor of ours beside nanomsg's, which shows whether the program has closed them under us.
 */
struct canary {
	int fd;
	dev_t device;
	ino_t inode;
};

struct outlet {
	const struct rundir *dir;
	bool forked; /* this is a forked child */
	bool spoilt;
	bool proven; /* nanomsg works behind the endpoint, so that it can be closed */
	struct endpoint endpoint;
	struct canary canary;
};

/* Closed. @spoilt where nanomsg can't be used from the start. */
void outlet_init(struct outlet *outlet, const struct rundir *dir, bool forked, bool spoilt);

bool outlet_is_open(const struct outlet *outlet);

/* 0 or a negative errno; -EPIPE where it is spoilt, before or by this. */
int outlet_open(struct outlet *outlet);

/* As endpoint_send; -EPIPE where it has been spoilt meanwhile. */
int outlet_send(struct outlet *outlet, const void *message, size_t size);

/* What is on its way is lost. False where it can't be closed: nor can a forked child use nanomsg.
 */
bool outlet_close(struct outlet *outlet);

#endif
