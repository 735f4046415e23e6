#include "watcher/wanted.h"

#include "base/log.h"
#include "base/naming.h"
#include "base/units.h"
#include "watcher/core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD_USAGE 2

/* --- options */

static int add_pid(struct wanted *wanted, const char *text)
{
	if (wanted->pid_count == WANTED_PIDS) {
		log_error("pid '%s': there are %d already, which is the most; 'memwatch add' takes "
			  "more",
			  text, WANTED_PIDS);
		return BAD_USAGE;
	}
	return naming_pid(text, &wanted->pids[wanted->pid_count++]) ? 0 : BAD_USAGE;
}

int wanted_pids(struct wanted *wanted, const char *list)
{
	char *copy = strdup(list);
	char *rest = copy;
	char *item;
	int status = copy ? 0 : BAD_USAGE;

	while (!status && (item = strsep(&rest, ",")) != NULL)
		status = add_pid(wanted, item);
	free(copy);
	return status;
}

/* NULL after a message where there are too many. */
static struct rule_request *add_rule(struct wanted *wanted, const char *what)
{
	if (wanted->rule_count < RULES_MOST)
		return &wanted->rules[wanted->rule_count++];
	log_error("%s: there are %d rules already, which is the most", what, RULES_MOST);
	return NULL;
}

int wanted_name(struct wanted *wanted, const char *pattern)
{
	struct rule_request *rule = naming_pattern(pattern) ? add_rule(wanted, "name") : NULL;

	if (!rule)
		return BAD_USAGE;
	wanted->name_count++;
	text_copy(rule->pattern, sizeof rule->pattern, pattern);
	return 0;
}

int wanted_user(struct wanted *wanted, const char *user)
{
	wanted->has_user = naming_user(user, &wanted->user);
	return wanted->has_user ? 0 : BAD_USAGE;
}

int wanted_cgroup(struct wanted *wanted, const char *path, bool is_unit)
{
	struct rule_request *rule =
		naming_cgroup(path, is_unit) ? add_rule(wanted, is_unit ? "unit" : "cgroup") : NULL;

	if (!rule)
		return BAD_USAGE;
	rule->is_unit = is_unit;
	text_copy(rule->cgroup, sizeof rule->cgroup, path);
	return 0;
}

int wanted_limit(uint64_t *ret_bytes, const char *what, const char *text)
{
	const char *unit = units_missing(text, strlen(text));

	if (unit)
		log_error("%s '%s': needs a unit; %s%s?", what, text, text, unit);
	else if (units_parse_size(text, ret_bytes) == 0 && *ret_bytes > 0)
		return 0;
	else
		log_error("%s '%s': is no size of memory (512M, 2GiB, 1.5G)", what, text);
	return BAD_USAGE;
}

int wanted_check(struct wanted *wanted)
{
	if (wanted->full && wanted->name_count == 0) {
		log_error("--full: is about --name, which is not there");
		return BAD_USAGE;
	}
	if (wanted->has_user && wanted->name_count == 0 && !add_rule(wanted, "user"))
		return BAD_USAGE;
	for (size_t i = 0; i < wanted->rule_count; i++) {
		struct rule_request *rule = &wanted->rules[i];

		text_copy(rule->name, sizeof rule->name, wanted->as ? wanted->as : "");
		if (rule->cgroup[0])
			continue;
		rule->full = wanted->full;
		rule->family = wanted->family;
		rule->has_user = wanted->has_user;
		rule->user = wanted->user;
	}
	return 0;
}

/* --- at the session's start */

static int follow_pids(struct core *core, const struct wanted *wanted)
{
	size_t followed = 0;
	char why[256];

	for (size_t i = 0; i < wanted->pid_count; i++) {
		struct entry *entry = life_begin(core, wanted->pids[i],
						 wanted->as ? wanted->as : "", why, sizeof why);

		if (!entry)
			log_error("%s", why);
		if (entry && wanted->as)
			entry->fixed = true;
		if (entry && wanted->family)
			family_begin(core, entry);
		followed += entry != NULL;
	}
	return wanted->pid_count && !followed ? -ESRCH : 0;
}

int wanted_follow(struct core *core, const struct wanted *wanted)
{
	char why[512];
	int error = follow_pids(core, wanted);

	for (size_t i = 0; i < wanted->rule_count && !error; i++) {
		error = rules_add(core, &wanted->rules[i], why, sizeof why);
		if (error)
			log_error("%s", why);
	}
	if (wanted->limit)
		alarms_ask_all(core, wanted->limit);
	if (wanted->limit_total)
		alarms_ask_total(core, wanted->limit_total);
	return error;
}
