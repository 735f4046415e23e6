/*
 * What options there are, and what each says of itself. Only options.c includes it.
 */
#ifndef CLI_OPTION_KEYS_H
#define CLI_OPTION_KEYS_H

#include "cli/command.h"

#include <getopt.h>

/* Those without a letter. */
enum option_key {
	KEY_SESSION = 1000,
	KEY_VIEW,
	KEY_TITLE,
	KEY_LIMIT,
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
	KEY_FAIL_ABOVE,
	KEY_METRICS,
	KEY_METRICS_INTERVAL,
	KEY_TERM,
	KEY_OUT,
	KEY_FPS
};

/* For getopt_long. */
extern const struct option option_keys_long[];

/* Whether a command takes it; its long name; the help of all that the command takes, to standard
 * output. */
bool option_keys_takes(const struct command *command, int key);
const char *option_keys_name(int key);
void option_keys_help(const struct command *command);

#endif
