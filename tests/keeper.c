/*
 * keeper: takes memory of the kinds that it is told on standard input, a line each, keeps it, and
 * says "done" on standard output after each:
 *
 *     heap BYTES         of malloc, in pieces that it doesn't map apart
 *     anonymous BYTES    of no file
 *     file PATH          all of it, read; then it is removed
 *     shared NAME BYTES  of /dev/shm; then it is removed
 *     stack BYTES        of a new thread's
 *     mappings COUNT     of a page each, half of them touched, none of which becomes one with
 * another hide               from other processes of its user (not dumpable)
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 4096
#define PAGE 4096

static void fail(const char *what)
{
	fprintf(stderr, "keeper: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *map(size_t size, int protection, int flags, int fd)
{
	void *memory = mmap(NULL, size, protection, flags, fd, 0);

	if (memory == MAP_FAILED)
		fail("mmap");
	madvise(memory, size, MADV_NOHUGEPAGE);
	return memory;
}

static void keep_heap(size_t bytes)
{
	for (size_t taken = 0; taken < bytes; taken += PIECE) {
		/* a piece of malloc's has 8 bytes besides */
		char *piece = malloc(PIECE - 8);

		if (!piece)
			fail("malloc");
		memset(piece, 1, PIECE - 8);
	}
}

static void keep_anonymous(size_t bytes)
{
	memset(map(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1), 1, bytes);
}

static void keep_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	volatile char sum = 0;
	const char *text;

	if (fd < 0 || fstat(fd, &status) < 0)
		fail(path);
	text = map((size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd);
	for (off_t i = 0; i < status.st_size; i += PAGE)
		sum = (char)(sum + text[i]);
	close(fd);
	unlink(path);
}

static void keep_shared(const char *name, size_t bytes)
{
	int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0)
		fail(name);
	memset(map(bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd), 1, bytes);
	close(fd);
	shm_unlink(name);
}

struct stack {
	size_t bytes;
	pthread_barrier_t touched;
};

static void touch(size_t bytes)
{
	volatile char frame[PAGE];

	memset((char *)frame, 1, sizeof frame);
	if (bytes > sizeof frame)
		touch(bytes - sizeof frame);
	frame[0] = 2; /* no tail call */
}

static void *live(void *arg)
{
	struct stack *stack = arg;

	touch(stack->bytes);
	pthread_barrier_wait(&stack->touched);
	pause();
	return NULL;
}

static void keep_stack(size_t bytes)
{
	static struct stack stack;
	pthread_t thread;

	stack.bytes = bytes;
	pthread_barrier_init(&stack.touched, NULL, 2);
	errno = pthread_create(&thread, NULL, live, &stack);
	if (errno)
		fail("pthread_create");
	pthread_barrier_wait(&stack.touched);
}

static void keep_mappings(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int protection = i % 2 ? PROT_READ | PROT_WRITE : PROT_READ;
		char *page = map(PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1);

		if (i % 2)
			*page = 1;
	}
}

static void obey(const char *command, const char *name, size_t number)
{
	if (strcmp(command, "heap") == 0)
		keep_heap(number);
	else if (strcmp(command, "anonymous") == 0)
		keep_anonymous(number);
	else if (strcmp(command, "file") == 0)
		keep_file(name);
	else if (strcmp(command, "shared") == 0)
		keep_shared(name, number);
	else if (strcmp(command, "stack") == 0)
		keep_stack(number);
	else if (strcmp(command, "mappings") == 0)
		keep_mappings(number);
	else if (strcmp(command, "hide") == 0)
		prctl(PR_SET_DUMPABLE, 0);
}

int main(void)
{
	char line[1024];

	setvbuf(stdout, NULL, _IOLBF, 256);
	while (fgets(line, sizeof line, stdin)) {
		char *rest = line;
		const char *command = strsep(&rest, " \n");
		const char *name = rest ? strsep(&rest, " \n") : "";
		const char *number = rest && *rest ? rest : name;

		obey(command, name, strtoull(number, NULL, 10));
		puts("done");
	}
	return 0;
}
