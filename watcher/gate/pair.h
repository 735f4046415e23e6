/*
 * Between the core and its gate: packets of a SOCK_SEQPACKET pair, in native order, since both are
 * one program. What the gate sends was made from bytes of strangers, so the core checks every
 * length again.
 */
#ifndef WATCHER_GATE_PAIR_H
#define WATCHER_GATE_PAIR_H

#include "wire/message.h"
#include "wire/rundir.h"

#include <stdbool.h>
#include <sys/types.h>

/* No packet is larger; an unprivileged socket's buffer holds two (net.core.wmem_max is 212,992 by
 * default). */
#define PAIR_MAX (96 * 1024)

enum pair_kind {
	/* gate to core */
	PAIR_READY = 1, /* the sockets are open */
	PAIR_EVENTS,	/* struct emitter, then events */
	PAIR_REQUEST,	/* struct request */
	PAIR_BAD,	/* struct pair_bad */
	/* core to gate */
	PAIR_PUBLISH, /* an encoded Records */
	PAIR_REPLY,   /* an encoded Reply */
	PAIR_BIND,    /* struct rundir, in which sockets are missing */
};

struct pair_head {
	uint32_t kind;
	uint32_t peers; /* subscribers; from the gate */
};

/* A message that could not be taken: error is -EBADMSG, or -EPROTO for another version. */
struct pair_bad {
	int32_t error;
	uint32_t pid;	  /* 0: unknown */
	uint32_t version; /* that it speaks */
	uint32_t control; /* 1: it came to the control socket */
};

/* Largest body. */
#define PAIR_BODY (PAIR_MAX - sizeof(struct pair_head))

struct packet {
	struct pair_head head;
	_Alignas(8) unsigned char body[PAIR_BODY];
};

/* A connected pair with large buffers: 0 or a negative errno. Both close-on-exec. */
int pair_open(int ret_fds[2]);

/* Send one packet; waits for room where @wait. 0, -EAGAIN, -EPIPE, or another negative errno. */
int pair_send(int fd, const struct pair_head *head, const void *body, size_t size, bool wait);

/* Receive one without waiting: the body's size, -EAGAIN for none, -EPIPE at the end, -EBADMSG for a
 * strange one. */
ssize_t pair_receive(int fd, struct packet *ret_packet);

/* --- the body of PAIR_EVENTS */

struct event_packer {
	size_t used;
	_Alignas(8) unsigned char body[PAIR_BODY];
};

void event_packer_open(struct event_packer *packer, const struct emitter *emitter);

/* false without room: send what is there, and open again. */
bool event_packer_add(struct event_packer *packer, uint64_t t_ns, const struct event *event);

/* The emitter in the packer, to set from and to before sending. */
struct emitter *event_packer_emitter(struct event_packer *packer);

/* Each event as a record of line 0. 0 or -EBADMSG. */
int pair_events(const void *body, size_t size, struct emitter *ret_emitter, record_fn each,
		void *arg);

#endif
