#include "cli/run/ending.h"

#include "base/array.h"
#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* Most that are ended: what forks without end is not to take all descriptors. */
#define PROCESSES_MOST 512

/* The field 22 of /proc/PID/stat, behind a name that may hold spaces and parentheses; 0: there is
 * none. */
static uint64_t start_of(pid_t pid)
{
	char path[64], text[1024];
	uint64_t start = 0;
	ssize_t size;
	char *at;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	size = read(fd, text, sizeof text - 1);
	close(fd);
	text[size > 0 ? size : 0] = '\0';
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, "%" SCNu64, &start) == 1 ? start : 0;
}

/* --- the family */

struct family {
	struct ending_process members[PROCESSES_MOST];
	size_t count;
};

static void add_member(struct family *family, const struct ending_process *process)
{
	for (size_t i = 0; i < family->count; i++) {
		if (family->members[i].pid == process->pid)
			return;
	}
	if (family->count < PROCESSES_MOST)
		family->members[family->count++] = *process;
}

/* What one thread has started. */
static void add_children(struct family *family, const char *path)
{
	FILE *file = fopen(path, "re");
	int pid;

	if (!file)
		return;
	while (fscanf(file, "%d", &pid) == 1)
		add_member(family, &(struct ending_process){ pid, start_of(pid) });
	fclose(file);
}

static void add_children_of(struct family *family, pid_t pid)
{
	char path[64], file[sizeof path + 280];
	const struct dirent *task;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (task = readdir(tasks)) != NULL) {
		snprintf(file, sizeof file, "%s/%s/children", path, task->d_name);
		if (task->d_name[0] != '.')
			add_children(family, file);
	}
	if (tasks)
		closedir(tasks);
}

/* --- signals */

/* Without pidfds (Linux before 5.3, or seccomp) its number has to do, which it has had a moment
 * ago. */
static void end_by_number(const struct ending_process *process, int number)
{
	if (!process->start_ticks || start_of(process->pid) == process->start_ticks)
		kill(process->pid, number);
}

static void end_one(struct ending *ending, const struct ending_process *process, int number)
{
	int fd = pidfd_open(process->pid, 0);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		end_by_number(process, number);
	if (fd < 0)
		return;
	if (process->start_ticks && start_of(process->pid) != process->start_ticks) {
		close(fd);
		return;
	}
	pidfd_send_signal(fd, number, NULL, 0);
	ending->pidfds[ending->count++] = fd;
}

/* All of them are found before one is ended: those it started are another's then. */
static void end_family(struct ending *ending, const struct ending_process *processes, size_t count,
		       int number)
{
	struct family family = { .count = 0 };

	for (size_t i = 0; i < count; i++)
		add_member(&family, &processes[i]);
	for (size_t i = 0; i < family.count; i++)
		add_children_of(&family, family.members[i].pid);
	if (array_reserve(&ending->pidfds, &ending->capacity, ending->count + family.count))
		return;
	if (ending->tell)
		ending->tell(ending->arg, family.members, family.count, number);
	for (size_t i = 0; i < family.count; i++)
		end_one(ending, &family.members[i], number);
}

static void forget_ended(struct ending *ending)
{
	size_t kept = 0;

	for (size_t i = 0; i < ending->count; i++) {
		struct pollfd end = { .fd = ending->pidfds[i], .events = POLLIN };

		if (poll(&end, 1, 0) == 1)
			close(ending->pidfds[i]);
		else
			ending->pidfds[kept++] = ending->pidfds[i];
	}
	ending->count = kept;
}

void ending_begin(struct ending *ending, const struct ending_process *processes, size_t count)
{
	if (ending->begun)
		return;
	ending->begun = true;
	ending->kill_ns = clock_mono_ns() + ENDING_NS;
	end_family(ending, processes, count, SIGTERM);
}

void ending_kill(struct ending *ending, const struct ending_process *processes, size_t count)
{
	if (ending->killed)
		return;
	ending->killed = true;
	for (size_t i = 0; i < ending->count; i++)
		pidfd_send_signal(ending->pidfds[i], SIGKILL, NULL, 0);
	end_family(ending, processes, count, SIGKILL);
}

bool ending_done(struct ending *ending)
{
	forget_ended(ending);
	return ending->count == 0;
}

void ending_close(struct ending *ending)
{
	for (size_t i = 0; i < ending->count; i++)
		close(ending->pidfds[i]);
	free(ending->pidfds);
	*ending = (struct ending){ 0 };
}
