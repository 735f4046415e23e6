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

/* Processes looked at in one call of libproc2. */
#define EACH_MOST 64

enum item {
	ITEM_PID,
	ITEM_PPID,
	ITEM_START,
	ITEM_STATE,
	ITEM_FLAGS,
	ITEM_NAME,
	ITEM_COMMAND,
	ITEM_USER,
	ITEMS
};

struct procinfo_reader {
	struct pids_info *pids;
	struct pids_info *several; /* what it fetched stays while one more is looked at */
	struct pids_info *parents; /* NULL until asked for */
};

void procinfo_close(struct procinfo_reader *reader)
{
	if (!reader)
		return;
	if (reader->pids)
		procps_pids_unref(&reader->pids);
	if (reader->several)
		procps_pids_unref(&reader->several);
	if (reader->parents)
		procps_pids_unref(&reader->parents);
	free(reader);
}

int procinfo_open(struct procinfo_reader **ret_reader)
{
	static enum pids_item items[ITEMS] = {
		[ITEM_PID] = PIDS_ID_TGID,	[ITEM_PPID] = PIDS_ID_PPID,
		[ITEM_START] = PIDS_TICS_BEGAN, [ITEM_STATE] = PIDS_STATE,
		[ITEM_FLAGS] = PIDS_FLAGS,	[ITEM_NAME] = PIDS_CMD,
		[ITEM_COMMAND] = PIDS_CMDLINE,	[ITEM_USER] = PIDS_ID_EUID,
	};
	struct procinfo_reader *reader = calloc(1, sizeof *reader);
	int error;

	if (!reader)
		return -ENOMEM;
	error = procps_pids_new(&reader->pids, items, ITEMS);
	if (!error)
		error = procps_pids_new(&reader->several, items, ITEMS);
	if (error < 0) {
		procinfo_close(reader);
		return error;
	}
	*ret_reader = reader;
	return 0;
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

static void take_result(const struct pids_result *result, struct procinfo *ret_info)
{
	ret_info->pid = result[ITEM_PID].result.s_int;
	ret_info->ppid = result[ITEM_PPID].result.s_int;
	ret_info->start_ticks = result[ITEM_START].result.ull_int;
	ret_info->state = result[ITEM_STATE].result.s_ch;
	ret_info->kernel_thread = result[ITEM_FLAGS].result.ul_int & PF_KTHREAD;
	text_copy(ret_info->name, sizeof ret_info->name, result[ITEM_NAME].result.str);
	text_copy(ret_info->command, sizeof ret_info->command, result[ITEM_COMMAND].result.str);
	ret_info->user = result[ITEM_USER].result.u_int;
	ret_info->whole = result[ITEM_COMMAND].result.str;
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
	take_result(result, ret_info);
	ret_info->whole = NULL;
	return 0;
}

static void give_each(const struct pids_fetch *found, procinfo_fn each, void *arg)
{
	struct procinfo info;

	for (int i = 0; found && i < found->counts->total; i++) {
		take_result(found->stacks[i]->head, &info);
		each(arg, &info);
	}
}

void procinfo_each(struct procinfo_reader *reader, const pid_t *pids, size_t count,
		   procinfo_fn each, void *arg)
{
	unsigned wanted[EACH_MOST + 1] = { 0 };

	for (size_t from = 0; from < count; from += EACH_MOST) {
		size_t some = count - from < EACH_MOST ? count - from : EACH_MOST;

		for (size_t i = 0; i < some; i++)
			wanted[i] = (unsigned)pids[from + i];
		wanted[some] = 0;
		give_each(procps_pids_select(reader->several, wanted, (int)some, PIDS_SELECT_PID),
			  each, arg);
	}
}

bool procinfo_is_ours(const char *name)
{
	return strncmp(name, "memwatch", strlen("memwatch")) == 0;
}

int procinfo_all(struct procinfo_reader *reader, procinfo_fn each, void *arg)
{
	static enum pids_item items[] = { PIDS_ID_TGID, PIDS_ID_PPID };
	const struct pids_fetch *found;
	struct procinfo info = { 0 };
	int error = 0;

	if (!reader->parents)
		error = procps_pids_new(&reader->parents, items, 2);
	if (error < 0)
		return error;
	found = procps_pids_reap(reader->parents, PIDS_FETCH_TASKS_ONLY);
	if (!found)
		return -errno;
	for (int i = 0; i < found->counts->total; i++) {
		info.pid = found->stacks[i]->head[0].result.s_int;
		info.ppid = found->stacks[i]->head[1].result.s_int;
		each(arg, &info);
	}
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

int procinfo_read_brief(pid_t pid, char name[TEXT_NAME + 1], uint64_t *ret_start_ticks)
{
	char text[1024];
	char path[64];
	ssize_t size;
	char *open_at, *close_at;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	size = read(fd, text, sizeof text - 1);
	close(fd);
	if (size <= 0)
		return -ESRCH;
	text[size] = '\0';
	/* "PID (NAME) S 1 2 ...", where the name may hold anything */
	open_at = strchr(text, '(');
	close_at = strrchr(text, ')');
	if (!open_at || !close_at || close_at < open_at)
		return -EBADMSG;
	*close_at++ = '\0';
	text_copy(name, TEXT_NAME + 1, open_at + 1);
	for (int field = 3; field < 22 && close_at; field++)
		close_at = strchr(close_at + 1, ' ');
	if (!close_at)
		return -EBADMSG;
	*ret_start_ticks = strtoull(close_at, NULL, 10);
	return 0;
}
