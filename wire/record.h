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
	RECORD_INSPECTION, /* one kind of what a line's memory is made of, as it was looked into */
	RECORD_METRICS,	   /* figures of a line beside its samples: those that were read */
	RECORD_CLOCK,	   /* the wall clock jumped; a gap beside it says by how much */
};

struct sample {
	uint32_t line;
	uint64_t rss; /* bytes */

	/* Of those, bytes of files and of memory that others map too (statm's third field, without
	 * shared memory that is found to be the process's alone): what is left is its own. 0: not
	 * known; every process maps some. */
	uint64_t shared;
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
	bool reading; /* no tick of the session's: what one process had when it joined, or at an
		       * event of its own; all others keep theirs */
};

/* Most samples in one record. */
#define TICK_SAMPLES 1024

/* A figure read so long before an event, at most, is of its moment. */
#define RSS_MOMENT_NS 100000ULL

/* Nobody can say when a figure was read. */
#define RSS_AGE_UNKNOWN UINT64_MAX

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

	/* Of the figure of the event's own moment: rss_end at a span's end, else rss. */
	uint64_t shared;     /* of it in pages of files and shared memory; 0: none, or not known */
	uint64_t rss_age_ns; /* it was read so long before; see event_is_stale */

	/* On its way from the program, at a span's begin and end: the kernel's high-water mark of
	 * the process by then. From the watcher on, at a span's end: the most that the process had
	 * within the span, which is @peak_exact where the mark rose in it, and else the highest
	 * reading, a lower bound. 0: not known. */
	uint64_t peak_rss;
	bool peak_exact;

	const char *category; /* "" where none was given */
	const char *label;

	/* A span's end that its process did not live to tell; its label has SPAN_UNFINISHED. */
	bool unfinished;

	/* Bytes: the limit, one that a person asked for, that is crossed now, as the watcher says
	 * and no program can; 0: it tells of something else. Not kept in files. */
	uint64_t limit;
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
	END_LIMITED,	 /* as END_KILLED, by who held it to a limit (--kill-on-limit) */
};

/* Whether the code of such an end is a signal's number. */
static inline bool end_has_signal(enum end_reason reason)
{
	return reason == END_KILLED || reason == END_LIMITED;
}

/* What the peak of a process that has ended is worth. */
enum peak_kind {
	PEAK_AT_LEAST = 0, /* read before its end: what it had after that is not in it */
	PEAK_EXACT,	   /* of its end, as the kernel has it */
	PEAK_AT_MOST,	   /* as high as what its program was launched from: it had no more */
};

struct end {
	uint32_t line;
	uint32_t pid;
	enum end_reason reason;
	int32_t code;
	uint64_t last_rss;
	uint64_t max_rss;  /* the highest sample */
	uint64_t peak_rss; /* the kernel's high-water mark; 0 where it could not be read */
	enum peak_kind peak_kind;
};

enum gap_reason {
	GAP_MISSED = 1, /* ticks not taken */
	GAP_DROPPED,	/* events an emitter could not keep */
	GAP_TORN,	/* events cut short by their process's death */
	GAP_BEHIND,	/* records that the recorder was too slow for: in a file only */

	/* Where CLOCK_MONOTONIC and the wall clock parted: the count is in milliseconds. */
	GAP_SUSPEND,	 /* the machine was suspended */
	GAP_CLOCK_AHEAD, /* the wall clock was set ahead */
	GAP_CLOCK_BACK,	 /* ... or back */

	GAP_UNFOLLOWED, /* processes that were to be followed and could not be; count: of them */

	GAP_UNREAD, /* records that the watcher forgot before a view asked for them: in it only */
};

/* Whether something is missing there; else only the wall clock is another. */
static inline bool gap_is_loss(enum gap_reason reason)
{
	return reason < GAP_SUSPEND || reason >= GAP_UNFOLLOWED;
}

struct gap {
	uint32_t line;
	enum gap_reason reason;
	uint64_t from_ns;
	uint64_t to_ns;
	uint64_t count;
};

/*
 * Of the line itself; or of its family: the most that one process among it and its descendants had,
 * as the kernel says of those that were waited for, where that is above what any of them was seen
 * to have. It may come after the line's end.
 */
struct peak {
	uint32_t line;
	uint64_t peak_rss;
	bool family;
};

/* A line has one current of each kind. */
enum limit_kind {
	LIMIT_CGROUP = 1, /* memory.max of the line's cgroup v2, or of the one above it that leaves
			     the least room; used: its memory.current */
	LIMIT_MACHINE, /* MemTotal of /proc/meminfo; used: what isn't MemAvailable. Of LINE_SESSION
			*/
	LIMIT_ASKED,   /* what a person wants the line to stay below; of LINE_SESSION: all lines
			  together. used: its memory then, or theirs */
};

struct limit {
	uint32_t line;
	enum limit_kind kind;
	uint64_t limit; /* bytes; 0: it holds no more */
	uint64_t used;
};

/* What a mapping is for. */
enum memory_kind {
	MEMORY_HEAP = 1,  /* [heap], and the arenas of glibc's malloc */
	MEMORY_STACK,	  /* of the threads */
	MEMORY_ANONYMOUS, /* private memory of no file; name: what the program calls it, or "" */
	MEMORY_FILE,	  /* name: its path, with " (deleted)" behind it where it is */
	MEMORY_LIBRARY,	  /* the same, of shared libraries */
	MEMORY_SHARED,	  /* name: its path (/dev/shm, /memfd:, /SYSV), "" for what forks share */
	MEMORY_HUGE,	  /* what of the others is in transparent huge pages; name: of which kind */
	MEMORY_HUGETLB,	  /* hugetlbfs, which the kernel counts apart: no RSS */
	MEMORY_KERNEL,	  /* [vdso] and the like */
	MEMORY_OTHERS,	  /* kinds too many to be told apart */
};

/* Bytes, but for the first. */
struct memory_use {
	uint64_t mappings; /* count */
	uint64_t size;	   /* of addresses */
	uint64_t rss;
	uint64_t pss;
	uint64_t private_dirty;
	uint64_t swap;
	uint64_t hugetlb;  /* in no RSS */
	uint64_t lazyfree; /* given back by MADV_FREE, and in the RSS until the kernel takes it */
};

/*
 * One kind of an inspection, in a record of its own: all of them have one time, come in order, the
 * largest RSS first, and together are the process's memory, each mapping once. `kinds` 0: it could
 * not be read after all (the process has ended), and there is nothing more in it.
 */
struct inspection {
	uint32_t line;
	uint32_t number; /* of the inspection: 1, 2, 3 ... in the session */
	uint32_t place;	 /* 0, 1, 2 ... below kinds */
	uint32_t kinds;
	enum memory_kind kind;
	struct memory_use use;
	const char *name; /* at most TEXT_LABEL bytes; a longer path without its beginning */
};

/* Most kinds of one inspection: what is left is MEMORY_OTHERS. */
#define INSPECTION_KINDS 1024

/*
 * Those in @set, never METRIC_RSS. One of each is current a line: those of status are told where
 * one of them changed, once a second at most; those of smaps_rollup each time that they were read.
 */
struct metrics {
	uint32_t line;
	uint32_t set;
	uint64_t read_ns; /* how long the read of smaps_rollup took; 0: it is none of that */
	uint64_t values[METRICS]; /* bytes; 0 where it isn't in the set */
	uint64_t pss_anon;	  /* with the PSS: of it, in anonymous pages; 0: not known */
};

/* From the record's time on: see wall.h. */
struct clock_jump {
	uint64_t unix_ns;
};

struct record {
	uint64_t seq; /* 1, 2, 3 ... in the merged order of the session */
	uint64_t t_ns;
	enum record_type type;

	/* A set, see wire/selection.h: of PROCESS, those that the line is in; of EVENT and LIMIT,
	 * whom it is for, 0 everybody. Not kept in files. */
	uint64_t selections;
	bool again; /* of PROCESS: it tells nothing but that of a line that is known */
	union {
		struct tick tick;
		struct event event;
		struct process process;
		struct end end;
		struct gap gap;
		struct peak peak;
		struct limit limit;
		struct inspection inspection;
		struct metrics metrics;
		struct clock_jump clock;
	};
};

/* The figure of the event's own moment. */
static inline uint64_t *event_figure(struct event *event)
{
	return event->kind == EVENT_SPAN_END ? &event->rss_end : &event->rss;
}

/* Its value: 0: not known. */
static inline uint64_t event_rss(const struct event *event)
{
	return event->kind == EVENT_SPAN_END ? event->rss_end : event->rss;
}

/* Whether the event's memory is of another moment than its own. */
static inline bool event_is_stale(const struct event *event)
{
	return event->rss_age_ns > RSS_MOMENT_NS;
}

/* What stands before that figure: "~" where it is of another moment. */
static inline const char *event_mark(const struct event *event)
{
	return event_rss(event) && event_is_stale(event) ? "~" : "";
}

/* What stands before a span's peak: ">=" where more is possible. */
static inline const char *peak_mark(bool exact)
{
	return exact ? "" : ">=";
}

typedef void (*record_fn)(void *arg, const struct record *record);

/* "missed ticks", "dropped events", ...; never NULL. */
const char *gap_reason_text(enum gap_reason reason);

#define GAP_TEXT 80

/* "3 missed ticks", "suspended for 1 h 02 min", "wall clock set 2.00 s ahead"; returns @text. */
char *gap_text(char text[GAP_TEXT], const struct gap *gap);

/* "at least", "exact", "at most"; never NULL. */
const char *peak_kind_text(enum peak_kind kind);

/* "cgroup", "machine", "asked"; never NULL. */
const char *limit_kind_text(enum limit_kind kind);

/* "heap", "stack", "anonymous", "file", "library", "shared", "huge", "hugetlb", "kernel", "others";
 * never NULL. And back: 0 for another text. */
const char *memory_kind_text(enum memory_kind kind);
enum memory_kind memory_kind_find(const char *text);

/* Add @more to @use. */
void memory_use_add(struct memory_use *use, const struct memory_use *more);

/* Behind the label of a span that its process's death has ended. */
#define SPAN_UNFINISHED " (unfinished)"

/* The label of such an end, @label being the span's own, to @text, of TEXT_LABEL + 1 bytes, which
 * is returned. */
char *span_unfinished(char *text, const char *label);

/* "exited with status 7", "killed by SIGKILL", "ended by SIGTERM (limit)", "dropped", "ended";
 * written to @text, which is returned. */
char *end_text(char *text, size_t size, enum end_reason reason, int32_t code);

#endif
