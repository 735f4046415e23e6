/*
 * Texts for gnuplot, which runs backquotes, macros and what else it finds in a string: as the lines
 * of a datablock, which it takes as they are. They are shown through $NAME[i], i = 1, 2 ..., with
 * `noenhanced`.
 */
#ifndef PLOTTER_GNUPLOT_DATABLOCK_H
#define PLOTTER_GNUPLOT_DATABLOCK_H

#include <stddef.h>
#include <stdio.h>

/* $NAME with a text a line, none of which can end it. They are clean (text_clean) and so without a
 * newline. */
void datablock_write(FILE *out, const char *name, const char *const *texts, size_t count);

#endif
