#include "wire/control.h"

#include "wire/pidns.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <unistd.h>

#define ANSWER_MS 10000
#define LOOK_MS 200
#define LAST_MS 5

int control_open(struct control *control, const struct rundir *dir)
{
	int owner = rundir_owner(dir);
	int error;

	control->dir = *dir;
	control->req = ENDPOINT_CLOSED;
	control->answer_ms = ANSWER_MS;
	control->owner = -1;
	if (owner < 0)
		return owner;
	error = endpoint_open(&control->req, ENDPOINT_REQ, dir);
	if (!error && owner > 0)
		control->owner = pidfd_open(owner, 0);
	return error;
}

void control_close(struct control *control)
{
	endpoint_close(&control->req);
	if (control->owner >= 0)
		close(control->owner);
	control->owner = -1;
}

static uint64_t random_id(void)
{
	uint64_t id = 0;

	while (id == 0) {
		if (getrandom(&id, sizeof id, 0) != sizeof id)
			id = 0;
	}
	return id;
}

/* Whether to go on waiting: 0, or what has happened. */
static int look(const struct control *control, int waited_ms)
{
	if (rundir_owner(&control->dir) == -ENOENT)
		return -EPIPE;
	return waited_ms < control->answer_ms ? 0 : -ETIMEDOUT;
}

struct question {
	uint32_t number;
	unsigned char bytes[2048];
	size_t size;
	uint64_t connection; /* over which it was sent last */
};

static int ask_once(struct control *control, struct question *question)
{
	uint64_t connection = endpoint_connections(&control->req);
	int error = endpoint_ask(&control->req, question->number, question->bytes, question->size);

	if (!error)
		question->connection = connection;
	return error;
}

/* With its connection it is lost, or its answer: the gate has been replaced. */
static void ask_again(struct control *control, struct question *question)
{
	if (endpoint_connections(&control->req) != question->connection)
		ask_once(control, question);
}

static int send_question(struct control *control, struct question *question)
{
	for (int waited = 0;; waited += LOOK_MS) {
		int error = ask_once(control, question);

		if (error != -EAGAIN && error != -EINTR)
			return error;
		endpoint_wait_send(&control->req, LOOK_MS);
		error = look(control, waited);
		if (error)
			return error;
	}
}

/* What a watcher sent before it ended may still be in nanomsg's hands. */
static ssize_t receive_last(struct control *control, uint32_t number, int error, void **ret_message)
{
	struct pollfd ready = { .fd = control->req.ready, .events = POLLIN };
	ssize_t size;

	poll(&ready, 1, LAST_MS);
	size = endpoint_receive_answer(&control->req, number, ret_message);
	return size < 0 ? error : size;
}

static ssize_t receive_reply(struct control *control, struct question *question, void **ret_message)
{
	struct pollfd ready[] = {
		{ .fd = control->req.ready, .events = POLLIN },
		{ .fd = control->owner, .events = POLLIN },
	};

	for (int waited = 0;; waited += LOOK_MS) {
		ssize_t size =
			endpoint_receive_answer(&control->req, question->number, ret_message);
		int error;

		if (size != -EAGAIN && size != -EINTR)
			return size;
		poll(ready, 2, LOOK_MS);
		if (ready[0].revents)
			continue;
		error = look(control, waited);
		if (error)
			return receive_last(control, question->number, error, ret_message);
		if (ready[1].revents)
			ready[1].fd = -1; /* of a PID elsewhere: whoever holds the lock lives */
		ask_again(control, question);
	}
}

int control_ask(struct control *control, struct request *request, struct reply *ret_reply,
		process_info_fn each_process, record_fn each_record, void *arg)
{
	struct question question;
	void *message;
	ssize_t size;
	int error;

	request->id = random_id();
	request->pid_ns = pidns_own();
	if (request->pid && request->pid_ns != PIDNS_INITIAL)
		request->start_ticks = pidns_start((pid_t)request->pid);
	question.number = (uint32_t)request->id;
	question.size = codec_put_request(question.bytes, sizeof question.bytes, request);
	error = send_question(control, &question);
	if (error)
		return error;
	size = receive_reply(control, &question, &message);
	if (size < 0)
		return (int)size;
	error = codec_get_reply(message, (size_t)size, ret_reply, each_process, each_record, arg);
	endpoint_free(message);
	return error;
}

int control_path(char to[TEXT_PATH + 1], const char *path)
{
	char directory[TEXT_PATH + 1] = "";
	int length;

	if (path[0] != '/' && !getcwd(directory, sizeof directory))
		return -errno;
	length = snprintf(to, TEXT_PATH + 1, "%s%s%s", directory, path[0] == '/' ? "" : "/", path);
	return length > TEXT_PATH ? -ENAMETOOLONG : 0;
}

const char *control_error(int error)
{
	switch (-error) {
	case ENOENT:
		return "no watcher runs in it";
	case EPIPE:
		return "its watcher has ended";
	case ETIMEDOUT:
		return "its watcher does not answer";
	case EPROTO:
		return "its watcher speaks another version of the protocol";
	case EMFILE:
		return "too few free descriptors (ulimit -n)";
	default:
		return strerror(-error);
	}
}
