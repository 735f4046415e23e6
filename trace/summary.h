/*
 * What a session comes to: per process and per span, in one pass over its records in constant
 * memory a line. Pure: no I/O, no clock.
 */
#ifndef TRACE_SUMMARY_H
#define TRACE_SUMMARY_H

#include "trace/reader.h"

/* The rate at which memory grows: Theil and Sen's slope (the median of the slopes between all pairs
 * of a line's time-weighted means over equal parts of its life), with Sen's confidence interval. */
struct growth {
	bool known;	   /* there was enough to tell from */
	double per_minute; /* bytes */
	double low, high;  /* its 95 % confidence interval */
};

struct summary_process {
	const struct reader_process *process;
	uint64_t first_rss; /* bytes; of its first and last sample */
	uint64_t last_rss;
	double mean_rss;  /* weighted by time; 0 where it had no sample */
	uint64_t max_rss; /* the highest sample, and when */
	uint64_t max_ns;
	uint64_t peak_rss;   /* the kernel's high-water mark where known, max_rss at least */
	uint64_t sampled_ns; /* time in which it had a value */
	uint64_t events;     /* milestones and spans */
	uint64_t missed;     /* ticks, while it lived */
	uint64_t dropped;    /* events, torn ones too */
	struct growth growth;
};

/* The spans of one category and name, over all processes. */
struct summary_span {
	const char *category;
	const char *name;
	uint64_t calls;	     /* that ended */
	uint64_t unfinished; /* begun, never ended */
	uint64_t total_ns;   /* of those that ended; where calls nest, or run at once in one
				process, their time counts once */
	uint64_t mean_ns;    /* of a call, nested or not */
	uint64_t max_ns;
	int64_t gained; /* bytes between begin and end, over all calls, outermost only */
	int64_t kept;	/* bytes from the begin of a process's first call to the end of its
			   last, over all processes */
};

/* The spans of one category: their time, counted once where they nest or overlap in a process. */
struct summary_category {
	const char *category;
	uint64_t calls;
	uint64_t unfinished;
	uint64_t total_ns;
	uint64_t max_ns;
	int64_t gained;
	int64_t kept;
};

struct summary {
	struct summary_process *processes; /* in order of line */
	size_t process_count;
	struct summary_span *spans; /* the longest total first */
	size_t span_count;
	struct summary_category *categories; /* the longest total first */
	size_t category_count;
	uint64_t milestones;
	uint64_t missed;  /* ticks */
	uint64_t dropped; /* events, torn ones too */
	uint64_t lost;	  /* records that the recorder could not keep */
};

/*
 * Of what @query asks for (its `every` is ignored): 0, or as reader_read, or -ENOMEM. Freed by
 * summary_free, before the reader is closed.
 */
int summary_read(struct summary *ret_summary, struct reader *reader,
		 const struct reader_query *query);
void summary_free(struct summary *summary);

#endif
