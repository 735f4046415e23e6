/*
 * The total of a family: at each tick, what the processes that live have together. It is computed
 * from the records, wherever they come from, and stored nowhere. It has no PID (0) and the name
 * TOTAL_NAME. Pure.
 *
 * The sum of their RSS counts what they share in each of them. Where their PSS is read, its sum
 * counts that once. A read of one process is soon old: to what it said is added what the process
 * has grown of its own, resident less shared, since. A fork changes what each has for its part, but
 * not what they have together: a child counts what it has grown since its birth until it, and all
 * that were read before, have been read again; for TOTAL_SETTLE_NS at most.
 */
#ifndef ANALYSIS_TOTAL_H
#define ANALYSIS_TOTAL_H

#include "wire/record.h"

#define TOTAL_NAME "total"

/* The number of its line, which none of a session has. */
#define TOTAL_LINE UINT32_MAX

/* It tells something where it has had this many processes. */
#define TOTAL_LEAST 2

#define TOTAL_SETTLE_NS 12000000000ULL

/* A fork is told so late at most; a read of meanwhile may have seen it already. */
#define TOTAL_TOLD_NS 150000000ULL

struct total_line;

/* What of the lines adds up: of those that count. */
struct total_sums {
	uint64_t rss;
	uint64_t own;
	uint64_t swap;
	uint64_t pss;
	uint64_t pss_own;
	size_t lines;
	size_t read;	 /* of those, their PSS is known */
	size_t unshared; /* what they share isn't */
};

/* All zeros but for what is set first is an empty one. */
struct total {
	/* Whether @line is a process, asked when its first sample comes. NULL: each one is. */
	bool (*counts)(void *arg, uint32_t line);
	void *arg;

	/* The lines that live are in a table, where they keep their places 1, 2, 3 ...; 0 is none.
	 */
	struct total_line *lines;
	uint32_t *by_line; /* the first place of each bucket */
	uint32_t *by_pid;  /* likewise, of those that count */
	uint64_t *most;	   /* a tree: the most that any place below a node shares */
	size_t room;	   /* places, buckets, nodes: 0 or a power of two */
	uint32_t used;	   /* places that ever had a line */
	uint32_t spare;	   /* the first of those that have none any more */
	uint32_t fresh;	   /* the first line that was forked and not read yet */
	uint32_t oldest; /* of those that were read anew, and it isn't sure yet what that counts */
	uint32_t newest;
	size_t unsure; /* how many these are */
	struct total_sums sums;

	size_t sampled;	    /* lines that had a sample */
	size_t met;	    /* processes so far */
	uint64_t open_ns;   /* a tick that may go on in the next record; 0: none */
	uint64_t forked_ns; /* of the last fork that is not settled; 0: none */
	uint64_t since_ns;  /* of the first such */
	bool fewer;	    /* since the last point */
	uint64_t peak;	    /* the most they had together, or that the kernel says one had */
	bool beyond;	    /* one of a family had more than any line shows */
};

struct total_point {
	uint64_t t_ns;
	uint64_t rss;
	uint64_t pss;	   /* the sum of their PSS, of those whose PSS isn't known the RSS */
	uint64_t once;	   /* resident, with shared pages counted as if all mapped the same ones: no
			      more is known without PSS, and they have that at least */
	uint64_t own;	   /* of their own: resident less shared, and swapped out */
	uint64_t pss_own;  /* the same with what forks share counted once */
	uint64_t repeated; /* bytes that `rss` may have counted more than once: rss - once */
	bool has_pss;	   /* it is known of one at least */
	bool has_shared;   /* what they share is known of each */
	bool fewer;	   /* one of them left since the last point, or shows no memory any more */
	bool tick;	   /* of a tick; else of a process that joined or left meanwhile */
};

/* Most that one record makes. */
#define TOTAL_POINTS 2

void total_free(struct total *total);

/*
 * Take a record: how many points of the total it makes, which is one for each tick, and each begin
 * and end of a process, when all of it has come. Without memory a line is left out. What it costs
 * doesn't grow with the processes that live, but for a step each time they double.
 */
size_t total_add(struct total *total, const struct record *record,
		 struct total_point points[TOTAL_POINTS]);

/* As it is now, at the same cost however many live. */
struct total_point total_now(const struct total *total, uint64_t t_ns);

/* Whether it has had so many processes that it tells something, those included that have no line.
 */
bool total_tells(const struct total *total);

#endif
