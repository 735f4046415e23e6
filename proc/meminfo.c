#include "proc/meminfo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int meminfo_open(const char *root)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof path, "%s/proc/meminfo", root) >= (int)sizeof path)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* "Name:   123 kB" */
static bool find(const char *text, const char *name, uint64_t *ret_bytes)
{
	const char *line = strstr(text, name);
	unsigned long long kib;

	if (!line)
		return false;
	kib = strtoull(line + strlen(name), NULL, 10);
	*ret_bytes = kib * 1024;
	return kib <= INT64_MAX / 1024;
}

int meminfo_read(int fd, uint64_t *ret_total, uint64_t *ret_available)
{
	char text[256]; /* they are among the first three lines */
	ssize_t size = pread(fd, text, sizeof text - 1, 0);

	if (size < 0)
		return -errno;
	text[size] = '\0';
	if (!find(text, "MemTotal:", ret_total) || !find(text, "MemAvailable:", ret_available))
		return -ENOENT;
	return 0;
}
