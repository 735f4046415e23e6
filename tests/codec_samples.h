/*
 * Messages of every kind, with the longest texts and the largest numbers in them, and something to
 * collect what a decoder gives. For the codec's tests.
 */
#ifndef TESTS_CODEC_SAMPLES_H
#define TESTS_CODEC_SAMPLES_H

#include "tests/check.h"
#include "wire/codec.h"

#define SAMPLE_EVENTS 3
#define SAMPLE_RECORDS 18
#define SAMPLE_ROOM (4 * CODEC_RECORD_ROOM + SAMPLE_RECORDS * CODEC_RECORD_ROOM)
#define COLLECTED 32

static const struct sample sample_tick[] = { { 1, 8192, 4096 },
					     { 2, 0, 0 },
					     { 70000, UINT64_MAX / 1024 * 1024, 1024 } };

/* The longest text of @length, the last character of which has three bytes. */
static inline const char *long_text(char *to, size_t length)
{
	memset(to, 'x', length);
	memcpy(to + length - 3, "\xe2\x82\xac", 3);
	to[length] = '\0';
	return to;
}

static inline void sample_events(struct event events[SAMPLE_EVENTS])
{
	static char category[TEXT_CATEGORY + 1];
	static char label[TEXT_LABEL + 1];

	long_text(category, TEXT_CATEGORY);
	long_text(label, TEXT_LABEL);
	events[0] = (struct event){ .number = 17, .category = "", .label = "Finished reading" };
	events[1] = (struct event){
		.kind = EVENT_SPAN_BEGIN,
		.span = 5,
		.rss = 123456789,
		.category = "I/O",
		.label = "",
	};
	events[2] = (struct event){
		.kind = EVENT_SPAN_END,
		.number = UINT64_MAX,
		.span = UINT64_MAX,
		.duration_ns = UINT64_MAX,
		.rss = UINT64_MAX,
		.rss_end = UINT64_MAX,
		.shared = UINT64_MAX,
		.rss_age_ns = UINT64_MAX,
		.peak_rss = UINT64_MAX,
		.category = category,
		.label = label,
	};
}

static inline struct inspection sample_inspection(void)
{
	static char name[TEXT_LABEL + 1];

	return (struct inspection){
		.line = UINT32_MAX,
		.number = UINT32_MAX,
		.place = INSPECTION_KINDS - 1,
		.kinds = INSPECTION_KINDS,
		.kind = MEMORY_OTHERS,
		.name = long_text(name, TEXT_LABEL),
		.use = { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX,
			 INT64_MAX },
	};
}

static inline void sample_records(struct record records[SAMPLE_RECORDS])
{
	static char name[TEXT_NAME + 1];
	static char command[TEXT_COMMAND + 1];
	struct event events[SAMPLE_EVENTS];

	long_text(name, TEXT_NAME);
	long_text(command, TEXT_COMMAND);
	sample_events(events);
	memset(records, 0, SAMPLE_RECORDS * sizeof(records[0]));
	for (size_t i = 0; i < SAMPLE_RECORDS; i++) {
		records[i].seq = 1000 + i;
		records[i].t_ns = i == 7 ? UINT64_MAX : i * 1000000007;
	}
	for (size_t i = 0; i < SAMPLE_EVENTS; i++) {
		records[i].type = RECORD_EVENT;
		records[i].event = events[i];
		records[i].event.line = (uint32_t)i;
	}
	records[2].event.limit = UINT64_MAX;
	records[3].type = RECORD_TICK;
	records[3].tick = (struct tick){ 5, 3, sample_tick, false };
	records[4].type = RECORD_TICK;
	records[5].type = RECORD_PROCESS;
	records[5].process =
		(struct process){ UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT64_MAX, name, command };
	records[6].type = RECORD_END;
	records[6].end = (struct end){ 3,	   4,	       END_KILLED, -9,
				       UINT64_MAX, UINT64_MAX, UINT64_MAX, PEAK_AT_MOST };
	records[7].type = RECORD_GAP;
	records[7].gap = (struct gap){ UINT32_MAX, GAP_TORN, UINT64_MAX, UINT64_MAX, UINT64_MAX };
	records[8].type = RECORD_PEAK;
	records[8].peak = (struct peak){ UINT32_MAX, UINT64_MAX, true };
	records[9].type = RECORD_LIMIT;
	records[9].limit = (struct limit){ UINT32_MAX, LIMIT_CGROUP, INT64_MAX, INT64_MAX };
	records[10].type = RECORD_LIMIT;
	records[10].limit = (struct limit){ LINE_SESSION, LIMIT_MACHINE, 0, 0 };
	records[11].type = RECORD_LIMIT;
	records[11].limit = (struct limit){ LINE_SESSION, LIMIT_ASKED, INT64_MAX, 0 };
	records[12].type = RECORD_INSPECTION;
	records[12].inspection = sample_inspection();
	records[13].type = RECORD_INSPECTION;
	records[13].inspection = (struct inspection){ .line = 1, .name = "" };
	records[14].type = RECORD_METRICS;
	records[14].metrics = (struct metrics){
		.line = UINT32_MAX,
		.set = METRICS_ALL & ~METRIC_BIT(METRIC_RSS),
		.read_ns = INT64_MAX,
		.values = { 0, 1, INT64_MAX, 0, 4096, 8192, 12288 },
	};
	records[15].type = RECORD_METRICS;
	records[15].metrics = (struct metrics){ .line = 1, .set = METRIC_BIT(METRIC_SWAP) };
	records[16].type = RECORD_CLOCK;
	records[16].clock.unix_ns = UINT64_MAX;
	records[17].type = RECORD_GAP;
	records[17].gap = (struct gap){ LINE_SESSION, GAP_CLOCK_BACK, 1, UINT64_MAX, 3600000 };
}

static inline size_t sample_batch(uint8_t to[SAMPLE_ROOM])
{
	struct emitter emitter = { .version = WIRE_VERSION, .pid = 7, .instance = 9, .to = 3 };
	struct event events[SAMPLE_EVENTS];
	size_t size;

	sample_events(events);
	memcpy(emitter.name, "reader", sizeof("reader"));
	size = codec_put_emitter(to, SAMPLE_ROOM, &emitter);
	for (size_t i = 0; i < SAMPLE_EVENTS; i++)
		size += codec_put_event(to + size, SAMPLE_ROOM - size, 1000 + i, &events[i]);
	return size;
}

static inline size_t sample_stream(uint8_t to[SAMPLE_ROOM])
{
	struct record records[SAMPLE_RECORDS];
	size_t size = codec_put_records_head(to, SAMPLE_ROOM, 1000);

	sample_records(records);
	for (size_t i = 0; i < SAMPLE_RECORDS; i++)
		size += codec_put_record(to + size, SAMPLE_ROOM - size, &records[i]);
	return size;
}

static inline struct request sample_request(void)
{
	struct request request = {
		.id = UINT64_MAX,
		.op = REQUEST_INSPECT,
		.pid = UINT32_MAX,
		.since = UINT64_MAX,
		.peak = 42,
	};

	long_text(request.category, TEXT_CATEGORY);
	long_text(request.text, TEXT_LABEL);
	long_text(request.path, TEXT_PATH);
	request.reaped_count = REAPED_MOST;
	for (uint32_t i = 0; i < REAPED_MOST; i++)
		request.reaped[i] = (struct reaped){ UINT32_MAX - i, INT32_MIN + (int32_t)i,
						     UINT64_MAX - i, i % 2, UINT64_MAX - i };
	return request;
}

static inline struct process_info sample_process_info(void)
{
	struct process_info info = {
		.line = UINT32_MAX,
		.pid = 2,
		.ppid = 3,
		.ended = true,
		.start_ticks = 4,
		.rss = 5,
		.max_rss = 6,
		.peak_rss = UINT64_MAX,
		.events = 8,
		.dropped = 9,
		.since_ns = 10,
	};

	long_text(info.name, TEXT_NAME);
	long_text(info.command, TEXT_COMMAND);
	return info;
}

static inline struct reply sample_reply(void)
{
	struct reply reply = {
		.ok = true,
		.value = UINT64_MAX,
		.has_session = true,
		.has_status = true,
		.session = { "default", "", 77, 100000000, 1, UINT64_MAX },
		.status = { 1, 2, 3, 4, 5, 6, 7, 8, 9, UINT64_MAX, .recording_count = 1,
			    .recordings[0] = { .state = RECORDING_FAILED,
					       .samples = UINT64_MAX,
					       .events = 12,
					       .lost = UINT64_MAX,
					       .processes = 13,
					       .until_ns = UINT64_MAX } },
	};
	struct recording_info *recording = &reply.status.recordings[0];

	long_text(reply.message, sizeof(reply.message) - 1);
	long_text(reply.session.host, TEXT_NAME);
	long_text(recording->path, TEXT_PATH);
	long_text(recording->error, sizeof(recording->error) - 1);
	return reply;
}

/* With two processes and the sample stream in it. */
static inline size_t sample_reply_bytes(uint8_t to[2 * SAMPLE_ROOM])
{
	struct process_info info = sample_process_info();
	struct reply reply = sample_reply();
	uint8_t stream[SAMPLE_ROOM];
	size_t stream_size = sample_stream(stream);
	size_t room = 2 * SAMPLE_ROOM;
	size_t size = codec_put_reply(to, room, &reply);

	size += codec_put_process_info(to + size, room - size, &info);
	size += codec_put_process_info(to + size, room - size, &info);
	return size + codec_put_reply_records(to + size, room - size, stream, stream_size);
}

/* --- what a decoder gave */

struct collected {
	size_t count;
	struct record records[COLLECTED];
	char texts[COLLECTED][2][TEXT_COMMAND + 1];
	struct sample samples[COLLECTED][TICK_SAMPLES];
	size_t infos;
	struct process_info info;
};

static inline const char *collect_text(char *to, const char *text, size_t longest)
{
	CHECK(text && strlen(text) <= longest);
	text_copy(to, TEXT_COMMAND + 1, text);
	return to;
}

/* A record_fn: @arg is a struct collected. Looks at the bounds of all that it is given. */
static inline void collect_record(void *arg, const struct record *record)
{
	struct collected *all = arg;
	size_t i = all->count++ % COLLECTED;
	struct record *copy = &all->records[i];

	*copy = *record;
	switch (record->type) {
	case RECORD_TICK:
		if (!CHECK(record->tick.count <= TICK_SAMPLES) || record->tick.count == 0)
			return;
		memcpy(all->samples[i], record->tick.samples,
		       record->tick.count * sizeof(struct sample));
		copy->tick.samples = all->samples[i];
		return;
	case RECORD_EVENT:
		CHECK(record->event.kind <= EVENT_SPAN_END);
		copy->event.category =
			collect_text(all->texts[i][0], record->event.category, TEXT_CATEGORY);
		copy->event.label = collect_text(all->texts[i][1], record->event.label, TEXT_LABEL);
		return;
	case RECORD_PROCESS:
		copy->process.name =
			collect_text(all->texts[i][0], record->process.name, TEXT_NAME);
		copy->process.command =
			collect_text(all->texts[i][1], record->process.command, TEXT_COMMAND);
		return;
	case RECORD_INSPECTION:
		copy->inspection.name =
			collect_text(all->texts[i][0], record->inspection.name, TEXT_LABEL);
		return;
	case RECORD_END:
	case RECORD_GAP:
	case RECORD_PEAK:
	case RECORD_LIMIT:
	case RECORD_METRICS:
	case RECORD_CLOCK:
		return;
	}
	CHECK(!"a record has a type");
}

static inline void collect_info(void *arg, const struct process_info *info)
{
	struct collected *all = arg;

	CHECK(strnlen(info->name, sizeof(info->name)) <= TEXT_NAME);
	CHECK(strnlen(info->command, sizeof(info->command)) <= TEXT_COMMAND);
	all->info = *info;
	all->infos++;
}

#endif
