/*
 * Which samples have to be written: those that changed. A reader puts the others back, since a tick
 * comes at each deadline, start + n x interval, and a line has the value that it had before; what
 * is not so is told here: a tick without a line, a tick taken late. Pure.
 */
#ifndef SESSION_TICKS_H
#define SESSION_TICKS_H

#include "wire/record.h"

#include <stdbool.h>

struct ticks_line {
	uint64_t rss;	  /* bytes; of its last sample */
	uint64_t shared;  /* of it too */
	uint64_t max_rss; /* 0: it had none yet */
	uint64_t seen_ns; /* the last tick that it was in */
	bool valued;	  /* it has the value rss at each tick, unless told otherwise */
};

/* All but lines, room and what follows is set by who uses it. */
struct ticks {
	uint64_t start_ns; /* of the session */
	uint64_t interval_ns;

	/* A row, of rss TICKS_NONE where it has no value. 0, or a negative errno, which goes on to
	 * the caller. */
	int (*put)(void *arg, uint64_t t_ns, const struct sample *sample);
	/* The tick of @deadline_ns was taken at @t_ns. */
	int (*late)(void *arg, uint64_t deadline_ns, uint64_t t_ns);
	/* At the deadlines from @from_ns to @to_ns no line had a value. */
	int (*empty)(void *arg, uint64_t from_ns, uint64_t to_ns);
	void *arg;

	struct ticks_line *lines; /* by number */
	size_t room;
	size_t valued; /* lines that are */

	uint64_t next_ns; /* the deadline that comes next; 0: not known yet */
	bool open;	  /* a tick is being taken; several records may make it */
	uint64_t t_ns;
	size_t seen;	       /* lines in it */
	size_t known;	       /* those of them that had a value before */
	uint64_t missed_to_ns; /* of the last missed ones */
};

#define TICKS_NONE UINT64_MAX

void ticks_free(struct ticks *ticks);

/* Each returns 0, -ENOMEM, or what put, late and empty return. */

/* The record of a tick, or of what a line has when it joins. */
int ticks_take(struct ticks *ticks, uint64_t t_ns, const struct tick *tick);

/* A sample of one line between ticks, all others keeping theirs: what a process read of itself. */
int ticks_reading(struct ticks *ticks, uint64_t t_ns, const struct sample *sample);

/* The tick is whole: to be called when any other record comes. */
int ticks_close(struct ticks *ticks);

/* A RECORD_GAP of missed ticks, which comes before its tick. */
int ticks_missed(struct ticks *ticks, const struct gap *gap);

/* No tick has the line after this. */
void ticks_end(struct ticks *ticks, uint32_t line);

/* The session ends: @t_ns is its newest time. */
int ticks_finish(struct ticks *ticks, uint64_t t_ns);

/* Nobody knows what happened before @t_ns: no line has a value until it is told again. */
void ticks_forget(struct ticks *ticks, uint64_t t_ns);

/* What was put after @t_ns, or may have been, is to be put again: each line's next sample, whatever
 * it is. */
void ticks_again(struct ticks *ticks, uint64_t t_ns);

#endif
