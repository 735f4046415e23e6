/* What is encoded comes back as it was, in the room that codec.h promises. */
#include "tests/codec_checks.h"

#include <errno.h>
#include <stdlib.h>

static struct collected all;

static void check_sample_records(void)
{
	struct record records[SAMPLE_RECORDS];

	sample_records(records);
	if (!CHECK_EQ_U64(all.count, SAMPLE_RECORDS))
		return;
	for (size_t i = 0; i < SAMPLE_RECORDS; i++)
		check_record(&all.records[i], &records[i]);
}

static void check_emitter(const struct emitter *got, const struct emitter *expected)
{
	CHECK_EQ_U64(got->version, expected->version);
	CHECK_EQ_U64(got->pid, expected->pid);
	CHECK_EQ_U64(got->start_ticks, expected->start_ticks);
	CHECK_EQ_U64(got->pid_ns, expected->pid_ns);
	CHECK_EQ_U64(got->instance, expected->instance);
	CHECK_EQ_U64(got->from, expected->from);
	CHECK_EQ_U64(got->to, expected->to);
	CHECK_EQ_U64(got->dropped, expected->dropped);
	CHECK_EQ_STR(got->name, expected->name);
}

static void a_batch_with_its_head_at_either_end_comes_back(void)
{
	struct emitter emitter = { WIRE_VERSION, UINT32_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
				   UINT64_MAX,	 UINT64_MAX, UINT64_MAX, "" };
	struct event events[SAMPLE_EVENTS];
	uint8_t message[SAMPLE_ROOM];
	struct emitter got;

	sample_events(events);
	long_text(emitter.name, TEXT_NAME);
	for (int head_last = 0; head_last < 2; head_last++) {
		size_t size = 0;

		if (!head_last)
			size += codec_put_emitter(message, CODEC_BATCH_ROOM, &emitter);
		for (size_t i = 0; i < SAMPLE_EVENTS; i++)
			size += codec_put_event(message + size, CODEC_EVENT_ROOM, 50 + i,
						&events[i]);
		if (head_last)
			size += codec_put_emitter(message + size, CODEC_BATCH_ROOM, &emitter);
		all.count = 0;
		CHECK_EQ_I64(codec_get_emitter(message, size, &got), 0);
		CHECK_EQ_I64(codec_get_events(message, size, collect_record, &all), 0);
		check_emitter(&got, &emitter);
		CHECK_EQ_U64(all.count, SAMPLE_EVENTS);
		for (size_t i = 0; i < SAMPLE_EVENTS; i++) {
			CHECK_EQ_U64(all.records[i].t_ns, 50 + i);
			CHECK_EQ_U64(all.records[i].type, RECORD_EVENT);
			check_event(&all.records[i].event, &events[i]);
		}
	}
}

static void the_line_of_an_event_is_never_the_emitters_word(void)
{
	struct event event = { .line = 5, .category = "", .label = "x" };
	uint8_t message[] = { 0x82, 0x01, 5, 0x50, 9, 0x2a, 1, 'x' };
	uint8_t written[CODEC_EVENT_ROOM];
	size_t size = codec_put_event(written, sizeof(written), 1, &event);

	all.count = 0;
	CHECK_EQ_I64(codec_get_events(message, sizeof(message), collect_record, &all), 0);
	CHECK_EQ_I64(codec_get_events(written, size, collect_record, &all), 0);
	CHECK_EQ_U64(all.count, 2);
	CHECK_EQ_U64(all.records[0].event.line, LINE_SESSION);
	CHECK_EQ_U64(all.records[1].event.line, LINE_SESSION);
}

static void that_a_limit_is_crossed_is_never_the_emitters_word(void)
{
	uint8_t message[] = { 0x82, 0x01, 5, 0x60, 9, 0x2a, 1, 'x' };

	all.count = 0;
	CHECK_EQ_I64(codec_get_events(message, sizeof(message), collect_record, &all), 0);
	CHECK_EQ_U64(all.count, 1);
	CHECK_EQ_U64(all.records[0].event.limit, 0);
}

static void records_of_every_type_come_back_in_their_room(void)
{
	struct record records[SAMPLE_RECORDS];
	uint8_t message[SAMPLE_ROOM];
	size_t size = codec_put_records_head(message, CODEC_BATCH_ROOM, 1000);

	sample_records(records);
	for (size_t i = 0; i < SAMPLE_RECORDS; i++) {
		size_t room =
			CODEC_RECORD_ROOM + (records[i].type == RECORD_TICK
						     ? CODEC_SAMPLE_ROOM * records[i].tick.count
						     : 0);
		size_t written = codec_put_record(message + size, room, &records[i]);

		CHECK(written > 0);
		size += written;
	}
	all.count = 0;
	CHECK_EQ_I64(codec_get_records(message, size, collect_record, &all), 0);
	check_sample_records();
}

static void the_largest_tick_comes_back_in_its_room_and_a_larger_one_is_refused(void)
{
	static struct sample samples[TICK_SAMPLES + 1];
	static uint8_t message[CODEC_RECORD_ROOM + CODEC_SAMPLE_ROOM * (TICK_SAMPLES + 1)];
	struct record record = { .seq = 1, .t_ns = UINT64_MAX, .type = RECORD_TICK };
	size_t head = codec_put_records_head(message, sizeof(message), 1);
	size_t size;

	for (size_t i = 0; i <= TICK_SAMPLES; i++)
		samples[i] = (struct sample){ UINT32_MAX, UINT64_MAX / 1024 * 1024,
					      UINT64_MAX / 1024 * 1024 };
	record.tick = (struct tick){ UINT64_MAX, TICK_SAMPLES, samples, false };
	size = codec_put_record(message + head,
				CODEC_RECORD_ROOM + CODEC_SAMPLE_ROOM * TICK_SAMPLES, &record);
	CHECK(size > 0);
	all.count = 0;
	CHECK_EQ_I64(codec_get_records(message, head + size, collect_record, &all), 0);
	CHECK_EQ_U64(all.count, 1);
	check_record(&all.records[0], &record);

	record.tick.count = TICK_SAMPLES + 1;
	size = codec_put_record(message + head, sizeof(message) - head, &record);
	if (size > 0)
		CHECK_EQ_I64(codec_get_records(message, head + size, collect_record, &all),
			     -EBADMSG);
}

/* A Records message of one tick: two lines, and one value or two of shared pages, or none. */
static int decode_shared(uint8_t count)
{
	uint8_t message[] = { 0x08, 1, 0x10, 1,	   0x1a, 0, 0x08, 9,	0x12, 0, 0x12,
			      2,    1, 2,    0x1a, 2,	 8, 8,	  0x22, 0,    3, 99 };
	size_t size = sizeof(message) - 2 + count;

	message[19] = count;
	message[5] = (uint8_t)(size - 6);
	message[9] = (uint8_t)(size - 10);
	if (count == 0) {
		size -= 2;
		message[5] -= 2;
		message[9] -= 2;
	}
	all.count = 0;
	return codec_get_records(message, size, collect_record, &all);
}

static void shared_pages_come_for_every_sample_of_a_tick_or_for_none(void)
{
	CHECK_EQ_I64(decode_shared(2), 0);
	CHECK_EQ_U64(all.records[0].tick.samples[0].shared, 3 * 1024);
	CHECK_EQ_U64(all.records[0].tick.samples[1].shared, 8 * 1024); /* of an RSS of 8 KiB */
	CHECK_EQ_I64(decode_shared(1), -EBADMSG);
	CHECK_EQ_I64(decode_shared(0), 0);
	CHECK_EQ_U64(all.records[0].tick.samples[1].rss, 8 * 1024);
	CHECK_EQ_U64(all.records[0].tick.samples[1].shared, 0);
}

static void a_request_comes_back(void)
{
	uint8_t message[SAMPLE_ROOM];
	struct request request = sample_request();
	struct request got;

	for (unsigned op = REQUEST_ATTACH; op <= REQUEST_LAST; op++) {
		size_t size;

		request.op = op;
		size = codec_put_request(message, sizeof(message), &request);
		CHECK(size > 0);
		CHECK_EQ_I64(codec_get_request(message, size, &got), 0);
		CHECK_EQ_U64(got.id, request.id);
		CHECK_EQ_U64(got.op, op);
		CHECK_EQ_U64(got.pid, request.pid);
		CHECK_EQ_U64(got.since, request.since);
		CHECK_EQ_U64(got.peak, request.peak);
		CHECK_EQ_STR(got.category, request.category);
		CHECK_EQ_STR(got.text, request.text);
		CHECK_EQ_STR(got.path, request.path);
		CHECK_EQ_U64(got.reaped_count, REAPED_MOST);
		CHECK(memcmp(got.reaped, request.reaped, sizeof(got.reaped)) == 0);
	}
}

static void a_request_that_asks_nothing_known_is_refused(void)
{
	uint8_t message[SAMPLE_ROOM];
	struct request request = sample_request();
	static const unsigned ops[] = { 0, REQUEST_LAST + 1, 1000 };

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		struct request got;
		size_t size;

		request.op = (enum request_op)ops[i];
		size = codec_put_request(message, sizeof(message), &request);
		CHECK_EQ_I64(codec_get_request(message, size, &got), -EBADMSG);
	}
}

static void a_reply_with_all_its_parts_comes_back(void)
{
	uint8_t message[2 * SAMPLE_ROOM];
	size_t size = sample_reply_bytes(message);
	struct process_info info = sample_process_info();
	struct reply expected = sample_reply();
	struct reply got;

	all.count = all.infos = 0;
	CHECK_EQ_I64(codec_get_reply(message, size, &got, collect_info, collect_record, &all), 0);
	CHECK(got.ok && got.has_session && got.has_status);
	CHECK_EQ_U64(got.value, expected.value);
	CHECK_EQ_STR(got.message, expected.message);
	CHECK_EQ_STR(got.session.name, expected.session.name);
	CHECK_EQ_STR(got.session.host, expected.session.host);
	CHECK_EQ_U64(got.session.pid, expected.session.pid);
	CHECK_EQ_U64(got.session.interval_ns, expected.session.interval_ns);
	CHECK_EQ_U64(got.session.start_ns, expected.session.start_ns);
	CHECK_EQ_U64(got.session.start_wall_ns, expected.session.start_wall_ns);
	CHECK(memcmp(&got.status, &expected.status, sizeof(got.status)) == 0);
	CHECK_EQ_U64(all.infos, 2);
	CHECK_EQ_U64(all.info.line, info.line);
	CHECK_EQ_U64(all.info.pid, info.pid);
	CHECK_EQ_U64(all.info.ppid, info.ppid);
	CHECK(all.info.ended);
	CHECK(memcmp(&all.info.start_ticks, &info.start_ticks, 7 * sizeof(uint64_t)) == 0);
	CHECK_EQ_STR(all.info.name, info.name);
	CHECK_EQ_STR(all.info.command, info.command);
	check_sample_records();
	CHECK_EQ_I64(codec_get_reply(message, size, &got, NULL, NULL, NULL), 0);
}

static void an_empty_reply_comes_back_empty(void)
{
	struct reply reply = { .ok = false };
	struct reply got = sample_reply();
	uint8_t message[64];
	size_t size = codec_put_reply(message, sizeof(message), &reply);

	all.count = all.infos = 0;
	CHECK_EQ_I64(codec_get_reply(message, size, &got, collect_info, collect_record, &all), 0);
	CHECK(!got.ok && !got.has_session && !got.has_status);
	CHECK_EQ_U64(got.value, 0);
	CHECK_EQ_STR(got.message, "");
	CHECK_EQ_U64(all.count + all.infos, 0);
}

static void another_version_is_told_from_bad_bytes(void)
{
	struct request request = sample_request();
	uint8_t message[2 * SAMPLE_ROOM];
	struct request got_request;
	struct emitter got_emitter;
	struct reply got_reply;
	size_t size;

	for (uint8_t version = 0; version < 128; version++) {
		int expected = version == 0 ? -EBADMSG : version == WIRE_VERSION ? 0 : -EPROTO;

		/* Each starts with its version: field 1, a varint. */
		size = sample_batch(message);
		message[1] = version;
		CHECK_EQ_I64(codec_get_emitter(message, size, &got_emitter), expected);
		CHECK_EQ_U64(got_emitter.version, version);
		CHECK_EQ_U64(got_emitter.pid, 7);
		size = sample_stream(message);
		message[1] = version;
		CHECK_EQ_I64(codec_get_records(message, size, collect_record, &all), expected);
		size = codec_put_request(message, sizeof(message), &request);
		message[1] = version;
		CHECK_EQ_I64(codec_get_request(message, size, &got_request), expected);
		size = sample_reply_bytes(message);
		message[1] = version;
		CHECK_EQ_I64(codec_get_reply(message, size, &got_reply, NULL, NULL, NULL),
			     expected);
	}
}

static void what_does_not_fit_is_not_written(void)
{
	struct process_info info = sample_process_info();
	struct request request = sample_request();
	struct record records[SAMPLE_RECORDS];
	struct emitter emitter = { .version = 1, .name = "n" };
	struct reply reply = sample_reply();

	sample_records(records);
	for (size_t size = 0; size < 4000; size++) {
		uint8_t *to = malloc(size ? size : 1); /* exact, for ASan */
		size_t written[] = {
			codec_put_emitter(to, size, &emitter),
			codec_put_event(to, size, 1, &records[2].event),
			codec_put_records_head(to, size, UINT64_MAX),
			codec_put_record(to, size, &records[2]),
			codec_put_record(to, size, &records[3]),
			codec_put_record(to, size, &records[5]),
			codec_put_record(to, size, &records[6]),
			codec_put_request(to, size, &request),
			codec_put_reply(to, size, &reply),
			codec_put_process_info(to, size, &info),
			codec_put_reply_records(to, size, records, 600),
		};
		static size_t whole[sizeof(written) / sizeof(written[0])];

		for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
			CHECK(written[i] <= size);
			CHECK(whole[i] == 0 || written[i] == whole[i]);
			CHECK(size < 3999 || written[i] > 0);
			whole[i] = written[i];
		}
		free(to);
	}
}

static const struct check_test tests[] = {
	CHECK_TEST(a_batch_with_its_head_at_either_end_comes_back),
	CHECK_TEST(the_line_of_an_event_is_never_the_emitters_word),
	CHECK_TEST(that_a_limit_is_crossed_is_never_the_emitters_word),
	CHECK_TEST(records_of_every_type_come_back_in_their_room),
	CHECK_TEST(the_largest_tick_comes_back_in_its_room_and_a_larger_one_is_refused),
	CHECK_TEST(shared_pages_come_for_every_sample_of_a_tick_or_for_none),
	CHECK_TEST(a_request_comes_back),
	CHECK_TEST(a_request_that_asks_nothing_known_is_refused),
	CHECK_TEST(a_reply_with_all_its_parts_comes_back),
	CHECK_TEST(an_empty_reply_comes_back_empty),
	CHECK_TEST(another_version_is_told_from_bad_bytes),
	CHECK_TEST(what_does_not_fit_is_not_written),
};

CHECK_MAIN(tests)
