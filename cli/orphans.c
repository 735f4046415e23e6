#include "cli/orphans.h"

#include "cli/session.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void orphans_adopt(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* A zombie has its name still. */
static bool is_ours(pid_t pid)
{
	static const char *const names[] = { "memwatch\n", "memwatchd\n", "memwatch-guard\n",
					     "gnuplot\n" };
	char path[64];
	char name[64];
	ssize_t size;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? 0 : read(fd, name, sizeof name - 1);
	if (fd >= 0)
		close(fd);
	name[size > 0 ? size : 0] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

void orphans_reap(struct orphans *orphans, const struct options *options, pid_t pid)
{
	bool ours = is_ours(pid);
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid || ours)
		return;
	if (orphans->count == REAPED_MOST)
		orphans_tell(orphans, options);
	/* Its ru_maxrss began with that of whoever forked it: what the watcher has seen is truer.
	 */
	orphans->reaped[orphans->count++] = (struct reaped){ (uint32_t)pid, status, 0 };
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
		orphans->unseen = reply.value;
}
