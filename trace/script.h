/*
 * A picture as a gnuplot script with its data inside. Texts of programs are lines of datablocks,
 * whose end mark none of them begins with, and are shown through $block[i]: gnuplot never reads
 * them as commands, macros, backquotes or markup.
 */
#ifndef TRACE_SCRIPT_H
#define TRACE_SCRIPT_H

#include "trace/export.h"
#include "trace/picture.h"

/* What gnuplot exits with where it has none of the terminals. */
#define SCRIPT_NO_TERMINAL 69

struct script_terminal {
	const char *name;     /* "pngcairo" */
	const char *other;    /* where gnuplot lacks that; or NULL */
	const char *settings; /* of either, after its size: fonts */
	double per_inch;      /* dots; 0: its size is in dots */
};

#define SCRIPT_TITLE 400

/* The options' title; else "NAME on HOST, 2026-01-31 12:00:00". */
char *script_title(char to[SCRIPT_TITLE], const struct reader_info *info,
		   const struct export_options *options);

/*
 * Write the script, which sets its terminal where @terminal is not NULL: 0 or -ENOMEM; whether
 * @out took it ferror tells.
 */
int script_write(FILE *out, const struct picture *picture, const char *title,
		 const struct script_terminal *terminal);

#endif
