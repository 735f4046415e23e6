#include "proc/children.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Links to /proc/PID/task of a process with one thread: "." and "..", and one a thread. */
#define LINKS_OF_ONE 3

struct list {
	children_fn each;
	void *arg;
	pid_t number; /* that is being read */
	bool digits;
};

static void take_bytes(struct list *list, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (isdigit((unsigned char)bytes[i]) && list->number < INT_MAX / 10 - 1) {
			list->number = list->number * 10 + (bytes[i] - '0');
			list->digits = true;
			continue;
		}
		if (list->digits)
			list->each(list->arg, list->number);
		list->number = 0;
		list->digits = false;
	}
}

/* "12 345 ", of any length. */
static int read_list(int fd, children_fn each, void *arg)
{
	struct list list = { .each = each, .arg = arg };
	char bytes[4096];
	off_t at = 0;
	ssize_t size;

	while ((size = pread(fd, bytes, sizeof bytes, at)) > 0) {
		take_bytes(&list, bytes, (size_t)size);
		at += size;
	}
	take_bytes(&list, " ", 1);
	return size < 0 ? -errno : 0;
}

/* Of a thread, below the directory task/ of its process. */
static int open_list(int task, const char *thread)
{
	char path[64];
	int fd;

	snprintf(path, sizeof path, "%.32s/children", thread);
	fd = openat(task, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && faccessat(task, thread, F_OK, 0) == 0)
		return -ENOSYS;
	return fd < 0 ? -errno : fd;
}

static int each_thread(int task, children_fn each, void *arg)
{
	int again = openat(task, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	const struct dirent *thread;

	if (!dir) {
		int error = -errno;

		if (again >= 0)
			close(again);
		return error;
	}
	while ((thread = readdir(dir)) != NULL) {
		int fd = isdigit((unsigned char)thread->d_name[0]) ? open_list(task, thread->d_name)
								   : -1;

		if (fd < 0)
			continue; /* it has ended meanwhile */
		read_list(fd, each, arg);
		close(fd);
	}
	closedir(dir);
	return 0;
}

static int open_files(const char *root, pid_t pid, struct child_files *files)
{
	char path[PATH_MAX];
	char leader[16];
	int error;

	if (files->task >= 0)
		return 0;
	snprintf(path, sizeof path, "%s/proc/%d/task", root, (int)pid);
	files->task = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files->task < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	snprintf(leader, sizeof leader, "%d", (int)pid);
	files->children = open_list(files->task, leader);
	if (files->children >= 0)
		return 0;
	error = files->children == -ENOENT ? -ESRCH : files->children;
	children_close(files);
	return error;
}

int children_each(const char *root, pid_t pid, struct child_files *files, bool keep,
		  children_fn each, void *arg)
{
	int error = open_files(root, pid, files);
	struct stat status;

	if (error)
		return error;
	if (fstat(files->task, &status) < 0)
		error = -ESRCH;
	else if (status.st_nlink <= LINKS_OF_ONE)
		error = read_list(files->children, each, arg);
	else
		error = each_thread(files->task, each, arg);
	if (!keep)
		children_close(files);
	return error;
}

void children_close(struct child_files *files)
{
	if (files->task >= 0)
		close(files->task);
	if (files->children >= 0)
		close(files->children);
	*files = CHILD_FILES_NONE;
}
