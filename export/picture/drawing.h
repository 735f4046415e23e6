/*
 * A picture of a session, drawn by gnuplot.
 */
#ifndef EXPORT_PICTURE_DRAWING_H
#define EXPORT_PICTURE_DRAWING_H

#include "export/export.h"
#include "export/picture/script.h"

struct drawing_format {
	struct script_terminal terminal;
	const char *begins; /* what every file of this format begins with */
	bool fonts_here;    /* it is drawn with this machine's fonts, not with its viewer's */
};

/* As an exporter's write. */
int drawing_write(struct reader *reader, const struct export_options *options, FILE *out, char *why,
		  const struct drawing_format *format);

/*
 * gnuplot's drawing of the script in @script_fd to @out_fd, an empty file: 0; -ECANCELED, when
 * @query's progress says so; or a negative errno with why: gnuplot is missing, failed, took longer
 * than @limit_ms or drew nothing that begins with @begins.
 */
int drawing_run(int script_fd, int out_fd, const char *begins, unsigned limit_ms,
		const struct reader_query *query, char *why);

#endif
