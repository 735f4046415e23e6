#include "client/rss.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
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

/* Digits at *at, and the space behind them; UINT64_MAX where there is none of that. */
static uint64_t take_number(const char **at)
{
	const char *digit = *at;
	uint64_t number = 0;

	while (*digit >= '0' && *digit <= '9')
		number = number * 10 + (uint64_t)(*digit++ - '0');
	if (digit == *at || *digit != ' ')
		return UINT64_MAX;
	*at = digit + 1;
	return number;
}

/* "size resident shared ...", in pages (proc(5)): the second and third as struct rss has them; 0
 * for anything else. */
static uint64_t parse_pages(const char *at)
{
	uint64_t size = take_number(&at);
	uint64_t resident = take_number(&at);
	uint64_t shared = take_number(&at);

	if (size == UINT64_MAX || resident > UINT32_MAX || shared > UINT32_MAX)
		return 0;
	return resident << 32 | (shared < resident ? shared : resident);
}

static uint64_t read_pages(int fd)
{
	char text[96];
	ssize_t size = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);

	if (size <= 0)
		return 0;
	text[size] = '\0';
	return parse_pages(text);
}

/* Of a process whose first thread has ended, only the others' files tell. */
static uint64_t read_thread_pages(void)
{
	int fd = open("/proc/thread-self/statm", O_RDONLY | O_CLOEXEC);
	uint64_t pages = read_pages(fd);

	if (fd >= 0)
		close(fd);
	return pages;
}

/* For calls of the next 100 us, also where nothing could be read; a signal handler that comes
 * between the stores leaves it to who was interrupted. */
static void keep(struct rss *rss, uint64_t pages, unsigned shift, uint64_t now_ns)
{
	if (atomic_exchange_explicit(&rss->keeping, true, memory_order_acquire))
		return;
	atomic_store_explicit(&rss->page_shift, shift, memory_order_relaxed);
	atomic_store_explicit(&rss->pages, pages, memory_order_relaxed);
	atomic_store_explicit(&rss->read_ns, now_ns, memory_order_release);
	atomic_store_explicit(&rss->keeping, false, memory_order_release);
}

struct rss_reading rss_read(struct rss *rss, uint64_t now_ns)
{
	int kept_errno = errno;
	unsigned shift = (unsigned)__builtin_ctzl((unsigned long)sysconf(_SC_PAGESIZE));
	int fd = get_statm(rss, now_ns);
	uint64_t pages = read_pages(fd);

	if (pages >> 32 == 0 && fd >= 0)
		pages = read_thread_pages();
	keep(rss, pages, shift, now_ns);
	errno = kept_errno;
	return (struct rss_reading){
		.rss = (pages >> 32) << shift,
		.shared = (pages & UINT32_MAX) << shift,
	};
}

/* For one thread the kernel gives the process's own mark as well, without a walk over the others,
 * which costs 20 us for 100 of them (kernel/sys.c, getrusage). */
uint64_t rss_peak(void)
{
	int kept_errno = errno;
	struct rusage usage;
	int error = getrusage(RUSAGE_THREAD, &usage);

	errno = kept_errno;
	return error || usage.ru_maxrss < 0 ? 0 : (uint64_t)usage.ru_maxrss * 1024;
}

void rss_close(struct rss *rss)
{
	int fd = rss->opened - 1;

	if (fd >= 0 && is_ours(rss, fd))
		close(fd);
	rss->opened = 0;
	rss->busy = false;
	rss->read_ns = 0;
	rss->keeping = false;
}
