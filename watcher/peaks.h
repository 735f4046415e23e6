/*
 * The most that a process had within each of its spans, from samples and spans in order of time.
 * Pure.
 */
#ifndef WATCHER_PEAKS_H
#define WATCHER_PEAKS_H

#include "wire/record.h"

/* More open spans are not followed: of those, the ends alone tell. */
#define PEAKS_MAX 4096

struct peak_span {
	uint32_t line;
	uint64_t span;
	uint64_t rss; /* when it began; 0: not known */
	uint64_t rss_age_ns;
	uint64_t mark; /* the kernel's high-water mark then; 0: not known */
	uint64_t
		most; /* from its begin to the next one's of its line; of the newest, line_peak's */
};

/* All zeros is none. */
struct peaks {
	struct peak_span *at; /* in the order in which they began */
	size_t count;
	size_t room;
};

/* Of a line; zeros at first. */
struct line_peak {
	uint32_t open; /* its spans in peaks */
	uint64_t most; /* since the newest of them began */
};

void peaks_free(struct peaks *peaks);

/* A sample of a line. */
static inline void peaks_sample(struct line_peak *line, uint64_t rss)
{
	if (rss > line->most)
		line->most = rss;
}

/* A span's begin. Without memory it is not followed. */
void peaks_begin(struct peaks *peaks, struct line_peak *line, const struct event *begin);

/*
 * A span's end: peak_rss is the high-water mark by then on the way in, 0 where it isn't known, and
 * the span's peak on the way out, with peak_exact. What the end doesn't know of the begin, its rss
 * and how old that was, it gets from there.
 */
void peaks_end(struct peaks *peaks, struct line_peak *line, struct event *end);

/* The line has ended. */
void peaks_forget(struct peaks *peaks, struct line_peak *line, uint32_t number);

#endif
