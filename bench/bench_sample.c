/*
 * One sample of resident memory, against a bare loop of pread on the same open file, and against
 * libproc2's select, which is what ps and top use. Each figure is the median of five runs.
 */
#include "base/clock.h"
#include "watcher/procinfo.h"
#include "watcher/statm.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RUNS 5
#define READS 100000
#define SELECTS 5000

static int statm;
static struct procinfo_reader *reader;

static void bare(int count)
{
	char text[128];

	for (int i = 0; i < count; i++) {
		if (pread(statm, text, sizeof text, 0) <= 0)
			exit(1);
	}
}

static void ours(int count)
{
	uint64_t rss, shared;

	for (int i = 0; i < count; i++) {
		if (statm_read(statm, &rss, &shared) < 0 || rss == 0)
			exit(1);
	}
}

static void libproc2(int count)
{
	struct procinfo info;

	for (int i = 0; i < count; i++) {
		if (procinfo_read(reader, getpid(), &info) < 0)
			exit(1);
	}
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return a < b ? -1 : a > b;
}

static double measure(void (*reads)(int count), int count)
{
	double runs[RUNS];

	for (int i = 0; i < RUNS; i++) {
		uint64_t begin = clock_mono_ns();

		reads(count);
		runs[i] = (double)(clock_mono_ns() - begin) / count;
	}
	qsort(runs, RUNS, sizeof *runs, compare);
	return runs[RUNS / 2];
}

int main(void)
{
	double floor_ns, ours_ns, select_ns;

	statm = statm_open(getpid());
	if (statm < 0 || procinfo_open(&reader) < 0)
		return 1;
	floor_ns = measure(bare, READS);
	ours_ns = measure(ours, READS);
	select_ns = measure(libproc2, SELECTS);
	printf("one sample of resident memory\n");
	printf("  a bare pread of statm        %8.0f ns\n", floor_ns);
	printf("  ours                         %8.0f ns  %5.2f x the bare pread (aim: 1.15 at "
	       "most)\n",
	       ours_ns, ours_ns / floor_ns);
	printf("  libproc2's select            %8.0f ns  %5.1f x ours (aim: 15 at least)\n",
	       select_ns, select_ns / ours_ns);
	procinfo_close(reader);
	close(statm);
	return 0;
}
