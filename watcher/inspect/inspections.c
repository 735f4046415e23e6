#include "watcher/inspect/inspections.h"

#include "base/clock.h"
#include "watcher/core.h"
#include "watcher/inspect/inspector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* --- what may not be read */

/* Whose a process is, another user where one of its two is; -1: nobody knows. That its directory in
 * /proc is root's says nothing: so it is where the process isn't dumpable. */
static long user_of(pid_t pid)
{
	char path[64], line[256];
	long real = -1, effective = -1;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file)) {
		if (sscanf(line, "Uid: %ld %ld", &real, &effective) == 2)
			break;
	}
	if (file)
		fclose(file);
	return effective == (long)geteuid() ? real : effective;
}

static void explain_refusal(char *why, size_t size, pid_t pid)
{
	long user = user_of(pid);

	if (user >= 0 && user != (long)geteuid())
		snprintf(why, size,
			 "pid %d: is a process of user %ld: what its memory is made of only that "
			 "user and root may read",
			 (int)pid, user);
	else
		snprintf(why, size,
			 "pid %d: is protected (not dumpable, as with set-user-ID, or more "
			 "capable): what its memory is made of only root may read",
			 (int)pid);
}

static void explain(char *why, size_t size, pid_t pid, int error)
{
	if (error == -EACCES || error == -EPERM)
		explain_refusal(why, size, pid);
	else if (error == -ESRCH)
		snprintf(why, size, "pid %d: no such process", (int)pid);
	else if (error == -ENOENT)
		snprintf(why, size,
			 "pid %d: has no /proc/%d/smaps: it has ended, or the kernel "
			 "was built without CONFIG_PROC_PAGE_MONITOR",
			 (int)pid, (int)pid);
	else
		snprintf(why, size, "pid %d: what its memory is made of cannot be read: %s",
			 (int)pid, strerror(-error));
}

/* --- running */

static void tell(struct core *core, const struct inspection_order *order, uint64_t t_ns,
		 const struct part *parts, size_t count)
{
	struct record record = { .t_ns = t_ns, .type = RECORD_INSPECTION };

	record.inspection = (struct inspection){
		.line = order->line,
		.number = order->number,
		.kinds = (uint32_t)count,
		.name = "",
	};
	if (count == 0)
		core_add(core, &record);
	for (size_t i = 0; i < count; i++) {
		record.inspection.place = (uint32_t)i;
		record.inspection.kind = parts[i].kind;
		record.inspection.name = parts[i].name;
		record.inspection.use = parts[i].use;
		core_add(core, &record);
	}
}

/* The smaps of the very process of that line, which its pidfd tells from a successor. */
static int open_line(struct core *core, uint32_t line, pid_t *ret_pid)
{
	const struct entry *entry = registry_line(core->registry, line);
	int smaps;

	if (!entry || entry->info.ended)
		return -ESRCH;
	*ret_pid = (pid_t)entry->info.pid;
	smaps = inspector_open(*ret_pid);
	if (smaps >= 0 && pidfd_send_signal(entry->pidfd, 0, NULL, 0) < 0 && errno == ESRCH) {
		close(smaps);
		return -ESRCH;
	}
	return smaps;
}

static int start(struct core *core, const struct inspection_order *order)
{
	struct inspections *inspections = &core->inspections;
	pid_t pid;
	int smaps = open_line(core, order->line, &pid);
	int error = smaps;

	if (smaps >= 0)
		error = inspector_start(&inspections->inspector, pid, smaps);
	if (error)
		return error;
	error = core_watch(core, inspector_fd(inspections->inspector), EPOLLIN, SOURCE_INSPECTOR,
			   0);
	if (!error)
		return 0;
	inspector_free(inspections->inspector);
	inspections->inspector = NULL;
	return error;
}

static void remove_order(struct inspections *inspections, size_t at)
{
	inspections->count--;
	memmove(&inspections->orders[at], &inspections->orders[at + 1],
		(inspections->count - at) * sizeof *inspections->orders);
}

/* The next one whose turn it is. */
static void go_on(struct core *core)
{
	struct inspections *inspections = &core->inspections;

	for (size_t i = 0; i < inspections->count && !inspections->inspector;) {
		if (inspections->orders[i].label[0]) {
			i++;
			continue;
		}
		inspections->running = inspections->orders[i];
		remove_order(inspections, i);
		if (start(core, &inspections->running) != 0)
			tell(core, &inspections->running, clock_mono_ns(), NULL, 0);
	}
}

void inspections_done(struct core *core)
{
	struct inspections *inspections = &core->inspections;
	const struct part *parts;
	uint64_t begin_ns;
	size_t count;

	if (!inspections->inspector)
		return;
	parts = inspector_parts(inspections->inspector, &count, &begin_ns);
	tell(core, &inspections->running, begin_ns, parts, count);
	inspector_free(inspections->inspector);
	inspections->inspector = NULL;
	go_on(core);
}

/* --- asking */

uint32_t inspections_begin(struct core *core, const struct entry *entry, const char *label,
			   uint32_t asker, char *why, size_t size)
{
	struct inspections *inspections = &core->inspections;
	struct inspection_order *order;
	int smaps;

	if (inspections->count == INSPECTIONS_MOST) {
		snprintf(why, size, "pid %u: too many inspections wait already (%d)",
			 entry->info.pid, INSPECTIONS_MOST);
		return 0;
	}
	smaps = inspector_open((pid_t)entry->info.pid);
	if (smaps < 0) {
		explain(why, size, (pid_t)entry->info.pid, smaps);
		return 0;
	}
	close(smaps);
	order = &inspections->orders[inspections->count++];
	*order = (struct inspection_order){
		.number = ++inspections->last,
		.line = entry->info.line,
		.asker = asker,
	};
	text_copy(order->label, sizeof order->label, label);
	go_on(core);
	return inspections->last;
}

void inspections_hear(struct core *core, const struct event *event)
{
	struct inspections *inspections = &core->inspections;

	if (inspections->count == 0 || event->kind != EVENT_MARK)
		return;
	for (size_t i = 0; i < inspections->count; i++) {
		struct inspection_order *order = &inspections->orders[i];

		if ((event->line == order->line || event->line == LINE_SESSION) &&
		    strcmp(event->label, order->label) == 0)
			order->label[0] = '\0';
	}
	go_on(core);
}

void inspections_leave(struct core *core, uint32_t line)
{
	struct inspections *inspections = &core->inspections;
	bool waited = false;

	for (size_t i = 0; i < inspections->count; i++) {
		if (inspections->orders[i].line != line)
			continue;
		inspections->orders[i].label[0] = '\0';
		waited = true;
	}
	if (waited)
		go_on(core);
}

void inspections_forget(struct core *core, uint32_t asker)
{
	struct inspections *inspections = &core->inspections;

	for (size_t i = 0; i < inspections->count;) {
		if (asker && inspections->orders[i].asker == asker)
			remove_order(inspections, i);
		else
			i++;
	}
}

void inspections_close(struct core *core)
{
	inspector_free(core->inspections.inspector);
	core->inspections.inspector = NULL;
}
