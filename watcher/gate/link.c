#include "watcher/gate/link.h"

#include "proc/pidfd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define GATE_FD 3

/* The same program as this one, also where its file was replaced since. */
static int spawn(const char *session, int pair_fd, pid_t *ret_pid)
{
	char *const argv[] = { "memwatchd", "--gate", "--session", (char *)(uintptr_t)session,
			       NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	sigemptyset(&none);
	if (posix_spawn_file_actions_init(&actions) != 0)
		return -ENOMEM;
	error = posix_spawnattr_init(&attributes);
	if (error)
		goto free_actions;
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigmask(&attributes, &none);
	error = posix_spawn_file_actions_adddup2(&actions, pair_fd, GATE_FD);
	/* Another session's watcher may see it before it has its name. */
	setenv("MEMWATCH_HELPER", "gate", 1);
	if (!error)
		error = posix_spawn(ret_pid, "/proc/self/exe", &actions, &attributes, argv,
				    environ);
	posix_spawnattr_destroy(&attributes);
free_actions:
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

int gatelink_start(struct gatelink *link, const char *session)
{
	uint64_t number = link->number + 1;
	int fds[2];
	int error = pair_open(fds);

	if (error)
		return error;
	*link = (struct gatelink){ .session = session, .pair = fds[0], .pidfd = -1 };
	link->number = number;
	error = spawn(session, fds[1], &link->pid);
	close(fds[1]);
	if (error)
		goto close_pair;
	link->pidfd = pidfd_open_process(link->pid);
	if (link->pidfd < 0) {
		error = link->pidfd;
		kill(link->pid, SIGKILL);
		waitpid(link->pid, NULL, 0);
		goto close_pair;
	}
	return 0;

close_pair:
	close(link->pair);
	link->pair = -1;
	link->pidfd = -1;
	return error;
}

void gatelink_close(struct gatelink *link)
{
	if (link->pair < 0)
		return;
	close(link->pair);
	waitpid(link->pid, NULL, 0);
	close(link->pidfd);
	free(link->reply);
	link->reply = NULL;
	link->pair = -1;
	link->pidfd = -1;
}

int gatelink_restart(struct gatelink *link)
{
	gatelink_close(link);
	return gatelink_start(link, link->session);
}

void gatelink_stop(struct gatelink *link)
{
	struct pollfd poll_fd = { .fd = link->pidfd, .events = POLLIN };

	if (link->pair < 0)
		return;
	/* It reads what is still on its way, the last records and a reply, before it sees the end.
	 */
	gatelink_flush(link);
	shutdown(link->pair, SHUT_WR);
	if (poll(&poll_fd, 1, 1000) != 1)
		kill(link->pid, SIGKILL);
	gatelink_close(link);
}

void gatelink_publish(struct gatelink *link, const void *records, size_t size)
{
	struct pair_head head = { .kind = PAIR_PUBLISH };

	if (link->pair >= 0)
		pair_send(link->pair, &head, records, size, false);
}

void gatelink_bind(struct gatelink *link, const struct rundir *dir)
{
	struct pair_head head = { .kind = PAIR_BIND };

	if (link->pair >= 0)
		pair_send(link->pair, &head, dir, sizeof *dir, false);
}

bool gatelink_reply(struct gatelink *link, const void *reply, size_t size)
{
	struct pair_head head = { .kind = PAIR_REPLY };

	if (link->pair < 0 || pair_send(link->pair, &head, reply, size, false) != -EAGAIN)
		return false;
	free(link->reply);
	link->reply = malloc(size);
	link->reply_size = size;
	if (link->reply)
		memcpy(link->reply, reply, size);
	return link->reply != NULL;
}

bool gatelink_flush(struct gatelink *link)
{
	struct pair_head head = { .kind = PAIR_REPLY };

	if (!link->reply)
		return false;
	if (pair_send(link->pair, &head, link->reply, link->reply_size, false) == -EAGAIN)
		return true;
	free(link->reply);
	link->reply = NULL;
	return false;
}

ssize_t gatelink_receive(struct gatelink *link, struct packet *ret_packet)
{
	ssize_t size = link->pair < 0 ? -EPIPE : pair_receive(link->pair, ret_packet);

	if (size >= 0)
		link->peers = ret_packet->head.peers;
	return size;
}
