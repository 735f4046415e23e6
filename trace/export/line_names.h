/*
 * Who the lines of a session are as its records are read: the name a line has at that record.
 */
#ifndef TRACE_EXPORT_LINE_NAMES_H
#define TRACE_EXPORT_LINE_NAMES_H

#include "trace/reader.h"

struct line_name {
	uint32_t pid;		  /* 0: nobody knows the line */
	bool begun;		  /* a RECORD_PROCESS has told of it */
	char name[TEXT_NAME + 1]; /* as it came */
};

struct line_names {
	struct line_name *lines; /* by line; line 0 is the session */
	size_t count;
};

/*
 * The lines of @reader as they are when the records of @query begin, for which what comes before
 * them is read too: 0; or -ENOMEM, or as reader_read, with that in @why of TRACE_WHY bytes. To be
 * closed in any case.
 */
int line_names_open(struct line_names *ret_names, struct reader *reader,
		    const struct reader_query *query, char *why);
void line_names_close(struct line_names *names);

/* Never NULL: a line that nobody knows has pid 0 and the name "". */
const struct line_name *line_names_find(const struct line_names *names, uint32_t line);

/* Note a RECORD_PROCESS: whether its line begins with it; else its name changes. */
bool line_names_join(struct line_names *names, const struct process *process);

#endif
