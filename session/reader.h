/*
 * A session out of its file: records as the merged order had them, streamed, whatever the file's
 * size. Times are CLOCK_MONOTONIC nanoseconds as they were then: reader_info()->session.start_ns is
 * where the session's zero lies. One thread at a time.
 */
#ifndef SESSION_READER_H
#define SESSION_READER_H

#include "session/schema.h"
#include "wire/message.h"

#include <stdbool.h>

struct reader;

struct reader_info {
	struct session_info session;
	uint64_t begin_ns;    /* of the first record */
	uint64_t end_ns;      /* all that happened before is in the file */
	uint64_t end_wall_ns; /* 0: the recording was cut off, or goes on */
	char version[32];     /* of the memwatch that wrote it */
	uint64_t exact_ns; /* samples before it are the least and the most of several; 0: none is */
	char title[TEXT_LABEL + 1]; /* what a person called it; else the session's name; else those
				       of its processes. Never empty */
	uint64_t samples;	    /* rows: upper bounds */
	uint64_t events;
};

/* A line's whole life. Its texts live as long as the reader. */
struct reader_process {
	uint32_t line; /* 1, 2, 3 ... in the order of their numbers in the file */
	uint32_t pid;
	uint32_t ppid;
	uint64_t start_ticks;
	const char *name; /* the last it had; as it came: clean before showing */
	uint64_t first_ns;
	uint64_t last_ns;     /* of its end; of the recording's where it was alive then */
	uint64_t max_rss;     /* 0: not in the file, since its recorder was killed */
	uint64_t peak_rss;    /* the kernel's high-water mark, 0: not known */
	uint64_t family_peak; /* as of struct peak; 0: none of it had more than is seen */
	int32_t code;
	bool ended;
	uint8_t reason;	   /* an enum end_reason, where ended */
	uint8_t peak_kind; /* an enum peak_kind, what peak_rss is worth; PEAK_AT_LEAST also where
			      the file is older */
};

/*
 * Open @path: 0; or a negative errno with why in @why, of TEXT_WHY bytes: -ENOENT, -EBADMSG (no
 * session file, or a damaged one), -EPROTO (a newer format), ... What a recorder that was killed
 * has left beside the file is folded into it where that can be done; a recording that goes on is
 * read as far as it is.
 */
int reader_open(struct reader **ret_reader, const char *path, char *why);
void reader_close(struct reader *reader);

const struct reader_info *reader_info(const struct reader *reader);

/* In order of line; NULL past the end. */
const struct reader_process *reader_process(const struct reader *reader, size_t index);
const struct reader_process *reader_line(const struct reader *reader, uint32_t line);

/* Its command line, the last it had, as it came, out of the file: most of what there is to be said
 * of many processes. Written to @to, of TEXT_COMMAND + 1 bytes, which is returned. */
const char *reader_command(struct reader *reader, const struct reader_process *process, char *to);

/* One more than there are lines. */
size_t reader_lines(const struct reader *reader);

/* A sample's rss where the line has none from that tick on; only without `every`. Its shared is 0
 * in recordings of before that was kept. */
#define READER_NONE UINT64_MAX

struct reader_query {
	uint64_t from_ns; /* what happened in [from, to]; 0: from the beginning */
	uint64_t to_ns;	  /* 0: to the end */

	/*
	 * Each tick with all of its samples, as they were taken. Else only those that differ from
	 * the line's sample before, and at from_ns a tick with what each line had; a line without
	 * value from then on (it showed no memory, or the recorder lost records) has READER_NONE.
	 * A line whose end is told has none either.
	 */
	bool every;

	/* Put back also more samples than so few rows can be trusted to stand for. */
	bool force;

	/* Whether a line is wanted; NULL: all are. The session's own records always are. */
	bool (*wants)(void *arg, const struct reader_process *process);

	/*
	 * Called often, more than once in a millisecond also where nothing is told, with how much
	 * is done, 0 to 1; false: stop, -ECANCELED. NULL for none.
	 */
	bool (*progress)(void *arg, double done);
	void *arg; /* of wants and progress */
};

/*
 * Give the records to @each, valid during its call, in order of time, seq 1, 2, 3 ...: 0, or
 * -ECANCELED, or -EBADMSG, -E2BIG (see force) and others with reader_error. May be called again. A
 * record that came late to the recorder comes late here. A span has a begin and, where it ended, an
 * end. RECORD_PEAK is told once a line, at its end (of the recording where it was alive then).
 * Lines that lived before from_ns are not begun again; the limits that hold then are told again, as
 * of from_ns.
 */
int reader_read(struct reader *reader, const struct reader_query *query, record_fn each, void *arg);

/* Why the last call failed: one line, without the file's name; "" where it did not, or
 * was stopped. */
const char *reader_error(const struct reader *reader);

#endif
