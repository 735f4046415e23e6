/*
 * What spans cost, by category and name and by category, from their begins and ends as they pass.
 * Pure. Memory: an entry a name, one a name that a living process uses, one an open span; all
 * bounded.
 *
 * Calls that nest or overlap within a process, by recursion or in its threads, are taken as one
 * stretch, from the first one's begin to the last one's end: its time and its memory count once.
 */
#ifndef ANALYSIS_SPAN_TALLY_H
#define ANALYSIS_SPAN_TALLY_H

#include "wire/record.h"

struct tally;

/* Distinct names, and distinct categories: later ones are counted together as TALLY_OTHERS. */
#define TALLY_NAMES 10000
#define TALLY_OTHERS "(others)"

/* Spans open at one time; the begin of a further one is not seen. */
#define TALLY_OPEN 200000

/* A name of a category; or a whole category, whose name is NULL. */
struct tally_group {
	const char *category;
	const char *name;
	uint64_t calls;	     /* that ended */
	uint64_t unfinished; /* that did not */
	uint64_t total_ns;   /* in which at least one was open */
	uint64_t sum_ns;     /* of the calls that ended, each in full */
	uint64_t max_ns;     /* of those */
	int64_t gained;	     /* bytes from begin to end of each stretch where both are known */
	uint64_t ends;	     /* that were told, of calls and unfinished ones */
	uint64_t peak_rss;   /* the most within one of those; 0: not known */
	bool peak_exact;     /* each of them was the kernel's; else more is possible */
	uint64_t age_ns;     /* of the oldest figure in it; see event_is_stale */
	int64_t kept;	     /* of that, what was still so when the next stretch began, or at the
				process's end (or before, in a process with hundreds of names) */
};

/* What is kept of a process's memory after the spans of one name ended. */
struct tally_kept {
	const char *category; /* NULL: none */
	const char *name;
	int64_t bytes; /* 0: none */
	bool holds;    /* it can't as well have been the spans around it */
};

/* The names of a process that kept the most, of those that kept something. */
#define TALLY_KEPT 3

/* For processes 0 to @count - 1; of what happened before @from_ns no time is counted. NULL: no
 * memory. */
struct tally *tally_new(size_t count, uint64_t from_ns);
void tally_free(struct tally *tally);

/*
 * The begin or end of a span of @process. An end whose begin was not seen counts by its duration.
 * One that is marked as its process's death (SPAN_UNFINISHED) is no end: the span is unfinished.
 * Returns whether it is the first that is told of the span.
 */
bool tally_event(struct tally *tally, size_t process, uint64_t t_ns, const struct event *event);

/* The end of @process or of what is told of it, having @rss (0: not known): spans that are open
 * are unfinished. */
void tally_end(struct tally *tally, size_t process, uint64_t t_ns, uint64_t rss);

/*
 * Of @process after its end, the most first, as many as there are. Spans nest: what one kept may
 * have been kept by another within it. In a process with hundreds of names, what those kept that
 * were given up before its end is not in it. The texts live as long as the tally.
 */
void tally_kept(const struct tally *tally, size_t process, struct tally_kept ret_kept[TALLY_KEPT]);

/* All groups; -ENOMEM where something could not be counted. */
int tally_each(const struct tally *tally, void (*each)(void *arg, const struct tally_group *group),
	       void *arg);

#endif
