/*
 * What a session comes to: per process and per span, in one pass over its records in constant
 * memory a line and a distinct name.
 */
#ifndef ANALYSIS_SUMMARY_H
#define ANALYSIS_SUMMARY_H

#include "analysis/own.h"
#include "analysis/span_tally.h"
#include "analysis/total_tally.h"
#include "session/reader.h"

/* A figure beside the samples: bytes. */
struct summary_metric {
	uint64_t last;
	uint64_t max;	  /* the highest that was read */
	uint64_t last_ns; /* when the last was read */
	bool stale;	  /* the RSS was another then than last_rss: they don't belong together */
};

/* What a process, or a family, had for so many intervals on end is no accident of when it was
 * looked at. */
#define SUMMARY_HELD 3

/* What few processes have: most of a storm of short ones have none of it. */
struct summary_more {
	uint64_t events;  /* milestones and spans */
	uint64_t dropped; /* events, torn ones too */
	bool has_spans;
	uint32_t metrics;	       /* a set: which of these were read */
	struct summary_metric *metric; /* METRICS; NULL: none was */
	struct tally_kept *kept;       /* the spans that it grew in, TALLY_KEPT; NULL: none */
};

/* How one grew that lived too short to be judged: as struct grown and its verdict have it. */
struct summary_brief {
	int64_t own;
	int64_t shared;
	uint64_t life_ns;
	uint64_t span_ns;
};

enum summary_grown_is { GROWN_BRIEF = 0, GROWN_HERE, GROWN_ASIDE };

/*
 * A process, in the part that was asked for. Not `sampled`: it had no sample, and its first_rss,
 * last_rss, mean_rss and max_rss are 0. Hundreds of thousands of them are held at a time, and most
 * of those lived for moments: what only long or talkative ones have is apart.
 */
struct summary_process {
	const struct reader_process *process;
	uint64_t first_rss; /* bytes; of its first and last sample */
	uint64_t last_rss;
	double mean_rss;  /* weighted by time: a sample holds until the next one */
	uint64_t max_rss; /* the highest sample, and when */
	uint64_t max_ns;
	uint64_t held_rss; /* the highest that it stayed at for SUMMARY_HELD intervals; 0: it
			      lived too short */
	uint64_t missed;   /* ticks, while it lived */
	bool sampled;
	bool whole;	  /* the part has its whole life */
	uint8_t grown_is; /* an enum summary_grown_is: which of these */
	bool known;	  /* of a brief one, as of struct grown and its verdict */
	uint8_t judged;
	uint8_t parts;
	union {
		struct summary_brief brief;
		struct grown *grown;
		struct {
			const struct crowd *crowd;
			uint32_t place;
		} aside;
	};
	struct summary_more *more; /* summary_more never gives NULL */
};

/*
 * The spans of one category and name, over all processes. Calls that nest or overlap within a
 * process, by recursion or in its threads, are taken as one stretch, from the first one's begin to
 * the last one's end: its time and its memory count once.
 */
struct summary_span {
	const char *category;
	const char *name;    /* "" where it is a whole category */
	uint64_t calls;	     /* that ended */
	uint64_t unfinished; /* begun, never ended: until their process's end, or the part's */
	uint64_t total_ns;   /* in which at least one was open, finished or not */
	uint64_t mean_ns;    /* of the calls that ended, nested or not, each in full */
	uint64_t max_ns;     /* of those */
	uint64_t peak_rss;   /* the most that a process had within one; 0: not known */
	bool peak_exact;     /* else a lower bound */
	uint64_t age_ns;     /* of the oldest figure that gained has; see event_is_stale */
	int64_t gained;	     /* bytes from a stretch's begin to its end, over all stretches; of an
				unfinished one until its process's last sample */
	int64_t kept;	     /* of what each stretch gained, what was still there when the next one
				began, or at its process's last sample */
};

struct summary {
	struct summary_process *processes; /* in order of line */
	size_t process_count;
	struct summary_span *spans; /* the longest total first; those with a name beyond the first
				       10,000 as one, "(others)" */
	size_t span_count;
	struct summary_span *categories; /* of all names of one category; the longest total first */
	size_t category_count;
	char *texts; /* of categories and names */
	struct tally *tally;
	struct crowd *crowd; /* NULL: they are none */
	uint32_t metrics; /* a set: those of any process */
	struct total_tally total;
	struct grown total_grown;
	uint64_t milestones;
	uint64_t missed;     /* ticks */
	uint64_t dropped;    /* events, torn ones too */
	uint64_t lost;	     /* records that the recorder could not keep */
	uint64_t unfollowed; /* processes that the watcher had no descriptors for */
};

/*
 * Of what @query asks for (its `every` is ignored), and each record is given to @also (NULL: to
 * nobody), with @arg, before it is counted: 0, or as reader_read, or another negative errno. Freed
 * by summary_free, before the reader is closed. Thousands of long lives are put aside in temporary
 * files meanwhile, and their growth is read from there.
 */
int summary_read(struct summary *ret_summary, struct reader *reader,
		 const struct reader_query *query, record_fn also, void *arg);
void summary_free(struct summary *summary);

/* Why that failed: one line, which may be written to @why, of TEXT_WHY bytes. */
const char *summary_why(char why[TEXT_WHY], const struct reader *reader, int error);

/* How it grew, and whether that goes on. */
struct grown summary_grown(const struct summary_process *shown);

const struct summary_more *summary_more(const struct summary_process *shown);

/* Whether the kernel's high-water mark of it is known, and the part has its whole life; and the
 * highest it had, by that mark or by a sample. 0: not known. */
bool summary_peak_known(const struct summary_process *shown);
uint64_t summary_peak(const struct summary_process *shown);

/* What that is worth: exact where the kernel had the last word on it. */
enum peak_kind summary_peak_kind(const struct summary_process *shown);

#endif
