#include "proc/statm.h"

#include "proc/stat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_statm(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int statm_open(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
	return open_statm(path);
}

static int open_if_resident(pid_t pid, const char *tid)
{
	uint64_t rss = 0, shared;
	char path[96];
	int fd;

	snprintf(path, sizeof path, "/proc/%d/task/%.16s/statm", (int)pid, tid);
	fd = open_statm(path);
	if (fd < 0)
		return fd;
	if (statm_read(fd, &rss, &shared) == 0 && rss > 0)
		return fd;
	close(fd);
	return -ESRCH;
}

int statm_open_thread(pid_t pid)
{
	struct dirent *entry;
	char path[64];
	int fd = -ESRCH;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (!dir)
		return -ESRCH;
	while (fd < 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != pid)
			fd = open_if_resident(pid, entry->d_name);
	}
	closedir(dir);
	return fd;
}

static const char *parse_pages(const char *at, uint64_t *ret_pages)
{
	uint64_t pages = 0;

	while (*at == ' ')
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
		pages = pages * 10 + (uint64_t)(*at - '0');
	*ret_pages = pages;
	return at;
}

/* "size resident shared ...", in pages (proc(5)). */
int statm_read(int fd, uint64_t *ret_rss, uint64_t *ret_shared)
{
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	ssize_t size;
	uint64_t size_pages, resident, shared;
	char text[128];

	size = pread(fd, text, sizeof text - 1, 0);
	if (size < 0)
		return -errno;
	if (size == 0)
		return -ESRCH;
	text[size] = '\0';
	parse_pages(parse_pages(parse_pages(text, &size_pages), &resident), &shared);
	*ret_rss = resident * page_size;
	*ret_shared = (shared < resident ? shared : resident) * page_size;
	return 0;
}

/* What is read first is of the process that is found behind it, or of one before it, which would
 * have to have ended meanwhile: then the start is another one. */
int statm_read_anew(pid_t pid, uint64_t start_ticks, uint64_t *ret_rss, uint64_t *ret_shared)
{
	int fd = statm_open(pid);
	int error;

	if (fd < 0)
		return fd == -ENOENT ? -ESRCH : fd;
	error = statm_read(fd, ret_rss, ret_shared);
	close(fd);
	if (!error && proc_stat_start(pid) != start_ticks)
		error = -ESRCH;
	return error;
}
