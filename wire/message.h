/*
 * The messages of the control socket and the events socket, as plain C. Their encoding is
 * wire/memwatch.proto.
 */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include "wire/record.h"
#include "wire/wall.h"

#include <stdbool.h>

/* Raised when an old peer could misread a new one. */
#define WIRE_VERSION 1

/* No message on any socket is larger. */
#define WIRE_MESSAGE_MAX (256 * 1024)

enum request_op {
	REQUEST_ATTACH = 1, /* pid: the command that asks; the watcher watches its life */
	REQUEST_REGISTER,   /* pid, text: the line's name, "" for the process's own; since: of
			       enum register_flags; of one that is awaited text: its command
			       line, name: its line's */
	REQUEST_DROP,	    /* pid */
	REQUEST_LIST,	    /* since: the last line that was got */
	REQUEST_HISTORY,    /* since: the last seq that was got */
	REQUEST_EVENT,	    /* pid (0: the session), category, text */
	REQUEST_STATUS, /* pid: a process that is asked for, 0: none. value: its number here, 0: not
			   to be found */
	REQUEST_STOP,
	REQUEST_FLUSH,	/* since: an emitter's instance */
	REQUEST_ENDED,	/* told by the parent: pid, since: a wait status, peak: ru_maxrss in bytes,
			   text: its name; reaped: the same with more, of it alone */
	REQUEST_RECORD, /* path, text: a title, "" for none; since 1: in place of a file that is
			   there already. Where the same is recorded there already, that goes on. With
			   a selection it ends with its command */
	REQUEST_RECORD_END,  /* path; pid: only where that is the last command attached to a private
				session, or the recording is of its selection; 0: in any case.
				Status tells when the file is done */
	REQUEST_INSPECT,     /* pid; text: a label, to wait for that milestone of the process or of
				the session; "": now. since: the command that asks, with whose end an
				inspection that still waits is forgotten; 0: none */
	REQUEST_METRICS,     /* since: a set of metrics, to be sampled from now on beside those that
				are; peak: ns between reads of smaps_rollup, 0: as it is, or the
				default */
	REQUEST_LIMIT,	     /* pid: a process; 0: each one, later ones too. since: the bytes that
				it, and what it starts from now on, is to stay below; 0: any more */
	REQUEST_LIMIT_TOTAL, /* since: the same for the sum of all that are followed */
	REQUEST_REAPED,	     /* reaped: orphans that the asker waited for */
	REQUEST_RULE,	     /* since: of enum rule_flags; text: a pattern, "" for any name;
				category: a user's id in decimal, "" for any; path: a cgroup,
				or with its flag a unit, in place of these; name: what the
				lines of those found are called, "" for their own */
	REQUEST_SELECT,	     /* pid: the attached command that asks. Its own selection of the
				session's processes, which ends with it: what it names in the
				requests below. Answered by its number, in value */
	REQUEST_OWN, /* pid: a command of memwatch's that a process of the session has started, and
			that is about to end; peak: the most memory it has had, in bytes. No family
			has had that */
	REQUEST_ENDING,	     /* reaped: processes that are about to be sent a signal, the number of
				which is the status, since a limit was crossed */
};

enum register_flags {
	REGISTER_PARENT = 1,  /* its parent asks, and will tell its end */
	REGISTER_FAMILY = 2,  /* its descendants too; with the other: and its parent's orphans */
	REGISTER_AWAITED = 4, /* alone: it is to become what a family begins with, and is registered
				 when it has: what it has started until then is of the family */
};

enum rule_flags {
	RULE_FULL = 1,	 /* the pattern is of command lines */
	RULE_FAMILY = 2, /* their descendants too */
	RULE_UNIT = 4,
};

/* By which processes are followed that nobody has named. */
struct rule_request {
	bool full;
	bool family;
	bool has_user;
	bool is_unit;
	uint32_t user;
	uint64_t selections;	      /* whose processes these are, a set */
	char pattern[TEXT_LABEL + 1]; /* an extended regular expression */
	char name[TEXT_NAME + 1];     /* of the lines of those found; "": their own */
	char cgroup[TEXT_PATH + 1];
};

/* Most in a session. */
#define RULES_MOST 16
#define RULE_TEXT 255

/* Most in one request. */
#define REAPED_MOST 64

struct reaped {
	uint32_t pid;
	int32_t status; /* as wait(2) has it */
	uint64_t peak;	/* ru_maxrss in bytes; 0: not known */
	bool waited;	/* for children of its own: the peak may be that of one */
	uint64_t floor; /* bytes that what it was launched from had, with which ru_maxrss begins; 0:
			   not known */
};

/* No request has a greater number. */
#define REQUEST_LAST REQUEST_ENDING

struct request {
	uint64_t id; /* random; a request that comes twice with one id is carried out once */
	enum request_op op;
	uint32_t pid;
	uint64_t pid_ns; /* in which the asker counts it: wire/pidns.h; 0: as the watcher does */
	uint64_t start_ticks; /* of that process, where the two count otherwise; 0: not known */
	uint64_t since;
	uint64_t peak;
	uint32_t selection; /* of register, rule, record and limits; 0: none */
	char category[TEXT_CATEGORY + 1];
	char text[TEXT_LABEL + 1];
	char path[TEXT_PATH + 1]; /* absolute */
	char name[TEXT_NAME + 1];
	uint32_t reaped_count;
	struct reaped reaped[REAPED_MOST];
};

struct session_info {
	char name[TEXT_NAME + 1];
	char host[TEXT_NAME + 1];
	uint32_t pid;	 /* of the core */
	uint64_t pid_ns; /* in which it counts: wire/pidns.h */
	uint64_t interval_ns;
	uint64_t start_ns;
	uint64_t start_wall_ns;	      /* the same by the wall clock, since 1970 */
	struct wall wall;	      /* its jumps since then: wall_at */
	uint32_t metrics;	      /* a set, the RSS in it */
	uint64_t metrics_interval_ns; /* between reads of smaps_rollup; 0: there are none */
};

struct process_info {
	uint32_t line;
	uint32_t pid;
	uint32_t ppid;
	bool ended;
	uint64_t start_ticks;
	uint64_t rss;
	uint64_t max_rss;
	uint64_t peak_rss;
	uint64_t events;
	uint64_t dropped;     /* events that its emitter could not keep */
	bool dropped_by_hand; /* with ended: it is followed no more, and may live */
	uint64_t since_ns;
	uint64_t selections; /* as struct record's */
	char name[TEXT_NAME + 1];
	char command[TEXT_COMMAND + 1];
};

typedef void (*process_info_fn)(void *arg, const struct process_info *info);

enum recording_state {
	RECORDING_NONE = 0,
	RECORDING_ON,
	RECORDING_DONE,
	RECORDING_FAILED, /* what was committed before is in the file */
};

/* Most that a session has at once, or tells of. */
#define RECORDINGS_MOST 16

struct recording_info {
	enum recording_state state;
	char path[TEXT_PATH + 1];
	char error[256];  /* where it failed: one line, without the path */
	uint64_t samples; /* rows written */
	uint64_t events;
	uint64_t lost; /* records that it was too slow for */
	uint64_t processes;
	uint64_t until_ns; /* of the newest record; 0: there is none */
};

struct status_info {
	uint64_t ticks;
	uint64_t missed;
	uint64_t events;
	uint64_t dropped;
	uint64_t processes; /* live */
	uint64_t ended;
	uint64_t subscribers;
	uint64_t gate_restarts;
	uint64_t bad_messages;
	uint64_t oldest_seq; /* still in the history */
	uint64_t exact_ns;   /* ticks before it are rolled up; 0: none is */
	uint64_t history_bytes; /* that it takes, with the lines that have ended and it tells of */

	/* Of smaps_rollup, since the session's start. */
	uint64_t rollup_reads;
	uint64_t rollup_total_ns; /* of all of them */
	uint64_t rollup_max_ns;	  /* of the longest */
	double rollup_share;	  /* of its time that a process was read, the most of any: 0 to 0.01
				   */
	uint32_t recording_count; /* in the order of their begins, ended ones too */
	struct recording_info recordings[RECORDINGS_MOST];
	uint64_t unseen;	    /* processes of families that came and went without a line */
	bool unseen_at_least;	    /* there may be more of them than the kernel has told of */
	uint64_t dropped_processes; /* of those that ended: that are followed no more, whether they
				       live or not */
	uint64_t lean;	     /* of those followed: whose files are opened at each tick, for want of
				descriptors */
	uint64_t unfollowed; /* that were to be followed, and could not be, for the same want */
	uint32_t rule_count;
	char rules[RULES_MOST][RULE_TEXT + 1];
};

/* What an emitter says of itself with each batch. */
struct emitter {
	uint32_t version;
	uint32_t pid;
	uint64_t start_ticks; /* 0 where it doesn't know */
	uint64_t pid_ns;      /* in which pid counts: wire/pidns.h; 0 where it doesn't say */
	uint64_t instance;    /* random, one a ring; 0: no ring, each batch is taken as it comes */
	uint64_t from;	      /* numbers of the events in this batch: from <= number < to */
	uint64_t to;
	uint64_t dropped; /* since the instance's start */
	char name[TEXT_NAME + 1];
};

#endif
