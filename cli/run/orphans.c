#include "cli/run/orphans.h"

#include "cli/session.h"
#include "proc/children.h"
#include "proc/stat.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void orphans_adopt(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* A zombie has its name still. */
static bool is_ours(pid_t pid)
{
	char name[64];

	proc_read(pid, "comm", name, sizeof name);
	return strncmp(name, "memwatch", strlen("memwatch")) == 0 || strcmp(name, "gnuplot\n") == 0;
}

/*
 * Whether a zombie had waited for children: the faults that those made are told apart from its own
 * (in its stat), and none lives without any.
 */
static bool has_waited(pid_t pid)
{
	struct proc_stat stat;

	return proc_stat_read(pid, &stat) < 0 || proc_stat_field(&stat, STAT_CHILD_FAULTS) > 0;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

int orphans_wait(pid_t pid, struct reaped *reaped)
{
	struct rusage usage;

	if (!has_ended(pid))
		return -EAGAIN;
	reaped->waited = has_waited(pid);
	if (wait4(pid, &reaped->status, WNOHANG, &usage) != pid)
		return -ECHILD;
	reaped->pid = (uint32_t)pid;
	reaped->peak = (uint64_t)usage.ru_maxrss * 1024;
	return 0;
}

static void take(struct orphans *orphans, const struct options *options, pid_t pid)
{
	struct reaped reaped = { 0 };

	if (orphans_wait(pid, &reaped) < 0)
		return;
	if (orphans->count == REAPED_MOST)
		orphans_tell(orphans, options);
	orphans->reaped[orphans->count++] = reaped;
}

/* What each child is asked of. */
struct asking {
	struct orphans *orphans;
	const struct options *options;
	pid_t child; /* the command: its end is another's to see */
	const struct hooks *hooks;
};

static void ask_child(void *arg, pid_t pid)
{
	const struct asking *asking = arg;

	if (pid != asking->child && has_ended(pid) && !is_ours(pid) &&
	    !hooks_has(asking->hooks, pid))
		take(asking->orphans, asking->options, pid);
}

/* One of ours has ended and waits for who has started it: until that comes the kernel names nobody
 * else, and each child is asked. */
static void take_each(struct orphans *orphans, const struct options *options, pid_t child,
		      const struct hooks *hooks)
{
	struct asking asking = { orphans, options, child, hooks };
	struct child_files files = CHILD_FILES_NONE;

	children_each("", getpid(), &files, false, ask_child, &asking);
}

void orphans_reap(struct orphans *orphans, const struct options *options, pid_t child,
		  const struct hooks *hooks)
{
	siginfo_t info = { 0 };

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid) {
		if (info.si_pid == child || is_ours(info.si_pid) || hooks_has(hooks, info.si_pid)) {
			take_each(orphans, options, child, hooks);
			return;
		}
		take(orphans, options, info.si_pid);
		info.si_pid = 0;
	}
}

void orphans_tell(struct orphans *orphans, const struct options *options)
{
	struct request request = { .op = REQUEST_REAPED, .reaped_count = orphans->count };
	struct reply reply;

	if (orphans->count == 0)
		return;
	memcpy(request.reaped, orphans->reaped, orphans->count * sizeof *orphans->reaped);
	orphans->count = 0;
	if (session_try(options, &request, &reply, NULL, NULL) == 0)
		orphans_unseen(orphans, &reply);
}

void orphans_unseen(struct orphans *orphans, const struct reply *reply)
{
	if (!reply->has_status)
		return;
	orphans->unseen = reply->status.unseen;
	orphans->at_least = reply->status.unseen_at_least;
}
