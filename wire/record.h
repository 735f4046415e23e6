/*
 * The records of a session, as plain C: what the core merges, the stream carries, a plotter draws
 * and a file keeps. Bytes for memory, CLOCK_MONOTONIC nanoseconds for time, NUL-ended UTF-8 for
 * text (never NULL).
 */
#ifndef WIRE_RECORD_H
#define WIRE_RECORD_H

#include "base/text.h"
#include "wire/metric.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line is one process of the session: a small number that is never reused in it. Line 0 is the
 * session itself. */
#define LINE_SESSION 0

enum record_type {
	RECORD_TICK = 1, /* samples of one instant */
	RECORD_EVENT,	 /* a milestone, a span's begin or end, a notice of the session */
	RECORD_PROCESS,	 /* a process joined, or its name or command changed; one a line is current
			  */
	RECORD_END,	 /* a process left */
	RECORD_GAP,	 /* something that could not be kept */
	RECORD_PEAK,	 /* the kernel's high-water mark of a line rose above what samples showed */
	RECORD_LIMIT,	 /* what holds a line, or the machine: as it was found, or has changed */
	RECORD_METRICS,	 /* figures of a line beside its samples: those that were read */
};

struct sample {
	uint32_t line;
	uint64_t rss; /* bytes */
};

/*
 * A tick may come in several records of one t_ns: its deadline, start + n x interval, where it was
 * taken within TICK_LATE_NS of it and within half an interval; else the time at which it was taken.
 * What a process has when it joins comes as a tick between ticks.
 */
#define TICK_LATE_NS 1000000ULL

struct tick {
	uint64_t missed; /* deadlines missed since the session's start */
	size_t count;
	const struct sample *samples;
};

/* Most samples in one record. */
#define TICK_SAMPLES 1024

enum event_kind {
	EVENT_MARK = 0,
	EVENT_SPAN_BEGIN,
	EVENT_SPAN_END,
};

struct event {
	uint32_t line;
	enum event_kind kind;
	uint64_t number;      /* the emitter's own sequence number; 0 where it has none */
	uint64_t span;	      /* pairs a begin with its end within one process; 0 for a mark */
	uint64_t duration_ns; /* of a span, at its end */
	uint64_t rss;	      /* when it happened; for a span's end, when it began */
	uint64_t rss_end;     /* at a span's end */
	const char *category; /* "" where none was given */
	const char *label;

	/* A span's end that its process did not live to tell; its label has SPAN_UNFINISHED. */
	bool unfinished;
};

struct process {
	uint32_t line;
	uint32_t pid;
	uint32_t ppid;
	uint64_t start_ticks; /* /proc/PID/stat, field 22: with the pid, the process's identity */
	const char *name;
	const char *command;
};

enum end_reason {
	END_UNKNOWN = 0, /* it is gone; nobody can say how */
	END_EXITED,	 /* code is its exit status */
	END_KILLED,	 /* code is the signal's number */
	END_DROPPED,	 /* a person asked to follow it no more */
};

struct end {
	uint32_t line;
	uint32_t pid;
	enum end_reason reason;
	int32_t code;
	uint64_t last_rss;
	uint64_t max_rss;  /* the highest sample */
	uint64_t peak_rss; /* the kernel's high-water mark; 0 where it could not be read */
};

enum gap_reason {
	GAP_MISSED = 1, /* ticks not taken */
	GAP_DROPPED,	/* events an emitter could not keep */
	GAP_TORN,	/* events cut short by their process's death */
	GAP_BEHIND,	/* records that the recorder was too slow for: in a file only */
};

struct gap {
	uint32_t line;
	enum gap_reason reason;
	uint64_t from_ns;
	uint64_t to_ns;
	uint64_t count;
};

struct peak {
	uint32_t line;
	uint64_t peak_rss;
};

/* A line has one current of each kind. */
enum limit_kind {
	LIMIT_CGROUP = 1, /* memory.max of the line's cgroup v2, or of the one above it that leaves
			     the least room; used: its memory.current */
	LIMIT_MACHINE, /* MemTotal of /proc/meminfo; used: what isn't MemAvailable. Of LINE_SESSION
			*/
};

struct limit {
	uint32_t line;
	enum limit_kind kind;
	uint64_t limit; /* bytes; 0: it holds no more */
	uint64_t used;
};

/*
 * Those in @set, never METRIC_RSS. One of each is current a line: those of status are told where
 * one of them changed, once a second at most; those of smaps_rollup each time that they were read.
 */
struct metrics {
	uint32_t line;
	uint32_t set;
	uint64_t read_ns; /* how long the read of smaps_rollup took; 0: it is none of that */
	uint64_t values[METRICS]; /* bytes; 0 where it isn't in the set */
};

struct record {
	uint64_t seq; /* 1, 2, 3 ... in the merged order of the session */
	uint64_t t_ns;
	enum record_type type;
	union {
		struct tick tick;
		struct event event;
		struct process process;
		struct end end;
		struct gap gap;
		struct peak peak;
		struct limit limit;
		struct metrics metrics;
	};
};

typedef void (*record_fn)(void *arg, const struct record *record);

/* "missed ticks", "dropped events", ...; never NULL. */
const char *gap_reason_text(enum gap_reason reason);

/* "cgroup", "machine"; never NULL. */
const char *limit_kind_text(enum limit_kind kind);

/* Behind the label of a span that its process's death has ended. */
#define SPAN_UNFINISHED " (unfinished)"

/* The label of such an end, @label being the span's own, to @text, of TEXT_LABEL + 1 bytes, which
 * is returned. */
char *span_unfinished(char *text, const char *label);

/* "exited with status 7", "killed by SIGKILL", "dropped", "ended"; written to @text, which is
 * returned. */
char *end_text(char *text, size_t size, enum end_reason reason, int32_t code);

#endif
