#include "watcher/gate/pair.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

struct packed_event {
	uint64_t t_ns;
	uint64_t number;
	uint64_t span;
	uint64_t duration_ns;
	uint64_t rss;
	uint64_t rss_end;
	uint64_t shared;
	uint64_t rss_age_ns;
	uint64_t peak_rss;
	uint32_t kind;
	uint16_t category_size; /* of the texts behind it, their NULs included */
	uint16_t label_size;
};

int pair_open(int ret_fds[2])
{
	const int size = 1 << 20;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_fds) < 0)
		return -errno;
	for (int i = 0; i < 2; i++)
		setsockopt(ret_fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	return 0;
}

int pair_send(int fd, const struct pair_head *head, const void *body, size_t size, bool wait)
{
	struct iovec parts[2] = {
		{ (void *)(uintptr_t)head, sizeof *head },
		{ (void *)(uintptr_t)body, size },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = size ? 2 : 1 };
	int flags = MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT);
	ssize_t sent;

	do
		sent = sendmsg(fd, &message, flags);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

ssize_t pair_receive(int fd, struct packet *ret_packet)
{
	struct iovec parts[2] = {
		{ &ret_packet->head, sizeof ret_packet->head },
		{ ret_packet->body, sizeof ret_packet->body },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t size;

	do
		size = recvmsg(fd, &message, MSG_DONTWAIT);
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (size == 0)
		return -EPIPE;
	if ((size_t)size < sizeof ret_packet->head || (message.msg_flags & MSG_TRUNC))
		return -EBADMSG;
	return size - (ssize_t)sizeof ret_packet->head;
}

static size_t aligned(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

struct emitter *event_packer_emitter(struct event_packer *packer)
{
	return (struct emitter *)(void *)packer->body;
}

void event_packer_open(struct event_packer *packer, const struct emitter *emitter)
{
	memcpy(packer->body, emitter, sizeof *emitter);
	packer->used = aligned(sizeof *emitter);
}

bool event_packer_add(struct event_packer *packer, uint64_t t_ns, const struct event *event)
{
	struct packed_event packed = {
		.t_ns = t_ns,
		.number = event->number,
		.span = event->span,
		.duration_ns = event->duration_ns,
		.rss = event->rss,
		.rss_end = event->rss_end,
		.shared = event->shared,
		.rss_age_ns = event->rss_age_ns,
		.peak_rss = event->peak_rss,
		.kind = event->kind,
		.category_size = (uint16_t)(strlen(event->category) + 1),
		.label_size = (uint16_t)(strlen(event->label) + 1),
	};
	size_t size = aligned(sizeof packed + packed.category_size + packed.label_size);
	unsigned char *at = packer->body + packer->used;

	if (sizeof packer->body - packer->used < size)
		return false;
	memcpy(at, &packed, sizeof packed);
	at += sizeof packed;
	memcpy(at, event->category, packed.category_size);
	memcpy(at + packed.category_size, event->label, packed.label_size);
	packer->used += size;
	return true;
}

/* A text of @size bytes with its NUL, and no longer than it may be. */
static bool text_ok(const unsigned char *text, size_t size, size_t max)
{
	return size >= 1 && size <= max + 1 && text[size - 1] == '\0';
}

/* The event at @at, of at most @left bytes: the bytes it takes, 0 for a strange one. */
static size_t unpack(const unsigned char *at, size_t left, struct record *ret_record)
{
	struct packed_event packed;
	size_t size;

	if (left < sizeof packed)
		return 0;
	memcpy(&packed, at, sizeof packed);
	size = aligned(sizeof packed + packed.category_size + packed.label_size);
	at += sizeof packed;
	if (left < size || packed.kind > EVENT_SPAN_END ||
	    !text_ok(at, packed.category_size, TEXT_CATEGORY) ||
	    !text_ok(at + packed.category_size, packed.label_size, TEXT_LABEL))
		return 0;
	*ret_record = (struct record){ .t_ns = packed.t_ns, .type = RECORD_EVENT };
	ret_record->event = (struct event){
		.kind = (enum event_kind)packed.kind,
		.number = packed.number,
		.span = packed.span,
		.duration_ns = packed.duration_ns,
		.rss = packed.rss,
		.rss_end = packed.rss_end,
		.shared = packed.shared,
		.rss_age_ns = packed.rss_age_ns,
		.peak_rss = packed.peak_rss,
		.category = (const char *)at,
		.label = (const char *)at + packed.category_size,
	};
	return size;
}

int pair_events(const void *body, size_t size, struct emitter *ret_emitter, record_fn each,
		void *arg)
{
	const unsigned char *at = body;
	size_t offset = aligned(sizeof *ret_emitter);
	struct record record;

	if (size < offset)
		return -EBADMSG;
	memcpy(ret_emitter, at, sizeof *ret_emitter);
	ret_emitter->name[TEXT_NAME] = '\0';
	while (offset < size) {
		size_t used = unpack(at + offset, size - offset, &record);

		if (!used)
			return -EBADMSG;
		if (each)
			each(arg, &record);
		offset += used;
	}
	return 0;
}
