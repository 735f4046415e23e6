#include "proc/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ssize_t proc_read(pid_t pid, const char *file, char *to, size_t size)
{
	size_t used = 0;
	char path[64];
	ssize_t got;
	int fd;

	to[0] = '\0';
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		got = read(fd, to + used, size - 1 - used);
		used += got > 0 ? (size_t)got : 0;
	} while (got > 0 && used < size - 1);
	close(fd);
	to[used] = '\0';
	return got < 0 ? -ESRCH : (ssize_t)used;
}

/* "PID (NAME) S 1 2 ...", where the name may hold anything, spaces and parentheses too. */
int proc_stat_read(pid_t pid, struct proc_stat *ret_stat)
{
	ssize_t size = proc_read(pid, "stat", ret_stat->text, sizeof ret_stat->text);
	char *open_at = strchr(ret_stat->text, '(');
	char *close_at = strrchr(ret_stat->text, ')');

	if (size < 0)
		return (int)size;
	if (!open_at || !close_at || close_at < open_at || close_at[1] != ' ')
		return -EBADMSG;
	*close_at = '\0';
	ret_stat->name = open_at + 1;
	ret_stat->fields = close_at + 2;
	return 0;
}

uint64_t proc_stat_field(const struct proc_stat *stat, enum stat_field field)
{
	const char *at = stat->fields;

	for (int i = STAT_STATE; i < (int)field; i++) {
		at = strchr(at, ' ');
		if (!at)
			return 0;
		at++;
	}
	return strtoull(at, NULL, 10);
}

uint64_t proc_stat_start(pid_t pid)
{
	struct proc_stat stat;

	return proc_stat_read(pid, &stat) == 0 ? proc_stat_field(&stat, STAT_START) : 0;
}
