#include "export/protobuf.h"

#include <string.h>

enum wire_type { WIRE_VARINT = 0, WIRE_LENGTH = 2 };

unsigned protobuf_varint_size(uint64_t value)
{
	unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);

	return (bits + 6) / 7;
}

static bool fits(struct protobuf *protobuf, size_t length)
{
	if (protobuf->full || length > protobuf->size - protobuf->length)
		protobuf->full = true;
	return !protobuf->full;
}

static size_t put_varint(uint8_t *to, uint64_t value)
{
	size_t length = 0;

	while (value >= 0x80) {
		to[length++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	to[length++] = (uint8_t)value;
	return length;
}

void protobuf_varint(struct protobuf *protobuf, uint64_t value)
{
	if (fits(protobuf, protobuf_varint_size(value)))
		protobuf->length += put_varint(protobuf->data + protobuf->length, value);
}

void protobuf_raw(struct protobuf *protobuf, const void *bytes, size_t length)
{
	if (!fits(protobuf, length))
		return;
	memcpy(protobuf->data + protobuf->length, bytes, length);
	protobuf->length += length;
}

static uint64_t key(uint32_t field, enum wire_type type)
{
	return (uint64_t)field << 3 | type;
}

void protobuf_uint(struct protobuf *protobuf, uint32_t field, uint64_t value)
{
	uint64_t key_value = key(field, WIRE_VARINT);

	if (!fits(protobuf, protobuf_varint_size(key_value) + protobuf_varint_size(value)))
		return;
	protobuf_varint(protobuf, key_value);
	protobuf_varint(protobuf, value);
}

void protobuf_text(struct protobuf *protobuf, uint32_t field, const char *text)
{
	uint64_t key_value = key(field, WIRE_LENGTH);
	size_t length = strlen(text);

	if (!fits(protobuf,
		  protobuf_varint_size(key_value) + protobuf_varint_size(length) + length))
		return;
	protobuf_varint(protobuf, key_value);
	protobuf_varint(protobuf, length);
	protobuf_raw(protobuf, text, length);
}

/* One byte is kept for the length, since most messages are shorter than 128 bytes. */
size_t protobuf_begin(struct protobuf *protobuf, uint32_t field)
{
	uint64_t key_value = key(field, WIRE_LENGTH);

	if (fits(protobuf, protobuf_varint_size(key_value) + 1)) {
		protobuf_varint(protobuf, key_value);
		protobuf->length++;
	}
	return protobuf->length;
}

void protobuf_end(struct protobuf *protobuf, size_t begin)
{
	size_t length = protobuf->length - begin;
	size_t more = protobuf_varint_size(length) - 1;

	if (!fits(protobuf, more))
		return;
	if (more > 0)
		memmove(protobuf->data + begin + more, protobuf->data + begin, length);
	put_varint(protobuf->data + begin - 1, length);
	protobuf->length += more;
}
