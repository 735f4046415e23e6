/*
 * holder ANON FILE SHMEM CHILDREN: has so many bytes of private memory, of a file's pages, and of
 * memory shared with CHILDREN forked ones, which share the private ones with it too; then says
 * "ready" and stays until killed.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(1);
}

static char *map(size_t size, int protection, int flags, int fd)
{
	char *memory = size ? mmap(NULL, size, protection, flags, fd, 0) : NULL;

	if (memory == MAP_FAILED)
		fail("mmap");
	if (memory)
		madvise(memory, size, MADV_NOHUGEPAGE);
	return memory;
}

static void hold_file(size_t size)
{
	FILE *file = tmpfile();
	volatile const char *memory;

	if (!file || ftruncate(fileno(file), (off_t)size) < 0)
		fail("a file");
	memory = map(size, PROT_READ, MAP_PRIVATE, fileno(file));
	for (size_t i = 0; i < size; i += 4096)
		(void)memory[i];
}

static void touch(const volatile char *memory, size_t size)
{
	for (size_t i = 0; i < size; i += 4096)
		(void)memory[i];
}

int main(int argc, char **argv)
{
	size_t sizes[3];
	char *anon, *shared;

	if (argc != 5) {
		fputs("Usage: holder ANON FILE SHMEM CHILDREN\n", stderr);
		return 2;
	}
	for (int i = 0; i < 3; i++)
		sizes[i] = strtoull(argv[i + 1], NULL, 10);
	anon = map(sizes[0], PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	shared = map(sizes[2], PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	if (anon)
		memset(anon, 1, sizes[0]);
	if (shared)
		memset(shared, 1, sizes[2]);
	hold_file(sizes[1]);
	for (int i = 0; i < atoi(argv[4]); i++) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			touch(shared, sizes[2]);
			puts("ready");
			fflush(stdout);
			pause();
		}
	}
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
