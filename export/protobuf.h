/*
 * Protocol Buffers, written field by field into a buffer of the caller's. What doesn't fit is left
 * out and noted in `full`, after which nothing more is written. Pure.
 */
#ifndef EXPORT_PROTOBUF_H
#define EXPORT_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct protobuf {
	uint8_t *data;
	size_t size;
	size_t length;
	bool full;
};

/* Most bytes of a varint, which a field's key is too. */
#define PROTOBUF_VARINT_MAX 10

/* As uint32, uint64, bool and enums are; int32 and int64 that are not negative. */
void protobuf_uint(struct protobuf *protobuf, uint32_t field, uint64_t value);

/* The NUL-ended @text, which must be UTF-8 for a string field. */
void protobuf_text(struct protobuf *protobuf, uint32_t field, const char *text);

/*
 * A message within the message: all that is written until protobuf_end, which takes what
 * protobuf_begin returned. They nest.
 */
size_t protobuf_begin(struct protobuf *protobuf, uint32_t field);
void protobuf_end(struct protobuf *protobuf, size_t begin);

/* A varint by itself, and bytes as they are: pieces of fields. */
void protobuf_varint(struct protobuf *protobuf, uint64_t value);
void protobuf_raw(struct protobuf *protobuf, const void *bytes, size_t length);

/* Bytes that a varint takes. */
unsigned protobuf_varint_size(uint64_t value);

#endif
