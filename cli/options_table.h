/*
 * The options that there are: their names, what each says of itself, and which commands take it.
 */
#ifndef CLI_OPTIONS_TABLE_H
#define CLI_OPTIONS_TABLE_H

#include "cli/command.h"

#include <getopt.h>

/* What getopt_long(3) gives for an option that has no letter. */
enum option_key {
	KEY_SESSION = 1000,
	KEY_VIEW,
	KEY_TITLE,
	KEY_LIMIT,
	KEY_LIMIT_TOTAL,
	KEY_ON_LIMIT,
	KEY_KILL_ON_LIMIT,
	KEY_EVENT,
	KEY_RSS_ABOVE,
	KEY_TIMEOUT,
	KEY_NEW,
	KEY_DIFF,
	KEY_ON_EVENT,
	KEY_MACHINE,
	KEY_GLYPHS,
	KEY_JSON,
	KEY_ALL,
	KEY_AS,
	KEY_FORCE,
	KEY_FROM,
	KEY_TO,
	KEY_NAME,
	KEY_FULL,
	KEY_USER,
	KEY_CGROUP,
	KEY_UNIT,
	KEY_AT,
	KEY_SPEED,
	KEY_METRICS,
	KEY_METRICS_INTERVAL,
	KEY_FAIL_ON_GROWTH,
	KEY_FAIL_ABOVE,
	KEY_TERM,
	KEY_OUT,
	KEY_FPS,
	KEY_FORMAT,
	KEY_STAY,
	KEY_IF_UNJUDGED
};

/* Ends with an element of zeros. */
extern const struct option options_table[];

bool options_takes(const struct command *command, int key);

/* "pid" of 'p'. */
const char *options_long_name(int key);

void options_print_help(const struct command *command);

#endif
