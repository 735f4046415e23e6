#include "wire/codec_pb.h"

#include <errno.h>

size_t codec_put_request(void *to, size_t size, const struct request *request)
{
	memwatch_Request message = {
		.version = WIRE_VERSION,
		.id = request->id,
		.op = request->op,
		.pid = request->pid,
		.pid_ns = request->pid_ns,
		.start_ticks = request->start_ticks,
		.since = request->since,
		.peak = request->peak,
		.selection = request->selection,
	};
	pb_ostream_t out = pb_ostream_from_buffer(to, size);

	text_copy(message.category, sizeof message.category, request->category);
	text_copy(message.text, sizeof message.text, request->text);
	text_copy(message.path, sizeof message.path, request->path);
	text_copy(message.name, sizeof message.name, request->name);
	message.reaped_count = request->reaped_count < REAPED_MOST
				       ? (pb_size_t)request->reaped_count
				       : REAPED_MOST;
	for (pb_size_t i = 0; i < message.reaped_count; i++)
		message.reaped[i] =
			(memwatch_Reaped){ request->reaped[i].pid, request->reaped[i].status,
					   request->reaped[i].peak, request->reaped[i].waited,
					   request->reaped[i].floor };
	return pb_encode(&out, &memwatch_Request_msg, &message) ? out.bytes_written : 0;
}

int codec_get_request(const void *from, size_t size, struct request *ret_request)
{
	memwatch_Request message = memwatch_Request_init_zero;
	pb_istream_t in = pb_istream_from_buffer(from, size);

	memset(ret_request, 0, sizeof *ret_request);
	if (!pb_decode(&in, &memwatch_Request_msg, &message) || message.version == 0)
		return -EBADMSG;
	if (message.version != WIRE_VERSION)
		return -EPROTO;
	if (message.op < REQUEST_ATTACH || message.op > REQUEST_LAST)
		return -EBADMSG;
	ret_request->id = message.id;
	ret_request->op = (enum request_op)message.op;
	ret_request->pid = message.pid;
	ret_request->pid_ns = message.pid_ns;
	ret_request->start_ticks = message.start_ticks;
	ret_request->since = message.since;
	ret_request->peak = message.peak;
	ret_request->selection = message.selection;
	text_copy(ret_request->category, sizeof ret_request->category, message.category);
	text_copy(ret_request->text, sizeof ret_request->text, message.text);
	text_copy(ret_request->path, sizeof ret_request->path, message.path);
	text_copy(ret_request->name, sizeof ret_request->name, message.name);
	ret_request->reaped_count = message.reaped_count;
	for (pb_size_t i = 0; i < message.reaped_count; i++)
		ret_request->reaped[i] =
			(struct reaped){ message.reaped[i].pid, message.reaped[i].status,
					 message.reaped[i].peak, message.reaped[i].waited,
					 message.reaped[i].floor };
	return 0;
}

/* --- Reply, writing */

static void fill_session(memwatch_Session *to, const struct session_info *session)
{
	text_copy(to->name, sizeof to->name, session->name);
	text_copy(to->host, sizeof to->host, session->host);
	to->pid = session->pid;
	to->interval_ns = session->interval_ns;
	to->start_ns = session->start_ns;
	to->start_wall_ns = session->start_wall_ns;
	to->jump_count = (pb_size_t)session->wall.count;
	for (uint32_t i = 0; i < session->wall.count; i++) {
		to->jump[i].time_ns = session->wall.jumps[i].t_ns;
		to->jump[i].unix_ns = session->wall.jumps[i].unix_ns;
	}
	to->metrics = session->metrics;
	to->metrics_interval_ns = session->metrics_interval_ns;
	to->pid_ns = session->pid_ns;
}

static void fill_recording(memwatch_Recording *to, const struct recording_info *recording)
{
	to->state = recording->state;
	text_copy(to->path, sizeof to->path, recording->path);
	text_copy(to->error, sizeof to->error, recording->error);
	to->samples = recording->samples;
	to->events = recording->events;
	to->lost = recording->lost;
	to->processes = recording->processes;
	to->until_ns = recording->until_ns;
}

static void fill_status(memwatch_Status *to, const struct status_info *status)
{
	to->ticks = status->ticks;
	to->missed = status->missed;
	to->events = status->events;
	to->dropped = status->dropped;
	to->processes = status->processes;
	to->ended = status->ended;
	to->subscribers = status->subscribers;
	to->gate_restarts = status->gate_restarts;
	to->bad_messages = status->bad_messages;
	to->oldest_seq = status->oldest_seq;
	to->exact_ns = status->exact_ns;
	to->history_bytes = status->history_bytes;
	to->rollup_reads = status->rollup_reads;
	to->rollup_total_ns = status->rollup_total_ns;
	to->rollup_max_ns = status->rollup_max_ns;
	to->rollup_share = status->rollup_share;
	to->recording_count = status->recording_count < RECORDINGS_MOST
				      ? (pb_size_t)status->recording_count
				      : RECORDINGS_MOST;
	for (pb_size_t i = 0; i < to->recording_count; i++)
		fill_recording(&to->recording[i], &status->recordings[i]);
	to->unseen = status->unseen;
	to->unseen_at_least = status->unseen_at_least;
	to->dropped_processes = status->dropped_processes;
	to->lean = status->lean;
	to->unfollowed = status->unfollowed;
	to->rule_count =
		status->rule_count < RULES_MOST ? (pb_size_t)status->rule_count : RULES_MOST;
	for (pb_size_t i = 0; i < to->rule_count; i++)
		text_copy(to->rule[i], sizeof to->rule[i], status->rules[i]);
}

size_t codec_put_reply(void *to, size_t size, const struct reply *reply)
{
	memwatch_Reply message = memwatch_Reply_init_zero;
	pb_ostream_t out = pb_ostream_from_buffer(to, size);

	message.version = WIRE_VERSION;
	message.ok = reply->ok;
	message.value = reply->value;
	text_copy(message.message, sizeof message.message, reply->message);
	message.has_session = reply->has_session;
	message.has_status = reply->has_status;
	fill_session(&message.session, &reply->session);
	fill_status(&message.status, &reply->status);
	return pb_encode(&out, &memwatch_Reply_msg, &message) ? out.bytes_written : 0;
}

size_t codec_put_process_info(void *to, size_t size, const struct process_info *info)
{
	memwatch_ProcessInfo message = {
		.line = info->line,
		.pid = info->pid,
		.ppid = info->ppid,
		.ended = info->ended,
		.start_ticks = info->start_ticks,
		.rss = info->rss,
		.max_rss = info->max_rss,
		.peak_rss = info->peak_rss,
		.dropped_by_hand = info->dropped_by_hand,
		.events = info->events,
		.dropped = info->dropped,
		.since_ns = info->since_ns,
		.selections = info->selections,
	};
	pb_ostream_t part = part_open(to, size);

	text_copy(message.name, sizeof message.name, info->name);
	text_copy(message.command, sizeof message.command, info->command);
	return part_close(to, &part, memwatch_Reply_process_tag,
			  size >= PART_HEAD &&
				  pb_encode(&part, &memwatch_ProcessInfo_msg, &message));
}

size_t codec_put_reply_records(void *to, size_t size, const void *records, size_t records_size)
{
	pb_ostream_t out = pb_ostream_from_buffer(to, size);

	if (!pb_encode_tag(&out, PB_WT_STRING, memwatch_Reply_records_tag) ||
	    !pb_encode_string(&out, records, records_size))
		return 0;
	return out.bytes_written;
}

/* --- Reply, reading */

struct reply_reader {
	struct reply *reply;
	process_info_fn each_process;
	void *arg;
	uint32_t version;
	struct records_reader records;
};

static bool get_session(pb_istream_t *in, struct session_info *ret)
{
	memwatch_Session message = memwatch_Session_init_zero;

	if (!pb_decode(in, &memwatch_Session_msg, &message))
		return false;
	text_copy(ret->name, sizeof ret->name, message.name);
	text_copy(ret->host, sizeof ret->host, message.host);
	ret->pid = message.pid;
	ret->interval_ns = message.interval_ns;
	ret->start_ns = message.start_ns;
	ret->start_wall_ns = message.start_wall_ns;
	ret->wall.count = 0;
	for (pb_size_t i = 0; i < message.jump_count; i++)
		wall_add_jump(ret, message.jump[i].time_ns, message.jump[i].unix_ns);
	ret->metrics = (message.metrics & METRICS_ALL) | METRIC_BIT(METRIC_RSS);
	ret->metrics_interval_ns = message.metrics_interval_ns;
	ret->pid_ns = message.pid_ns;
	return true;
}

static bool get_recording(const memwatch_Recording *message, struct recording_info *ret)
{
	if (message->state > RECORDING_FAILED)
		return false;
	ret->state = (enum recording_state)message->state;
	text_copy(ret->path, sizeof ret->path, message->path);
	text_copy(ret->error, sizeof ret->error, message->error);
	ret->samples = message->samples;
	ret->events = message->events;
	ret->lost = message->lost;
	ret->processes = message->processes;
	ret->until_ns = message->until_ns;
	return true;
}

static bool get_status(pb_istream_t *in, struct status_info *ret)
{
	memwatch_Status message = memwatch_Status_init_zero;

	if (!pb_decode(in, &memwatch_Status_msg, &message))
		return false;
	ret->ticks = message.ticks;
	ret->missed = message.missed;
	ret->events = message.events;
	ret->dropped = message.dropped;
	ret->processes = message.processes;
	ret->ended = message.ended;
	ret->subscribers = message.subscribers;
	ret->gate_restarts = message.gate_restarts;
	ret->bad_messages = message.bad_messages;
	ret->oldest_seq = message.oldest_seq;
	ret->exact_ns = message.exact_ns;
	ret->history_bytes = message.history_bytes;
	ret->rollup_reads = message.rollup_reads;
	ret->rollup_total_ns = message.rollup_total_ns;
	ret->rollup_max_ns = message.rollup_max_ns;
	ret->rollup_share = message.rollup_share;
	ret->unseen = message.unseen;
	ret->unseen_at_least = message.unseen_at_least;
	ret->dropped_processes = message.dropped_processes;
	ret->lean = message.lean;
	ret->unfollowed = message.unfollowed;
	ret->rule_count = message.rule_count;
	for (pb_size_t i = 0; i < message.rule_count; i++)
		text_copy(ret->rules[i], sizeof ret->rules[i], message.rule[i]);
	ret->recording_count = message.recording_count;
	for (pb_size_t i = 0; i < message.recording_count; i++) {
		if (!get_recording(&message.recording[i], &ret->recordings[i]))
			return false;
	}
	return true;
}

static bool get_process_info(pb_istream_t *in, const struct reply_reader *reader)
{
	memwatch_ProcessInfo message = memwatch_ProcessInfo_init_zero;
	struct process_info info = { 0 };

	if (!pb_decode(in, &memwatch_ProcessInfo_msg, &message))
		return false;
	info.line = message.line;
	info.pid = message.pid;
	info.ppid = message.ppid;
	info.ended = message.ended;
	info.start_ticks = message.start_ticks;
	info.rss = message.rss;
	info.max_rss = message.max_rss;
	info.peak_rss = message.peak_rss;
	info.dropped_by_hand = message.dropped_by_hand;
	info.events = message.events;
	info.dropped = message.dropped;
	info.since_ns = message.since_ns;
	info.selections = message.selections;
	text_copy(info.name, sizeof info.name, message.name);
	text_copy(info.command, sizeof info.command, message.command);
	if (reader->each_process)
		reader->each_process(reader->arg, &info);
	return true;
}

static bool get_part(pb_istream_t *part, uint32_t tag, struct reply_reader *reader)
{
	switch (tag) {
	case memwatch_Reply_session_tag:
		reader->reply->has_session = true;
		return get_session(part, &reader->reply->session);
	case memwatch_Reply_status_tag:
		reader->reply->has_status = true;
		return get_status(part, &reader->reply->status);
	case memwatch_Reply_process_tag:
		return get_process_info(part, reader);
	default:
		return codec_walk(part, codec_records_field, &reader->records);
	}
}

static bool reply_field(pb_istream_t *in, pb_wire_type_t type, uint32_t tag, void *arg)
{
	struct reply_reader *reader = arg;
	pb_istream_t part;
	uint64_t number;

	if (tag == memwatch_Reply_version_tag && type == PB_WT_VARINT)
		return get_u32(in, &reader->version);
	if (tag == memwatch_Reply_value_tag && type == PB_WT_VARINT)
		return get_uint(in, &reader->reply->value);
	if (tag == memwatch_Reply_ok_tag && type == PB_WT_VARINT) {
		if (!get_uint(in, &number))
			return false;
		reader->reply->ok = number != 0;
		return true;
	}
	if (tag == memwatch_Reply_message_tag && type == PB_WT_STRING)
		return codec_get_text(in, reader->reply->message, sizeof reader->reply->message);
	if (type != PB_WT_STRING || tag < memwatch_Reply_session_tag ||
	    tag > memwatch_Reply_records_tag)
		return pb_skip_field(in, type);
	return pb_make_string_substream(in, &part) && get_part(&part, tag, reader) &&
	       pb_close_string_substream(in, &part);
}

int codec_get_reply(const void *from, size_t size, struct reply *ret_reply,
		    process_info_fn each_process, record_fn each_record, void *arg)
{
	pb_istream_t in = pb_istream_from_buffer(from, size);
	struct reply_reader reader = {
		.reply = ret_reply,
		.each_process = each_process,
		.arg = arg,
		.records = { .each = each_record, .arg = arg },
	};
	bool ok;

	memset(ret_reply, 0, sizeof *ret_reply);
	ok = codec_walk(&in, reply_field, &reader);
	if (reader.version != 0 && reader.version != WIRE_VERSION)
		return -EPROTO;
	return ok && reader.version != 0 ? 0 : -EBADMSG;
}
