/*
 * Commands that have their work done by processes that they don't start themselves: a daemon does,
 * or another machine. Nothing of that is in the family of the command, so nothing of it would be
 * shown.
 */
#ifndef CLI_ELSEWHERE_H
#define CLI_ELSEWHERE_H

#include <stddef.h>

/*
 * What is to be said of a command (@arguments end with NULL), also behind sudo(8), env(1) and the
 * like, or as the first word of a shell's -c: @text, of @size bytes; NULL where there is nothing.
 */
const char *elsewhere_explain(char *const *arguments, char *text, size_t size);

#endif
