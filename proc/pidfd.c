#include "proc/pidfd.h"

#include "proc/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* include/uapi/linux/pidfd.h, first version of the structure; older system headers lack it. */
struct pidfd_info_v0 {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t ids[11];
	int32_t exit_code;
};

#define PIDFD_GET_INFO_V0 _IOWR(0xff, 11, struct pidfd_info_v0)
#define PIDFD_INFO_HAS_EXIT (1ULL << 3)

/* A process; a thread's number has a directory in /proc as well. */
static int open_stand_in(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof path, "/proc/%d/task/%d", (int)pid, (int)pid);
	if (kill(pid, 0) < 0 && errno == ESRCH)
		return -ESRCH;
	if (access(path, F_OK) < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int pidfd_open_process(pid_t pid)
{
	long fd = syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return open_stand_in(pid);
	return fd < 0 ? -errno : (int)fd;
}

bool pidfd_is_missing(void)
{
	long fd = syscall(SYS_pidfd_open, getpid(), 0);
	bool missing = fd < 0 && (errno == ENOSYS || errno == EPERM);

	if (fd >= 0)
		close((int)fd);
	return missing;
}

/* Field 3 of /proc/PID/stat, behind the name, and the number of threads in field 20: a zombie whose
 * other threads run lives. */
static bool stand_in_ended(int directory)
{
	int fd = openat(directory, "stat", O_RDONLY | O_CLOEXEC);
	ssize_t size = -1;
	char text[1024];
	char *at;

	if (fd >= 0) {
		size = read(fd, text, sizeof text - 1);
		close(fd);
	}
	if (size <= 0)
		return fd >= 0 || errno == ENOENT || errno == ESRCH;
	text[size] = '\0';
	at = strrchr(text, ')');
	if (!at || (at[2] != 'Z' && at[2] != 'X'))
		return false;
	for (int field = 2; at && field < 20; field++)
		at = strchr(at + 1, ' ');
	return !at || strtol(at, NULL, 10) <= 1;
}

bool pidfd_ended(int pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	struct stat status;

	/* A directory is always readable. */
	if (poll(&poll_fd, 1, 0) != 1)
		return false;
	if (fstat(pidfd, &status) == 0 && S_ISDIR(status.st_mode))
		return stand_in_ended(pidfd);
	return true;
}

enum end_reason pidfd_wait_reason(int status, int32_t *ret_code)
{
	if (WIFSIGNALED(status)) {
		*ret_code = WTERMSIG(status);
		return END_KILLED;
	}
	*ret_code = WEXITSTATUS(status);
	return END_EXITED;
}

static bool ask_pidfd(int pidfd, int *ret_status)
{
	struct pidfd_info_v0 info = { .mask = PIDFD_INFO_HAS_EXIT };

	if (ioctl(pidfd, PIDFD_GET_INFO_V0, &info) < 0 || !(info.mask & PIDFD_INFO_HAS_EXIT))
		return false;
	*ret_status = info.exit_code;
	return true;
}

/*
 * The exit code in stat, which those who may not look into a process see as 0. Nobody else's memory
 * guards a zombie, so its user and root may.
 */
static bool ask_stat(pid_t pid, int *ret_status)
{
	struct proc_stat line;
	struct stat owner;
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	if (stat(path, &owner) < 0 || (geteuid() != 0 && owner.st_uid != geteuid()) ||
	    proc_stat_read(pid, &line) < 0 || line.fields[0] != 'Z')
		return false;
	*ret_status = (int)proc_stat_field(&line, STAT_EXIT_CODE);
	return true;
}

enum end_reason pidfd_end_reason(int pidfd, pid_t pid, int32_t *ret_code)
{
	int status = 0;

	*ret_code = 0;
	/* The pidfd tells once its parent has reaped it, which may be while the other is asked. */
	if (ask_pidfd(pidfd, &status) || ask_stat(pid, &status) || ask_pidfd(pidfd, &status))
		return pidfd_wait_reason(status, ret_code);
	return END_UNKNOWN;
}
