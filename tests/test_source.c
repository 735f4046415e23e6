/*
 * What the watcher forgot before a view asked for it is told where it is missing, once, with its
 * count; a past that was forgotten before anything came is not. The watcher here has records as it
 * is told.
 */
#include "plotter/source.h"

#include "tests/check.h"
#include "tests/client_help.h"
#include "wire/codec.h"
#include "wire/endpoint.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

#define ROOM 4096
#define RECORD_NS 1000

/* Records first ... last; a page of history has those of one. */
struct stretch {
	uint64_t first;
	uint64_t last;
};

struct server {
	const struct stretch *pages;
	size_t page_count;
	struct endpoint rep;
	struct endpoint pub;
	_Atomic bool stop;
};

static size_t put_records(unsigned char *to, const struct stretch *stretch)
{
	size_t used = codec_put_records_head(to, ROOM, stretch->first);

	for (uint64_t seq = stretch->first; seq <= stretch->last; seq++) {
		struct record record = { .t_ns = seq * RECORD_NS,
					 .type = RECORD_EVENT,
					 .event = { .category = "", .label = "an event" } };

		used += codec_put_record(to + used, ROOM - used, &record);
	}
	return used;
}

/* The first page with something after @since. */
static size_t put_page(const struct server *server, uint64_t since, unsigned char *to)
{
	unsigned char records[ROOM];

	for (size_t i = 0; i < server->page_count; i++) {
		struct stretch stretch = server->pages[i];

		if (stretch.last <= since)
			continue;
		if (stretch.first <= since)
			stretch.first = since + 1;
		return codec_put_reply_records(to, ROOM, records, put_records(records, &stretch));
	}
	return 0;
}

static void answer(struct server *server, const struct request *request)
{
	struct reply reply = { .ok = true, .has_session = true };
	unsigned char bytes[2 * ROOM];
	size_t used = 0;

	reply.session.pid = (uint32_t)getpid();
	reply.session.interval_ns = 1;
	reply.value = server->pages[server->page_count - 1].last;
	if (request->op == REQUEST_HISTORY)
		used = put_page(server, request->since, bytes);
	used += codec_put_reply(bytes + used, sizeof bytes - used, &reply);
	CHECK_EQ_I64(endpoint_send(&server->rep, bytes, used), 0);
}

static void *serve(void *arg)
{
	struct server *server = arg;
	struct pollfd ready = { .fd = server->rep.ready, .events = POLLIN };

	while (!server->stop) {
		struct request request;
		void *message;
		ssize_t size;

		poll(&ready, 1, 10);
		size = endpoint_receive(&server->rep, &message);
		if (size < 0)
			continue;
		CHECK_EQ_I64(codec_get_request(message, (size_t)size, &request), 0);
		answer(server, &request);
		endpoint_free(message);
	}
	return NULL;
}

/* What came, each event as its number and each gap as that of the records it stands for. */
struct came {
	uint64_t next;
	uint64_t first;
	uint64_t lost;
	unsigned gaps;
	unsigned events;
};

static void take(void *arg, const struct record *record)
{
	struct came *came = arg;

	if (record->type == RECORD_GAP) {
		CHECK_EQ_U64(record->gap.reason, GAP_UNREAD);
		CHECK_EQ_U64(record->gap.from_ns, (came->next - 1) * RECORD_NS);
		CHECK_EQ_U64(record->gap.to_ns, (came->next + record->gap.count) * RECORD_NS);
		came->gaps++;
		came->lost += record->gap.count;
		came->next += record->gap.count;
		return;
	}
	if (!came->events)
		came->first = came->next = record->seq;
	CHECK_EQ_U64(record->seq, came->next);
	came->next = record->seq + 1;
	came->events++;
}

static void publish(struct server *server, const struct stretch *stretch)
{
	unsigned char bytes[ROOM];

	endpoint_send(&server->pub, bytes, put_records(bytes, stretch));
}

static void read_until(struct source *source, struct server *server, const struct stretch *stretch,
		       struct came *came)
{
	while (came->next <= stretch->last) {
		publish(server, stretch);
		CHECK(source_read(source, take, came) >= 0);
		help_sleep_ms(5);
	}
}

/* All that comes of a session with these pages, and then the @live records of its stream. */
static struct came read_all(const struct stretch *pages, size_t count, const struct stretch *live)
{
	struct server server = { .pages = pages, .page_count = count };
	struct came came = { .next = 1 };
	struct rundir dir = help_dir();
	struct source *source;
	pthread_t thread;

	CHECK_EQ_I64(endpoint_open(&server.rep, ENDPOINT_REP, &dir), 0);
	CHECK_EQ_I64(endpoint_open(&server.pub, ENDPOINT_PUB, &dir), 0);
	CHECK_EQ_I64(pthread_create(&thread, NULL, serve, &server), 0);
	CHECK_EQ_I64(source_open(&source, &dir), 0);
	CHECK(source_read(source, take, &came) >= 0);
	read_until(source, &server, live, &came);
	source_close(source);
	server.stop = true;
	pthread_join(thread, NULL);
	endpoint_close(&server.rep);
	endpoint_close(&server.pub);
	return came;
}

static void what_is_forgotten_between_two_pages_is_told(void)
{
	const struct stretch pages[] = { { 1, 10 }, { 21, 30 }, { 31, 35 } };
	const struct came came = read_all(pages, 3, &(struct stretch){ 36, 40 });

	CHECK_EQ_U64(came.events, 30);
	CHECK_EQ_U64(came.gaps, 1);
	CHECK_EQ_U64(came.lost, 10);
	CHECK_EQ_U64(came.next, 41);
}

static void what_is_forgotten_behind_the_stream_is_told(void)
{
	const struct stretch pages[] = { { 1, 5 }, { 48, 49 } };
	const struct came came = read_all(pages, 1, &(struct stretch){ 50, 52 });
	const struct came more = read_all(pages, 2, &(struct stretch){ 50, 52 });

	CHECK_EQ_U64(came.gaps, 1);
	CHECK_EQ_U64(came.lost, 44);
	CHECK_EQ_U64(more.gaps, 1);
	CHECK_EQ_U64(more.lost, 42);
	CHECK_EQ_U64(more.events, 10);
}

static void a_past_that_is_forgotten_already_is_not(void)
{
	const struct stretch pages[] = { { 100, 110 }, { 111, 120 } };
	const struct came came = read_all(pages, 2, &(struct stretch){ 121, 121 });

	CHECK_EQ_U64(came.first, 100);
	CHECK_EQ_U64(came.gaps, 0);
	CHECK_EQ_U64(came.events, 22);
}

static const struct check_test tests[] = {
	CHECK_TEST(what_is_forgotten_between_two_pages_is_told),
	CHECK_TEST(what_is_forgotten_behind_the_stream_is_told),
	CHECK_TEST(a_past_that_is_forgotten_already_is_not),
};

int main(void)
{
	struct rundir dir = help_dir();
	int owner;

	CHECK(rundir_lock(&dir, &owner) >= 0);
	return check_run(tests, sizeof tests / sizeof *tests);
}
