/*
 * Stretches of time in which calls of one kind were open in one process: span_tally's. Pure.
 */
#ifndef ANALYSIS_STRETCH_H
#define ANALYSIS_STRETCH_H

#include "analysis/span_tally.h"

/* The latest stretches are kept, since an end whose begin was not seen reaches back over them. */
#define STRETCHES 8

struct stretch {
	unsigned open;	   /* calls */
	uint64_t since_ns; /* the begin of the first of them */
	uint64_t since_rss;
	size_t count;
	struct {
		uint64_t begin_ns;
		uint64_t end_ns;
	} past[STRETCHES]; /* in order, apart from one another */
	bool gained_known; /* what the last one gained, and had when it began */
	int64_t gained;
	uint64_t gained_from;
	int64_t kept; /* of all that is settled */
	int64_t most; /* of one of them */
	unsigned settled;
	bool amid; /* spans of other names ran between its calls */
};

struct stretch_call {
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t rss; /* bytes; 0: not known */
	uint64_t rss_end;
};

/* Each adds to the group's total_ns, gained and kept. Memory of 0 is not known. */
void stretch_begin(struct stretch *stretch, struct tally_group *group, uint64_t t_ns, uint64_t rss);
void stretch_end(struct stretch *stretch, struct tally_group *group, uint64_t t_ns, uint64_t rss);

/* A call of which only the end was told. */
void stretch_whole(struct stretch *stretch, struct tally_group *group,
		   const struct stretch_call *call);

/* Of what the last stretch gained, count as kept what is there now, the process having @rss. */
void stretch_settle(struct stretch *stretch, struct tally_group *group, uint64_t rss);

/* Take the group, with what all of its stretches kept, among those that kept the most, in order. */
void stretch_note_kept(const struct stretch *stretch, const struct tally_group *group,
		       struct tally_kept most[TALLY_KEPT]);

#endif
