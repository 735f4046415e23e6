/*
 * nanomsg sockets, for careful people: what it aborts or hangs on is looked at before it is asked,
 * nothing blocks longer than it is told, and addresses are only those of a session's directory.
 */
#ifndef WIRE_ENDPOINT_H
#define WIRE_ENDPOINT_H

#include "wire/rundir.h"

#include <stdint.h>
#include <sys/types.h>

struct endpoint {
	int socket; /* nanomsg's number; -1: closed */
	int ready;  /* a descriptor for poll, readable when a message waits; never read it. -1 where
		       it can't receive */
};

#define ENDPOINT_CLOSED ((struct endpoint){ .socket = -1, .ready = -1 })

enum endpoint_kind {
	ENDPOINT_PULL, /* bound: events.ipc */
	ENDPOINT_REP,  /* bound: control.ipc */
	ENDPOINT_PUB,  /* bound: stream.ipc */
	ENDPOINT_PUSH, /* connects to events.ipc */
	ENDPOINT_REQ,  /* connects to control.ipc */
	ENDPOINT_SUB,  /* connects to stream.ipc, all of it */
};

/*
 * 0, or a negative errno: -EMFILE fewer than 10 descriptors are free, -EAGAIN no thread can be had,
 * -EADDRINUSE another owner lives, -EEXIST something that is no socket has the name (it is left
 * alone).
 */
int endpoint_open(struct endpoint *ret, enum endpoint_kind kind, const struct rundir *dir);

/* Bind one of the bound kinds in another directory too, or in the same again where its file was
 * removed; who is connected stays so. As endpoint_open. */
int endpoint_bind_again(struct endpoint *endpoint, enum endpoint_kind kind,
			const struct rundir *dir);

/* Close; messages on their way are lost. A bound one removes its file. Does nothing to a closed
 * one. */
void endpoint_close(struct endpoint *endpoint);

/* Send without waiting: 0, -EAGAIN (no peer, or it is behind), -EINTR, -EBADF. */
int endpoint_send(struct endpoint *endpoint, const void *message, size_t size);

/* Wait up to @timeout_ms to be able to send: 0, or -EAGAIN. */
int endpoint_wait_send(struct endpoint *endpoint, int timeout_ms);

/*
 * Ask, on an ENDPOINT_REQ: send as @number, of which the highest bit is ignored, without waiting. As
 * endpoint_send. A question may be sent again by its number: only its connection's end can lose it.
 */
int endpoint_ask(struct endpoint *endpoint, uint32_t number, const void *message, size_t size);

/* Receive an answer to the question @number, as endpoint_receive; those to others are dropped. */
ssize_t endpoint_receive_answer(struct endpoint *endpoint, uint32_t number, void **ret_message);

/* How often one that connects has been connected, whether it is or not. */
uint64_t endpoint_connections(const struct endpoint *endpoint);

/*
 * Receive one message without waiting: its size, with *ret_message to be given to endpoint_free;
 * -EAGAIN where none waits. A message over WIRE_MESSAGE_MAX never arrives.
 */
ssize_t endpoint_receive(struct endpoint *endpoint, void **ret_message);
void endpoint_free(void *message);

/* Peers connected to a bound endpoint. */
uint64_t endpoint_peers(const struct endpoint *endpoint);

#endif
