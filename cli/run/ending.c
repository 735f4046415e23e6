#include "cli/run/ending.h"

#include "base/array.h"
#include "base/clock.h"
#include "proc/children.h"
#include "proc/stat.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* Most that are ended: what forks without end is not to take all descriptors. */
#define PROCESSES_MOST 512

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

static void add_child(void *family, pid_t pid)
{
	add_member(family, &(struct ending_process){ pid, proc_stat_start(pid) });
}

static void add_children_of(struct family *family, pid_t pid)
{
	struct child_files files = CHILD_FILES_NONE;

	children_each("", pid, &files, false, add_child, family);
}

/* --- signals */

/* Without pidfds (Linux before 5.3, or seccomp) its number has to do, which it has had a moment
 * ago. */
static void end_by_number(const struct ending_process *process, int number)
{
	if (!process->start_ticks || proc_stat_start(process->pid) == process->start_ticks)
		kill(process->pid, number);
}

static void end_one(struct ending *ending, const struct ending_process *process, int number)
{
	int fd = pidfd_open(process->pid, 0);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		end_by_number(process, number);
	if (fd < 0)
		return;
	if (process->start_ticks && proc_stat_start(process->pid) != process->start_ticks) {
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
