#include "proc/forks.h"

#include "proc/netlink.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What Linux 6.6 and later take: a filter too (include/uapi/linux/cn_proc.h, struct proc_input),
 * which older system headers lack. */
struct filtered {
	uint32_t op;
	uint32_t events;
};

/* Ask to be told: the kernel has carried it out when this returns. */
static int ask(int fd, const void *what, uint16_t size)
{
	_Alignas(struct nlmsghdr) char bytes[NLMSG_SPACE(sizeof(struct cn_msg) + 16)] = { 0 };
	struct nlmsghdr *head = (void *)bytes;
	struct cn_msg *message = NLMSG_DATA(head);

	head->nlmsg_len = NLMSG_LENGTH(sizeof *message + size);
	head->nlmsg_type = NLMSG_DONE;
	head->nlmsg_pid = (uint32_t)getpid();
	message->id.idx = CN_IDX_PROC;
	message->id.val = CN_VAL_PROC;
	message->len = size;
	memcpy(message->data, what, size);
	return send(fd, bytes, head->nlmsg_len, 0) < 0 ? -errno : 0;
}

/* The next event: 1; 0 where none is there; -ENOBUFS where some were lost. */
static int next_event(int fd, struct proc_event *ret_event)
{
	_Alignas(struct nlmsghdr) char bytes[1024];
	struct sockaddr_nl from = { 0 };
	struct iovec part = { bytes, sizeof bytes };
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1
	};
	const struct nlmsghdr *head = (void *)bytes;
	const struct cn_msg *news = NLMSG_DATA(head);
	ssize_t size;

	for (;;) {
		size = recvmsg(fd, &message, MSG_DONTWAIT);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return errno == ENOBUFS ? -ENOBUFS : 0;
		if (from.nl_pid == 0 && NLMSG_OK(head, (size_t)size) &&
		    head->nlmsg_len >= NLMSG_LENGTH(sizeof *news + sizeof *ret_event) &&
		    news->id.idx == CN_IDX_PROC && news->id.val == CN_VAL_PROC)
			break;
	}
	memcpy(ret_event, news->data, sizeof *ret_event);
	return 1;
}

/* Whether it will tell: it says so itself, or nothing. */
static int hear_answer(int fd)
{
	struct proc_event event;

	while (next_event(fd, &event) != 0) {
		if (event.what == PROC_EVENT_NONE)
			return event.event_data.ack.err ? -(int)event.event_data.ack.err : 0;
	}
	return -ENOTSUP;
}

static int listen_to(int fd)
{
	struct filtered filtered = { PROC_CN_MCAST_LISTEN, (uint32_t)PROC_EVENT_FORK |
								   (uint32_t)PROC_EVENT_EXEC |
								   (uint32_t)PROC_EVENT_EXIT };
	uint32_t plain = PROC_CN_MCAST_LISTEN;
	int error;

	error = ask(fd, &filtered, sizeof filtered);
	if (!error)
		error = hear_answer(fd);
	if (error != -ENOTSUP)
		return error;
	error = ask(fd, &plain, sizeof plain);
	return error ? error : hear_answer(fd);
}

int forks_open(void)
{
	int fd = netlink_open(SOCK_DGRAM, NETLINK_CONNECTOR, CN_IDX_PROC);
	int error;

	if (fd < 0)
		return fd;
	error = listen_to(fd);
	if (!error)
		return fd;
	close(fd);
	return error;
}

static void tell(const struct proc_event *event, const struct forks_calls *calls)
{
	if (event->what == PROC_EVENT_FORK &&
	    event->event_data.fork.child_pid == event->event_data.fork.child_tgid)
		calls->born(calls->arg, event->event_data.fork.parent_tgid,
			    event->event_data.fork.child_tgid);
	else if (event->what == PROC_EVENT_EXEC)
		calls->execed(calls->arg, event->event_data.exec.process_tgid);
	else if (event->what == PROC_EVENT_EXIT &&
		 event->event_data.exit.process_pid == event->event_data.exit.process_tgid)
		calls->ended(calls->arg, event->event_data.exit.process_tgid);
}

void forks_take(int fd, const struct forks_calls *calls)
{
	struct proc_event event;
	int got;

	while ((got = next_event(fd, &event)) != 0) {
		if (got < 0)
			calls->lost(calls->arg);
		else
			tell(&event, calls);
	}
}
