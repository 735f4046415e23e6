/*
 * Who the lines of the records are, for views that print records one by one: the name a line has at
 * that record, and the value it had before. Bounded by the lines that live; who the others are is
 * asked of the history, or of who knows them without one.
 */
#ifndef PLOTTER_MODEL_LINE_TABLE_H
#define PLOTTER_MODEL_LINE_TABLE_H

#include "plotter/model/history.h"

struct roster_entry {
	uint32_t line;
	uint32_t pid;
	char name[TEXT_NAME + 1]; /* as it came */
	bool sampled;
	struct metrics metrics; /* beside its samples, as told last */
	uint32_t aged;		/* those of them that were read beside another RSS, a set */
	uint64_t rss;		/* of the last sample, where sampled */
};

/* What is known of a line beside the records that a view was given. */
struct roster_known {
	uint32_t pid;
	const char *name;
	uint64_t joined_ns;	       /* UINT64_MAX: it has not yet */
	const struct metrics *metrics; /* NULL: none */
};

struct roster_source {
	bool (*find)(void *arg, uint32_t line, struct roster_known *ret_known);
	void *arg;
};

/* All zeros is an empty one. */
struct roster {
	const struct history *history;	    /* who is asked: that, */
	const struct roster_source *source; /* or this, where it isn't NULL */
	struct roster_entry *entries;	    /* in order of line */
	size_t count;
	size_t capacity;
};

void roster_free(struct roster *roster);

/*
 * Note a RECORD_PROCESS of @t_ns: 1 where its line begins with it, 0 where it was known, before
 * too (its name is set again), or -ENOMEM.
 */
int roster_join(struct roster *roster, uint64_t t_ns, const struct process *process);

void roster_leave(struct roster *roster, uint32_t line);

/*
 * Of a line that lives: its entry, taken from who is asked where no record told of it. NULL where
 * nobody knows it or memory is out. Valid until the next call.
 */
struct roster_entry *roster_find(struct roster *roster, uint32_t line);

/*
 * Who to name in a record of @line, which may have ended: copied to *ret_who. The session itself
 * (line 0) has pid 0 and the name "session"; a line that nobody knows pid 0 and "".
 */
void roster_name(const struct roster *roster, uint32_t line, struct roster_entry *ret_who);

#endif
