/*
 * Text that comes from other programs: bounded, and made safe before anything shows it. Pure.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest texts that are kept, in bytes without the NUL; a longer one is cut at a character. */
#define TEXT_LABEL 200
#define TEXT_NAME 63
#define TEXT_CATEGORY 63
#define TEXT_COMMAND 255
#define TEXT_PATH 1023

/* Room for why a file could not be read or written: one clause, with the NUL. */
#define TEXT_WHY 256

/*
 * The largest length <= @max at which @text, of @length bytes, can be cut without splitting a UTF-8
 * character.
 */
size_t text_cut(const char *text, size_t length, size_t max);

/* Copy the NUL-ended @from to @to, of @size bytes, cut at a character: the length written. */
size_t text_copy(char *to, size_t size, const char *from);

/* The character at @from, of at most @length bytes (1 at least): its own bytes, 1 to 4, and its
 * number; 0 where it isn't valid UTF-8. */
unsigned text_decode(const void *from, size_t length, uint32_t *ret_point);

/* Copy the NUL-ended @from to @to, of @size bytes, with U+FFFD for each byte that is not UTF-8, cut
 * at a character: the length written. */
size_t text_utf8(char *to, size_t size, const char *from);

/* Whether text_clean escapes it: a control character, or one that reorders or breaks lines. */
bool text_is_unsafe(uint32_t point);

/*
 * Copy @from, of @length bytes, to @to, of @size bytes, so that it can be sent to a terminal, a log
 * or a file: control characters (C0, C1, DEL) and those that reorder or break lines (U+2028-202E,
 * U+2066-2069, U+200E, U+200F, U+061C, U+FEFF), and U+FFFE and U+FFFF, which XML can't hold, are
 * written as \n, \t, \x1b, \u202e; bytes that are not UTF-8 as \xff. A backslash stays as it is.
 * Cut, whole escapes at a time, where @to is too small; always NUL-ended. Returns the length
 * written.
 */
size_t text_clean(char *to, size_t size, const char *from, size_t length);

/* Room that text_clean needs for @length bytes in the worst case, the NUL included. */
#define TEXT_CLEAN_ROOM(length) ((length)*4 + 1)

#endif
