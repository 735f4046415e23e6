#include "proc/procinfo.h"

#include "proc/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <libproc2/pids.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* include/linux/sched.h */
#define PF_KTHREAD 0x00200000
#define PF_FORKNOEXEC 0x00000040

/* A command line or an environment is read up to here. */
#define LINE_BYTES (128 * 1024)

/* No program runs with more ranks. */
#define RANK_MOST 99999999

/* Descriptors that a look at one process may take. */
#define LOOK_FDS 3

/* Processes looked at in one call of libproc2. */
#define EACH_MOST 64

enum item { ITEM_PID, ITEM_PPID, ITEM_START, ITEM_STATE, ITEM_FLAGS, ITEM_USER, ITEMS };

struct procinfo_reader {
	struct pids_info *pids;
	struct pids_info *several; /* what it fetched stays while one more is looked at */
	struct pids_info *parents; /* NULL until asked for */
	char *line;		   /* of LINE_BYTES: what was read last, NUL-ended */
	char *clean;		   /* of TEXT_CLEAN_ROOM(LINE_BYTES): its text */
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
	free(reader->line);
	free(reader->clean);
	free(reader);
}

int procinfo_open(struct procinfo_reader **ret_reader)
{
	static enum pids_item items[ITEMS] = {
		[ITEM_PID] = PIDS_ID_TGID,	[ITEM_PPID] = PIDS_ID_PPID,
		[ITEM_START] = PIDS_TICS_BEGAN, [ITEM_STATE] = PIDS_STATE,
		[ITEM_FLAGS] = PIDS_FLAGS,	[ITEM_USER] = PIDS_ID_EUID,
	};
	struct procinfo_reader *reader = calloc(1, sizeof *reader);
	int error = 0;

	if (!reader)
		return -ENOMEM;
	reader->line = malloc(LINE_BYTES);
	reader->clean = malloc(TEXT_CLEAN_ROOM(LINE_BYTES));
	if (!reader->line || !reader->clean)
		error = -ENOMEM;
	if (!error)
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

/* --- names, which libproc2 spoils where they aren't ASCII */

/* The kernel cuts a name after 15 bytes, in the middle of a character where that is. */
static size_t whole_characters(const char *name, size_t length)
{
	size_t back = 1;
	uint32_t point;

	while (back < 4 && back < length && ((unsigned char)name[length - back] & 0xc0) == 0x80)
		back++;
	if (length < back || (unsigned char)name[length - back] < 0xc0)
		return length;
	return text_decode(name + length - back, back, &point) ? length : length - back;
}

/* A name as the kernel has it (15 bytes, cut anywhere), as text_clean has it and cut at a
 * character. */
static void procinfo_name(char name[TEXT_NAME + 1], const char *comm)
{
	text_clean(name, TEXT_NAME + 1, comm, whole_characters(comm, strlen(comm)));
}

/* A program's place in memory: chosen anew at each exec. Who may not look into a process sees 1, 1
 * and 0 (fs/proc/array.c, do_task_stat). */
static uint64_t image_of(const struct proc_stat *stat)
{
	uint64_t stack = proc_stat_field(stat, STAT_START_STACK);

	if (!stack)
		return 0;
	return (proc_stat_field(stat, STAT_START_CODE) * 31 +
		proc_stat_field(stat, STAT_END_CODE)) *
		       31 +
	       stack;
}

/* The arguments with spaces between; a process that has none shows its name in brackets. */
static const char *read_command(struct procinfo_reader *reader, pid_t pid, const char *name,
				bool *ret_blank)
{
	ssize_t size = proc_read(pid, "cmdline", reader->line, LINE_BYTES);

	while (size > 0 && (reader->line[size - 1] == '\0' || reader->line[size - 1] == ' '))
		size--;
	*ret_blank = size <= 0;
	if (size <= 0) {
		snprintf(reader->clean, TEXT_NAME + 3, "[%s]", name);
		return reader->clean;
	}
	for (ssize_t i = 0; i < size; i++) {
		if (reader->line[i] == '\0')
			reader->line[i] = ' ';
	}
	text_clean(reader->clean, TEXT_CLEAN_ROOM(LINE_BYTES), reader->line, (size_t)size);
	return reader->clean;
}

int procinfo_read_title(struct procinfo_reader *reader, pid_t pid, struct procinfo *ret_info)
{
	struct proc_stat stat;
	int error = proc_stat_read(pid, &stat);

	if (error)
		return error;
	procinfo_name(ret_info->name, stat.name);
	ret_info->image = image_of(&stat);
	ret_info->execed = !(proc_stat_field(&stat, STAT_FLAGS) & PF_FORKNOEXEC);
	ret_info->whole = read_command(reader, pid, ret_info->name, &ret_info->blank);
	text_copy(ret_info->command, sizeof ret_info->command, ret_info->whole);
	return 0;
}

/* The value of a variable of the environment that was read; NULL: it has none. */
static const char *find_variable(const struct procinfo_reader *reader, ssize_t size,
				 const char *name)
{
	size_t length = strlen(name);

	for (const char *at = reader->line; size > 0 && at < reader->line + size;
	     at += strlen(at) + 1) {
		if (strncmp(at, name, length) == 0 && at[length] == '=')
			return at + length + 1;
	}
	return NULL;
}

static int find_number(const struct procinfo_reader *reader, ssize_t size, const char *name)
{
	const char *text = find_variable(reader, size, name);
	char *end;
	long number;

	if (!text || *text < '0' || *text > '9')
		return -1;
	number = strtol(text, &end, 10);
	return *end == '\0' && number <= RANK_MOST ? (int)number : -1;
}

int procinfo_read_rank(struct procinfo_reader *reader, pid_t pid)
{
	ssize_t size = proc_read(pid, "environ", reader->line, LINE_BYTES);
	int rank = find_number(reader, size, "OMPI_COMM_WORLD_RANK");

	if (rank < 0)
		rank = find_number(reader, size, "PMI_RANK");
	/* Slurm numbers what a batch script starts as well, all of it 0. */
	if (rank < 0 && find_number(reader, size, "SLURM_STEP_NUM_TASKS") > 1)
		rank = find_number(reader, size, "SLURM_PROCID");
	return rank;
}

/* --- processes */

static int take_result(struct procinfo_reader *reader, const struct pids_result *result,
		       struct procinfo *ret_info)
{
	ret_info->pid = result[ITEM_PID].result.s_int;
	ret_info->ppid = result[ITEM_PPID].result.s_int;
	ret_info->start_ticks = result[ITEM_START].result.ull_int;
	ret_info->state = result[ITEM_STATE].result.s_ch;
	ret_info->kernel_thread = result[ITEM_FLAGS].result.ul_int & PF_KTHREAD;
	ret_info->user = result[ITEM_USER].result.u_int;
	return procinfo_read_title(reader, ret_info->pid, ret_info);
}

int procinfo_read(struct procinfo_reader *reader, pid_t pid, struct procinfo *ret_info)
{
	/* A 0 ends the list; a pid of 0 would be an empty one. */
	unsigned wanted[2] = { (unsigned)pid, 0 };
	struct pids_fetch *found;
	struct pids_result *result;
	int error;

	if (pid <= 0)
		return -ESRCH;
	found = procps_pids_select(reader->pids, wanted, 1, PIDS_SELECT_PID);
	if (!found || found->counts->total != 1)
		return why_unread();
	result = found->stacks[0]->head;
	/* /proc answers for the id of a thread too; that is no process. */
	if (result[ITEM_PID].result.s_int != pid)
		return -ESRCH;
	error = take_result(reader, result, ret_info);
	ret_info->whole = NULL;
	return error == -ENOENT ? -ESRCH : error;
}

static void give_each(struct procinfo_reader *reader, const struct pids_fetch *found,
		      procinfo_fn each, void *arg)
{
	struct procinfo info;

	for (int i = 0; found && i < found->counts->total; i++) {
		if (take_result(reader, found->stacks[i]->head, &info) == 0)
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
		give_each(reader,
			  procps_pids_select(reader->several, wanted, (int)some, PIDS_SELECT_PID),
			  each, arg);
	}
}

/* --- those that are not to be seen */

/* "Tgid:\t4711"; 0: there is none, or /proc hides it. */
static pid_t process_of(pid_t pid)
{
	char text[4096];
	const char *at = NULL;

	if (proc_read(pid, "status", text, sizeof text) > 0)
		at = strstr(text, "\nTgid:\t");
	return at ? (pid_t)strtol(at + strlen("\nTgid:\t"), NULL, 10) : 0;
}

/* "proc /proc proc rw,nosuid,hidepid=invisible 0 0": the number that proc(5) has for it; 0: none.
 */
static int hidepid(void)
{
	static const char *const names[] = { "off", "noaccess", "invisible", NULL, "ptraceable" };
	FILE *mounts = fopen("/proc/self/mounts", "re");
	char line[1024], value[16];
	int found = 0;

	while (mounts && fgets(line, sizeof line, mounts)) {
		const char *at = strstr(line, "hidepid=");

		if (!strstr(line, " /proc proc "))
			continue;
		found = 0; /* a later mount lies above */
		if (!at || sscanf(at, "hidepid=%15[a-z0-9]", value) != 1)
			continue;
		found = (int)strtol(value, NULL, 10);
		for (int i = 0; i < 5; i++) {
			if (names[i] && strcmp(value, names[i]) == 0)
				found = i;
		}
	}
	if (mounts)
		fclose(mounts);
	return found;
}

bool procinfo_explain_absent(pid_t pid, char *why, size_t size)
{
	pid_t process = pid > 0 ? process_of(pid) : 0;
	int hidden;

	if (process > 0 && process != pid) {
		snprintf(why, size, "%d is a thread of process %d", (int)pid, (int)process);
		return true;
	}
	if (pid <= 0 || process > 0 || (kill(pid, 0) < 0 && errno == ESRCH))
		return false;
	hidden = hidepid();
	if (hidden)
		snprintf(why, size,
			 "pid %d: hidden by hidepid=%d of /proc; its user and root may see it",
			 (int)pid, hidden);
	return hidden != 0;
}

bool procinfo_is_ours(const char *name)
{
	return strcmp(name, "memwatch") == 0 || strcmp(name, "memwatchd") == 0 ||
	       strncmp(name, "memwatch-", strlen("memwatch-")) == 0 ||
	       strncmp(name, "memwatchd-", strlen("memwatchd-")) == 0;
}

/* The parent in vfork sleeps and can't be woken, and no figure of the two differs. */
static bool looks_shared(pid_t child, pid_t parent)
{
	char own[128], other[128];
	struct proc_stat stat;

	return proc_stat_read(parent, &stat) == 0 && stat.fields[0] == 'D' &&
	       proc_read(child, "statm", own, sizeof own) > 0 &&
	       proc_read(parent, "statm", other, sizeof other) > 0 && strcmp(own, other) == 0;
}

bool procinfo_shares_memory(pid_t child, pid_t parent)
{
	long order = syscall(SYS_kcmp, child, parent, KCMP_VM, 0, 0);

	if (order >= 0)
		return order == 0;
	return errno != ESRCH && looks_shared(child, parent);
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
	char comm[TEXT_NAME + 1];
	size_t length = 0;

	for (; *from && *from != '\n' && length < TEXT_NAME; from++) {
		if (from[0] == '\\' && (from[1] == 'n' || from[1] == '\\'))
			comm[length++] = *++from == 'n' ? '\n' : '\\';
		else
			comm[length++] = *from;
	}
	comm[length] = '\0';
	procinfo_name(name, comm);
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
	const char *at;

	*ret_status = (struct procinfo_status){ 0 };
	if (strncmp(text, "Name:\t", 6) != 0)
		return -ESRCH;
	copy_name(ret_status->name, text + 6);
	at = strstr(text, "\nState:\t");
	if (at)
		ret_status->state = at[strlen("\nState:\t")];
	text = strstr(text, "\nVmHWM:");
	if (!text)
		return 0;
	/* They come in this order. */
	ret_status->has_memory = find_bytes(text, "\nVmHWM:", &ret_status->peak) &&
				 find_bytes(text, "\nRssAnon:", &values[METRIC_ANON]) &&
				 find_bytes(text, "\nRssFile:", &values[METRIC_FILE]) &&
				 find_bytes(text, "\nRssShmem:", &values[METRIC_SHMEM]) &&
				 find_bytes(text, "\nVmSwap:", &values[METRIC_SWAP]);
	find_bytes(text, "\nHugetlbPages:", &values[METRIC_HUGETLB]); /* not of every kernel */
	return 0;
}

int procinfo_read_status(pid_t pid, struct procinfo_status *ret_status)
{
	char text[4096];
	ssize_t size = proc_read(pid, "status", text, sizeof text);

	if (size <= 0)
		return size < 0 ? (int)size : -ESRCH;
	return procinfo_parse_status(text, ret_status);
}

int procinfo_read_brief(pid_t pid, char name[TEXT_NAME + 1], uint64_t *ret_start_ticks)
{
	struct proc_stat stat;
	int error = proc_stat_read(pid, &stat);

	if (error)
		return error;
	procinfo_name(name, stat.name);
	*ret_start_ticks = proc_stat_field(&stat, STAT_START);
	return 0;
}
