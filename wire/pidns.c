#include "wire/pidns.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t inode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (uint64_t)status.st_ino : PIDNS_UNKNOWN;
}

uint64_t pidns_own(void)
{
	return inode_of("/proc/self/ns/pid");
}

uint64_t pidns_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)pid);
	return inode_of(path);
}

/* The command, field 2, may hold anything. */
static uint64_t start_at(const char *path)
{
	char text[1024];
	const char *at;
	ssize_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	size = read(fd, text, sizeof text - 1);
	close(fd);
	if (size <= 0)
		return 0;
	text[size] = '\0';
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

uint64_t pidns_own_start(void)
{
	return start_at("/proc/self/stat");
}

bool pidns_proc_is_own(void)
{
	char self[16] = "";
	ssize_t length = readlink("/proc/self", self, sizeof self - 1);

	return length > 0 && strtol(self, NULL, 10) == (long)getpid();
}

uint64_t pidns_start(pid_t pid)
{
	char path[64];

	if (pid == getpid())
		return pidns_own_start();
	if (!pidns_proc_is_own())
		return 0;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	return start_at(path);
}
