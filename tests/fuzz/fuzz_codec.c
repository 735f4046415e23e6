/* libFuzzer over the decoders: the first byte says which, the rest is the message. */
#include "wire/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

#define REQUIRE_ENDED(text) require(memchr(text, '\0', sizeof(text)) != NULL)

static void look_at_text(const char *text, size_t longest)
{
	require(text != NULL && strlen(text) <= longest);
}

static void look_at_record(void *arg, const struct record *record)
{
	uint64_t *sum = arg;

	require(record->type >= RECORD_TICK && record->type <= RECORD_CLOCK);
	if (record->type == RECORD_TICK) {
		require(record->tick.count <= TICK_SAMPLES);
		for (size_t i = 0; i < record->tick.count; i++)
			*sum += record->tick.samples[i].line + record->tick.samples[i].rss;
	} else if (record->type == RECORD_EVENT) {
		require(record->event.kind <= EVENT_SPAN_END);
		look_at_text(record->event.category, TEXT_CATEGORY);
		look_at_text(record->event.label, TEXT_LABEL);
	} else if (record->type == RECORD_PROCESS) {
		look_at_text(record->process.name, TEXT_NAME);
		look_at_text(record->process.command, TEXT_COMMAND);
	} else if (record->type == RECORD_END) {
		require(record->end.reason <= END_DROPPED);
	} else if (record->type == RECORD_GAP) {
		require(record->gap.reason <= GAP_UNFOLLOWED);
	} else if (record->type == RECORD_METRICS) {
		require(record->metrics.line != LINE_SESSION);
		require(!(record->metrics.set & ~METRICS_ALL));
		for (enum metric i = METRIC_RSS; i < METRICS; i++)
			require(record->metrics.values[i] <= INT64_MAX);
	} else if (record->type == RECORD_LIMIT) {
		require(record->limit.limit <= INT64_MAX && record->limit.used <= INT64_MAX);
		require(record->limit.kind == LIMIT_ASKED ||
			(record->limit.kind == LIMIT_MACHINE) ==
				(record->limit.line == LINE_SESSION));
	} else if (record->type == RECORD_INSPECTION) {
		look_at_text(record->inspection.name, TEXT_LABEL);
		require(record->inspection.kinds <= INSPECTION_KINDS);
		require(record->inspection.place < record->inspection.kinds ||
			record->inspection.place == 0);
	}
}

static void look_at_process(void *arg, const struct process_info *info)
{
	(void)arg;
	REQUIRE_ENDED(info->name);
	REQUIRE_ENDED(info->command);
}

static int decode_request(const uint8_t *data, size_t size)
{
	struct request request;
	int result = codec_get_request(data, size, &request);

	if (result == 0) {
		require(request.op >= REQUEST_ATTACH && request.op <= REQUEST_LAST);
		REQUIRE_ENDED(request.category);
		REQUIRE_ENDED(request.text);
		REQUIRE_ENDED(request.path);
	}
	return result;
}

static int decode_reply(const uint8_t *data, size_t size, uint64_t *sum)
{
	struct reply reply;
	int result = codec_get_reply(data, size, &reply, look_at_process, look_at_record, sum);

	REQUIRE_ENDED(reply.message);
	REQUIRE_ENDED(reply.session.name);
	REQUIRE_ENDED(reply.session.host);
	REQUIRE_ENDED(reply.status.recordings[0].path);
	REQUIRE_ENDED(reply.status.recordings[0].error);
	require(reply.status.recordings[0].state <= RECORDING_FAILED);
	return result;
}

static int decode_emitter(const uint8_t *data, size_t size)
{
	struct emitter emitter;
	int result = codec_get_emitter(data, size, &emitter);

	REQUIRE_ENDED(emitter.name);
	require(result != 0 || emitter.version == WIRE_VERSION);
	return result;
}

static int decode(unsigned decoder, const uint8_t *data, size_t size)
{
	uint64_t sum = 0;

	switch (decoder) {
	case 0:
		return decode_emitter(data, size);
	case 1:
		return codec_get_events(data, size, look_at_record, &sum);
	case 2:
		return codec_get_records(data, size, look_at_record, &sum);
	case 3:
		return decode_request(data, size);
	default:
		return decode_reply(data, size, &sum);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int result;

	if (size < 1)
		return 0;
	result = decode(data[0] % 5, data + 1, size - 1);
	require(result == 0 || result == -EBADMSG || result == -EPROTO);
	return 0;
}
