/*
 * A program that emits events, by what it is told, one command a line of standard input:
 *
 * - emit COUNT RATE: that many, RATE a second (0: as fast as it can); labels are numbers from 1 on
 * - width DIGITS: numbers to come have so many, with zeros in front
 * - flush MS: mw_flush
 * - close: every descriptor from 3 up
 *
 * It answers each with a line: events so far, dropped so far, the slowest call in ns, its RSS in
 * KiB; or the result.
 */
#include "client/memwatch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ULL

struct emitter {
	uint64_t emitted;
	int width;
	uint64_t slowest_ns;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static unsigned long rss_kib(void)
{
	unsigned long size, resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(file);
	return resident * (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
}

static void emit_one(struct emitter *emitter)
{
	uint64_t began, took;
	char label[256];

	snprintf(label, sizeof(label), "%0*" PRIu64, emitter->width, emitter->emitted + 1);
	began = now_ns();
	mw_event(label);
	took = now_ns() - began;
	if (took > emitter->slowest_ns)
		emitter->slowest_ns = took;
	emitter->emitted++;
}

/* By the clock: a late wake-up is made up for. */
static void emit(struct emitter *emitter, uint64_t count, uint64_t rate)
{
	uint64_t began = now_ns();

	emitter->slowest_ns = 0;
	for (uint64_t i = 0; i < count; i++) {
		while (rate && now_ns() < began + i * NS_PER_S / rate)
			usleep(500);
		emit_one(emitter);
	}
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %lu\n", emitter->emitted, mw_dropped(),
	       emitter->slowest_ns, rss_kib());
}

static int obey(struct emitter *emitter, const char *command)
{
	uint64_t count, rate;
	int timeout_ms;

	if (sscanf(command, "emit %" SCNu64 " %" SCNu64, &count, &rate) == 2)
		emit(emitter, count, rate);
	else if (sscanf(command, "width %d", &emitter->width) == 1)
		printf("%d\n", emitter->width);
	else if (sscanf(command, "flush %d", &timeout_ms) == 1)
		printf("%d\n", mw_flush(timeout_ms));
	else if (strcmp(command, "close\n") == 0)
		printf("%d\n", close_range(3, ~0U, 0));
	else
		return -1;
	return fflush(stdout);
}

int main(int argc, char **argv)
{
	struct emitter emitter = { 0 };
	char command[64];

	if (argc > 1)
		mw_register(argv[1]);
	while (fgets(command, sizeof(command), stdin)) {
		if (obey(&emitter, command) != 0)
			return 2;
	}
	return 0;
}
