/*
 * leaderless BYTES: a thread fills BYTES of memory and stays; when a line can be read, the thread
 * that leads the process ends, which from then on is a zombie whose other thread lives.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seen by all, or the compiler leaves it out. */
static char *volatile memory;

static void *stay(void *arg)
{
	size_t size = *(const size_t *)arg;

	memory = malloc(size);
	if (!memory)
		exit(1);
	memset(memory, 1, size);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	static size_t size; /* outlives main's stack */
	pthread_t thread;

	if (argc != 2)
		return 2;
	size = strtoul(argv[1], NULL, 10);
	if (pthread_create(&thread, NULL, stay, &size) != 0)
		return 1;
	getchar();
	pthread_exit(NULL);
}
