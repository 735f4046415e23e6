#include "cli/run/capture.h"

#include "base/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int capture_open(struct capture *capture)
{
	*capture = (struct capture){ .fd = temporary_fd() };
	if (capture->fd < 0)
		return capture->fd;
	/* who is started with it, and this program, write behind each other */
	return fcntl(capture->fd, F_SETFL, O_APPEND) < 0 ? -errno : 0;
}

static int write_all(const char *bytes, ssize_t size)
{
	while (size > 0) {
		ssize_t written = write(STDOUT_FILENO, bytes, (size_t)size);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			size -= written;
		}
	}
	return 0;
}

void capture_show(struct capture *capture)
{
	char bytes[16384];
	ssize_t size;

	if (capture->fd < 0)
		return;
	while ((size = pread(capture->fd, bytes, sizeof bytes, capture->shown)) > 0) {
		capture->shown += size;
		if (write_all(bytes, size) < 0)
			return;
	}
}

void capture_close(struct capture *capture)
{
	if (capture->fd >= 0)
		close(capture->fd);
	capture->fd = -1;
}
