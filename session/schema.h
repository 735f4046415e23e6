/*
 * The session file: one SQLite database. docs/FORMAT.md tells of each table and column; this says
 * how it is told from another file, and which versions are understood. Only session/ includes SQLite.
 */
#ifndef SESSION_SCHEMA_H
#define SESSION_SCHEMA_H

#include "base/text.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/* PRAGMA application_id: "mwdb". */
#define TRACE_APPLICATION_ID 0x6d776462

/* PRAGMA user_version and session.format: raised when an older reader would misread a file. */
#define TRACE_FORMAT 1

/* What a row may have, of nanoseconds before or after the session's start and of counts, up to this
 * (73 years), and of bytes up to INT64_MAX: sums of a few times fit into 64 bits. */
#define TRACE_MOST ((int64_t)1 << 61)

/* The tables and views of an empty database: an SQLite result. */
int schema_create(sqlite3 *database);

/*
 * Whether a database is a session that this program understands: 0; or -EBADMSG (it is something
 * else, or damaged), -EPROTO (a newer format), with why in @why of TEXT_WHY bytes.
 */
int schema_check(sqlite3 *database, char *why);

/* Nanoseconds of one of the ticks in which /proc/PID/stat tells a start time, process.start_ns's.
 */
uint64_t schema_clock_tick_ns(void);

/* What SQLite says of its last failure, in our words where they are clearer; to @why of TEXT_WHY
 * bytes. A negative errno for it. */
int schema_explain(sqlite3 *database, char *why);

/* gap.reason, besides those of gap_reason_text: a tick that was taken late; deadlines at which no
 * process showed any memory. They are no records: they tell how to put ticks back. */
#define TRACE_LATE "late tick"
#define TRACE_EMPTY "empty ticks"

/* process.ended */
#define TRACE_EXITED "exited"
#define TRACE_KILLED "killed"
#define TRACE_DROPPED "dropped"
#define TRACE_LIMITED "limit"
#define TRACE_UNKNOWN "unknown"

#endif
