#include "proc/exits.h"

#include "proc/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/acct.h>
#include <linux/genetlink.h>
#include <linux/taskstats.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_ROOM 512
#define ANSWER_ROOM 8192

/* From this version of the statistics on they name the process of a thread. */
#define VERSION_TGID 12

/* --- attributes of a message */

static const struct nlattr *first_of(const void *from, size_t size, uint16_t type)
{
	const char *at = from;

	while (size >= NLA_HDRLEN) {
		const struct nlattr *attribute = (const void *)at;
		size_t step = NLA_ALIGN(attribute->nla_len);

		if (attribute->nla_len < NLA_HDRLEN || attribute->nla_len > size)
			return NULL;
		if ((attribute->nla_type & NLA_TYPE_MASK) == type)
			return attribute;
		if (step >= size)
			return NULL;
		at += step;
		size -= step;
	}
	return NULL;
}

static const void *data_of(const struct nlattr *attribute)
{
	return (const char *)attribute + NLA_HDRLEN;
}

static size_t size_of(const struct nlattr *attribute)
{
	return attribute->nla_len - (size_t)NLA_HDRLEN;
}

/* What comes behind the heads of a message. */
static const struct nlattr *find(const struct nlmsghdr *head, uint16_t type)
{
	size_t heads = NLMSG_LENGTH(GENL_HDRLEN);

	if (head->nlmsg_len < heads)
		return NULL;
	return first_of((const char *)head + heads, head->nlmsg_len - heads, type);
}

/* --- asking */

/* One attribute of text. */
static int ask(int fd, uint16_t family, uint8_t command, uint16_t type, const char *text)
{
	_Alignas(struct nlmsghdr) char bytes[REQUEST_ROOM] = { 0 };
	struct nlmsghdr *head = (void *)bytes;
	struct genlmsghdr *general = NLMSG_DATA(head);
	struct nlattr *attribute = (void *)((char *)general + GENL_HDRLEN);
	size_t size = strlen(text) + 1;

	if (size > sizeof bytes / 2)
		return -E2BIG;
	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(NLA_HDRLEN + size);
	memcpy((char *)attribute + NLA_HDRLEN, text, size);
	general->cmd = command;
	general->version = 1;
	head->nlmsg_type = family;
	head->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	head->nlmsg_len =
		(uint32_t)(NLMSG_LENGTH(GENL_HDRLEN) + (size_t)NLA_ALIGN(attribute->nla_len));
	return send(fd, bytes, head->nlmsg_len, 0) < 0 ? -errno : 0;
}

/* The answer, which is there when the question was sent: the number that it gives for @type in
 * *ret_number, and the acknowledgement's error. */
static int hear(int fd, uint16_t type, uint16_t *ret_number)
{
	_Alignas(struct nlmsghdr) char bytes[ANSWER_ROOM];
	ssize_t size;

	while ((size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *head = (const void *)bytes;
		size_t rest = (size_t)size;

		for (; NLMSG_OK(head, rest); head = NLMSG_NEXT(head, rest)) {
			const struct nlattr *number;

			if (head->nlmsg_type == NLMSG_ERROR)
				return ((const struct nlmsgerr *)NLMSG_DATA(head))->error;
			number = find(head, type);
			if (ret_number && number && size_of(number) >= sizeof *ret_number)
				memcpy(ret_number, data_of(number), sizeof *ret_number);
		}
	}
	return -ENOTSUP;
}

/* Of which processors ends are told: all that there may be, "0-3". */
static int read_processors(char *text, size_t size)
{
	int fd = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read(fd, text, size - 1);
	close(fd);
	if (length <= 0)
		return -ENOTSUP;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

static int listen_to(int fd)
{
	char processors[REQUEST_ROOM / 2];
	uint16_t family = 0;
	int error = read_processors(processors, sizeof processors);

	if (error)
		return error;
	error = ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME,
		    TASKSTATS_GENL_NAME);
	if (!error)
		error = hear(fd, CTRL_ATTR_FAMILY_ID, &family);
	if (error || !family)
		return error ? error : -ENOTSUP;
	error = ask(fd, family, TASKSTATS_CMD_GET, TASKSTATS_CMD_ATTR_REGISTER_CPUMASK, processors);
	return error ? error : hear(fd, 0, NULL);
}

int exits_open(void)
{
	int fd = netlink_open(SOCK_RAW, NETLINK_GENERIC, 0);
	int error;

	if (fd < 0)
		return fd;
	error = listen_to(fd);
	if (!error)
		return fd;
	close(fd);
	return error;
}

/* --- what is told */

static void give(const struct nlattr *attribute, exit_fn each, void *arg)
{
	struct taskstats stats = { 0 };
	struct exit_news news = { 0 };
	size_t size = size_of(attribute);
	bool has_process = size >= offsetof(struct taskstats, ac_tgid) + sizeof stats.ac_tgid;

	if (size < offsetof(struct taskstats, hiwater_rss) + sizeof stats.hiwater_rss)
		return;
	memcpy(&stats, data_of(attribute), size < sizeof stats ? size : sizeof stats);
	news.pid = (pid_t)(has_process && stats.version >= VERSION_TGID ? stats.ac_tgid
									: stats.ac_pid);
	news.parent = (pid_t)stats.ac_ppid;
	news.first = news.pid == (pid_t)stats.ac_pid;
	news.last = stats.ac_flag & AGROUP;
	news.peak_bytes = stats.hiwater_rss * 1024;
	stats.ac_comm[sizeof stats.ac_comm - 1] = '\0';
	text_copy(news.name, sizeof news.name, stats.ac_comm);
	if (news.peak_bytes)
		each(arg, &news);
}

void exits_take(int fd, exit_fn each, void *arg)
{
	_Alignas(struct nlmsghdr) char bytes[ANSWER_ROOM];
	ssize_t size;

	/* What was lost is known of by nobody: such a process keeps the peak that was seen. */
	while ((size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0 || errno == ENOBUFS ||
	       errno == EINTR) {
		const struct nlmsghdr *head = (const void *)bytes;
		size_t rest = size > 0 ? (size_t)size : 0;

		for (; NLMSG_OK(head, rest); head = NLMSG_NEXT(head, rest)) {
			const struct nlattr *task = find(head, TASKSTATS_TYPE_AGGR_PID);
			const struct nlattr *stats =
				task ? first_of(data_of(task), size_of(task), TASKSTATS_TYPE_STATS)
				     : NULL;

			if (stats)
				give(stats, each, arg);
		}
	}
}
