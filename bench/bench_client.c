/*
 * What a call of the client costs, in turns with the least that any such library does: read the
 * clock and copy the label. Nanoseconds of CPU a call; each run is a process of its own, with no
 * watcher. A span has a floor of its own.
 */
#include "base/clock.h"
#include "bench/figure.h"
#include "client/memwatch.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS 9
#define CALLS 2000000
#define SPANS 100000
#define THREADS 4
#define LABEL "finished reading"

#define FLOOR_CELL 64
#define FLOOR_CELLS 16384

struct subject {
	const char *figure; /* NULL: a floor */
	const char *name;
	void (*calls)(unsigned count);
	unsigned count;
	unsigned threads;
	bool off;
	double limit; /* times the floor */
	size_t floor; /* the subject that is it */
};

static void floor_calls(unsigned count)
{
	size_t length = strlen(LABEL);
	uint8_t *cells = mmap(NULL, FLOOR_CELL * FLOOR_CELLS, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (cells == MAP_FAILED)
		exit(1);
	for (unsigned i = 0; i < count; i++) {
		volatile uint8_t *cell = cells + (size_t)(i % FLOOR_CELLS) * FLOOR_CELL;
		uint64_t now = clock_mono_ns();

		memcpy((void *)(cell + 8), &now, sizeof now);
		memcpy((void *)(cell + 16), LABEL, length);
		*cell = (uint8_t)i;
	}
	munmap(cells, FLOOR_CELL * FLOOR_CELLS);
}

/* The least that begins and ends a span with what it says of memory: each time a read of statm, the
 * kernel's mark, the clock and a copy. */
static void span_floor_calls(unsigned count)
{
	uint8_t *cells = mmap(NULL, FLOOR_CELL * FLOOR_CELLS, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int statm = open("/proc/self/statm", O_RDONLY);
	struct rusage usage;
	char text[96];

	if (cells == MAP_FAILED || statm < 0)
		exit(1);
	for (unsigned i = 0; i < 2 * count; i++) {
		volatile uint8_t *cell = cells + (size_t)(i % FLOOR_CELLS) * FLOOR_CELL;
		uint64_t now = clock_mono_ns();

		if (pread(statm, text, sizeof text - 1, 0) < 0 ||
		    getrusage(RUSAGE_THREAD, &usage) < 0)
			exit(1);
		memcpy((void *)(cell + 8), &now, sizeof now);
		memcpy((void *)(cell + 16), text, 32);
		*cell = (uint8_t)i;
	}
	close(statm);
	munmap(cells, FLOOR_CELL * FLOOR_CELLS);
}

static void event_calls(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		mw_event(LABEL);
}

static void span_calls(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		mw_end(mw_begin("I/O", "read"));
}

static const struct subject subjects[] = {
	{ NULL, "clock_gettime and a copy", floor_calls, CALLS, 1, false, 0, 0 },
	{ "client/event", "mw_event", event_calls, CALLS, 1, false, 1.6, 0 },
	{ "client/threads", "mw_event, 4 threads at once", event_calls, CALLS, THREADS, false, 3,
	  0 },
	{ "client/off", "mw_event, MEMWATCH=off", event_calls, CALLS, 1, true, 0.1, 0 },
	{ NULL, "2 statm, getrusage, copies", span_floor_calls, SPANS, 1, false, 0, 4 },
	{ "client/span", "mw_begin and mw_end", span_calls, SPANS, 1, false, 1.3, 4 },
};

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void *thread_main(void *arg)
{
	const struct subject *subject = arg;

	subject->calls(subject->count);
	return NULL;
}

static double run_here(const struct subject *subject)
{
	pthread_t threads[THREADS];
	uint64_t start;

	setenv("MEMWATCH", subject->off ? "off" : "on", 1);
	subject->calls(subject->count / 10);
	start = cpu_ns();
	for (unsigned i = 0; i < subject->threads; i++) {
		if (pthread_create(&threads[i], NULL, thread_main, (void *)subject) != 0)
			exit(1);
	}
	for (unsigned i = 0; i < subject->threads; i++)
		pthread_join(threads[i], NULL);
	return (double)(cpu_ns() - start) / ((double)subject->count * subject->threads);
}

/* Each run starts from nothing, as a program does. */
static double run(const struct subject *subject)
{
	double result = 0;
	int ends[2];
	int status;
	pid_t child;

	if (pipe(ends) < 0 || (child = fork()) < 0)
		exit(1);
	if (child == 0) {
		result = run_here(subject);
		exit(write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
	}
	if (read(ends[0], &result, sizeof result) != sizeof result ||
	    waitpid(child, &status, 0) != child || status != 0)
		exit(1);
	close(ends[0]);
	close(ends[1]);
	return result;
}

int main(void)
{
	const size_t count = sizeof subjects / sizeof subjects[0];
	double results[sizeof subjects / sizeof subjects[0]][RUNS];
	char directory[] = "/tmp/mwb.XXXXXX";
	char command[64];

	if (!mkdtemp(directory))
		return 1;
	setenv("XDG_RUNTIME_DIR", directory, 1);
	for (unsigned i = 0; i < RUNS; i++) {
		for (size_t j = 0; j < count; j++)
			results[j][i] = run(&subjects[j]);
	}
	for (size_t j = 0; j < count; j++) {
		const struct subject *subject = &subjects[j];
		const struct figure figure = {
			subject->figure, subject->name, subjects[subject->floor].name, "ns",
			AT_MOST,	 subject->limit
		};

		if (subject->figure)
			figure_ratio(&figure, results[j], results[subject->floor], RUNS);
	}
	snprintf(command, sizeof command, "%s/memwatch/default/rings", directory);
	rmdir(command);
	snprintf(command, sizeof command, "%s/memwatch/default", directory);
	rmdir(command);
	snprintf(command, sizeof command, "%s/memwatch", directory);
	rmdir(command);
	return rmdir(directory) == 0 ? 0 : 1;
}
