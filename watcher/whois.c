#include "watcher/whois.h"

#include "proc/procinfo.h"
#include "proc/stat.h"
#include "watcher/registry.h"
#include "wire/pidns.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool whois_is_here(const struct whois *whois, uint64_t own)
{
	return whois->pid_ns == own || whois->pid_ns == PIDNS_UNTOLD;
}

bool whois_is_locked(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

pid_t whois_locks(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid > 0 ? lock.l_pid : 0;
}

/* "NSpid:\t4711\t17\t1\n", outermost first. */
uint32_t whois_inner(pid_t pid)
{
	unsigned long inner = 0;
	char text[4096];
	char *at;

	proc_read(pid, "status", text, sizeof text);
	at = strstr(text, "\nNSpid:");
	for (at = at ? at + strlen("\nNSpid:") : NULL; at && *at == '\t';)
		inner = strtoul(at + 1, &at, 10);
	return (uint32_t)inner;
}

/* --- what they say of themselves */

int whois_listen(struct whois_heard *heard, const struct rundir *dir)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char path[RUNDIR_PATH];
	const int on = 1;

	heard->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (heard->socket < 0)
		return -errno;
	rundir_file(path, dir, RUNDIR_WHO);
	text_copy(at.sun_path, sizeof at.sun_path, path);
	unlink(at.sun_path);
	if (setsockopt(heard->socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
	    bind(heard->socket, (void *)&at, sizeof at) < 0)
		return -errno;
	return 0;
}

void whois_close(struct whois_heard *heard)
{
	if (heard->socket >= 0)
		close(heard->socket);
	heard->socket = -1;
}

/* 0: it isn't in the message, or can't be seen from here. */
static pid_t sender_of(struct msghdr *message)
{
	struct cmsghdr *part = CMSG_FIRSTHDR(message);
	struct ucred sender;

	for (; part; part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(&sender, CMSG_DATA(part), sizeof sender);
		return sender.pid;
	}
	return 0;
}

void whois_hear(struct whois_heard *heard)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
	uint64_t instance;
	struct iovec body = { &instance, sizeof instance };

	for (int i = 0; i < WHOIS_HEARD; i++) {
		struct msghdr message = { .msg_iov = &body,
					  .msg_iovlen = 1,
					  .msg_control = control,
					  .msg_controllen = sizeof control };
		ssize_t size = recvmsg(heard->socket, &message, MSG_CMSG_CLOEXEC);
		pid_t pid = size == sizeof instance ? sender_of(&message) : 0;

		if (size < 0)
			return;
		if (pid <= 0)
			continue;
		heard->at[heard->next % WHOIS_HEARD].instance = instance;
		heard->at[heard->next++ % WHOIS_HEARD].pid = pid;
	}
}

pid_t whois_said(struct whois_heard *heard, uint64_t instance)
{
	whois_hear(heard);
	for (size_t i = 0; i < WHOIS_HEARD; i++) {
		if (heard->at[i].instance == instance)
			return heard->at[i].pid;
	}
	return 0;
}

/* --- of those that are followed */

static const struct entry *find_followed(const struct registry *registry, const struct whois *whois)
{
	const struct entry *found = NULL;
	const struct entry *entry;
	uint32_t line = 0;

	while (registry && (entry = registry_next(registry, line)) != NULL) {
		line = entry->info.line;
		if (entry->pid_ns != whois->pid_ns || entry->inner_pid != whois->pid)
			continue;
		if (whois->start_ticks ? entry->info.start_ticks == whois->start_ticks
				       : !entry->info.ended)
			found = entry;
	}
	return found;
}

/* --- of all */

enum likeness { OTHER, LIKELY, SURE };

static enum likeness compare(pid_t pid, const struct whois *whois, uint64_t *ret_start)
{
	uint64_t pid_ns = pidns_of(pid);
	char name[TEXT_NAME + 1];
	bool starts;

	if ((pid_ns != PIDNS_UNKNOWN && pid_ns != whois->pid_ns) ||
	    whois_inner(pid) != whois->pid || procinfo_read_brief(pid, name, ret_start) < 0)
		return OTHER;
	starts = whois->start_ticks == *ret_start;
	if (pid_ns == PIDNS_UNKNOWN)
		return starts ? LIKELY : OTHER;
	return starts || !whois->start_ticks ? SURE : OTHER;
}

static pid_t find_any(const struct whois *whois, uint64_t *ret_start)
{
	DIR *proc = opendir("/proc");
	const struct dirent *file;
	unsigned likely = 0;
	pid_t found = 0;
	uint64_t start;

	while (proc && (file = readdir(proc)) != NULL) {
		pid_t pid = isdigit((unsigned char)file->d_name[0])
				    ? (pid_t)strtol(file->d_name, NULL, 10)
				    : 0;
		enum likeness likeness = pid > 0 ? compare(pid, whois, &start) : OTHER;

		if (likeness == OTHER)
			continue;
		found = pid;
		*ret_start = start;
		likely = likeness == SURE ? 1 : likely + 1;
		if (likeness == SURE)
			break;
	}
	if (proc)
		closedir(proc);
	return likely == 1 ? found : 0;
}

pid_t whois_find_followed(const struct registry *registry, const struct whois *whois,
			  uint64_t *ret_start)
{
	const struct entry *entry = find_followed(registry, whois);

	if (!entry)
		return 0;
	*ret_start = entry->info.start_ticks;
	return (pid_t)entry->info.pid;
}

pid_t whois_find(const struct registry *registry, const struct whois *whois, uint64_t *ret_start)
{
	pid_t pid = whois_find_followed(registry, whois, ret_start);

	return pid ? pid : find_any(whois, ret_start);
}
