/*
 * The total of a family: at each tick, the sum of the last values of the processes that live, and
 * where their PSS is sampled the sum of that, in which what they share counts once. It is
 * computed from the records, wherever they come from, and stored nowhere. It has no PID (0) and the
 * name TOTAL_NAME. Pure.
 */
#ifndef TRACE_TOTAL_H
#define TRACE_TOTAL_H

#include "wire/record.h"

#define TOTAL_NAME "total"

/* The number of its line, which none of a session has. */
#define TOTAL_LINE UINT32_MAX

/* It tells something where it has had this many processes. */
#define TOTAL_LEAST 2

struct total_line {
	uint32_t line;
	bool counts;
	bool has_pss;
	uint64_t rss;
	uint64_t pss; /* as read last */
};

/* All zeros but for what is set first is an empty one. */
struct total {
	/* Whether @line is a process, asked when its first sample comes. NULL: each one is. */
	bool (*counts)(void *arg, uint32_t line);
	void *arg;

	struct total_line *lines; /* that live and had a sample; in order of line */
	size_t count;
	size_t room;
	size_t met; /* processes so far */
	uint64_t sum;
	uint64_t pss_sum; /* of those without a PSS the RSS */
	size_t with_pss;  /* of those that live */
	uint64_t open_ns; /* a tick that may go on in the next record; 0: none */
};

struct total_point {
	uint64_t t_ns;
	uint64_t rss;
	uint64_t pss; /* the sum of their PSS, of those whose PSS isn't known the RSS */
	bool has_pss; /* it is known of one at least */
	bool tick;    /* of a tick; else of a process that joined or left meanwhile */
};

/* Most that one record makes. */
#define TOTAL_POINTS 2

void total_free(struct total *total);

/*
 * Take a record: how many points of the total it makes, which is one for each tick, and each begin
 * and end of a process, when all of it has come. Without memory a line is left out.
 */
size_t total_add(struct total *total, const struct record *record,
		 struct total_point points[TOTAL_POINTS]);

/* Whether it has had so many processes that it tells something. */
bool total_tells(const struct total *total);

#endif
