#include "watcher/readings.h"

#include "base/clock.h"

bool readings_is_new(const struct readings *readings, uint64_t read_ns)
{
	return readings->read_ns != read_ns;
}

static bool is_before(const struct reading *a, const struct reading *b)
{
	return a->t_ns < b->t_ns || (a->t_ns == b->t_ns && a->order < b->order);
}

size_t readings_close(struct readings *readings, struct reading ret_readings[READINGS_AT_ONCE])
{
	bool least_first = is_before(&readings->least, &readings->most);

	if (!readings->open)
		return 0;
	readings->open = false;
	ret_readings[0] = least_first ? readings->least : readings->most;
	ret_readings[1] = least_first ? readings->most : readings->least;
	return readings->least.rss == readings->most.rss ? 1 : 2;
}

size_t readings_add(struct readings *readings, uint64_t read_ns, const struct reading *reading,
		    struct reading ret_readings[READINGS_AT_ONCE])
{
	uint64_t bucket = reading->t_ns / NS_PER_MS;
	size_t count = 0;

	readings->read_ns = read_ns;
	if (readings->open && readings->bucket != bucket)
		count = readings_close(readings, ret_readings);
	if (!readings->open) {
		readings->open = true;
		readings->bucket = bucket;
		readings->least = *reading;
		readings->most = *reading;
		return count;
	}
	if (reading->rss < readings->least.rss)
		readings->least = *reading;
	if (reading->rss > readings->most.rss)
		readings->most = *reading;
	return count;
}
