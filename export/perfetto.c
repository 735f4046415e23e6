#include "export/perfetto.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER (128 * 1024)

/* No packet is larger: 1024 processes of 44 bytes; an event's texts are 6 KiB at most. */
#define PACKET_MAX (48 * 1024)

/* "mw": any but 1, which is the tracing service's own. */
#define SEQUENCE 0x6d77

enum trace {
	TRACE_PACKET = 1,
};

enum packet {
	PACKET_FTRACE = 1,
	PACKET_PROCESS_TREE = 2,
	PACKET_CLOCK_SNAPSHOT = 6,
	PACKET_TIMESTAMP = 8,
	PACKET_PROCESS_STATS = 9,
	PACKET_SEQUENCE_ID = 10,
	PACKET_TRACK_EVENT = 11,
	PACKET_SEQUENCE_FLAGS = 13,
	PACKET_PREVIOUS_DROPPED = 42,
	PACKET_TIMESTAMP_CLOCK = 58,
	PACKET_TRACK_DESCRIPTOR = 60,
};

/* SEQ_INCREMENTAL_STATE_CLEARED: nothing before this packet is needed to read those behind it. */
enum sequence_flags { SEQUENCE_CLEARED = 1 };

enum clock_snapshot { SNAPSHOT_CLOCKS = 1, SNAPSHOT_PRIMARY = 2 };
enum clock_reading { READING_CLOCK = 1, READING_TIMESTAMP = 2 };
enum builtin_clock { BUILTIN_REALTIME = 1, BUILTIN_MONOTONIC = 3, BUILTIN_BOOTTIME = 6 };

enum track {
	TRACK_UUID = 1,
	TRACK_NAME = 2,
	TRACK_PROCESS = 3,
	TRACK_PARENT = 5,
	TRACK_COUNTER = 8
};
enum process { PROCESS_PID = 1, PROCESS_CMDLINE = 2, PROCESS_NAME = 6, PROCESS_START = 7 };
enum counter { COUNTER_UNIT = 3 };
enum unit { UNIT_SIZE_BYTES = 3 };

enum event {
	EVENT_ANNOTATIONS = 4,
	EVENT_TYPE = 9,
	EVENT_TRACK = 11,
	EVENT_CATEGORIES = 22,
	EVENT_NAME = 23,
	EVENT_COUNTER_VALUE = 30,
};
enum { EVENT_TYPE_COUNTER = 4 };

enum annotation {
	ANNOTATION_BOOL = 2,
	ANNOTATION_UINT = 3,
	ANNOTATION_STRING = 6,
	ANNOTATION_NAME = 10
};

enum tree { TREE_PROCESSES = 1 };
enum tree_process { TREE_PID = 1, TREE_PPID = 2, TREE_CMDLINE = 3 };

/* FtraceEventBundle, FtraceEvent, and the two kernel's events of which trace_processor learns what
 * a process is called, and its end. */
enum ftrace { FTRACE_CPU = 1, FTRACE_EVENT = 2 };
enum ftrace_event {
	FTRACE_TIMESTAMP = 1,
	FTRACE_PID = 2,
	FTRACE_TASK_RENAME = 236,
	FTRACE_PROCESS_FREE = 240,
};
enum task_rename { RENAME_PID = 1, RENAME_NEW = 3 };
enum process_free { FREE_PID = 2 };

enum stats { STATS_PROCESSES = 1 };
enum stats_process { STATS_PID = 1 };

static void flush(struct perfetto *perfetto)
{
	struct protobuf *packets = &perfetto->packets;

	fwrite_unlocked(packets->data, 1, packets->length, perfetto->out);
	packets->length = 0;
}

/* --- packets */

static void make_head(struct perfetto *perfetto, uint64_t t_ns)
{
	struct protobuf head = { .data = perfetto->head, .size = sizeof perfetto->head };

	protobuf_uint(&head, PACKET_TIMESTAMP, t_ns);
	protobuf_uint(&head, PACKET_SEQUENCE_ID, SEQUENCE);
	protobuf_uint(&head, PACKET_TIMESTAMP_CLOCK, BUILTIN_MONOTONIC);
	perfetto->head_ns = t_ns;
	perfetto->head_length = head.length;
}

/* Room for a packet, and its head made. */
static void prepare(struct perfetto *perfetto, uint64_t t_ns)
{
	if (perfetto->packets.size - perfetto->packets.length < PACKET_MAX)
		flush(perfetto);
	if (perfetto->head_ns != t_ns || !perfetto->head_length)
		make_head(perfetto, t_ns);
}

static void begin_packet(struct perfetto *perfetto, uint64_t t_ns, enum packet part)
{
	prepare(perfetto, t_ns);
	perfetto->begin = protobuf_begin(&perfetto->packets, TRACE_PACKET);
	protobuf_raw(&perfetto->packets, perfetto->head, perfetto->head_length);
	perfetto->part = protobuf_begin(&perfetto->packets, part);
}

static void end_packet(struct perfetto *perfetto)
{
	protobuf_end(&perfetto->packets, perfetto->part);
	protobuf_end(&perfetto->packets, perfetto->begin);
}

static void put_clean(struct perfetto *perfetto, uint32_t field, const char *text)
{
	char clean[TEXT_CLEAN_ROOM(TEXT_COMMAND)];

	text_clean(clean, sizeof clean, text, strlen(text));
	protobuf_text(&perfetto->packets, field, clean);
}

/* --- the trace */

static void put_clock(struct perfetto *perfetto, enum builtin_clock clock, uint64_t reading_ns)
{
	size_t begin = protobuf_begin(&perfetto->packets, SNAPSHOT_CLOCKS);

	protobuf_uint(&perfetto->packets, READING_CLOCK, clock);
	protobuf_uint(&perfetto->packets, READING_TIMESTAMP, reading_ns);
	protobuf_end(&perfetto->packets, begin);
}

static void put_clocks(struct perfetto *perfetto, uint64_t t_ns, uint64_t unix_ns, bool first)
{
	begin_packet(perfetto, t_ns, PACKET_CLOCK_SNAPSHOT);
	put_clock(perfetto, BUILTIN_REALTIME, unix_ns);
	put_clock(perfetto, BUILTIN_MONOTONIC, t_ns);
	/* The kernel's events are read by this one, so it has to be the trace's own clock. */
	put_clock(perfetto, BUILTIN_BOOTTIME, t_ns);
	protobuf_uint(&perfetto->packets, SNAPSHOT_PRIMARY, BUILTIN_MONOTONIC);
	protobuf_end(&perfetto->packets, perfetto->part);
	if (first)
		protobuf_uint(&perfetto->packets, PACKET_SEQUENCE_FLAGS, SEQUENCE_CLEARED);
	protobuf_end(&perfetto->packets, perfetto->begin);
}

void perfetto_clock(struct perfetto *perfetto, uint64_t t_ns, uint64_t unix_ns)
{
	put_clocks(perfetto, t_ns, unix_ns, false);
}

int perfetto_open(struct perfetto *perfetto, FILE *out, uint64_t seed, uint64_t start_ns,
		  uint64_t start_wall_ns)
{
	*perfetto = (struct perfetto){
		.out = out,
		.packets = { .data = malloc(BUFFER), .size = BUFFER },
		/* 32 bits of the session's, then 24 that count; their varint is 8 bytes. */
		.last_uuid = (seed * 0x9e3779b97f4a7c15ULL >> 32 | 1ULL << 31) << 24,
	};
	if (!perfetto->packets.data)
		return -ENOMEM;
	put_clocks(perfetto, start_ns, start_wall_ns, true);
	return 0;
}

int perfetto_close(struct perfetto *perfetto)
{
	bool full = perfetto->packets.full;

	if (perfetto->packets.data && !full)
		flush(perfetto);
	free(perfetto->packets.data);
	perfetto->packets.data = NULL;
	return full ? -EOVERFLOW : 0;
}

/* --- tracks */

static uint64_t begin_track(struct perfetto *perfetto, uint64_t t_ns, uint64_t parent)
{
	begin_packet(perfetto, t_ns, PACKET_TRACK_DESCRIPTOR);
	protobuf_uint(&perfetto->packets, TRACK_UUID, ++perfetto->last_uuid);
	if (parent)
		protobuf_uint(&perfetto->packets, TRACK_PARENT, parent);
	return perfetto->last_uuid;
}

uint64_t perfetto_track(struct perfetto *perfetto, uint64_t t_ns, uint64_t parent, const char *name)
{
	uint64_t track = begin_track(perfetto, t_ns, parent);

	put_clean(perfetto, TRACK_NAME, name);
	end_packet(perfetto);
	return track;
}

uint64_t perfetto_process(struct perfetto *perfetto, uint64_t t_ns,
			  const struct perfetto_process *process)
{
	uint64_t track = begin_track(perfetto, t_ns, 0);
	size_t begin = protobuf_begin(&perfetto->packets, TRACK_PROCESS);

	protobuf_uint(&perfetto->packets, PROCESS_PID, process->pid);
	if (process->command[0])
		put_clean(perfetto, PROCESS_CMDLINE, process->command);
	put_clean(perfetto, PROCESS_NAME, process->name);
	protobuf_uint(&perfetto->packets, PROCESS_START, process->start_ns);
	protobuf_end(&perfetto->packets, begin);
	end_packet(perfetto);
	return track;
}

/* --- what the system would tell of a process */

static void begin_ftrace(struct perfetto *perfetto, uint64_t t_ns, uint32_t pid, size_t *ret_event)
{
	begin_packet(perfetto, t_ns, PACKET_FTRACE);
	protobuf_uint(&perfetto->packets, FTRACE_CPU, 0);
	*ret_event = protobuf_begin(&perfetto->packets, FTRACE_EVENT);
	protobuf_uint(&perfetto->packets, FTRACE_TIMESTAMP, t_ns);
	protobuf_uint(&perfetto->packets, FTRACE_PID, pid);
}

static void end_ftrace(struct perfetto *perfetto, size_t event, size_t body)
{
	protobuf_end(&perfetto->packets, body);
	protobuf_end(&perfetto->packets, event);
	end_packet(perfetto);
}

/* A tree names a process by the first word of its command line. */
static void put_rename(struct perfetto *perfetto, uint64_t t_ns,
		       const struct perfetto_process *process)
{
	size_t event, body;

	begin_ftrace(perfetto, t_ns, process->pid, &event);
	body = protobuf_begin(&perfetto->packets, FTRACE_TASK_RENAME);
	protobuf_uint(&perfetto->packets, RENAME_PID, process->pid);
	put_clean(perfetto, RENAME_NEW, process->name);
	end_ftrace(perfetto, event, body);
}

void perfetto_tree(struct perfetto *perfetto, uint64_t t_ns, const struct perfetto_process *process)
{
	size_t begin;

	begin_packet(perfetto, t_ns, PACKET_PROCESS_TREE);
	begin = protobuf_begin(&perfetto->packets, TREE_PROCESSES);
	protobuf_uint(&perfetto->packets, TREE_PID, process->pid);
	protobuf_uint(&perfetto->packets, TREE_PPID, process->ppid);
	put_clean(perfetto, TREE_CMDLINE, process->command[0] ? process->command : process->name);
	protobuf_end(&perfetto->packets, begin);
	end_packet(perfetto);
	put_rename(perfetto, t_ns, process);
}

void perfetto_process_end(struct perfetto *perfetto, uint64_t t_ns, uint32_t pid)
{
	size_t event, body;

	begin_ftrace(perfetto, t_ns, pid, &event);
	body = protobuf_begin(&perfetto->packets, FTRACE_PROCESS_FREE);
	protobuf_uint(&perfetto->packets, FREE_PID, pid);
	end_ftrace(perfetto, event, body);
}

/* --- counters */

void perfetto_counter_track(struct perfetto *perfetto, uint64_t t_ns, uint64_t parent,
			    const char *name, struct perfetto_counter *ret_counter)
{
	struct protobuf event = { .data = ret_counter->event, .size = sizeof ret_counter->event };
	uint64_t track = begin_track(perfetto, t_ns, parent);
	size_t begin;

	put_clean(perfetto, TRACK_NAME, name);
	begin = protobuf_begin(&perfetto->packets, TRACK_COUNTER);
	protobuf_uint(&perfetto->packets, COUNTER_UNIT, UNIT_SIZE_BYTES);
	protobuf_end(&perfetto->packets, begin);
	end_packet(perfetto);
	protobuf_uint(&event, EVENT_TYPE, EVENT_TYPE_COUNTER);
	protobuf_uint(&event, EVENT_TRACK, track);
	protobuf_varint(&event, EVENT_COUNTER_VALUE << 3);
	ret_counter->length = (uint8_t)event.length;
}

/* Most packets are these, so their lengths are reckoned rather than put in afterwards. */
void perfetto_counter(struct perfetto *perfetto, uint64_t t_ns,
		      const struct perfetto_counter *counter, uint64_t bytes)
{
	struct protobuf *packets = &perfetto->packets;
	size_t event = counter->length + protobuf_varint_size(bytes);
	uint8_t key[2] = { TRACE_PACKET << 3 | 2 };
	uint8_t event_key[2] = { PACKET_TRACK_EVENT << 3 | 2, (uint8_t)event };

	prepare(perfetto, t_ns);
	key[1] = (uint8_t)(perfetto->head_length + sizeof event_key + event);
	protobuf_raw(packets, key, sizeof key);
	protobuf_raw(packets, perfetto->head, perfetto->head_length);
	protobuf_raw(packets, event_key, sizeof event_key);
	protobuf_raw(packets, counter->event, counter->length);
	protobuf_varint(packets, bytes);
}

/* --- events */

void perfetto_event_begin(struct perfetto *perfetto, uint64_t t_ns, enum perfetto_type type,
			  uint64_t track)
{
	begin_packet(perfetto, t_ns, PACKET_TRACK_EVENT);
	protobuf_uint(&perfetto->packets, EVENT_TYPE, type);
	protobuf_uint(&perfetto->packets, EVENT_TRACK, track);
}

void perfetto_category(struct perfetto *perfetto, const char *category)
{
	if (category[0])
		put_clean(perfetto, EVENT_CATEGORIES, category);
}

void perfetto_name(struct perfetto *perfetto, const char *name)
{
	if (name[0])
		put_clean(perfetto, EVENT_NAME, name);
}

static size_t begin_annotation(struct perfetto *perfetto, const char *key)
{
	size_t begin = protobuf_begin(&perfetto->packets, EVENT_ANNOTATIONS);

	protobuf_text(&perfetto->packets, ANNOTATION_NAME, key);
	return begin;
}

void perfetto_annotate(struct perfetto *perfetto, const char *key, uint64_t value)
{
	size_t begin = begin_annotation(perfetto, key);

	protobuf_uint(&perfetto->packets, ANNOTATION_UINT, value);
	protobuf_end(&perfetto->packets, begin);
}

void perfetto_annotate_text(struct perfetto *perfetto, const char *key, const char *text)
{
	size_t begin = begin_annotation(perfetto, key);

	put_clean(perfetto, ANNOTATION_STRING, text);
	protobuf_end(&perfetto->packets, begin);
}

void perfetto_annotate_true(struct perfetto *perfetto, const char *key)
{
	size_t begin = begin_annotation(perfetto, key);

	protobuf_uint(&perfetto->packets, ANNOTATION_BOOL, true);
	protobuf_end(&perfetto->packets, begin);
}

void perfetto_event_end(struct perfetto *perfetto)
{
	end_packet(perfetto);
}

void perfetto_event_end_lost(struct perfetto *perfetto)
{
	protobuf_end(&perfetto->packets, perfetto->part);
	protobuf_uint(&perfetto->packets, PACKET_SEQUENCE_FLAGS, SEQUENCE_CLEARED);
	protobuf_uint(&perfetto->packets, PACKET_PREVIOUS_DROPPED, true);
	protobuf_end(&perfetto->packets, perfetto->begin);
}

/* --- memory as the system tells it */

void perfetto_stats_begin(struct perfetto *perfetto, uint64_t t_ns)
{
	begin_packet(perfetto, t_ns, PACKET_PROCESS_STATS);
}

void perfetto_stats(struct perfetto *perfetto, uint32_t pid, const struct perfetto_value *values,
		    size_t count)
{
	size_t length = 1 + protobuf_varint_size(pid);
	uint8_t key[2] = { STATS_PROCESSES << 3 | 2 };

	for (size_t i = 0; i < count; i++)
		length += 1 + protobuf_varint_size(values[i].bytes / 1024);
	key[1] = (uint8_t)length;
	protobuf_raw(&perfetto->packets, key, sizeof key);
	protobuf_uint(&perfetto->packets, STATS_PID, pid);
	for (size_t i = 0; i < count; i++)
		protobuf_uint(&perfetto->packets, values[i].what, values[i].bytes / 1024);
}

void perfetto_stats_end(struct perfetto *perfetto)
{
	end_packet(perfetto);
}
