/*
 * The core's end of its gate: starts it, starts another when it dies, and never waits for it.
 */
#ifndef WATCHER_GATE_LINK_H
#define WATCHER_GATE_LINK_H

#include "watcher/gate/pair.h"

struct gatelink {
	const char *session;
	int pair;  /* readable: gatelink_receive */
	int pidfd; /* readable: the gate has died */
	pid_t pid;
	uint64_t number;      /* 1 for the first gate, 2 for its successor ... */
	uint32_t peers;	      /* subscribers, by its last word */
	unsigned char *reply; /* that found no room yet; at most one, since the gate asks one thing
				 at a time */
	size_t reply_size;
};

/* Start the gate of @session: 0 or a negative errno. Its sockets are open when it sends PAIR_READY.
 */
int gatelink_start(struct gatelink *link, const char *session);

/* Have it bind the sockets that are missing in @dir, beside those that it has. */
void gatelink_bind(struct gatelink *link, const struct rundir *dir);

/* Close a dead one's descriptors; does nothing to a closed one. */
void gatelink_close(struct gatelink *link);

/* Close the dead one's descriptors and start the next; as gatelink_start. Receive what it left
 * before. */
int gatelink_restart(struct gatelink *link);

/* End it and wait for its end. */
void gatelink_stop(struct gatelink *link);

/* To every subscriber; dropped where the gate is behind (they see the gap and ask for it). @size up
 * to PAIR_BODY. */
void gatelink_publish(struct gatelink *link, const void *records, size_t size);

/* Answer its last request. Kept until there is room: true where gatelink_flush is to be called when
 * the pair is writable. */
bool gatelink_reply(struct gatelink *link, const void *reply, size_t size);
bool gatelink_flush(struct gatelink *link);

/* As pair_receive. */
ssize_t gatelink_receive(struct gatelink *link, struct packet *ret_packet);

#endif
