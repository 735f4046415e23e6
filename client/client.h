/*
 * What this library keeps for its process, made at the first call, and again in a forked child.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "client/pump.h"
#include "client/rss.h"

/* Lies in memory that a fork, of whatever kind, leaves as zeros in the child. */
struct client {
	_Atomic bool ready;
	struct ring ring;
	struct pump pump;
	struct rss *rss;
	_Atomic uint64_t spans; /* the last span's id */
};

/* For client_get alone: the client, or one that is not ready yet; NULL once the library is off. */
extern __attribute__((visibility("hidden"))) _Atomic(struct client *) client_known;
struct client *client_set_up(void);

/* The client; NULL where the library is off. Keeps errno; async-signal-safe. */
static inline struct client *client_get(void)
{
	struct client *client = atomic_load_explicit(&client_known, memory_order_acquire);

	if (!client || atomic_load_explicit(&client->ready, memory_order_acquire))
		return client;
	return client_set_up();
}

/* The client, with its pump started; not in a signal handler. */
struct client *client_get_live(void);

/* Name the process and its children to come. 0, or -ENOTCONN where the library is off. */
int client_name(const char *name);

/* Whether a watcher holds the session. */
bool client_is_watched(void);

#endif
