#include "watcher/wanted.h"

#include "base/log.h"
#include "base/naming.h"
#include "watcher/core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- options */

static int add_pid(struct wanted *wanted, const char *text)
{
	if (wanted->pid_count == WANTED_PIDS) {
		log_error("pid '%s': there are %d already, which is the most; 'memwatch add' takes "
			  "more",
			  text, WANTED_PIDS);
		return EXIT_USAGE;
	}
	return naming_pid(text, &wanted->pids[wanted->pid_count++]) ? 0 : EXIT_USAGE;
}

int wanted_pids(const struct option_row *row, void *field, const char *text)
{
	char *copy = strdup(text);
	char *rest = copy;
	char *item;
	int status = copy ? 0 : EXIT_FAIL;

	(void)row;
	while (!status && (item = strsep(&rest, ",")) != NULL)
		status = add_pid(field, item);
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

int wanted_name(const struct option_row *row, void *field, const char *text)
{
	struct wanted *wanted = field;
	struct rule_request *rule = naming_pattern(text) ? add_rule(wanted, row->name) : NULL;

	if (!rule)
		return EXIT_USAGE;
	wanted->name_count++;
	text_copy(rule->pattern, sizeof rule->pattern, text);
	return 0;
}

int wanted_user(const struct option_row *row, void *field, const char *text)
{
	struct wanted *wanted = field;

	(void)row;
	wanted->has_user = naming_user(text, &wanted->user);
	return wanted->has_user ? 0 : EXIT_USAGE;
}

static int add_cgroup(struct wanted *wanted, const char *what, const char *path, bool is_unit)
{
	struct rule_request *rule = naming_cgroup(path, is_unit) ? add_rule(wanted, what) : NULL;

	if (!rule)
		return EXIT_USAGE;
	rule->is_unit = is_unit;
	text_copy(rule->cgroup, sizeof rule->cgroup, path);
	return 0;
}

int wanted_cgroup(const struct option_row *row, void *field, const char *text)
{
	return add_cgroup(field, row->name, text, false);
}

int wanted_unit(const struct option_row *row, void *field, const char *text)
{
	return add_cgroup(field, row->name, text, true);
}

int wanted_check(struct wanted *wanted)
{
	if (wanted->full && wanted->name_count == 0) {
		log_error("--full: is about --name, which is not there");
		return EXIT_USAGE;
	}
	if (wanted->has_user && wanted->name_count == 0 && !add_rule(wanted, "user"))
		return EXIT_USAGE;
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
