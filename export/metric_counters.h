/*
 * The counters of a process in a Perfetto trace, for the figures beside its samples.
 */
#ifndef EXPORT_METRIC_COUNTERS_H
#define EXPORT_METRIC_COUNTERS_H

#include "export/perfetto.h"
#include "wire/record.h"

/* All zeros: it has none yet. */
struct metric_counters {
	uint32_t open; /* a set: those that have a track */
	struct perfetto_counter counters[METRICS];
};

/* The figures from @t_ns on: counters "PSS", "SWAP" and so on below @track, which begin when they
 * are told first. */
void metric_counters_put(struct metric_counters *counters, struct perfetto *perfetto, uint64_t t_ns,
			 uint64_t track, const struct metrics *metrics);

#endif
