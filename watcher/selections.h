/*
 * Selections: the processes of the session that one command has asked for, by their PIDs or by a
 * rule, with their descendants where it wants these. A line's are in its entry (info.selections),
 * and told in its PROCESS records; numbers and sets are those of wire/selection.h.
 */
#ifndef WATCHER_SELECTIONS_H
#define WATCHER_SELECTIONS_H

#include "watcher/thresholds.h"
#include "wire/selection.h"

/* All zeros: there is none. */
struct selections {
	uint64_t used;	  /* a set */
	uint64_t limited; /* those that ask each of their processes to stay below a limit */
	uint64_t limited_total;
	uint64_t each[SELECTIONS_MOST]; /* the limit of each */
	struct alarm totals[SELECTIONS_MOST];
	uint64_t joining; /* those that a new line is in from its begin */
	uint64_t joining_families;
	uint32_t last; /* the one that was begun last: the next has another number */
};

struct core;
struct entry;

/* A new one: its number; 0 where there are SELECTIONS_MOST. */
uint32_t selections_begin(struct selections *selections);

/* The set of one that a request names: empty where there is none of that number. */
uint64_t selections_find(const struct selections *selections, uint32_t number);

/* A command or a recording of those of @set is gone: they are over where nobody else has them. */
void selections_leave(struct core *core, uint64_t set);

/* A line is in those of @set from now on; with @family those of its descendants that are followed
 * are, and who they start. */
void selections_add(struct core *core, struct entry *entry, uint64_t set, bool family);

/* Lines that are new are in those of @set, until the next call; an empty set ends that. */
void selections_join(struct core *core, uint64_t set, bool family);

/* Before a new line is told: it is in these, and its parent's. */
void selections_born(const struct core *core, struct entry *entry);

/* The parent of a line that has been followed before was found to be @parent. */
void selections_inherit(struct core *core, const struct entry *parent, struct entry *entry);

/*
 * selection_limits.c: the limits of selections. 0 bytes: none any more.
 */

/* Each process of the selection, later ones too, is to stay below @limit; or all of them together.
 */
void selections_limit(struct core *core, uint32_t number, uint64_t limit);
void selections_limit_total(struct core *core, uint32_t number, uint64_t limit);

/* A line is in those of @set from now on. */
void selections_joined(struct core *core, struct entry *entry, uint64_t set);

/* It has @rss bytes at @t_ns; its peak rose; a tick is over. */
void selections_reading(struct core *core, struct entry *entry, uint64_t t_ns, uint64_t rss);
void selections_peak(struct core *core, struct entry *entry, uint64_t t_ns);
/* A descendant of it had @peak, and was not seen while it ran. */
void selections_family(struct core *core, struct entry *entry, uint64_t peak, uint64_t t_ns);
void selections_tick(struct core *core, uint64_t t_ns);

#endif
