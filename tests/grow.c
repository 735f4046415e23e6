/*
 * grow RATE SECONDS: fill RATE bytes of memory a second, by the clock: a late wake-up is made up
 * for. Then stay as it is until killed; with --end, end.
 */
#include "base/clock.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STEP_NS (2 * NS_PER_MS)

int main(int argc, char **argv)
{
	uint64_t rate = argc > 2 ? strtoull(argv[1], NULL, 10) : 0;
	uint64_t seconds = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	size_t size = (size_t)(rate * seconds);
	uint64_t start = clock_mono_ns();
	size_t filled = 0;
	char *memory;

	if (!size) {
		fputs("Usage: grow RATE SECONDS [--end]\n", stderr);
		return 2;
	}
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	/* Huge pages would make steps of the slope. */
	if (memory == MAP_FAILED || madvise(memory, size, MADV_NOHUGEPAGE) < 0) {
		perror("grow");
		return 1;
	}
	while (filled < size) {
		uint64_t wanted = (clock_mono_ns() - start) / NS_PER_US * rate / 1000000;

		if (wanted > size)
			wanted = size;
		memset(memory + filled, 1, (size_t)wanted - filled);
		filled = (size_t)wanted;
		clock_sleep_ns(STEP_NS);
	}
	while (argc == 3)
		pause();
	return 0;
}
