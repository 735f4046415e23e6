/*
 * The memory of a line's own, as a verdict on its growth looks at it: resident less what is of
 * files and shared with others, and what is swapped out. A file that is read through mmap, or a
 * block that all processes of a server touch, is no leak. In recordings of before the shared part
 * was kept it is all that is resident. Pure.
 */
#ifndef ANALYSIS_OWN_H
#define ANALYSIS_OWN_H

#include "analysis/parts.h"
#include "wire/record.h"

/* What a verdict was of. */
enum judged {
	JUDGED_OWN = 0, /* its own memory */
	JUDGED_RSS,	/* all that is resident: the rest isn't known */
	JUDGED_PSS,	/* of a family: own memory, with what forks share counted once */
};

/* What became of a line's memory. */
struct grown {
	struct verdict verdict;
	enum judged judged;
	bool known;	/* there were samples */
	int64_t own;	/* bytes, of what was judged, from the first sample to the last */
	int64_t shared; /* the same of files and shared memory; 0 where that isn't known */
};

struct own {
	struct parts parts; /* of what is its own */
	struct parts rss;
	bool knows_shared;
	uint64_t swap; /* as read last */
	uint64_t resident;
	uint64_t shared;
	uint64_t first_own;
	uint64_t first_shared;
	uint64_t last_own;
	uint64_t last_shared;
	bool known;
};

void own_begin(struct own *own, uint64_t interval_ns);
/* As parts_coarsen. */
void own_coarsen(struct own *own);
void own_free(struct own *own);

/* A sample, of rss UINT64_MAX where there is none from then on; what was read beside it. */
void own_sample(struct own *own, uint64_t t_ns, const struct sample *sample);
void own_metrics(struct own *own, uint64_t t_ns, const struct metrics *metrics);
void own_swap(struct own *own, uint64_t t_ns, uint64_t bytes);

/* It ends, or is looked at no more, at @t_ns. */
struct grown own_judge(struct own *own, uint64_t t_ns);

/* Whether memory ran out meanwhile. */
bool own_lacks_memory(const struct own *own);

/* "own", "rss", "pss". */
const char *judged_name(enum judged judged);

#endif
