/*
 * Those who push events: one a ring, or one a process without a ring. Keeps what of each is merged,
 * so that each event counts once.
 */
#ifndef WATCHER_EMITTERS_H
#define WATCHER_EMITTERS_H

#include "watcher/ringfile.h"

struct source {
	uint64_t instance;
	uint32_t line;
	uint64_t merged;  /* the first number not merged */
	uint64_t dropped; /* as told so far */
	bool has_ring;
	struct ringfile ring;
	struct source *next;
};

struct emitters;

/* NULL without memory. */
struct emitters *emitters_new(void);
void emitters_free(struct emitters *emitters);

struct source *emitters_find(const struct emitters *emitters, uint64_t instance);

/* A new one; NULL without memory. */
struct source *emitters_add(struct emitters *emitters, uint64_t instance, uint32_t line);

/* Any one of a line; NULL for none. */
struct source *emitters_of(const struct emitters *emitters, uint32_t line);

/* Closes its ring and frees it. */
void emitters_remove(struct emitters *emitters, struct source *source);

void emitters_each(const struct emitters *emitters, void (*each)(void *arg, struct source *source),
		   void *arg);

#endif
