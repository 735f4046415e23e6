/*
 * Whom to follow without a PID: by name, user, cgroup or unit. The watcher looks for them as long
 * as the session lasts.
 */
#ifndef CLI_RULES_H
#define CLI_RULES_H

#include "cli/options.h"

/* Take --name and the like: 0, or EXIT_USAGE after a message. */
int rules_take_name(struct rule_options *rules, const char *pattern);
int rules_take_user(struct rule_options *rules, const char *user);
int rules_take_cgroup(struct rule_options *rules, const char *name, bool unit);

/* Whether what was taken can be asked for: 0, or EXIT_USAGE after a message. */
int rules_check(const struct options *options);

#endif
