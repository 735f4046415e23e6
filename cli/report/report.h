/*
 * What report prints of a session: cmd_report.c's.
 *
 * The tables come first, and what happened after them, but a file is read once. So what happened is
 * written to files of no name as it is read, and copied behind the tables.
 */
#ifndef CLI_REPORT_REPORT_H
#define CLI_REPORT_REPORT_H

#include "cli/inspect/inspected.h"
#include "cli/run/recording.h"
#include "export/line_names.h"
#include "analysis/summary.h"

#include <stdio.h>

struct report {
	struct recording recording;
	const struct reader_info *info;
	struct line_names names;
	struct summary summary;
	FILE *events;
	FILE *gaps;
	FILE *inspections;
	uint64_t event_count;
	uint64_t gap_count;
	uint64_t inspection_count;
	struct inspected inspected; /* the one that is being read */
	unsigned name_width;
};

/* Whether it is of all of a recording, so that what the kernel says of whole lives is of it. */
bool report_is_whole(const struct report *report);

/* Take a record, and print what was taken, as text for people or as one JSON object. */
void report_text_take(void *arg, const struct record *record);
void report_text_print(const struct report *report);
void report_json_take(void *arg, const struct record *record);
void report_json_print(const struct report *report);

/* Take one kind of an inspection: whether it was the last, and report->inspected has all of it. */
bool report_inspect(struct report *report, uint64_t t_ns, const struct inspection *inspection);

/* All that was written to @file, to standard output. */
void report_copy(FILE *file);

#endif
