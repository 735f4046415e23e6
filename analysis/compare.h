/*
 * Two recordings set against each other: the same processes (by name; the nth of a name with the
 * nth), the same spans (by category and name), and, between the moments that both runs of a process
 * tell of, how its memory grew in each. Such a moment is a milestone, or a span's begin or end, at
 * which its memory is known.
 */
#ifndef ANALYSIS_COMPARE_H
#define ANALYSIS_COMPARE_H

#include "analysis/marks_aligned.h"
#include "analysis/summary.h"

/* Moments of a recording that are compared at most; later ones are left out. */
#define COMPARE_MARKS 100000

/* A recording as it is read for a comparison. */
struct compare_side {
	struct summary summary;
	struct compare_mark *marks; /* by line, then in order */
	size_t mark_count;
	size_t left_out; /* moments, for there were too many */
};

/*
 * From one moment that both have, or the first sample, to the next, or the last sample. Where one
 * moment follows on another several times, in a loop, that is one segment, the sum of them all.
 */
struct compare_segment {
	const char *from; /* "begin category: label", as it came; NULL: the first sample */
	const char *to;	  /* NULL: the last sample */
	size_t times;
	size_t order;		    /* of the first of them */
	uint64_t a_ns, b_ns;	    /* how long it took */
	int64_t a_growth, b_growth; /* bytes */
	int64_t difference;	    /* b's less a's */
};

struct compare_process {
	const struct summary_process *a, *b; /* NULL: the other has it alone */
};

/* What they had at most. */
struct compare_peaks {
	uint64_t a, b; /* of both the kernel's, or of both the highest sample; 0: not known */
	bool a_least, b_least; /* they may have been higher: nobody looked at the very end */
};

/* Where the memory of a process arose in both. */
struct compare_segments {
	struct compare_segment *list;
	size_t count;	/* 0: one of them has no memory to compare */
	size_t largest; /* which has the largest difference; where there is one */
};

struct compare_span {
	const struct summary_span *a, *b; /* NULL: the other has it alone */
};

/* What counts what the processes share once, as far as both recordings tell. */
enum compare_figure {
	COMPARE_RSS = 0, /* it counts in each */
	COMPARE_ONCE,	 /* resident, with shared pages counted as if all mapped the same ones */
	COMPARE_PSS,
};

/* The processes of a recording together, where one of both has several. */
struct compare_total {
	bool known;
	enum compare_figure figure;
	uint64_t a_max, b_max; /* the highest */
	uint64_t b_held;       /* what b stayed at for SUMMARY_HELD intervals: no accident of when
				  it was looked at */
	double a_mean, b_mean;
	const struct grown *a, *b;
};

/* How much more memory is too much. */
struct compare_gate {
	double percent; /* negative: nothing is */
	uint64_t bytes; /* and more than that */
};

struct compare {
	struct compare_process *processes; /* in order of a's, then those that b has alone */
	size_t process_count;
	uint32_t *largest;	    /* of each, which process of its name had most in a */
	struct compare_span *spans; /* in order of a's, then those that b has alone */
	size_t span_count;
	uint64_t a_peak, b_peak; /* the highest of any process, matched or not */
	bool a_least, b_least;	 /* as of a process */
	struct compare_total total;
	const struct compare_texts *texts; /* what it is of */
	const struct compare_side *sides[2];
};

struct compare_texts;

struct compare_peaks compare_peaks(const struct compare_process *process);

/* What the moments of both sides say; NULL: no memory. Freed after the comparison. */
struct compare_texts *compare_texts_new(void);
void compare_texts_free(struct compare_texts *texts);

/* As summary_read. To be given to compare_side_free, before its reader is closed. */
int compare_side_read(struct compare_side *ret_side, struct compare_texts *texts,
		      struct reader *reader, const struct reader_query *query);
void compare_side_free(struct compare_side *side);

/* 0 or -ENOMEM. To be given to compare_free in any case. */
int compare_sides(struct compare *ret_compare, const struct compare_texts *texts,
		  const struct compare_side *a, const struct compare_side *b);
void compare_free(struct compare *compare);

/* Of a process of a comparison: 0 or -ENOMEM. The list is to be freed. */
int compare_segments(struct compare_segments *ret_segments, const struct compare *compare,
		     const struct compare_process *process);

bool compare_process_exceeds(const struct compare *compare, const struct compare_gate *gate,
			     const struct compare_process *process);
bool compare_largest_exceeds(const struct compare *compare, const struct compare_gate *gate);
bool compare_total_exceeds(const struct compare *compare, const struct compare_gate *gate);

/* What b is then said to have had, and a. */
void compare_measured(const struct compare *compare, const struct compare_process *process,
		      uint64_t *ret_a, uint64_t *ret_b);

/* "RSS", "PSS", "RSS, shared once". */
const char *compare_figure_name(enum compare_figure figure);

/* How much more @b is than @a, in percent: whether that can be told. */
bool compare_percent(double a, double b, double *ret_percent);

#endif
