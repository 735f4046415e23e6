/*
 * What a plotter remembers of a session: a line per process and the events, fed one record at a
 * time in any order of time. Pure: no I/O, no clock. Memory is bounded however long the session:
 * each line keeps levels of buckets, each level 4 times as coarse as the one before, min and max in
 * each, so a spike of one sample never vanishes. Bucket edges are fixed in time (multiples of the
 * level's width since the session's start).
 */
#ifndef PLOTTER_MODEL_HISTORY_H
#define PLOTTER_MODEL_HISTORY_H

#include "plotter/model/limits.h"
#include "plotter/model/names.h"
#include "wire/message.h"
#include "wire/record.h"

struct history;

/* Newest events kept, where nobody asks for more; older ones go. */
#define HISTORY_EVENTS 10000

/* How much is kept. Memory is taken only as it is needed. */
struct history_room {
	size_t buckets; /* newest ones of each level of a line */
	size_t events;	/* newest ones */
};

struct history_line {
	uint32_t line;
	uint32_t pid;
	char name[TEXT_NAME + 1]; /* as it came: clean before showing */
	char command[TEXT_COMMAND + 1];
	bool expected; /* history_expect's, and no record has told of it */
	bool ended;
	struct end end;	    /* where ended */
	uint64_t joined_ns; /* of its first record */
	uint64_t first_ns;  /* of its first sample, 0 before */
	uint64_t last_ns;   /* of its last sample or its end */
	uint64_t rss;	    /* the last sample */
	uint64_t shared;    /* of it; 0: not known */
	uint64_t max_rss;
	uint64_t peak_rss; /* the larger of max_rss and the kernel's word, where it came */
	uint64_t events;
	uint64_t dropped;	/* events of it that could not be kept */
	uint64_t peak_told_ns;	/* when the kernel's word on peak_rss came last; 0: never */
	struct names names;	/* it had before */
	struct limits limits;	/* its cgroup's */
	struct limits asked;	/* what a person asked it to stay below */
	struct metrics metrics; /* what is known beside the RSS: the last of each that was told */
	uint64_t max_metric[METRICS]; /* of those the highest; not of METRIC_RSS */
	uint64_t metrics_ns;	      /* when that last went into the levels */
	struct levels *levels;	      /* history.c's own; NULL before its first sample */
	struct levels **of_metric;    /* likewise, by metric; NULL: there are none */
};

/* What a line is called. */
struct history_name {
	const char *name; /* as they came */
	const char *command;
};

/* An event; or a line's end, which is listed among them: `end` is set, and the label tells how it
 * ended. */
struct history_event {
	uint64_t t_ns;
	uint64_t seq;
	uint64_t number; /* 1, 2, 3 ... as they came; stays when older ones go */
	bool end;
	uint32_t line;
	enum event_kind kind;
	uint64_t closed_ns; /* a span's begin: when its end came; 0: it has not */
	uint64_t span;	    /* pairs them */
	uint64_t duration_ns;
	uint64_t rss; /* 0: not known */
	uint64_t rss_end;
	bool stale;	   /* the memory is of another moment than its own */
	uint64_t peak_rss; /* of a span, at its end; 0: not known */
	bool peak_exact;
	const char *category;
	const char *label;
};

/*
 * One column of a window: the values seen in [from, to), exact to 1 KiB and up to 4 TiB. count 0:
 * none was, else that many at least. first and last are in order of time from bucket to bucket, and
 * within one bucket in order of arrival.
 */
struct history_column {
	uint64_t min;
	uint64_t max;
	uint64_t first;
	uint64_t last;
	uint32_t count;
};

/* What columns are asked for. */
struct history_window {
	uint64_t from_ns;
	uint64_t to_ns;
	uint64_t until_ns; /* what happened then or later is not told */
};

/* NULL without memory. The session's interval is the finest bucket's width. */
struct history *history_new(const struct session_info *session);
struct history *history_new_sized(const struct session_info *session,
				  const struct history_room *room);

/*
 * The room in which lines that live for @lives_ns each, @count of them, and @events are kept whole;
 * or as much of them as memory allows: 256 MiB for the lines, a million events.
 */
struct history_room history_room_for(uint64_t interval_ns, const uint64_t *lives_ns, size_t count,
				     uint64_t events);

void history_free(struct history *history);

const struct session_info *history_session(const struct history *history);

/*
 * Take one record: 0, or -ENOMEM (the record is lost, the history stays whole). A record that is
 * older than a line's oldest bucket of a level is kept in the coarser ones.
 */
int history_add(struct history *history, const struct record *record);

/*
 * Who a process is, by a List reply, before the past is added, which may no longer tell of its
 * beginning: what the past has of it then is its own. 0 or -ENOMEM. After the past,
 * history_add_process is due for each that is still there, then history_expect_end.
 */
int history_expect(struct history *history, const struct process_info *info);

/* Those expected of which neither a record nor another List reply has told are over. */
void history_expect_end(struct history *history);

/*
 * What a List reply says of a process whose records are no longer to be had: 0 or -ENOMEM. Of one
 * that is known already only the counts are taken, so ask after the past has been added: its events
 * are counted then.
 */
int history_add_process(struct history *history, const struct process_info *info);

/* Lines in order of appearance, ended ones included until history_forget. NULL past the end. */
const struct history_line *history_line_at(const struct history *history, size_t index);
const struct history_line *history_line_find(const struct history *history, uint32_t line);
size_t history_lines(const struct history *history);

/*
 * The total of all processes that live: a line of its own, numbered TOTAL_LINE (analysis/total.h), pid
 * 0, that history_line_find finds and history_line_at does not give. NULL where fewer than two
 * processes are known of. It has no end, and peak_rss is that of the total (analysis/total.h).
 */
const struct history_line *history_total(const struct history *history);

/* What the line was called at @t_ns. */
struct history_name history_name_at(const struct history_line *line, uint64_t t_ns);

/* Drop lines that ended before @t_ns, and their events; what they dropped still counts. */
void history_forget(struct history *history, uint64_t t_ns);

/*
 * @count columns of equal width that end at @to_ns and begin at @from_ns: *columns filled, empty
 * ones with count 0. A bucket goes to the column in which it starts; of one that goes on after the
 * window, only what came before its end, as far as that is known. Cost is bounded, not by the
 * length of the history.
 */
void history_columns(const struct history *history, const struct history_line *line,
		     uint64_t from_ns, uint64_t to_ns, struct history_column *columns,
		     size_t count);

/* The same of a window whose last columns may not be over. */
void history_columns_until(const struct history *history, const struct history_line *line,
			   const struct history_window *window, struct history_column *columns,
			   size_t count);

/* The width of the buckets that these take for the line. */
uint64_t history_width(const struct history *history, const struct history_line *line,
		       uint64_t from_ns, uint64_t to_ns);

/*
 * The width of the buckets that a full history has for a window of @window_ns; the session's
 * interval at least. A column narrower than that may be empty between two full ones.
 */
uint64_t history_grain(const struct history *history, uint64_t window_ns);

/* The value of the line's nearest bucket at or before @t_ns, else after; 0 where it has none. */
uint64_t history_value_at(const struct history *history, const struct history_line *line,
			  uint64_t t_ns);

/* The line's last sample at or before @t_ns: false where it has none. */
bool history_value_before(const struct history *history, const struct history_line *line,
			  uint64_t t_ns, uint64_t *ret_rss);

/* The line's first value in the buckets that begin in [from, until): false where there is none. */
bool history_first_within(const struct history *history, const struct history_line *line,
			  uint64_t from_ns, uint64_t until_ns, uint64_t *ret_rss);

/*
 * What holds @line at @t_ns: of its cgroup's limit and the machine's the one that leaves less room,
 * limit - used, as it was told last by then. False where nothing was.
 */
bool history_limit_at(const struct history *history, const struct history_line *line, uint64_t t_ns,
		      struct limit *ret_limit);

/*
 * Which figure is shown, METRIC_RSS at first: history_columns and all that tells of values over
 * time, from history_columns to history_first_within, tells of this one. Nothing is known of a
 * figure that was not sampled.
 */
void history_show(struct history *history, enum metric metric);
enum metric history_shown(const struct history *history);

/* The metrics that any line had, a set, the RSS in it. */
uint32_t history_metrics(const struct history *history);

/* Which of those comes after the one that is shown; the first after the last. */
enum metric history_next_metric(const struct history *history);

/* "PSS", of the figure that is shown, in a session that has others than the RSS; else "". */
const char *history_figure(const struct history *history);

/* The line's last value of the figure that is shown, and the highest that a sample or a read
 * showed; 0 where nothing is known. */
uint64_t history_last(const struct history *history, const struct history_line *line);
uint64_t history_highest(const struct history *history, const struct history_line *line);

/* Events in order of time; index 0 is the oldest kept. */
size_t history_events(const struct history *history);
const struct history_event *history_event_at(const struct history *history, size_t index);

/* The index of the first event at or after @t_ns. */
size_t history_event_after(const struct history *history, uint64_t t_ns);

/* The bytes that a person asked @line (NULL: all lines together) to stay below, as it was at @t_ns;
 * 0: none. */
uint64_t history_asked_at(const struct history *history, const struct history_line *line,
			  uint64_t t_ns);

/* The least that was asked of any line that had not ended at @t_ns, for a chart with one limit;
 * where nothing was, that of all together; 0: none. */
uint64_t history_asked_least(const struct history *history, uint64_t t_ns);

/* The oldest and the newest time in it, of which the oldest is no limit's. */
uint64_t history_begin(const struct history *history);
uint64_t history_now(const struct history *history);

/* The session's count of missed ticks, of dropped and torn events, up to @t_ns. */
uint64_t history_missed(const struct history *history, uint64_t t_ns);
uint64_t history_dropped(const struct history *history, uint64_t t_ns);

#endif
