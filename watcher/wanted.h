/*
 * What memwatchd is told at its start to follow, and how much memory that may have: as `memwatch
 * record` is. Options come in any order; wanted_check is called behind the last.
 */
#ifndef WATCHER_WANTED_H
#define WATCHER_WANTED_H

#include "base/option.h"
#include "wire/message.h"

#include <sys/types.h>

#define WANTED_PIDS 256

struct wanted {
	struct rule_request rules[RULES_MOST];
	size_t rule_count;
	size_t name_count; /* of these, those about names */
	bool has_user;	   /* of each of those, or without them a rule of its own */
	uint32_t user;
	const char *as; /* what the lines of all of them are called; NULL: their own names */
	bool full;	/* names are of command lines */
	bool family;	/* descendants too */
	pid_t pids[WANTED_PIDS];
	size_t pid_count;
	uint64_t limit;	      /* bytes of each process; 0: any */
	uint64_t limit_total; /* of all together; 0: any */
};

/* Parsers of options, whose field is the struct. */
option_parser wanted_pids;
option_parser wanted_name;
option_parser wanted_user;
option_parser wanted_cgroup;
option_parser wanted_unit;

/* Whether all of it together can be: 0, or 2 after a message. */
int wanted_check(struct wanted *wanted);

struct core;

/* Follow it, in a session that is set up: 0, or a negative errno after a message where none of the
 * PIDs can be followed, or a rule can't be had. */
int wanted_follow(struct core *core, const struct wanted *wanted);

#endif
