#include "watcher/procinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <libproc2/pids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* include/linux/sched.h */
#define PF_KTHREAD 0x00200000

/* Descriptors that a look at one process may take. */
#define LOOK_FDS 3

enum item {
	ITEM_PID,
	ITEM_PPID,
	ITEM_START,
	ITEM_STATE,
	ITEM_FLAGS,
	ITEM_NAME,
	ITEM_COMMAND,
	ITEMS
};

struct procinfo_reader {
	struct pids_info *pids;
};

int procinfo_open(struct procinfo_reader **ret_reader)
{
	static enum pids_item items[ITEMS] = {
		[ITEM_PID] = PIDS_ID_TGID,	[ITEM_PPID] = PIDS_ID_PPID,
		[ITEM_START] = PIDS_TICS_BEGAN, [ITEM_STATE] = PIDS_STATE,
		[ITEM_FLAGS] = PIDS_FLAGS,	[ITEM_NAME] = PIDS_CMD,
		[ITEM_COMMAND] = PIDS_CMDLINE,
	};
	struct procinfo_reader *reader = calloc(1, sizeof *reader);
	int error;

	if (!reader)
		return -ENOMEM;
	error = procps_pids_new(&reader->pids, items, ITEMS);
	if (error < 0) {
		free(reader);
		return error;
	}
	*ret_reader = reader;
	return 0;
}

void procinfo_close(struct procinfo_reader *reader)
{
	if (!reader)
		return;
	procps_pids_unref(&reader->pids);
	free(reader);
}

/* libproc2 leaves out a process that is gone, and the same where it has no descriptors to look. */
static int why_unread(void)
{
	int error = -ESRCH;
	int fds[LOOK_FDS];
	int count = 0;

	for (; count < LOOK_FDS; count++) {
		fds[count] = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
		if (fds[count] < 0) {
			error = -errno;
			break;
		}
	}
	while (count > 0)
		close(fds[--count]);
	return error;
}

int procinfo_read(struct procinfo_reader *reader, pid_t pid, struct procinfo *ret_info)
{
	/* A 0 ends the list; a pid of 0 would be an empty one. */
	unsigned wanted[2] = { (unsigned)pid, 0 };
	struct pids_fetch *found;
	struct pids_result *result;

	if (pid <= 0)
		return -ESRCH;
	found = procps_pids_select(reader->pids, wanted, 1, PIDS_SELECT_PID);
	if (!found || found->counts->total != 1)
		return why_unread();
	result = found->stacks[0]->head;
	/* /proc answers for the id of a thread too; that is no process. */
	if (result[ITEM_PID].result.s_int != pid)
		return -ESRCH;
	ret_info->pid = pid;
	ret_info->ppid = result[ITEM_PPID].result.s_int;
	ret_info->start_ticks = result[ITEM_START].result.ull_int;
	ret_info->state = result[ITEM_STATE].result.s_ch;
	ret_info->kernel_thread = result[ITEM_FLAGS].result.ul_int & PF_KTHREAD;
	text_copy(ret_info->name, sizeof ret_info->name, result[ITEM_NAME].result.str);
	text_copy(ret_info->command, sizeof ret_info->command, result[ITEM_COMMAND].result.str);
	return 0;
}

/* The kernel escapes a newline and a backslash in "Name:" as \n and \\ (fs/proc/array.c,
 * proc_task_name). */
static void copy_name(char name[TEXT_NAME + 1], const char *from)
{
	size_t length = 0;

	for (; *from && *from != '\n' && length < TEXT_NAME; from++) {
		if (from[0] == '\\' && (from[1] == 'n' || from[1] == '\\'))
			name[length++] = *++from == 'n' ? '\n' : '\\';
		else
			name[length++] = *from;
	}
	name[length] = '\0';
}

/* Of "Key:   123 kB"; false where there is no such line. */
static bool find_bytes(const char *text, const char *key, uint64_t *ret_bytes)
{
	const char *line = strstr(text, key);

	if (line)
		*ret_bytes = strtoull(line + strlen(key), NULL, 10) * 1024;
	return line != NULL;
}

int procinfo_parse_status(const char *text, struct procinfo_status *ret_status)
{
	uint64_t *values = ret_status->values;

	*ret_status = (struct procinfo_status){ 0 };
	if (strncmp(text, "Name:\t", 6) != 0)
		return -ESRCH;
	copy_name(ret_status->name, text + 6);
	text = strstr(text, "\nVmHWM:");
	if (!text)
		return 0;
	/* They come in this order. */
	ret_status->has_memory = find_bytes(text, "\nVmHWM:", &ret_status->peak) &&
				 find_bytes(text, "\nRssAnon:", &values[METRIC_ANON]) &&
				 find_bytes(text, "\nRssFile:", &values[METRIC_FILE]) &&
				 find_bytes(text, "\nRssShmem:", &values[METRIC_SHMEM]) &&
				 find_bytes(text, "\nVmSwap:", &values[METRIC_SWAP]);
	return 0;
}

int procinfo_read_status(pid_t pid, struct procinfo_status *ret_status)
{
	char text[4096];
	char path[64];
	ssize_t size;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	size = read(fd, text, sizeof text - 1);
	close(fd);
	if (size <= 0)
		return -ESRCH;
	text[size] = '\0';
	return procinfo_parse_status(text, ret_status);
}
