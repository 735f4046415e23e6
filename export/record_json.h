/*
 * Records as JSON Lines: what the json view prints live and what an export writes, the same.
 * memwatch(1) has the keys.
 */
#ifndef EXPORT_RECORD_JSON_H
#define EXPORT_RECORD_JSON_H

#include "analysis/total.h"
#include "wire/message.h"

#include <stdio.h>

struct record_who {
	uint32_t pid;
	const char *name; /* as it came */
};

struct record_json {
	FILE *out;
	const struct session_info *session;

	/* Who @line is at the record that is being written: true; or false where nobody knows it,
	 * and *ret_who is left as it is. */
	bool (*find)(void *arg, uint32_t line, struct record_who *ret_who);
	void *arg;
};

/*
 * Write @record: an object and a newline; a tick's samples each, but those of unknown lines; a peak
 * writes nothing, since the line's end tells it. @begins says of a RECORD_PROCESS that its line
 * begins with it. Errors are left to ferror.
 */
void record_json_write(const struct record_json *json, const struct record *record, bool begins);

/* A span's "peak_exact": null where its peak isn't known. */
void record_json_exact(FILE *out, uint64_t peak_rss, bool exact);

/* The members of a kind of memory's figures, each after a comma. */
void record_json_use(FILE *out, const struct memory_use *use);

/* What of @total @record, which is written already, completes: a sample with pid 0 for each tick,
 * where there is a total to tell. */
void record_json_total(const struct record_json *json, struct total *total,
		       const struct record *record);

#endif
