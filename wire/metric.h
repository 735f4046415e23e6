/*
 * The figures that a session may sample of each of its processes. The resident memory is sampled at
 * each tick; the others are asked for. All are bytes.
 */
#ifndef WIRE_METRIC_H
#define WIRE_METRIC_H

#include <stddef.h>
#include <stdint.h>

enum metric {
	METRIC_RSS = 0,	 /* resident: /proc/PID/statm */
	METRIC_PSS,	 /* of pages that several processes share, this one's part: smaps_rollup */
	METRIC_USS,	 /* what is its own: Private_Clean + Private_Dirty of smaps_rollup */
	METRIC_SWAP,	 /* VmSwap of /proc/PID/status: anonymous pages that are swapped out */
	METRIC_ANON,	 /* RssAnon: of the resident ones, those of no file */
	METRIC_FILE,	 /* RssFile: those of files */
	METRIC_SHMEM,	 /* RssShmem: those of shared memory, tmpfs too */
	METRIC_HUGETLB,	 /* HugetlbPages: of hugetlbfs, which are in none of the others */
	METRIC_LAZYFREE, /* LazyFree of smaps_rollup: given back by madvise(MADV_FREE), and counted
			    until the kernel takes them */
	METRICS,
};

/* A set of metrics is a sum of these. */
#define METRIC_BIT(metric) (1U << (metric))
#define METRICS_ALL (METRIC_BIT(METRICS) - 1)

/* What a read of smaps_rollup tells, which holds the process's mmap lock; and of status. */
#define METRICS_ROLLUP                                                                             \
	(METRIC_BIT(METRIC_PSS) | METRIC_BIT(METRIC_USS) | METRIC_BIT(METRIC_LAZYFREE))
#define METRICS_STATUS                                                                             \
	(METRIC_BIT(METRIC_SWAP) | METRIC_BIT(METRIC_ANON) | METRIC_BIT(METRIC_FILE) |             \
	 METRIC_BIT(METRIC_SHMEM) | METRIC_BIT(METRIC_HUGETLB))

/* A read of smaps_rollup comes as often as this, where nobody asks for another interval. */
#define METRICS_INTERVAL_NS 10000000000ULL

/* After a read of smaps_rollup that took T the next one of that process begins this many T later at
 * the earliest, so that it is never being read for more than 1 % of the time. */
#define METRICS_REST 100

/* From the begin of a read that took @took_ns to that of the next, where one is wanted each
 * @interval_ns. */
uint64_t metric_period(uint64_t interval_ns, uint64_t took_ns);

/* Of its time that a process is being read then: 0 to 0.01. */
double metric_share(uint64_t interval_ns, uint64_t took_ns);

/* "rss", "pss", ...: also the keys of JSON; never NULL. */
const char *metric_name(enum metric metric);

/* "RSS", "PSS", ...: for titles. */
const char *metric_title(enum metric metric);

/* "rss,pss" to a set, the RSS always in it: 0, or -EINVAL where a part is no metric. */
int metric_parse(const char *text, uint32_t *ret_set);

/* All of them: "rss,pss,uss,..." */
#define METRIC_NAMES_ROOM 64

/* "rss,pss" of a set, to @text, of METRIC_NAMES_ROOM bytes, which is returned. */
char *metric_names(char *text, uint32_t set);

#endif
