/*
 * Files without a name, where TMPDIR says, else in /tmp: gone when they are closed, however this
 * program ends.
 */
#ifndef BASE_TEMPORARY_H
#define BASE_TEMPORARY_H

#include <stdio.h>

const char *temporary_directory(void);

/* For reading and writing, close-on-exec: a descriptor, or a negative errno. */
int temporary_fd(void);

/* The same; NULL with errno. */
FILE *temporary_open(void);

#endif
