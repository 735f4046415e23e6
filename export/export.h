/*
 * A session into another format, which the ending of a file's name tells. Streaming: memory doesn't
 * grow with the session. A new format is one file, export_FORMAT.c, and one line in export.c's
 * table.
 */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "session/reader.h"

#include <stdio.h>

struct export_options {
	struct reader_query query; /* from, to, wants, progress and arg; `every` is the format's */
	const char *title;	   /* "": the session's name */
};

struct exporter {
	const char *ending; /* ".csv" */
	const char *what;   /* "a table: a row a sample and a row an event" */
	bool binary;	    /* nothing for a terminal */

	/*
	 * Write the session to @out: 0; -ECANCELED; or a negative errno with why in @why, of
	 * TEXT_WHY bytes, where it is not the reader's or out's own (which the caller asks:
	 * reader_error, ferror).
	 */
	int (*write)(struct reader *reader, const struct export_options *options, FILE *out,
		     char *why);
};

/* By the ending of @path, of whatever case: NULL where none is known. */
const struct exporter *export_find(const char *path);

/* All of them, NULL past the end. */
const struct exporter *export_at(size_t index);

/*
 * Write @path: into a file beside it, which takes its name when it is whole; or "-", standard
 * output, as it comes. 0, or a negative errno (-ECANCELED too) with why in @why, of TEXT_WHY
 * bytes; then @path is as it was.
 */
int export_file(struct reader *reader, const struct exporter *exporter,
		const struct export_options *options, const char *path, char *why);

extern const struct exporter export_csv;
extern const struct exporter export_jsonl;
extern const struct exporter export_pftrace;
extern const struct exporter export_json;
extern const struct exporter export_html;
extern const struct exporter export_svg;
extern const struct exporter export_png;
extern const struct exporter export_pdf;
extern const struct exporter export_gp;
extern const struct exporter export_dat;

#endif
