/*
 * Messages to bytes and back, with nanopb: bounded, no allocation. The format is
 * wire/memwatch.proto. Every decoder takes bytes that anyone may have made up: it reads nothing
 * outside them, and what it gives is bounded, NUL-ended, and otherwise as it came (not cleaned for
 * a terminal; a text may be any bytes).
 */
#ifndef WIRE_CODEC_H
#define WIRE_CODEC_H

#include "wire/message.h"
#include "wire/record.h"

/* --- EventBatch: an emitter to the gate
 * ------------------------------------------------------------------------- */

/* Room for one encoded event, and for a batch's own fields. */
#define CODEC_EVENT_ROOM 448
#define CODEC_BATCH_ROOM 160

/*
 * A batch is written piece by piece to one buffer: its head, then each event. Each returns the
 * bytes written at @to, 0 where @size does not do. codec_put_event ignores event->line. The head
 * may be written last, at the end: protobuf takes the fields of a message in any order.
 */
size_t codec_put_emitter(void *to, size_t size, const struct emitter *emitter);
size_t codec_put_event(void *to, size_t size, uint64_t t_ns, const struct event *event);

/*
 * The emitter alone: 0; -EBADMSG for what is no EventBatch; -EPROTO for one of another version
 * (version and pid are set all the same).
 */
int codec_get_emitter(const void *from, size_t size, struct emitter *ret_emitter);

/* Each event in turn, as a record of type RECORD_EVENT with line 0, valid during the call. 0 or
 * -EBADMSG. */
int codec_get_events(const void *from, size_t size, record_fn each, void *arg);

/* --- Records: the stream, and what a History reply carries
 * ------------------------------------------------------ */

/* Room for one record that is not a tick; a tick needs CODEC_SAMPLE_ROOM a sample more. */
#define CODEC_RECORD_ROOM 512
#define CODEC_SAMPLE_ROOM 24

/* The message's head, then each record; seq is implied, and record->seq ignored. Bytes written, 0
 * without room. */
size_t codec_put_records_head(void *to, size_t size, uint64_t first_seq);
size_t codec_put_record(void *to, size_t size, const struct record *record);

/* Each record in turn, seq set, valid during the call. 0, -EBADMSG, or -EPROTO for another version.
 */
int codec_get_records(const void *from, size_t size, record_fn each, void *arg);

/* The first seq that a Records message says, also where it holds no record: 0 or as
 * codec_get_records. */
int codec_get_records_seq(const void *from, size_t size, uint64_t *ret_first);

/* --- Request and Reply
 * ------------------------------------------------------------------------------------------ */

size_t codec_put_request(void *to, size_t size, const struct request *request);
int codec_get_request(const void *from, size_t size, struct request *ret_request);

/* A reply: the head, then what belongs to the request: any of the parts, each at most once,
 * processes any number. */
struct reply {
	bool ok;
	uint64_t value;
	char message[512];
	bool has_session;
	bool has_status;
	struct session_info session;
	struct status_info status;
};

size_t codec_put_reply(void *to, size_t size, const struct reply *reply);
size_t codec_put_process_info(void *to, size_t size, const struct process_info *info);
/* The @size bytes of a Records message as the reply's records. */
size_t codec_put_reply_records(void *to, size_t size, const void *records, size_t records_size);

/* @each_process and @each_record may be NULL. 0, -EBADMSG, or -EPROTO for another version. */
int codec_get_reply(const void *from, size_t size, struct reply *ret_reply,
		    process_info_fn each_process, record_fn each_record, void *arg);

#endif
