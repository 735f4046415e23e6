#include "base/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

const char *temporary_directory(void)
{
	const char *directory = getenv("TMPDIR");

	return directory && directory[0] ? directory : "/tmp";
}

int temporary_fd(void)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof path, "%s/memwatch-XXXXXX", temporary_directory()) >=
	    (int)sizeof path)
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

FILE *temporary_open(void)
{
	int fd = temporary_fd();
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");

	if (fd < 0)
		errno = -fd;
	else if (!file)
		close(fd);
	return file;
}
