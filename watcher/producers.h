/*
 * Those who push events: one a ring, or one a process without a ring. Keeps what of each is taken,
 * so that each event counts once; so an ended one stays as long as its line is known.
 */
#ifndef WATCHER_PRODUCERS_H
#define WATCHER_PRODUCERS_H

#include "watcher/ringfile.h"

struct source {
	uint64_t instance;
	uint32_t line;
	uint64_t taken;		  /* the first number not taken yet */
	uint64_t dropped;	  /* as told so far */
	bool dead;		  /* its process has ended */
	char name[TEXT_NAME + 1]; /* its last word on its line's name */
	bool has_ring;
	struct ringfile ring;
	struct source *next;	     /* in the table by instance */
	struct source *next_of_line; /* in that by line */
};

/* A process has one at a time; what it had stays. One that makes them up has so many. */
#define EMITTERS_OF_LINE 1024

/* The rings of a line that are kept open: what of it are more is opened for each use. */
#define RINGS_OF_LINE 4

struct emitters;

/* NULL without memory. */
struct emitters *emitters_new(void);
void emitters_free(struct emitters *emitters);

struct source *emitters_find(const struct emitters *emitters, uint64_t instance);

/* A new one; NULL without memory, or where the line has EMITTERS_OF_LINE. */
struct source *emitters_add(struct emitters *emitters, uint64_t instance, uint32_t line);

/* How many there are. */
size_t emitters_all(const struct emitters *emitters);

/* How many a line has. */
size_t emitters_count(const struct emitters *emitters, uint32_t line);

/* The first of a line after @last, or NULL for the first at all; NULL past the end. Its cost is
 * that of the line's own, however many others there are. */
struct source *emitters_of(const struct emitters *emitters, uint32_t line,
			   const struct source *last);

/* Closes its ring and frees it. */
void emitters_remove(struct emitters *emitters, struct source *source);

/* @each may remove the one it is given. */
void emitters_each(const struct emitters *emitters, void (*each)(void *arg, struct source *source),
		   void *arg);

#endif
