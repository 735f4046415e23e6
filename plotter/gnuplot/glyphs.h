/*
 * Which characters this machine's fonts have. gnuplot's cairo terminals draw a character that none
 * has as a box as large as the picture, over all of it; so these must not reach them.
 */
#ifndef PLOTTER_GNUPLOT_GLYPHS_H
#define PLOTTER_GNUPLOT_GLYPHS_H

#include <stddef.h>
#include <stdint.h>

struct glyphs;

/* Those of the ranges in @text, of @length bytes: hexadecimal, "20-7e a0 100-17f", as fc-list has
 * them, with spaces or newlines between. What else is in it is stepped over. NULL: no memory. */
struct glyphs *glyphs_parse(const char *text, size_t length);

/* What fontconfig's fc-list says; what all fonts of Latin, Greek and Cyrillic have is taken for
 * there where it says nothing. NULL: no memory. */
struct glyphs *glyphs_here(void);

void glyphs_free(struct glyphs *glyphs);

/* Write '?' for each character of @text, of @length bytes, that is not ASCII and that no font has,
 * and for each byte that is not UTF-8: the length then, which is not more. */
size_t glyphs_replace(const struct glyphs *glyphs, char *text, size_t length);

/* The same in the file @fd, with glyphs_here: 0 or a negative errno. */
int glyphs_fit(int fd);

#endif
