/* Protocol Buffers as the encoding's specification has them, and nothing beyond the buffer. */
#include "tests/check.h"
#include "export/protobuf.h"

#include <stdlib.h>

#define WRITER(room)                                                                               \
	uint8_t data[room];                                                                        \
	struct protobuf protobuf = { .data = data, .size = sizeof data }

static void check_bytes(const struct protobuf *protobuf, const char *expected, size_t length)
{
	CHECK(!protobuf->full);
	CHECK_EQ_U64(protobuf->length, length);
	CHECK(protobuf->length == length && memcmp(protobuf->data, expected, length) == 0);
}

static void varints_have_seven_bits_a_byte(void)
{
	WRITER(64);

	protobuf_varint(&protobuf, 0);
	protobuf_varint(&protobuf, 127);
	protobuf_varint(&protobuf, 128);
	protobuf_varint(&protobuf, 300);
	protobuf_varint(&protobuf, UINT64_MAX);
	check_bytes(&protobuf, "\x00\x7f\x80\x01\xac\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		    16);
}

static void the_size_of_a_varint_is_what_it_takes(void)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		for (int off = -1; off <= 1; off++) {
			uint64_t value = (1ULL << bit) + (uint64_t)(int64_t)off;
			WRITER(PROTOBUF_VARINT_MAX);

			protobuf_varint(&protobuf, value);
			CHECK(!protobuf.full);
			CHECK_EQ_U64(protobuf_varint_size(value), protobuf.length);
		}
	}
}

static void fields_have_their_number_and_type(void)
{
	WRITER(64);

	protobuf_uint(&protobuf, 1, 150);
	protobuf_text(&protobuf, 2, "testing");
	protobuf_uint(&protobuf, 58, 3);
	protobuf_text(&protobuf, 60, "");
	check_bytes(&protobuf, "\x08\x96\x01\x12\x07testing\xd0\x03\x03\xe2\x03\x00", 18);
}

static void messages_nest(void)
{
	WRITER(64);
	size_t outer = protobuf_begin(&protobuf, 3);
	size_t inner;

	protobuf_uint(&protobuf, 1, 1);
	inner = protobuf_begin(&protobuf, 2);
	protobuf_uint(&protobuf, 1, 2);
	protobuf_end(&protobuf, inner);
	protobuf_end(&protobuf, protobuf_begin(&protobuf, 4));
	protobuf_end(&protobuf, outer);
	protobuf_uint(&protobuf, 5, 9);
	check_bytes(&protobuf, "\x1a\x08\x08\x01\x12\x02\x08\x02\x22\x00\x28\x09", 12);
}

static void a_long_message_has_a_longer_length(void)
{
	char text[201], expected[256];
	WRITER(256);
	size_t outer = protobuf_begin(&protobuf, 1);

	memset(text, 'x', 200);
	text[200] = '\0';
	protobuf_end(&protobuf, protobuf_begin(&protobuf, 7));
	protobuf_text(&protobuf, 2, text);
	protobuf_end(&protobuf, outer);
	memcpy(expected, "\x0a\xcd\x01\x3a\x00\x12\xc8\x01", 8);
	memcpy(expected + 8, text, 200);
	check_bytes(&protobuf, expected, 208);
}

/* The buffer's end is the block's, so that a sanitizer sees a byte beyond it. */
static void what_does_not_fit_is_left_out_and_noted(void)
{
	for (size_t size = 0; size < 160; size++) {
		uint8_t *data = malloc(size ? size : 1);
		struct protobuf protobuf = { .data = data, .size = size };
		char text[131];
		size_t begin;

		memset(text, 'x', 130);
		text[130] = '\0';
		begin = protobuf_begin(&protobuf, 1);
		protobuf_uint(&protobuf, 58, 300);
		protobuf_text(&protobuf, 2, text);
		protobuf_end(&protobuf, begin);
		CHECK(protobuf.length <= size);
		CHECK(protobuf.full == (size < 140));
		free(data);
	}
}

static void nothing_is_written_once_it_is_full(void)
{
	WRITER(4);

	protobuf_text(&protobuf, 1, "too long");
	CHECK(protobuf.full);
	protobuf_uint(&protobuf, 1, 1);
	CHECK_EQ_U64(protobuf.length, 0);
}

static const struct check_test tests[] = {
	CHECK_TEST(varints_have_seven_bits_a_byte),
	CHECK_TEST(the_size_of_a_varint_is_what_it_takes),
	CHECK_TEST(fields_have_their_number_and_type),
	CHECK_TEST(messages_nest),
	CHECK_TEST(a_long_message_has_a_longer_length),
	CHECK_TEST(what_does_not_fit_is_left_out_and_noted),
	CHECK_TEST(nothing_is_written_once_it_is_full),
};
CHECK_MAIN(tests)
