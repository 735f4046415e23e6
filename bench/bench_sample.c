/*
 * One sample of resident memory, against a bare loop of pread on the same open file, and against
 * libproc2's select, which is what ps and top use.
 */
#include "bench/figure.h"
#include "proc/procinfo.h"
#include "proc/statm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define PAIRS 15
#define READS 20000
#define SELECTS 1000

struct bench {
	int statm;
	struct procinfo_reader *reader;
};

static void bare(const struct bench *bench)
{
	char text[128];

	if (pread(bench->statm, text, sizeof text, 0) <= 0)
		exit(1);
}

static void ours(const struct bench *bench)
{
	uint64_t rss, shared;

	if (statm_read(bench->statm, &rss, &shared) < 0 || rss == 0)
		exit(1);
}

static void libproc2(const struct bench *bench)
{
	struct procinfo info;

	if (procinfo_read(bench->reader, getpid(), &info) < 0)
		exit(1);
}

static double measure(const struct bench *bench, void (*one)(const struct bench *bench), int count)
{
	double begin = figure_cpu_ns();

	for (int i = 0; i < count; i++)
		one(bench);
	return (figure_cpu_ns() - begin) / count;
}

int main(void)
{
	double bare_ns[PAIRS], ours_ns[PAIRS], select_ns[PAIRS];
	struct bench bench = { .statm = statm_open(getpid()) };

	if (bench.statm < 0 || procinfo_open(&bench.reader) < 0)
		return 1;
	for (int i = 0; i < PAIRS; i++) {
		bare_ns[i] = measure(&bench, bare, READS);
		ours_ns[i] = measure(&bench, ours, READS);
		select_ns[i] = measure(&bench, libproc2, SELECTS);
	}
	figure_ratio(&(struct figure){ "sample/statm", "a sample of the RSS",
				       "a bare pread of statm", "ns", AT_MOST, 1.15 },
		     ours_ns, bare_ns, PAIRS);
	figure_ratio(&(struct figure){ "sample/libproc2", "a sample of the RSS",
				       "libproc2's select", "ns", AT_LEAST, 15 },
		     ours_ns, select_ns, PAIRS);
	procinfo_close(bench.reader);
	close(bench.statm);
	return 0;
}
