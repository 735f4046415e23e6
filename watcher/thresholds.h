/*
 * The limits that a person asked processes to stay below, and when they are crossed: each such
 * crossing is an event, told by the watcher and so kept in recordings.
 */
#ifndef WATCHER_THRESHOLDS_H
#define WATCHER_THRESHOLDS_H

#include "analysis/total.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a line, or of all of them together. All zeros: there is none. */
struct alarm {
	uint64_t limit; /* bytes; 0: there is none */
	bool crossed;	/* it is above, or was and has not fallen below 95 % since */
	bool pending;	/* that is to be told once the tick is */
	bool by_family; /* a descendant that has no line was above it, which is told */
	uint64_t seq;	/* of the record that told the limit; 0 until that is merged */
};

enum alarm_step {
	ALARM_STAYS = 0,
	ALARM_CROSSED, /* upward */
	ALARM_FELL,    /* below 95 %: the next crossing counts again */
};

/* What it is that the memory, where there is a limit to it, is @bytes now. Pure. */
enum alarm_step alarm_step(struct alarm *alarm, uint64_t bytes);

struct alarms {
	uint64_t each; /* what each process is asked for that joins; 0: nothing */
	struct alarm total;
	uint64_t sum;		/* of the last samples of all that live */
	struct total total_pss; /* of them, where their PSS is read */
	size_t pending;		/* lines */
};

struct core;
struct entry;

/* A person asks for @limit bytes; 0: for none any more. Where it is crossed already, that is told
 * now. */
void alarms_ask(struct core *core, struct entry *entry, uint64_t limit);
void alarms_ask_all(struct core *core, uint64_t limit);
void alarms_ask_total(struct core *core, uint64_t limit);

/* A process joined: its parent's limit holds it too, or what each process is asked for. */
void alarms_join(struct core *core, struct entry *entry);

/* It has a limit, and a new sample. */
void alarms_sample(struct core *core, struct entry *entry);

/* It had @rss at an event of @t_ns: what that crosses is told as of then. */
void alarms_reading(struct core *core, struct entry *entry, uint64_t t_ns, uint64_t rss);

/* The tick of these samples was held for the merge: what they crossed is told behind it. */
void alarms_tick(struct core *core, uint64_t t_ns);

/* Its peak rose: above a limit that no sample was above, that is a crossing at @t_ns. */
void alarms_peak(struct core *core, struct entry *entry, uint64_t t_ns);

/* One of @entry's family that has no line had a peak of @peak bytes at some time until now. */
void alarms_family(struct core *core, struct entry *entry, uint64_t peak, uint64_t t_ns);

/* The record that told the limit of @entry (NULL: of the total) was merged. */
void alarms_told(struct core *core, struct entry *entry, uint64_t seq);

/*
 * A record that the merge was given: of all together their PSS is held to the limit where it is
 * read (analysis/total.h), else the sum of their RSS.
 */
void alarms_hear(struct core *core, const struct record *record);
void alarms_close(struct core *core);

/* Tell again what is no longer to be had; to be called about once a second. */
void alarms_look(struct core *core);

#endif
