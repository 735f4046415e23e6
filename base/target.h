/*
 * A file that is written beside the one whose name it takes when it is whole: who reads that sees
 * the old one or the new one.
 */
#ifndef BASE_TARGET_H
#define BASE_TARGET_H

#include "base/text.h"

#include <limits.h>
#include <stdio.h>

struct target {
	char path[PATH_MAX];	  /* links followed */
	char temporary[PATH_MAX]; /* "": @path, or standard output, is written itself */
	FILE *out;
	char *buffer;
	char *why; /* TEXT_WHY bytes */
};

/* @path "-" is standard output. All zeros but for `why` to begin with. 0 with target->out to be written, or a negative errno with
 * why; target_close in any case. */
int target_open(struct target *target, const char *path);

/* What was written goes to the file: 0, or a negative errno with why. */
int target_flush(struct target *target);

/* @error: what has happened so far. The file takes its name where that is nothing: 0, or a negative
 * errno with why. */
int target_close(struct target *target, int error);

/* @error, which is returned, with @why. */
int target_refuse(struct target *target, int error, const char *why);

#endif
