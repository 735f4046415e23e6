#include "wire/codec_pb.h"

#include <errno.h>

/* --- writing */

size_t codec_put_records_head(void *to, size_t size, uint64_t first_seq)
{
	pb_ostream_t out = pb_ostream_from_buffer(to, size);

	if (!put_uint(&out, memwatch_Records_version_tag, WIRE_VERSION) ||
	    !put_uint(&out, memwatch_Records_first_seq_tag, first_seq))
		return 0;
	return out.bytes_written;
}

static uint64_t listed(const struct sample *sample, uint32_t tag)
{
	if (tag == memwatch_Tick_line_tag)
		return sample->line;
	return (tag == memwatch_Tick_rss_kib_tag ? sample->rss : sample->shared) / 1024;
}

/* One list of a tick: its length is counted first, since a packed list says it first. */
static bool put_samples(pb_ostream_t *out, uint32_t tag, const struct tick *tick)
{
	pb_ostream_t counter = PB_OSTREAM_SIZING;
	size_t i;

	if (tick->count == 0)
		return true;
	for (i = 0; i < tick->count; i++) {
		if (!pb_encode_varint(&counter, listed(&tick->samples[i], tag)))
			return false;
	}
	if (!pb_encode_tag(out, PB_WT_STRING, tag) || !pb_encode_varint(out, counter.bytes_written))
		return false;
	for (i = 0; i < tick->count; i++) {
		if (!pb_encode_varint(out, listed(&tick->samples[i], tag)))
			return false;
	}
	return true;
}

static bool has_shared(const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		if (tick->samples[i].shared)
			return true;
	}
	return false;
}

static bool put_tick(pb_ostream_t *out, const struct tick *tick)
{
	return put_uint(out, memwatch_Tick_missed_tag, tick->missed) &&
	       put_uint(out, memwatch_Tick_reading_tag, tick->reading) &&
	       put_samples(out, memwatch_Tick_line_tag, tick) &&
	       put_samples(out, memwatch_Tick_rss_kib_tag, tick) &&
	       (!has_shared(tick) || put_samples(out, memwatch_Tick_shared_kib_tag, tick));
}

static bool put_process(pb_ostream_t *out, const struct process *process)
{
	return put_uint(out, memwatch_Process_line_tag, process->line) &&
	       put_uint(out, memwatch_Process_pid_tag, process->pid) &&
	       put_uint(out, memwatch_Process_ppid_tag, process->ppid) &&
	       put_uint(out, memwatch_Process_start_ticks_tag, process->start_ticks) &&
	       put_text(out, memwatch_Process_name_tag, process->name) &&
	       put_text(out, memwatch_Process_command_tag, process->command);
}

static bool put_end(pb_ostream_t *out, const struct end *end)
{
	memwatch_End message = {
		.line = end->line,
		.pid = end->pid,
		.reason = end->reason,
		.code = end->code,
		.last_rss = end->last_rss,
		.max_rss = end->max_rss,
		.peak_rss = end->peak_rss,
		.peak_kind = end->peak_kind,
	};

	return pb_encode(out, &memwatch_End_msg, &message);
}

static bool put_gap(pb_ostream_t *out, const struct gap *gap)
{
	return put_uint(out, memwatch_Gap_line_tag, gap->line) &&
	       put_uint(out, memwatch_Gap_reason_tag, gap->reason) &&
	       put_uint(out, memwatch_Gap_from_ns_tag, gap->from_ns) &&
	       put_uint(out, memwatch_Gap_to_ns_tag, gap->to_ns) &&
	       put_uint(out, memwatch_Gap_count_tag, gap->count);
}

static bool put_stream_event(pb_ostream_t *out, const struct event *event)
{
	return put_uint(out, memwatch_Event_line_tag, event->line) &&
	       put_uint(out, memwatch_Event_unfinished_tag, event->unfinished) &&
	       put_uint(out, memwatch_Event_limit_tag, event->limit) &&
	       put_uint(out, memwatch_Event_peak_exact_tag, event->peak_exact) &&
	       codec_put_event_fields(out, 0, event);
}

static bool put_body(pb_ostream_t *out, const struct record *record, uint32_t *ret_tag)
{
	switch (record->type) {
	case RECORD_TICK:
		*ret_tag = memwatch_Record_tick_tag;
		return put_tick(out, &record->tick);
	case RECORD_EVENT:
		*ret_tag = memwatch_Record_event_tag;
		return put_stream_event(out, &record->event);
	case RECORD_PROCESS:
		*ret_tag = memwatch_Record_process_tag;
		return put_process(out, &record->process);
	case RECORD_END:
		*ret_tag = memwatch_Record_end_tag;
		return put_end(out, &record->end);
	case RECORD_GAP:
		*ret_tag = memwatch_Record_gap_tag;
		return put_gap(out, &record->gap);
	case RECORD_PEAK:
		*ret_tag = memwatch_Record_peak_tag;
		return codec_put_peak(out, &record->peak);
	case RECORD_LIMIT:
		*ret_tag = memwatch_Record_limit_tag;
		return codec_put_limit(out, &record->limit);
	case RECORD_INSPECTION:
		*ret_tag = memwatch_Record_inspection_tag;
		return codec_put_inspection(out, &record->inspection);
	case RECORD_METRICS:
		*ret_tag = memwatch_Record_metrics_tag;
		return codec_put_metrics(out, &record->metrics);
	case RECORD_CLOCK:
		*ret_tag = memwatch_Record_clock_tag;
		return put_uint(out, memwatch_Clock_unix_ns_tag, record->clock.unix_ns);
	}
	return false;
}

static bool put_selections(pb_ostream_t *out, const struct record *record)
{
	bool has = record->type == RECORD_PROCESS || record->type == RECORD_EVENT ||
		   record->type == RECORD_LIMIT;

	return !has || (put_uint(out, memwatch_Record_selections_tag, record->selections) &&
			put_uint(out, memwatch_Record_again_tag,
				 record->type == RECORD_PROCESS && record->again));
}

size_t codec_put_record(void *to, size_t size, const struct record *record)
{
	pb_ostream_t part = part_open(to, size);
	pb_ostream_t body;
	uint32_t tag = 0;
	bool ok;

	if (size < 3 * PART_HEAD || !put_uint(&part, memwatch_Record_time_ns_tag, record->t_ns) ||
	    !put_selections(&part, record))
		return 0;
	pb_byte_t *at = (pb_byte_t *)to + PART_HEAD + part.bytes_written;
	body = part_open(at, size - PART_HEAD - part.bytes_written);
	ok = put_body(&body, record, &tag);
	part.bytes_written += part_close(at, &body, tag, ok);
	return part_close(to, &part, memwatch_Records_record_tag, ok);
}

/* --- reading */

struct record_reader {
	struct record record;
	bool has_body;
	struct event_text texts;
	union {
		memwatch_Process process;
		memwatch_Inspection inspection;
	};
	size_t rss_count;
	size_t shared_count; /* 0: there was no such list */
	struct sample samples[TICK_SAMPLES];
};

static void set_listed(struct sample *sample, uint32_t tag, uint64_t value)
{
	if (tag == memwatch_Tick_line_tag)
		sample->line = (uint32_t)value;
	else if (tag == memwatch_Tick_rss_kib_tag)
		sample->rss = value * 1024;
	else
		sample->shared = value * 1024;
}

static bool get_list(pb_istream_t *in, struct record_reader *reader, uint32_t tag,
		     size_t *ret_count)
{
	pb_istream_t part;
	uint64_t value;
	size_t count = 0;

	if (!pb_make_string_substream(in, &part))
		return false;
	while (part.bytes_left > 0) {
		if (count == TICK_SAMPLES || !get_uint(&part, &value))
			return false;
		set_listed(&reader->samples[count++], tag, value);
	}
	*ret_count = count;
	return pb_close_string_substream(in, &part);
}

static bool tick_field(pb_istream_t *in, pb_wire_type_t type, uint32_t tag, void *arg)
{
	struct record_reader *reader = arg;
	uint64_t reading;

	if (tag == memwatch_Tick_missed_tag && type == PB_WT_VARINT)
		return get_uint(in, &reader->record.tick.missed);
	if (tag == memwatch_Tick_reading_tag && type == PB_WT_VARINT) {
		if (!get_uint(in, &reading))
			return false;
		reader->record.tick.reading = reading != 0;
		return true;
	}
	if (tag == memwatch_Tick_line_tag && type == PB_WT_STRING)
		return get_list(in, reader, tag, &reader->record.tick.count);
	if (tag == memwatch_Tick_rss_kib_tag && type == PB_WT_STRING)
		return get_list(in, reader, tag, &reader->rss_count);
	if (tag == memwatch_Tick_shared_kib_tag && type == PB_WT_STRING)
		return get_list(in, reader, tag, &reader->shared_count);
	return pb_skip_field(in, type);
}

/* A sender that knows nothing of shared pages leaves their list out. */
static void settle_shared(struct record_reader *reader)
{
	for (size_t i = 0; i < reader->record.tick.count; i++) {
		struct sample *sample = &reader->samples[i];

		if (reader->shared_count == 0)
			sample->shared = 0;
		else if (sample->shared > sample->rss)
			sample->shared = sample->rss;
	}
}

static bool get_tick(pb_istream_t *in, struct record_reader *reader)
{
	reader->record.type = RECORD_TICK;
	reader->record.tick = (struct tick){ .samples = reader->samples };
	reader->rss_count = 0;
	reader->shared_count = 0;
	if (!codec_walk_part(in, tick_field, reader) ||
	    reader->rss_count != reader->record.tick.count ||
	    (reader->shared_count && reader->shared_count != reader->rss_count))
		return false;
	settle_shared(reader);
	return true;
}

static bool get_process(pb_istream_t *in, struct record_reader *reader)
{
	memwatch_Process *message = &reader->process;

	if (!codec_get_message(in, &memwatch_Process_msg, message))
		return false;
	reader->record.type = RECORD_PROCESS;
	reader->record.process = (struct process){
		.line = message->line,
		.pid = message->pid,
		.ppid = message->ppid,
		.start_ticks = message->start_ticks,
		.name = message->name,
		.command = message->command,
	};
	return true;
}

static bool get_end(pb_istream_t *in, struct record_reader *reader)
{
	memwatch_End message = memwatch_End_init_zero;

	if (!codec_get_message(in, &memwatch_End_msg, &message) || message.reason > END_LIMITED ||
	    message.peak_kind > PEAK_AT_MOST)
		return false;
	reader->record.type = RECORD_END;
	reader->record.end = (struct end){
		.line = message.line,
		.pid = message.pid,
		.reason = (enum end_reason)message.reason,
		.code = message.code,
		.last_rss = message.last_rss,
		.max_rss = message.max_rss,
		.peak_rss = message.peak_rss,
		.peak_kind = (enum peak_kind)message.peak_kind,
	};
	return true;
}

static bool get_gap(pb_istream_t *in, struct record_reader *reader)
{
	memwatch_Gap message = memwatch_Gap_init_zero;

	if (!codec_get_message(in, &memwatch_Gap_msg, &message) || message.reason > GAP_UNFOLLOWED)
		return false;
	reader->record.type = RECORD_GAP;
	reader->record.gap = (struct gap){
		.line = message.line,
		.reason = (enum gap_reason)message.reason,
		.from_ns = message.from_ns,
		.to_ns = message.to_ns,
		.count = message.count,
	};
	return true;
}

static bool get_clock(pb_istream_t *in, struct record_reader *reader)
{
	memwatch_Clock message = memwatch_Clock_init_zero;

	if (!codec_get_message(in, &memwatch_Clock_msg, &message))
		return false;
	reader->record.type = RECORD_CLOCK;
	reader->record.clock.unix_ns = message.unix_ns;
	return true;
}

static bool get_bool(pb_istream_t *in, bool *ret_value)
{
	uint64_t value;

	if (!get_uint(in, &value))
		return false;
	*ret_value = value != 0;
	return true;
}

static bool record_field(pb_istream_t *in, pb_wire_type_t type, uint32_t tag, void *arg)
{
	struct record_reader *reader = arg;
	uint64_t t_ns = reader->record.t_ns;

	if (tag == memwatch_Record_time_ns_tag && type == PB_WT_VARINT)
		return get_uint(in, &reader->record.t_ns);
	if (tag == memwatch_Record_selections_tag && type == PB_WT_VARINT)
		return get_uint(in, &reader->record.selections);
	if (tag == memwatch_Record_again_tag && type == PB_WT_VARINT)
		return get_bool(in, &reader->record.again);
	if (type != PB_WT_STRING || tag < memwatch_Record_tick_tag ||
	    tag > memwatch_Record_clock_tag)
		return pb_skip_field(in, type);
	reader->has_body = true;
	switch (tag) {
	case memwatch_Record_tick_tag:
		return get_tick(in, reader);
	case memwatch_Record_event_tag:
		if (!codec_get_event(in, &reader->record, &reader->texts))
			return false;
		reader->record.t_ns = t_ns;
		return true;
	case memwatch_Record_process_tag:
		return get_process(in, reader);
	case memwatch_Record_end_tag:
		return get_end(in, reader);
	case memwatch_Record_gap_tag:
		return get_gap(in, reader);
	case memwatch_Record_peak_tag:
		return codec_get_peak(in, &reader->record);
	case memwatch_Record_limit_tag:
		return codec_get_limit(in, &reader->record);
	case memwatch_Record_inspection_tag:
		return codec_get_inspection(in, &reader->record, &reader->inspection);
	case memwatch_Record_clock_tag:
		return get_clock(in, reader);
	default:
		return codec_get_metrics(in, &reader->record);
	}
}

bool codec_records_field(pb_istream_t *in, pb_wire_type_t type, uint32_t tag, void *arg)
{
	struct records_reader *records = arg;
	struct record_reader reader;

	if (tag == memwatch_Records_version_tag && type == PB_WT_VARINT)
		return get_u32(in, &records->version);
	if (tag == memwatch_Records_first_seq_tag && type == PB_WT_VARINT)
		return get_uint(in, &records->seq);
	if (tag != memwatch_Records_record_tag || type != PB_WT_STRING)
		return pb_skip_field(in, type);
	if (records->version != WIRE_VERSION)
		return false;
	reader.record.seq = records->seq++;
	reader.record.t_ns = 0;
	reader.record.selections = 0;
	reader.record.again = false;
	reader.has_body = false;
	if (!codec_walk_part(in, record_field, &reader))
		return false;
	if (reader.has_body && records->each)
		records->each(records->arg, &reader.record);
	return true;
}

static int records_result(const struct records_reader *records, bool ok)
{
	if (records->version != 0 && records->version != WIRE_VERSION)
		return -EPROTO;
	return ok && records->version != 0 ? 0 : -EBADMSG;
}

int codec_get_records(const void *from, size_t size, record_fn each, void *arg)
{
	pb_istream_t in = pb_istream_from_buffer(from, size);
	struct records_reader records = { .each = each, .arg = arg };

	return records_result(&records, codec_walk(&in, codec_records_field, &records));
}

static bool head_field(pb_istream_t *in, pb_wire_type_t type, uint32_t tag, void *arg)
{
	if (tag == memwatch_Records_record_tag)
		return pb_skip_field(in, type);
	return codec_records_field(in, type, tag, arg);
}

int codec_get_records_seq(const void *from, size_t size, uint64_t *ret_first)
{
	pb_istream_t in = pb_istream_from_buffer(from, size);
	struct records_reader records = { 0 };
	int result = records_result(&records, codec_walk(&in, head_field, &records));

	*ret_first = records.seq;
	return result;
}
