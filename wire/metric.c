#include "wire/metric.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *name;
	const char *title;
} words[METRICS] = {
	[METRIC_RSS] = { "rss", "RSS" },
	[METRIC_PSS] = { "pss", "PSS" },
	[METRIC_USS] = { "uss", "USS" },
	[METRIC_SWAP] = { "swap", "SWAP" },
	[METRIC_ANON] = { "anon", "ANON" },
	[METRIC_FILE] = { "file", "FILE" },
	[METRIC_SHMEM] = { "shmem", "SHMEM" },
	[METRIC_HUGETLB] = { "hugetlb", "HUGETLB" },
	[METRIC_LAZYFREE] = { "lazyfree", "LAZYFREE" },
};

uint64_t metric_period(uint64_t interval_ns, uint64_t took_ns)
{
	uint64_t least_ns = took_ns + METRICS_REST * took_ns;

	return interval_ns > least_ns ? interval_ns : least_ns;
}

double metric_share(uint64_t interval_ns, uint64_t took_ns)
{
	if (took_ns == 0)
		return 0;
	return (double)took_ns / (double)metric_period(interval_ns, took_ns);
}

const char *metric_name(enum metric metric)
{
	return words[metric < METRICS ? metric : METRIC_RSS].name;
}

const char *metric_title(enum metric metric)
{
	return words[metric < METRICS ? metric : METRIC_RSS].title;
}

/* The metric of that name, of @length bytes; METRICS: there is none. */
static enum metric find(const char *name, size_t length)
{
	enum metric metric = METRIC_RSS;

	while (metric < METRICS &&
	       (strlen(words[metric].name) != length || memcmp(words[metric].name, name, length)))
		metric++;
	return metric;
}

int metric_parse(const char *text, uint32_t *ret_set)
{
	uint32_t set = METRIC_BIT(METRIC_RSS);

	for (;;) {
		size_t length = strcspn(text, ",");
		enum metric metric = find(text, length);

		if (metric == METRICS)
			return -EINVAL;
		set |= METRIC_BIT(metric);
		if (!text[length])
			break;
		text += length + 1;
	}
	*ret_set = set;
	return 0;
}

char *metric_names(char *text, uint32_t set)
{
	char *end = text;

	*text = '\0';
	for (enum metric metric = METRIC_RSS; metric < METRICS; metric++) {
		if (!(set & METRIC_BIT(metric)))
			continue;
		if (end > text)
			end = stpcpy(end, ",");
		end = stpcpy(end, words[metric].name);
	}
	return text;
}
