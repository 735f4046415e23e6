/*
 * Who the lines of a session are as its records are read: the name a line has at that record.
 */
#ifndef EXPORT_LINE_NAMES_H
#define EXPORT_LINE_NAMES_H

#include "session/reader.h"

struct line_name {
	uint32_t pid;	  /* 0: nobody knows the line */
	bool begun;	  /* a RECORD_PROCESS has told of it */
	const char *name; /* as it came; until the line is called something else */
};

struct line_names {
	const struct reader *reader;
	const char **names; /* by line; NULL: not begun yet */
	size_t count;
};

/*
 * The lines of @reader as they are when the records of @query begin, for which what comes before
 * them is read too: 0; or -ENOMEM, or as reader_read, with that in @why of TEXT_WHY bytes. To be
 * closed in any case, and before the reader is.
 */
int line_names_open(struct line_names *ret_names, struct reader *reader,
		    const struct reader_query *query, char *why);
void line_names_close(struct line_names *names);

/* The session is "session", of pid 0; a line that nobody knows has pid 0 and the name "". One that
 * has not begun yet has the name that it will have at last. */
struct line_name line_names_find(const struct line_names *names, uint32_t line);

/* Note a RECORD_PROCESS: whether its line begins with it; else its name changes. */
bool line_names_join(struct line_names *names, const struct process *process);

#endif
