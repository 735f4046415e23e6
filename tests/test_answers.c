/*
 * Who asks a watcher gets the answer to that question, whatever else its connection brings: answers
 * that come twice, too late or never; and asks again where the connection is lost. The watcher here
 * answers as it is told.
 */
#include "tests/check.h"
#include "tests/client_help.h"
#include "wire/control.h"

#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define ANSWER_MS 300

/* What becomes of a question. */
enum deed {
	ANSWER,
	TWICE,
	NEVER,
	LATE,	 /* the one before is answered, perhaps again, and then this one */
	STALE,	 /* the one before is answered, perhaps again, and this one never */
	REPLACE, /* the socket is closed and bound again: it has to come again, as the next one */
	LAST,	 /* nobody asks any more */
};

struct question {
	unsigned char beside[64]; /* whose it is, for nanomsg */
	uint64_t id;
};

struct server {
	struct rundir dir;
	const enum deed *deeds;
	int socket;
	struct question before;
};

static void bind_socket(struct server *server)
{
	char address[RUNDIR_PATH + 8];
	char path[RUNDIR_PATH];

	rundir_file(path, &server->dir, RUNDIR_CONTROL);
	snprintf(address, sizeof address, "ipc://%s", path);
	server->socket = nn_socket(AF_SP_RAW, NN_REP);
	CHECK(server->socket >= 0);
	CHECK(nn_bind(server->socket, address) >= 0);
}

static void take(struct server *server, struct question *question)
{
	unsigned char bytes[2048];
	struct nn_iovec part = { bytes, sizeof bytes };
	struct nn_msghdr message = { &part, 1, question->beside, sizeof question->beside };
	struct request request;
	int size = nn_recvmsg(server->socket, &message, 0);

	CHECK(size > 0);
	CHECK_EQ_I64(codec_get_request(bytes, (size_t)size, &request), 0);
	question->id = request.id;
}

/* Long enough that nanomsg has to allocate it. */
static void answer(struct server *server, struct question *question)
{
	struct reply reply = { .ok = true, .value = question->id };
	unsigned char bytes[1024];
	struct nn_iovec part = { bytes, 0 };
	struct nn_msghdr message = { &part, 1, question->beside, sizeof question->beside };

	memset(reply.message, 'x', 100);
	part.iov_len = codec_put_reply(bytes, sizeof bytes, &reply);
	CHECK(nn_sendmsg(server->socket, &message, 0) > 0);
}

static void do_deed(struct server *server, enum deed deed, struct question *question)
{
	if (deed == LATE || deed == STALE)
		answer(server, &server->before);
	if (deed == ANSWER || deed == TWICE || deed == LATE)
		answer(server, question);
	if (deed == TWICE)
		answer(server, question);
	if (deed == REPLACE) {
		nn_close(server->socket);
		bind_socket(server);
	}
}

static void *serve(void *arg)
{
	struct server *server = arg;

	for (const enum deed *deed = server->deeds; *deed != LAST; deed++) {
		struct question question = { .id = 0 };

		take(server, &question);
		if (deed > server->deeds && deed[-1] == REPLACE)
			CHECK_EQ_U64(question.id, server->before.id);
		do_deed(server, *deed, &question);
		server->before = question;
	}
	return NULL;
}

static pthread_t start(struct server *server, const enum deed *deeds)
{
	pthread_t thread;

	*server = (struct server){ .dir = help_dir(), .deeds = deeds };
	bind_socket(server);
	CHECK_EQ_I64(pthread_create(&thread, NULL, serve, server), 0);
	return thread;
}

/* One question, which is answered as one of @deed. */
static void ask(struct control *control, enum deed deed)
{
	bool answered = deed != NEVER && deed != STALE;
	struct request request = { .op = REQUEST_STATUS };
	struct reply reply = { .ok = false };
	int error = control_ask(control, &request, &reply, NULL, NULL, NULL);

	CHECK_EQ_I64(error, answered ? 0 : -ETIMEDOUT);
	if (answered)
		CHECK_EQ_U64(reply.value, request.id);
}

static void play(const enum deed *deeds)
{
	struct control control;
	struct server server;
	pthread_t thread = start(&server, deeds);

	CHECK_EQ_I64(control_open(&control, &server.dir), 0);
	for (const enum deed *deed = deeds; *deed != LAST; deed++) {
		control.answer_ms = *deed == NEVER || *deed == STALE ? ANSWER_MS : 10000;
		if (*deed != REPLACE)
			ask(&control, *deed);
	}
	control_close(&control);
	pthread_join(thread, NULL);
	nn_close(server.socket);
}

static void a_second_answer_is_dropped(void)
{
	play((const enum deed[]){ TWICE, NEVER, LAST });
	play((const enum deed[]){ ANSWER, STALE, LAST });
	play((const enum deed[]){ TWICE, TWICE, ANSWER, LAST });
}

static void a_late_answer_is_not_the_next_ones(void)
{
	play((const enum deed[]){ NEVER, LATE, NEVER, LAST });
	play((const enum deed[]){ NEVER, STALE, STALE, LAST });
	play((const enum deed[]){ ANSWER, NEVER, LATE, ANSWER, LAST });
}

static void a_lost_question_is_asked_again(void)
{
	play((const enum deed[]){ REPLACE, ANSWER, REPLACE, REPLACE, TWICE, NEVER, LAST });
}

static const struct check_test tests[] = {
	CHECK_TEST(a_second_answer_is_dropped),
	CHECK_TEST(a_late_answer_is_not_the_next_ones),
	CHECK_TEST(a_lost_question_is_asked_again),
};

int main(void)
{
	struct rundir dir = help_dir();
	int owner;

	CHECK(rundir_lock(&dir, &owner) >= 0);
	return check_run(tests, sizeof tests / sizeof *tests);
}
