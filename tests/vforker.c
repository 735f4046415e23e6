/*
 * vforker BYTES MILLISECONDS: with so much memory of its own, a child by vfork that stays so long
 * before it ends; then as long alone.
 */
#include "base/clock.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	size_t size = argc > 2 ? strtoull(argv[1], NULL, 10) : 0;
	uint64_t length_ns = argc > 2 ? strtoull(argv[2], NULL, 10) * NS_PER_MS : 0;
	char *memory = size ? malloc(size) : NULL;
	pid_t child;

	if (!memory) {
		fputs("Usage: vforker BYTES MILLISECONDS\n", stderr);
		return 2;
	}
	memset(memory, 1, size);
	child = vfork();
	if (child == 0) {
		clock_sleep_ns(length_ns);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	clock_sleep_ns(length_ns);
	free(memory);
	return child < 0;
}
