#include "client/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void outlet_init(struct outlet *outlet, const struct rundir *dir, bool forked, bool spoilt)
{
	*outlet = (struct outlet){
		.dir = dir,
		.forked = forked,
		.spoilt = spoilt,
		.endpoint = ENDPOINT_CLOSED,
		.canary = { .fd = -1 },
	};
}

bool outlet_is_open(const struct outlet *outlet)
{
	return outlet->endpoint.socket >= 0;
}

/* Identity of a directory that hardly another descriptor of the program's is open for. */
static int canary_open(struct canary *canary, const struct rundir *dir)
{
	int fd = open(dir->path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0) {
		close(fd);
		return -EBADF;
	}
	*canary = (struct canary){ fd, status.st_dev, status.st_ino };
	return 0;
}

static bool canary_lives(const struct canary *canary)
{
	struct stat status;

	return fstat(canary->fd, &status) == 0 && status.st_dev == canary->device &&
	       status.st_ino == canary->inode;
}

/* Without standard streams nanomsg must not get their numbers: somebody may print to them. */
static int fill_streams(int filled[3])
{
	int count = 0;

	while (count < 3) {
		int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (fd > STDERR_FILENO)
			close(fd);
		if (fd < 0 || fd > STDERR_FILENO)
			break;
		filled[count++] = fd;
	}
	return count;
}

static nlink_t count_threads(void)
{
	struct stat status;

	return stat("/proc/self/task", &status) == 0 ? status.st_nlink : 0;
}

static int open_both(struct outlet *outlet)
{
	int error = canary_open(&outlet->canary, outlet->dir);

	if (error)
		return error;
	error = endpoint_open(&outlet->endpoint, ENDPOINT_PUSH, outlet->dir);
	if (error) {
		close(outlet->canary.fd);
		outlet->canary.fd = -1;
	}
	return error;
}

/*
 * Where the program had sockets of nanomsg's at a fork, nanomsg hangs in the child. It shows there:
 * our socket isn't number 0, and no thread is started for it. (Nor is it 0 where the child has
 * opened one of its own since, which can't be told apart.)
 */
int outlet_open(struct outlet *outlet)
{
	nlink_t threads = count_threads();
	int filled[3];
	int count, error;

	if (outlet->spoilt)
		return -EPIPE;
	count = fill_streams(filled);
	error = open_both(outlet);
	while (count > 0)
		close(filled[--count]);
	if (error)
		return error;
	outlet->proven = !outlet->forked || count_threads() > threads;
	outlet->spoilt = outlet->forked && outlet->endpoint.socket != 0;
	return outlet->spoilt ? -EPIPE : 0;
}

static bool check(struct outlet *outlet)
{
	if (!outlet->spoilt && !canary_lives(&outlet->canary))
		outlet->spoilt = true;
	return !outlet->spoilt;
}

int outlet_send(struct outlet *outlet, const void *message, size_t size)
{
	int error;

	if (!check(outlet))
		return -EPIPE;
	error = endpoint_send(&outlet->endpoint, message, size);
	if (!error)
		outlet->proven = true;
	return error;
}

bool outlet_close(struct outlet *outlet)
{
	if (!outlet_is_open(outlet))
		return !outlet->spoilt;
	if (!check(outlet) || !outlet->proven)
		return false;
	endpoint_close(&outlet->endpoint);
	close(outlet->canary.fd);
	outlet->canary.fd = -1;
	return true;
}
