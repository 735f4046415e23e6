#include "client/rss.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

/* The program may close every descriptor it sees, and open others instead: looked at so often. */
#define CHECK_NS NS_PER_MS

static bool is_ours(const struct rss *rss, int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_dev == rss->device &&
	       status.st_ino == rss->inode;
}

static int open_statm(struct rss *rss)
{
	struct stat status;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) < 0) {
		close(fd);
		return -1;
	}
	rss->device = status.st_dev;
	rss->inode = status.st_ino;
	rss->opened = fd + 1;
	return fd;
}

/* The descriptor, looked at a short while ago; -1 where there is none yet. */
static int get_statm(struct rss *rss, uint64_t now_ns)
{
	int fd = atomic_load_explicit(&rss->opened, memory_order_acquire) - 1;
	uint64_t checked_ns = atomic_load_explicit(&rss->checked_ns, memory_order_relaxed);

	if (fd >= 0 && now_ns < checked_ns + CHECK_NS)
		return fd;
	if (atomic_exchange(&rss->busy, true))
		return fd; /* another thread is looking */
	fd = rss->opened - 1;
	if (fd < 0 || !is_ours(rss, fd))
		fd = open_statm(rss);
	rss->checked_ns = now_ns;
	atomic_store(&rss->busy, false);
	return fd;
}

/* "size resident shared ...", in pages; 0 for anything else. */
static uint64_t parse_resident(const char *at)
{
	uint64_t pages = 0;

	while (*at >= '0' && *at <= '9')
		at++;
	if (*at++ != ' ')
		return 0;
	for (; *at >= '0' && *at <= '9'; at++)
		pages = pages * 10 + (uint64_t)(*at - '0');
	return *at == ' ' ? pages : 0;
}

uint64_t rss_read(struct rss *rss, uint64_t now_ns)
{
	int kept_errno = errno;
	char text[64];
	ssize_t size = -1;
	int fd = get_statm(rss, now_ns);

	if (fd >= 0)
		size = pread(fd, text, sizeof text - 1, 0);
	errno = kept_errno;
	if (size <= 0)
		return 0;
	text[size] = '\0';
	return parse_resident(text) * (uint64_t)sysconf(_SC_PAGESIZE);
}

void rss_close(struct rss *rss)
{
	int fd = rss->opened - 1;

	if (fd >= 0 && is_ours(rss, fd))
		close(fd);
	rss->opened = 0;
	rss->busy = false;
}
