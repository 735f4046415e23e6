/*
 * Texts of programs as a picture shows them: cleaned, and cut to a number of characters. Pure.
 */
#ifndef PLOTTER_MODEL_CAPTION_H
#define PLOTTER_MODEL_CAPTION_H

/* The longest, in columns of a character's width, and the bytes that it takes with its NUL. */
#define CAPTION_WIDTH 48
#define CAPTION_ROOM 256

/* @text, cleaned, "..." as one character at its end where it is wider than @width (CAPTION_WIDTH at
 * most): to @to, which is returned. */
char *caption_clip(char to[CAPTION_ROOM], const char *text, unsigned width);

/* "category: label", or the label where there is no category. */
char *caption_event(char to[CAPTION_ROOM], const char *category, const char *label, unsigned width);

/* About how many characters' widths a clean text takes: two for those of East Asia and emoji. */
unsigned caption_width(const char *text);

#endif
