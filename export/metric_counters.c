#include "export/metric_counters.h"

void metric_counters_put(struct metric_counters *counters, struct perfetto *perfetto, uint64_t t_ns,
			 uint64_t track, const struct metrics *metrics)
{
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		struct perfetto_counter *counter = &counters->counters[i];

		if (!(metrics->set & METRIC_BIT(i)))
			continue;
		if (!(counters->open & METRIC_BIT(i)))
			perfetto_counter_track(perfetto, t_ns, track, metric_title(i), counter);
		counters->open |= METRIC_BIT(i);
		perfetto_counter(perfetto, t_ns, counter, metrics->values[i]);
	}
}
