/*
 * A session into its file, fed with the records of the merged order. A sample becomes a row only
 * where its value changed. One thread at a time.
 */
#ifndef SESSION_WRITER_H
#define SESSION_WRITER_H

#include "wire/message.h"

#include <stdbool.h>

struct writer;

/* What was written so far. */
struct writer_counts {
	uint64_t samples;
	uint64_t events;
	uint64_t lost; /* records that never came: the recorder was behind */
	uint64_t processes;
	uint64_t until_ns; /* the newest record's time */
};

/*
 * Create the file @path for @session: 0; or a negative errno with why in @why, of TEXT_WHY bytes:
 * -EEXIST where it is there already and @force doesn't say to replace it, which is done only to a
 * regular file. The file is open to readers from now on.
 */
int writer_open(struct writer **ret_writer, const char *path, bool force,
		const struct session_info *session, char *why);

/* What a person called the session; before the first record: 0 or a negative errno. */
int writer_title(struct writer *writer, const char *title);
/* Samples before @exact_ns are rolled up: what a recording that begins late has from a backlog. */
int writer_exact(struct writer *writer, uint64_t exact_ns);

/*
 * Take the next record: 0, or a negative errno, after which only writer_error and writer_close make
 * sense. A seq that is not the last one's next tells of records lost: they become a gap. The first
 * record may have any seq.
 */
int writer_add(struct writer *writer, const struct record *record);

/* The next record, which is of no line that the file is about. */
int writer_skip(struct writer *writer, const struct record *record);

struct writer_process {
	uint64_t since_ns; /* when it joined */
	struct process process;
};

/*
 * Who is there, where the records that told of it are lost, or older than the recording. Lines
 * known here and not told have ended, nobody knows how; those called otherwise were renamed.
 */
int writer_resync(struct writer *writer, const struct writer_process *processes, size_t count);

/* All that was added is in the file, and outlives this process: 0 or a negative errno. Where
 * nothing was added it does nothing. */
int writer_commit(struct writer *writer);

/* Whether the file is still found under its name, and as long as it was: 0; or -ENOENT (removed, or
 * moved), -EBADMSG (cut short), with why. */
int writer_look(struct writer *writer);

/* Whether the last call failed by what may pass: another program's lock, a full disk, a file system
 * that doesn't answer. */
bool writer_may_pass(const struct writer *writer);

/*
 * After such a failure: what was not committed is undone, and to be given again, from the record
 * behind *ret_seq on (0: from the first). What is no longer to be had becomes a gap. 0; or a
 * negative errno, as before, while it lasts.
 */
int writer_retry(struct writer *writer, uint64_t *ret_seq);

/*
 * Commit, say that the session ended at @end_wall_ns, fold everything into the one file and free:
 * 0, or a negative errno with why in @why. After a failure what was committed is kept, and no end
 * is said. NULL is allowed.
 */
int writer_close(struct writer *writer, uint64_t end_wall_ns, char *why);

/* Why the last call failed: one line, without the file's name. */
const char *writer_error(const struct writer *writer);

const struct writer_counts *writer_counts(const struct writer *writer);

#endif
