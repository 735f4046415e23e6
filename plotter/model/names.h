/*
 * What a line was called before it was called as it is now. Pure.
 */
#ifndef PLOTTER_MODEL_NAMES_H
#define PLOTTER_MODEL_NAMES_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

/* Names of a line that are kept; older ones go. */
#define NAMES_KEPT 64

struct past_name {
	uint64_t until_ns; /* the line had it before that */
	char name[TEXT_NAME + 1];
	char command[TEXT_COMMAND + 1];
};

/* In order of time. All zeros is none. */
struct names {
	struct past_name *past;
	size_t count, capacity;
};

void names_free(struct names *names);

/* Until @t_ns it was called that: 0 or -ENOMEM. */
int names_add(struct names *names, uint64_t t_ns, const char *name, const char *command);

/* What it was called at @t_ns; NULL: as it is now. */
const struct past_name *names_at(const struct names *names, uint64_t t_ns);

#endif
