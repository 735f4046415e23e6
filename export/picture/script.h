/*
 * A picture as a gnuplot script with its data inside. Texts of programs are lines of datablocks,
 * whose end mark none of them begins with, and are shown through $block[i]: gnuplot never reads
 * them as commands, macros, backquotes or markup.
 */
#ifndef EXPORT_PICTURE_SCRIPT_H
#define EXPORT_PICTURE_SCRIPT_H

#include "export/export.h"

/* What gnuplot exits with where it has none of the terminals. */
#define SCRIPT_NO_TERMINAL 69

struct script_terminal {
	const char *name;     /* "pngcairo" */
	const char *other;    /* where gnuplot lacks that; or NULL */
	const char *settings; /* of either, after its size: fonts */
	double per_inch;      /* dots; 0: its size is in dots */
};

/*
 * As an exporter's write; the script sets its terminal where @terminal is not NULL. Not streamed
 * but small: a few megabytes at most, whatever the session's length.
 */
int script_export(struct reader *reader, const struct export_options *options, FILE *out, char *why,
		  const struct script_terminal *terminal);

#endif
