/*
 * What the codec's files share: nanopb's streams with the small steps that its generated
 * descriptors would make slow or large (events and ticks come by the hundred thousand a second).
 * Private to wire/codec*.c.
 */
#ifndef WIRE_CODEC_PB_H
#define WIRE_CODEC_PB_H

#include <pb_decode.h>
#include <pb_encode.h>
#include <string.h>

#include "wire/codec.h"
#include "wire/memwatch.pb.h"

/* --- writing; as proto3 does, a zero or an empty text is left out */

static inline bool put_uint(pb_ostream_t *out, uint32_t tag, uint64_t value)
{
	if (value == 0)
		return true;
	return pb_encode_tag(out, PB_WT_VARINT, tag) && pb_encode_varint(out, value);
}

static inline bool put_text(pb_ostream_t *out, uint32_t tag, const char *text)
{
	size_t length = strlen(text);

	if (length == 0)
		return true;
	return pb_encode_tag(out, PB_WT_STRING, tag) &&
	       pb_encode_string(out, (const pb_byte_t *)text, length);
}

/* A message inside another: its bytes are written behind room for tag and length, then moved to
 * them. */
#define PART_HEAD 12

static inline pb_ostream_t part_open(void *to, size_t size)
{
	if (size < PART_HEAD)
		return pb_ostream_from_buffer(to, 0);
	return pb_ostream_from_buffer((pb_byte_t *)to + PART_HEAD, size - PART_HEAD);
}

/* The whole part's size, 0 where @ok says that its bytes did not fit. */
static inline size_t part_close(void *to, const pb_ostream_t *part, uint32_t tag, bool ok)
{
	pb_ostream_t head = pb_ostream_from_buffer(to, PART_HEAD);

	if (!ok || !pb_encode_tag(&head, PB_WT_STRING, tag) ||
	    !pb_encode_varint(&head, part->bytes_written))
		return 0;
	memmove((pb_byte_t *)to + head.bytes_written, (pb_byte_t *)to + PART_HEAD,
		part->bytes_written);
	return head.bytes_written + part->bytes_written;
}

/* --- reading */

static inline bool get_uint(pb_istream_t *in, uint64_t *ret)
{
	return pb_decode_varint(in, ret);
}

static inline bool get_u32(pb_istream_t *in, uint32_t *ret)
{
	return pb_decode_varint32(in, ret);
}

/* A text to @to, of @size bytes; what is too long is cut at a character. */
bool codec_get_text(pb_istream_t *in, char *to, size_t size);

/* The fields of one event, its line and time included. @texts holds its category and label. */
struct event_text {
	char category[TEXT_CATEGORY + 1];
	char label[TEXT_LABEL + 1];
};

bool codec_get_event(pb_istream_t *in, struct record *ret_record, struct event_text *texts);
bool codec_put_event_fields(pb_ostream_t *out, uint64_t t_ns, const struct event *event);

/*
 * Walk the fields of a message: @field takes those it knows (and returns false for bad bytes);
 * others it must skip with pb_skip_field. 0 or -EBADMSG, or what @field left in *error.
 */
typedef bool (*field_fn)(pb_istream_t *in, pb_wire_type_t type, uint32_t tag, void *arg);
bool codec_walk(pb_istream_t *in, field_fn field, void *arg);

/* The same for the message that is the next field of @in. */
bool codec_walk_part(pb_istream_t *in, field_fn field, void *arg);

/* A message that is the next field, by its descriptor. */
bool codec_get_message(pb_istream_t *in, const pb_msgdesc_t *fields, void *ret_message);

/* codec_figures.c: the bodies of records; what is read is the record's type and body. */
bool codec_put_peak(pb_ostream_t *out, const struct peak *peak);
bool codec_put_limit(pb_ostream_t *out, const struct limit *limit);
bool codec_put_metrics(pb_ostream_t *out, const struct metrics *metrics);
bool codec_get_peak(pb_istream_t *in, struct record *ret_record);
bool codec_get_limit(pb_istream_t *in, struct record *ret_record);
bool codec_get_metrics(pb_istream_t *in, struct record *ret_record);

/* codec_inspection.c; @message holds the name of what is read. */
bool codec_put_inspection(pb_ostream_t *out, const struct inspection *inspection);
bool codec_get_inspection(pb_istream_t *in, struct record *ret_record,
			  memwatch_Inspection *message);

/* codec_records.c, for a Reply: the message that is the next field of @in. */
struct records_reader {
	record_fn each;
	void *arg;
	uint32_t version;
	uint64_t seq;
};

bool codec_records_field(pb_istream_t *in, pb_wire_type_t type, uint32_t tag, void *arg);

#endif
