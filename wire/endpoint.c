#include "wire/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <nanomsg/nn.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire/message.h"

#define DESCRIPTORS_NEEDED 10
#define THREAD_STACK_PROBE (64 * 1024)

/* What is set in the number that a question is sent with (PROTOCOL.md, Framing). */
#define NUMBER_BIT 0x80000000U
#define NUMBER_BYTES 4

struct kind {
	int domain;
	int protocol;
	const char *file;
	bool bound;
	bool receives;
};

/*
 * REQ is raw, and numbers its questions here: nanomsg's own (1.1.5 and 1.2.1, nn_req_in) frees an
 * answer that it doesn't expect, say a second one, and frees it again when it is closed, which aborts
 * the process; and where one waits to be received, it forgets to free that.
 */
static const struct kind kinds[] = {
	[ENDPOINT_PULL] = { AF_SP, NN_PULL, RUNDIR_EVENTS, true, true },
	[ENDPOINT_REP] = { AF_SP, NN_REP, RUNDIR_CONTROL, true, true },
	[ENDPOINT_PUB] = { AF_SP, NN_PUB, RUNDIR_STREAM, true, false },
	[ENDPOINT_PUSH] = { AF_SP, NN_PUSH, RUNDIR_EVENTS, false, false },
	[ENDPOINT_REQ] = { AF_SP_RAW, NN_REQ, RUNDIR_CONTROL, false, true },
	[ENDPOINT_SUB] = { AF_SP, NN_SUB, RUNDIR_STREAM, false, true },
};

/* nn_socket aborts the process, or hangs, where it gets too few descriptors (nanomsg 1.1.5,
 * src/utils/efd.c). */
static int check_descriptors(void)
{
	int fds[DESCRIPTORS_NEEDED];
	int count = 0;

	while (count < DESCRIPTORS_NEEDED) {
		fds[count] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fds[count] < 0)
			break;
		count++;
	}
	for (int i = 0; i < count; i++)
		close(fds[i]);
	return count == DESCRIPTORS_NEEDED ? 0 : -EMFILE;
}

static void *end_at_once(void *arg)
{
	return arg;
}

/* It aborts too where its worker thread can't be had (RLIMIT_NPROC). */
static int check_thread(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	if (pthread_attr_init(&attributes) != 0)
		return -EAGAIN;
	pthread_attr_setstacksize(&attributes, THREAD_STACK_PROBE);
	error = pthread_create(&thread, &attributes, end_at_once, NULL);
	pthread_attr_destroy(&attributes);
	if (error)
		return -EAGAIN;
	pthread_join(thread, NULL);
	return 0;
}

/* nn_bind deletes any file of its name, and aborts on a directory: only a socket may be there. */
static int check_bindable(const char *path)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	return S_ISSOCK(status.st_mode) ? 0 : -EEXIST;
}

static void set_int(int socket, int level, int option, int value)
{
	nn_setsockopt(socket, level, option, &value, sizeof value);
}

static int set_options(int socket, enum endpoint_kind kind)
{
	set_int(socket, NN_SOL_SOCKET, NN_RCVMAXSIZE, WIRE_MESSAGE_MAX);
	set_int(socket, NN_SOL_SOCKET, NN_RECONNECT_IVL, 20);
	set_int(socket, NN_SOL_SOCKET, NN_RECONNECT_IVL_MAX, 100);
	if (kind == ENDPOINT_SUB && nn_setsockopt(socket, NN_SUB, NN_SUB_SUBSCRIBE, "", 0) < 0)
		return -nn_errno();
	return 0;
}

static int get_ready(int socket)
{
	size_t size = sizeof(int);
	int fd;

	return nn_getsockopt(socket, NN_SOL_SOCKET, NN_RCVFD, &fd, &size) < 0 ? -1 : fd;
}

static int attach(int socket, const struct kind *kind, const struct rundir *dir)
{
	char address[RUNDIR_PATH + 8];
	char path[RUNDIR_PATH];
	int error;

	rundir_file(path, dir, kind->file);
	snprintf(address, sizeof address, "ipc://%s", path);
	if (!kind->bound)
		return nn_connect(socket, address) < 0 ? -nn_errno() : 0;
	error = check_bindable(path);
	if (error)
		return error;
	return nn_bind(socket, address) < 0 ? -nn_errno() : 0;
}

int endpoint_open(struct endpoint *ret, enum endpoint_kind kind, const struct rundir *dir)
{
	const struct kind *how = &kinds[kind];
	int error;

	*ret = ENDPOINT_CLOSED;
	error = check_descriptors();
	if (!error)
		error = check_thread();
	if (error)
		return error;
	ret->socket = nn_socket(how->domain, how->protocol);
	if (ret->socket < 0)
		return -nn_errno();
	error = set_options(ret->socket, kind);
	if (!error)
		error = attach(ret->socket, how, dir);
	if (error) {
		endpoint_close(ret);
		return error;
	}
	if (how->receives)
		ret->ready = get_ready(ret->socket);
	return 0;
}

int endpoint_bind_again(struct endpoint *endpoint, enum endpoint_kind kind,
			const struct rundir *dir)
{
	return attach(endpoint->socket, &kinds[kind], dir);
}

void endpoint_close(struct endpoint *endpoint)
{
	if (endpoint->socket >= 0)
		nn_close(endpoint->socket);
	*endpoint = ENDPOINT_CLOSED;
}

int endpoint_send(struct endpoint *endpoint, const void *message, size_t size)
{
	return nn_send(endpoint->socket, message, size, NN_DONTWAIT) < 0 ? -nn_errno() : 0;
}

int endpoint_wait_send(struct endpoint *endpoint, int timeout_ms)
{
	struct pollfd poll_fd = { .events = POLLIN };
	size_t size = sizeof poll_fd.fd;

	if (nn_getsockopt(endpoint->socket, NN_SOL_SOCKET, NN_SNDFD, &poll_fd.fd, &size) < 0)
		return -nn_errno();
	return poll(&poll_fd, 1, timeout_ms) == 1 ? 0 : -EAGAIN;
}

ssize_t endpoint_receive(struct endpoint *endpoint, void **ret_message)
{
	int size = nn_recv(endpoint->socket, ret_message, NN_MSG, NN_DONTWAIT);

	return size < 0 ? -nn_errno() : size;
}

/* --- questions and answers */

/* What nanomsg takes and gives beside a raw message. */
union beside {
	struct nn_cmsghdr head;
	unsigned char bytes[NN_CMSG_SPACE(sizeof(size_t) + NUMBER_BYTES)];
};

static unsigned char *number_in(union beside *beside)
{
	return beside->bytes + NN_CMSG_SPACE(0) + sizeof(size_t);
}

static void put_number(union beside *beside, uint32_t number)
{
	const size_t size = NUMBER_BYTES;
	uint32_t sent = htonl(number | NUMBER_BIT);

	memset(beside, 0, sizeof *beside);
	beside->head = (struct nn_cmsghdr){ sizeof beside->bytes, PROTO_SP, SP_HDR };
	memcpy(beside->bytes + NN_CMSG_SPACE(0), &size, sizeof size);
	memcpy(number_in(beside), &sent, sizeof sent);
}

static bool has_number(union beside *beside, uint32_t number)
{
	union beside expected;

	put_number(&expected, number);
	return memcmp(beside, &expected, sizeof expected) == 0;
}

int endpoint_ask(struct endpoint *endpoint, uint32_t number, const void *message, size_t size)
{
	struct nn_iovec part = { (void *)(uintptr_t)message, size };
	union beside beside;
	struct nn_msghdr asked = { .msg_iov = &part,
				   .msg_iovlen = 1,
				   .msg_control = &beside,
				   .msg_controllen = sizeof beside };

	put_number(&beside, number);
	return nn_sendmsg(endpoint->socket, &asked, NN_DONTWAIT) < 0 ? -nn_errno() : 0;
}

ssize_t endpoint_receive_answer(struct endpoint *endpoint, uint32_t number, void **ret_message)
{
	struct nn_iovec part = { ret_message, NN_MSG };

	for (;;) {
		union beside beside = { .bytes = { 0 } };
		struct nn_msghdr answer = { .msg_iov = &part,
					    .msg_iovlen = 1,
					    .msg_control = &beside,
					    .msg_controllen = sizeof beside };
		int size = nn_recvmsg(endpoint->socket, &answer, NN_DONTWAIT);

		if (size < 0)
			return -nn_errno();
		if (has_number(&beside, number))
			return size;
		endpoint_free(*ret_message);
	}
}

uint64_t endpoint_connections(const struct endpoint *endpoint)
{
	return nn_get_statistic(endpoint->socket, NN_STAT_ESTABLISHED_CONNECTIONS);
}

void endpoint_free(void *message)
{
	nn_freemsg(message);
}

uint64_t endpoint_peers(const struct endpoint *endpoint)
{
	return nn_get_statistic(endpoint->socket, NN_STAT_CURRENT_CONNECTIONS);
}
