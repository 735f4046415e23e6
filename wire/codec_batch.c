#include "wire/codec_pb.h"

#include <errno.h>

bool codec_get_text(pb_istream_t *in, char *to, size_t size)
{
	pb_istream_t part;
	size_t length;

	if (!pb_make_string_substream(in, &part))
		return false;
	/* One byte more than fits tells where a character that is cut begins. */
	length = part.bytes_left < size ? part.bytes_left : size;
	if (!pb_read(&part, (pb_byte_t *)to, length))
		return false;
	length = text_cut(to, length, size - 1);
	to[length] = '\0';
	return pb_close_string_substream(in, &part);
}

bool codec_walk(pb_istream_t *in, field_fn field, void *arg)
{
	pb_wire_type_t type;
	uint32_t tag;
	bool end;

	while (pb_decode_tag(in, &type, &tag, &end)) {
		if (!field(in, type, tag, arg))
			return false;
	}
	return end;
}

bool codec_walk_part(pb_istream_t *in, field_fn field, void *arg)
{
	pb_istream_t part;

	return pb_make_string_substream(in, &part) && codec_walk(&part, field, arg) &&
	       pb_close_string_substream(in, &part);
}

/* --- one event */

bool codec_put_event_fields(pb_ostream_t *out, uint64_t t_ns, const struct event *event)
{
	return put_uint(out, memwatch_Event_number_tag, event->number) &&
	       put_uint(out, memwatch_Event_time_ns_tag, t_ns) &&
	       put_uint(out, memwatch_Event_kind_tag, event->kind) &&
	       put_text(out, memwatch_Event_category_tag, event->category) &&
	       put_text(out, memwatch_Event_label_tag, event->label) &&
	       put_uint(out, memwatch_Event_span_tag, event->span) &&
	       put_uint(out, memwatch_Event_duration_ns_tag, event->duration_ns) &&
	       put_uint(out, memwatch_Event_rss_tag, event->rss) &&
	       put_uint(out, memwatch_Event_rss_end_tag, event->rss_end) &&
	       put_uint(out, memwatch_Event_shared_tag, event->shared) &&
	       put_uint(out, memwatch_Event_peak_rss_tag, event->peak_rss) &&
	       put_uint(out, memwatch_Event_rss_age_ns_tag, event->rss_age_ns);
}

struct event_reader {
	struct record *record;
	struct event_text *texts;
	uint64_t kind;
	uint64_t unfinished;
	uint64_t peak_exact;
};

/* Where a number goes; NULL for a field that is no number. */
static uint64_t *event_number(struct event_reader *reader, uint32_t tag)
{
	struct event *event = &reader->record->event;

	switch (tag) {
	case memwatch_Event_number_tag:
		return &event->number;
	case memwatch_Event_time_ns_tag:
		return &reader->record->t_ns;
	case memwatch_Event_kind_tag:
		return &reader->kind;
	case memwatch_Event_span_tag:
		return &event->span;
	case memwatch_Event_duration_ns_tag:
		return &event->duration_ns;
	case memwatch_Event_rss_tag:
		return &event->rss;
	case memwatch_Event_rss_end_tag:
		return &event->rss_end;
	case memwatch_Event_unfinished_tag:
		return &reader->unfinished;
	case memwatch_Event_limit_tag:
		return &event->limit;
	case memwatch_Event_shared_tag:
		return &event->shared;
	case memwatch_Event_peak_rss_tag:
		return &event->peak_rss;
	case memwatch_Event_peak_exact_tag:
		return &reader->peak_exact;
	case memwatch_Event_rss_age_ns_tag:
		return &event->rss_age_ns;
	default:
		return NULL;
	}
}

static bool event_field(pb_istream_t *in, pb_wire_type_t type, uint32_t tag, void *arg)
{
	struct event_reader *reader = arg;
	uint64_t *number;

	if (type == PB_WT_VARINT) {
		number = event_number(reader, tag);
		if (number)
			return get_uint(in, number);
		if (tag == memwatch_Event_line_tag)
			return get_u32(in, &reader->record->event.line);
	}
	if (type == PB_WT_STRING && tag == memwatch_Event_category_tag)
		return codec_get_text(in, reader->texts->category, sizeof reader->texts->category);
	if (type == PB_WT_STRING && tag == memwatch_Event_label_tag)
		return codec_get_text(in, reader->texts->label, sizeof reader->texts->label);
	return pb_skip_field(in, type);
}

bool codec_get_event(pb_istream_t *in, struct record *ret_record, struct event_text *texts)
{
	struct event_reader reader = { .record = ret_record, .texts = texts };

	memset(&ret_record->event, 0, sizeof ret_record->event);
	ret_record->type = RECORD_EVENT;
	texts->category[0] = '\0';
	texts->label[0] = '\0';
	ret_record->event.category = texts->category;
	ret_record->event.label = texts->label;
	if (!codec_walk_part(in, event_field, &reader) || reader.kind > EVENT_SPAN_END)
		return false;
	ret_record->event.kind = (enum event_kind)reader.kind;
	ret_record->event.unfinished = reader.unfinished != 0;
	ret_record->event.peak_exact = reader.peak_exact != 0;
	return true;
}

/* --- EventBatch */

size_t codec_put_emitter(void *to, size_t size, const struct emitter *emitter)
{
	memwatch_EventBatch batch = {
		.version = emitter->version,
		.pid = emitter->pid,
		.start_ticks = emitter->start_ticks,
		.pid_ns = emitter->pid_ns,
		.instance = emitter->instance,
		.from = emitter->from,
		.to = emitter->to,
		.dropped = emitter->dropped,
	};
	pb_ostream_t out = pb_ostream_from_buffer(to, size);

	text_copy(batch.name, sizeof batch.name, emitter->name);
	return pb_encode(&out, &memwatch_EventBatch_msg, &batch) ? out.bytes_written : 0;
}

size_t codec_put_event(void *to, size_t size, uint64_t t_ns, const struct event *event)
{
	pb_ostream_t part = part_open(to, size);
	bool ok = size >= PART_HEAD && codec_put_event_fields(&part, t_ns, event);

	return part_close(to, &part, memwatch_EventBatch_event_tag, ok);
}

int codec_get_emitter(const void *from, size_t size, struct emitter *ret_emitter)
{
	memwatch_EventBatch batch = memwatch_EventBatch_init_zero;
	pb_istream_t in = pb_istream_from_buffer(from, size);

	memset(ret_emitter, 0, sizeof *ret_emitter);
	if (!pb_decode(&in, &memwatch_EventBatch_msg, &batch))
		return -EBADMSG;
	ret_emitter->version = batch.version;
	ret_emitter->pid = batch.pid;
	ret_emitter->start_ticks = batch.start_ticks;
	ret_emitter->pid_ns = batch.pid_ns;
	ret_emitter->instance = batch.instance;
	ret_emitter->from = batch.from;
	ret_emitter->to = batch.to;
	ret_emitter->dropped = batch.dropped;
	text_copy(ret_emitter->name, sizeof ret_emitter->name, batch.name);
	if (batch.version == 0)
		return -EBADMSG;
	return batch.version == WIRE_VERSION ? 0 : -EPROTO;
}

struct batch_reader {
	record_fn each;
	void *arg;
};

static bool batch_field(pb_istream_t *in, pb_wire_type_t type, uint32_t tag, void *arg)
{
	struct batch_reader *reader = arg;
	struct event_text texts;
	struct record record;

	if (type != PB_WT_STRING || tag != memwatch_EventBatch_event_tag)
		return pb_skip_field(in, type);
	record.seq = 0;
	record.t_ns = 0;
	if (!codec_get_event(in, &record, &texts))
		return false;
	record.event.line = 0;
	record.event.unfinished = false;
	record.event.peak_exact = false;
	record.event.limit = 0;
	reader->each(reader->arg, &record);
	return true;
}

int codec_get_events(const void *from, size_t size, record_fn each, void *arg)
{
	pb_istream_t in = pb_istream_from_buffer(from, size);
	struct batch_reader reader = { .each = each, .arg = arg };

	return codec_walk(&in, batch_field, &reader) ? 0 : -EBADMSG;
}
