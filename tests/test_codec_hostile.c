/* Bytes that anyone may have made up: nothing outside them is read, and what comes out is bounded.
 */
#include "tests/codec_samples.h"

#include <errno.h>
#include <stdlib.h>

#define ROUNDS 200000

static struct collected all;

/* Each decoder, over a copy of exactly these bytes, where a sanitizer sees a read past them. */
enum decoder {
	DECODE_EMITTER,
	DECODE_EVENTS,
	DECODE_RECORDS,
	DECODE_REQUEST,
	DECODE_REPLY,
	DECODERS,
};

static int decode_request(const void *from, size_t size)
{
	struct request request;
	int result = codec_get_request(from, size, &request);

	if (result == 0) {
		CHECK(request.op >= REQUEST_ATTACH && request.op <= REQUEST_LAST);
		CHECK(strnlen(request.category, sizeof(request.category)) <= TEXT_CATEGORY);
		CHECK(strnlen(request.text, sizeof(request.text)) <= TEXT_LABEL);
		CHECK(strnlen(request.path, sizeof(request.path)) <= TEXT_PATH);
	}
	return result;
}

static int decode_reply(const void *from, size_t size)
{
	struct reply reply;
	const struct recording_info *recording = &reply.status.recordings[0];
	int result = codec_get_reply(from, size, &reply, collect_info, collect_record, &all);

	CHECK(strnlen(reply.message, sizeof(reply.message)) < sizeof(reply.message));
	CHECK(strnlen(reply.session.name, sizeof(reply.session.name)) <= TEXT_NAME);
	CHECK(strnlen(reply.session.host, sizeof(reply.session.host)) <= TEXT_NAME);
	CHECK(recording->state <= RECORDING_FAILED);
	CHECK(strnlen(recording->path, sizeof(recording->path)) <= TEXT_PATH);
	CHECK(strnlen(recording->error, sizeof(recording->error)) < sizeof(recording->error));
	return result;
}

static int decode_emitter(const void *from, size_t size)
{
	struct emitter emitter;
	int result = codec_get_emitter(from, size, &emitter);

	CHECK(strnlen(emitter.name, sizeof(emitter.name)) <= TEXT_NAME);
	CHECK(result != 0 || emitter.version == WIRE_VERSION);
	return result;
}

static int decode_copy(enum decoder decoder, const void *copy, size_t size)
{
	all.count = all.infos = 0;
	switch (decoder) {
	case DECODE_EMITTER:
		return decode_emitter(copy, size);
	case DECODE_EVENTS:
		return codec_get_events(copy, size, collect_record, &all);
	case DECODE_RECORDS:
		return codec_get_records(copy, size, collect_record, &all);
	case DECODE_REQUEST:
		return decode_request(copy, size);
	default:
		return decode_reply(copy, size);
	}
}

static int decode(enum decoder decoder, const uint8_t *from, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	int result;

	memcpy(copy, from, size);
	result = decode_copy(decoder, copy, size);
	CHECK(result == 0 || result == -EBADMSG || result == -EPROTO);
	free(copy);
	return result;
}

static size_t valid_message(enum decoder decoder, uint8_t to[2 * SAMPLE_ROOM])
{
	struct request request = sample_request();

	switch (decoder) {
	case DECODE_EMITTER:
	case DECODE_EVENTS:
		return sample_batch(to);
	case DECODE_RECORDS:
		return sample_stream(to);
	case DECODE_REQUEST:
		return codec_put_request(to, SAMPLE_ROOM, &request);
	default:
		return sample_reply_bytes(to);
	}
}

static size_t put_varint(uint8_t *to, uint64_t value)
{
	size_t size = 0;

	for (; value >= 0x80; value >>= 7)
		to[size++] = (uint8_t)(value | 0x80);
	to[size++] = (uint8_t)value;
	return size;
}

/* A field of bytes: a text, or a message in another. */
static size_t put_bytes(uint8_t *to, unsigned field, const void *bytes, size_t size)
{
	size_t at = put_varint(to, (uint64_t)field << 3 | 2);

	at += put_varint(to + at, size);
	memcpy(to + at, bytes, size);
	return at + size;
}

/* Field 99, of each type that there is. */
static const uint8_t unknown[] = { 0x98, 0x06, 0x2a, 0x99, 0x06, 1,   2,    3,	  4, 5, 6, 7, 8,
				   0x9a, 0x06, 3,    'a',  'b',	 'c', 0x9d, 0x06, 1, 2, 3, 4 };

static void unknown_fields_are_skipped(void)
{
	uint8_t message[2 * SAMPLE_ROOM + 2 * sizeof(unknown)];

	for (enum decoder decoder = 0; decoder < DECODERS; decoder++) {
		size_t size = valid_message(decoder, message + sizeof(unknown));
		size_t records;

		CHECK_EQ_I64(decode(decoder, message + sizeof(unknown), size), 0);
		records = all.count + all.infos;
		memcpy(message, unknown, sizeof(unknown));
		memcpy(message + sizeof(unknown) + size, unknown, sizeof(unknown));
		CHECK_EQ_I64(decode(decoder, message, size + 2 * sizeof(unknown)), 0);
		CHECK_EQ_U64(all.count + all.infos, records);
	}
}

static void unknown_fields_inside_an_event_and_a_record_are_skipped(void)
{
	uint8_t event[128], record[160], message[200];
	size_t size = put_bytes(event, 5, "label", 5);
	size_t head = codec_put_records_head(message, sizeof(message), 1);

	memcpy(event + size, unknown, sizeof(unknown));
	size += sizeof(unknown);
	memcpy(record, unknown, sizeof(unknown));
	size = sizeof(unknown) + put_bytes(record + sizeof(unknown), 3, event, size);
	size = head + put_bytes(message + head, 3, record, size);
	CHECK_EQ_I64(decode(DECODE_RECORDS, message, size), 0);
	CHECK_EQ_U64(all.count, 1);
	CHECK_EQ_U64(all.records[0].type, RECORD_EVENT);
	CHECK_EQ_STR(all.records[0].event.label, "label");
}

static void a_message_cut_at_any_byte_gives_at_most_what_is_whole(void)
{
	uint8_t message[2 * SAMPLE_ROOM];

	for (enum decoder decoder = 0; decoder < DECODERS; decoder++) {
		size_t size = valid_message(decoder, message);
		size_t most, before = 0;

		CHECK_EQ_I64(decode(decoder, message, size), 0);
		most = all.count;
		for (size_t cut = 0; cut < size; cut++) {
			decode(decoder, message, cut);
			CHECK(all.count >= before && all.count <= most);
			before = all.count;
		}
	}
}

static void a_known_field_of_another_type_does_no_harm(void)
{
	uint8_t message[SAMPLE_ROOM];

	for (enum decoder decoder = 0; decoder < DECODERS; decoder++) {
		for (unsigned tag = 0; tag < 256; tag++) {
			for (unsigned fill = 0; fill < 3; fill++) {
				size_t head = put_varint(message, tag);

				memset(message + head, fill ? (int)(0x80 * fill - 1) : 0, 64);
				decode(decoder, message, head + 64);
				decode(decoder, message, head + 8);
				decode(decoder, message, head);
			}
		}
	}
}

static void an_event_keeps_as_much_of_a_long_text_as_fits(void)
{
	uint8_t event[800], message[900];
	char text[600];
	size_t size;

	memset(text, 'a', sizeof(text));
	size = put_bytes(event, 5, text, TEXT_LABEL + 1);
	size += put_bytes(event + size, 4, text, 500);
	CHECK_EQ_I64(decode(DECODE_EVENTS, message, put_bytes(message, 16, event, size)), 0);
	CHECK_EQ_U64(all.count, 1);
	CHECK_EQ_U64(strlen(all.records[0].event.label), TEXT_LABEL);
	CHECK_EQ_U64(strlen(all.records[0].event.category), TEXT_CATEGORY);

	for (size_t i = 0; i < 600; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	size = put_bytes(event, 5, text, 600);
	CHECK_EQ_I64(decode(DECODE_EVENTS, message, put_bytes(message, 16, event, size)), 0);
	CHECK_EQ_U64(strlen(all.records[0].event.label), TEXT_LABEL / 3 * 3);
}

static void a_long_text_elsewhere_is_cut_or_refused(void)
{
	static const uint8_t head[] = { 0x08, 1, 0x18, 4 };
	uint8_t message[SAMPLE_ROOM], part[SAMPLE_ROOM];
	char text[1500];

	memset(text, 'a', sizeof(text));
	memcpy(message, head, sizeof(head));
	for (enum decoder decoder = 0; decoder < DECODERS; decoder++) {
		for (unsigned field = 1; field < 20; field++) {
			size_t size = put_bytes(message + sizeof(head), field, text, sizeof(text));

			decode(decoder, message, sizeof(head) + size);
			for (unsigned inner = 1; inner < 16; inner++) {
				size = put_bytes(part, inner, text, sizeof(text));
				size = put_bytes(message + 2, field, part, size);
				decode(decoder, message, 2 + size);
			}
		}
	}
}

static void a_limit_that_can_not_be_is_refused(void)
{
	static const struct limit limits[] = {
		{ 1, (enum limit_kind)0, 5, 5 },
		{ 1, (enum limit_kind)4, 5, 5 },
		{ 1, LIMIT_MACHINE, 5, 5 },
		{ LINE_SESSION, LIMIT_CGROUP, 5, 5 },
		{ 1, LIMIT_CGROUP, INT64_MAX + 1ULL, 5 },
		{ 1, LIMIT_CGROUP, 5, UINT64_MAX },
	};
	uint8_t message[SAMPLE_ROOM];

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct record record = { .t_ns = 1, .type = RECORD_LIMIT, .limit = limits[i] };
		size_t size = codec_put_records_head(message, sizeof(message), 1);

		size += codec_put_record(message + size, sizeof(message) - size, &record);
		all.count = 0;
		CHECK_EQ_I64(codec_get_records(message, size, collect_record, &all), -EBADMSG);
		CHECK_EQ_U64(all.count, 0);
	}
}

static void an_inspection_that_can_not_be_is_refused(void)
{
	static const struct inspection inspections[] = {
		{ .line = LINE_SESSION, .kinds = 1, .kind = MEMORY_HEAP },
		{ .line = 1, .kinds = INSPECTION_KINDS + 1, .kind = MEMORY_HEAP },
		{ .line = 1, .place = 2, .kinds = 2, .kind = MEMORY_HEAP },
		{ .line = 1, .kinds = 2, .kind = (enum memory_kind)0 },
		{ .line = 1, .kinds = 2, .kind = (enum memory_kind)(MEMORY_OTHERS + 1) },
		{ .line = 1, .place = 1 },
		{ .line = 1, .kind = MEMORY_HEAP },
		{ .line = 1, .kinds = 1, .kind = MEMORY_HEAP, .use = { .rss = INT64_MAX + 1ULL } },
		{ .line = 1, .kinds = 1, .kind = MEMORY_HEAP, .use = { .hugetlb = UINT64_MAX } },
	};
	uint8_t message[SAMPLE_ROOM];

	for (size_t i = 0; i < sizeof(inspections) / sizeof(inspections[0]); i++) {
		struct record record = { .t_ns = 1,
					 .type = RECORD_INSPECTION,
					 .inspection = inspections[i] };
		size_t size = codec_put_records_head(message, sizeof(message), 1);

		record.inspection.name = "";
		size += codec_put_record(message + size, sizeof(message) - size, &record);
		all.count = 0;
		CHECK_EQ_I64(codec_get_records(message, size, collect_record, &all), -EBADMSG);
		CHECK_EQ_U64(all.count, 0);
	}
}

static void random_bytes_do_no_harm(void)
{
	uint64_t state = 3;
	uint8_t message[256];

	for (int i = 0; i < ROUNDS; i++) {
		size_t size = check_random(&state) % (sizeof(message) + 1);

		check_random_bytes(&state, message, size);
		if (i % 2 && size > 2)
			memcpy(message, (const uint8_t[]){ 0x08, 1 }, 2);
		decode((enum decoder)(i / 2 % DECODERS), message, size);
	}
}

/* Most bytes right: this comes further into the decoders than random bytes do. */
static void damaged_messages_do_no_harm(void)
{
	static uint8_t messages[DECODERS][2 * SAMPLE_ROOM];
	uint8_t damaged[2 * SAMPLE_ROOM];
	size_t sizes[DECODERS];
	uint64_t state = 5;

	for (enum decoder decoder = 0; decoder < DECODERS; decoder++)
		sizes[decoder] = valid_message(decoder, messages[decoder]);
	for (int i = 0; i < ROUNDS; i++) {
		enum decoder decoder = (enum decoder)(i % DECODERS);
		size_t size = sizes[decoder];

		memcpy(damaged, messages[decoder], size);
		for (uint64_t n = 1 + check_random(&state) % 4; n > 0; n--) {
			uint64_t random = check_random(&state);

			damaged[random % size] = (uint8_t)(random >> 40);
		}
		decode(decoder, damaged, size - (i % 3 ? 0 : check_random(&state) % size));
	}
}

static const struct check_test tests[] = {
	CHECK_TEST(unknown_fields_are_skipped),
	CHECK_TEST(unknown_fields_inside_an_event_and_a_record_are_skipped),
	CHECK_TEST(a_message_cut_at_any_byte_gives_at_most_what_is_whole),
	CHECK_TEST(a_known_field_of_another_type_does_no_harm),
	CHECK_TEST(an_event_keeps_as_much_of_a_long_text_as_fits),
	CHECK_TEST(a_long_text_elsewhere_is_cut_or_refused),
	CHECK_TEST(a_limit_that_can_not_be_is_refused),
	CHECK_TEST(an_inspection_that_can_not_be_is_refused),
	CHECK_TEST(random_bytes_do_no_harm),
	CHECK_TEST(damaged_messages_do_no_harm),
};

CHECK_MAIN(tests)
