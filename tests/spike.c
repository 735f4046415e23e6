/*
 * spike BYTES MILLISECONDS: when SIGUSR1 comes, have so many bytes of memory for so long, then give
 * them back; say "spike" when it is over. Again and again, until killed; with --end, once.
 */
#include "base/clock.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int spike(size_t size, uint64_t length_ns)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED) {
		perror("spike");
		return 1;
	}
	clock_sleep_ns(length_ns);
	munmap(memory, size);
	puts("spike");
	return fflush(stdout);
}

int main(int argc, char **argv)
{
	size_t size = argc > 2 ? strtoull(argv[1], NULL, 10) : 0;
	uint64_t length_ns = argc > 2 ? strtoull(argv[2], NULL, 10) * NS_PER_MS : 0;
	sigset_t set;
	int number;

	if (!size) {
		fputs("Usage: spike BYTES MILLISECONDS [--end]\n", stderr);
		return 2;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	do {
		if (sigwait(&set, &number) != 0 || spike(size, length_ns) != 0)
			return 1;
	} while (argc == 3);
	return 0;
}
