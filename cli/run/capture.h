/*
 * What a program prints while a view has the terminal: kept in a nameless temporary file, so that
 * neither disturbs the other, and nothing that happens to us blocks or ends the program.
 */
#ifndef CLI_RUN_CAPTURE_H
#define CLI_RUN_CAPTURE_H

#include <sys/types.h>

struct capture {
	int fd; /* -1: nothing is captured */
	off_t shown;
};

/* 0 or a negative errno. */
int capture_open(struct capture *capture);

/* Copy what came since the last call to standard output. */
void capture_show(struct capture *capture);
void capture_close(struct capture *capture);

#endif
