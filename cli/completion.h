/*
 * What shells complete of a command line of memwatch: scripts that are made of the commands and the
 * rows of their options.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/command.h"

/* Print the script of @shell, bash, zsh or fish, for @count commands, of which the first has no
 * name: an exit status. */
int completion_print(const char *shell, const struct command *const *commands, size_t count);

#endif
