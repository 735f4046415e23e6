/*
 * How processes are named on a command line, alike for memwatch and memwatchd. Each function logs
 * what is wrong with a text and returns false then.
 */
#ifndef BASE_NAMING_H
#define BASE_NAMING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A PID, a positive number. */
bool naming_pid(const char *text, pid_t *ret_pid);

/* An extended regular expression of at most TEXT_LABEL bytes. */
bool naming_pattern(const char *pattern);

/* A user's name, or a number that needn't be anybody's. */
bool naming_user(const char *text, uint32_t *ret_user);

/* A cgroup's path, or a systemd unit's name, of at most TEXT_PATH bytes. */
bool naming_cgroup(const char *name, bool is_unit);

#endif
