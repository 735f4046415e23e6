/*
 * JSON, written piece by piece to a file.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdint.h>
#include <stdio.h>

/*
 * The NUL-ended @text of any bytes as a JSON string with its quotes: control characters, and those
 * that reorder or break lines on a terminal (text_is_unsafe), as \u001b, \u202e; bytes that are no
 * UTF-8 as U+FFFD; the rest as it is.
 */
void json_string(FILE *out, const char *text);

/* A member of an object, after a comma: ,"key":value */
void json_text(FILE *out, const char *key, const char *text);
void json_number(FILE *out, const char *key, uint64_t number);
void json_null(FILE *out, const char *key);

#endif
