/*
 * Perfetto's native trace, packet by packet: a Trace message of TracePackets, whose fields are
 * those of protos/perfetto/trace in Perfetto's source. Times are CLOCK_MONOTONIC nanoseconds, which
 * is the trace's clock too; each packet has its own time, clock and sequence, so that packets may
 * come in any order and what is left of a file that was cut off can be read. Texts are cleaned
 * here. Errors of the file are left to ferror.
 */
#ifndef EXPORT_PERFETTO_H
#define EXPORT_PERFETTO_H

#include "export/protobuf.h"

#include <stdio.h>

/* A packet's time, sequence and clock, encoded. */
#define PERFETTO_HEAD 24

struct perfetto {
	FILE *out;
	struct protobuf packets; /* not yet written */
	size_t begin;		 /* of the packet that is being made */
	size_t part;		 /* of the message in it */
	uint64_t last_uuid;
	uint64_t head_ns; /* that `head` is of */
	uint8_t head[PERFETTO_HEAD];
	size_t head_length;
};

/* A counter's track, its events encoded but for their values. */
struct perfetto_counter {
	uint8_t event[24];
	uint8_t length;
};

enum perfetto_type { PERFETTO_BEGIN = 1, PERFETTO_END = 2, PERFETTO_INSTANT = 3 };

/* What is told of a process at a time; the fields' numbers in ProcessStats. */
enum perfetto_memory {
	PERFETTO_RSS = 3,
	PERFETTO_ANON = 4,
	PERFETTO_FILE = 5,
	PERFETTO_SHMEM = 6,
	PERFETTO_SWAP = 7,
	PERFETTO_PEAK = 9
};

struct perfetto_value {
	enum perfetto_memory what;
	uint64_t bytes;
};

/* Most values of a process in one packet. */
#define PERFETTO_VALUES 4

struct perfetto_process {
	uint32_t pid;
	uint32_t ppid;
	uint64_t start_ns;
	const char *name;
	const char *command;
};

/*
 * Begin a trace with its clocks: 0 or -ENOMEM. @seed keeps its tracks apart from those of another
 * session, so that traces can be joined.
 */
int perfetto_open(struct perfetto *perfetto, FILE *out, uint64_t seed, uint64_t start_ns,
		  uint64_t start_wall_ns);

/* The wall clock stood at @unix_ns at @t_ns, after a jump. */
void perfetto_clock(struct perfetto *perfetto, uint64_t t_ns, uint64_t unix_ns);

/* Write the rest and free: 0, or -EOVERFLOW where a packet was larger than any should be. */
int perfetto_close(struct perfetto *perfetto);

/* A new track, which is returned; @parent 0: of the trace itself. */
uint64_t perfetto_track(struct perfetto *perfetto, uint64_t t_ns, uint64_t parent,
			const char *name);
uint64_t perfetto_process(struct perfetto *perfetto, uint64_t t_ns,
			  const struct perfetto_process *process);

/*
 * Its command line and parent, and its end, as the system's own trace would have them: what fills
 * the columns `cmdline`, `parent_upid` and `end_ts` of trace_processor's table `process`, which
 * reads neither from a track. After the process's track, and its events until then.
 */
void perfetto_tree(struct perfetto *perfetto, uint64_t t_ns,
		   const struct perfetto_process *process);
void perfetto_process_end(struct perfetto *perfetto, uint64_t t_ns, uint32_t pid);

/* A new track of bytes, and its value from @t_ns on. */
void perfetto_counter_track(struct perfetto *perfetto, uint64_t t_ns, uint64_t parent,
			    const char *name, struct perfetto_counter *ret_counter);
void perfetto_counter(struct perfetto *perfetto, uint64_t t_ns,
		      const struct perfetto_counter *counter, uint64_t bytes);

/*
 * An event on a track: begun, then described in this order by its category, its name and its
 * annotations, all optional, "" being none; then ended.
 */
void perfetto_event_begin(struct perfetto *perfetto, uint64_t t_ns, enum perfetto_type type,
			  uint64_t track);
void perfetto_category(struct perfetto *perfetto, const char *category);
void perfetto_name(struct perfetto *perfetto, const char *name);
void perfetto_annotate(struct perfetto *perfetto, const char *key, uint64_t value);
void perfetto_annotate_text(struct perfetto *perfetto, const char *key, const char *text);
void perfetto_annotate_true(struct perfetto *perfetto, const char *key);
void perfetto_event_end(struct perfetto *perfetto);

/* The same with the note that packets before it were lost. */
void perfetto_event_end_lost(struct perfetto *perfetto);

/* The memory of processes as the system's own trace would have it: mem.rss, mem.rss.watermark,
 * mem.rss.anon, mem.rss.file, mem.rss.shmem, mem.swap. At most TICK_SAMPLES processes. */
void perfetto_stats_begin(struct perfetto *perfetto, uint64_t t_ns);
void perfetto_stats(struct perfetto *perfetto, uint32_t pid, const struct perfetto_value *values,
		    size_t count);
void perfetto_stats_end(struct perfetto *perfetto);

#endif
