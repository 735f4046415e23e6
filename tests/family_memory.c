/*
 * Programs whose memory is shared in some way, for tests of verdicts and totals:
 *	map FILE S	reads a file through mmap, page by page, in so many seconds
 *	pile COUNT S	starts one worker after another in that time, each of 4 MiB
 *	hold MIB COUNT S	has so much, and so many children that were forked then
 *	write MIB COUNT S	the same, and the children write to all of it in that time
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS 60

static void pass(double seconds)
{
	usleep((useconds_t)(seconds * 1e6));
}

static int map(const char *path, double seconds)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	volatile unsigned sum = 0;
	unsigned char *bytes;
	off_t step;

	if (fd < 0 || fstat(fd, &status) < 0)
		return 1;
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return 1;
	madvise(bytes, (size_t)status.st_size, MADV_RANDOM);
	step = status.st_size / STEPS;
	for (off_t i = 0; i < step * STEPS; i += 4096) {
		sum += bytes[i];
		if (i % step < 4096)
			pass(seconds / STEPS);
	}
	return 0;
}

static char *fill(size_t size)
{
	char *bytes = malloc(size);

	if (!bytes)
		exit(1);
	memset(bytes, 1, size);
	return bytes;
}

static int pile(int count, double seconds)
{
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			fill(4 << 20);
			pass(seconds * (count - i) / count);
			_exit(0);
		}
		if (pid < 0)
			return 1;
		pass(seconds / count);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}

static void write_to(char *bytes, size_t size, double seconds)
{
	for (size_t i = 0; i < STEPS; i++) {
		memset(bytes + size / STEPS * i, 2, size / STEPS);
		pass(seconds / STEPS);
	}
}

static int share(size_t size, int count, double seconds, int writes)
{
	char *bytes = fill(size);

	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 1;
		if (pid > 0)
			continue;
		if (writes)
			write_to(bytes, size, seconds);
		else
			pass(seconds);
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (argc == 4 && strcmp(mode, "map") == 0)
		return map(argv[2], atof(argv[3]));
	if (argc == 4 && strcmp(mode, "pile") == 0)
		return pile(atoi(argv[2]), atof(argv[3]));
	if (argc == 5 && (strcmp(mode, "hold") == 0 || strcmp(mode, "write") == 0))
		return share(strtoull(argv[2], NULL, 10) << 20, atoi(argv[3]), atof(argv[4]),
			     mode[0] == 'w');
	return 2;
}
