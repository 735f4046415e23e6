#include "cli/rules.h"

#include "base/log.h"
#include "base/naming.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int say_many(const char *what)
{
	log_error("%s: there are %d already, which is the most", what, RULES_MOST);
	return EXIT_USAGE;
}

int rules_take_name(struct rule_options *rules, const char *pattern)
{
	if (rules->name_count == RULES_MOST)
		return say_many("name");
	rules->names[rules->name_count++] = pattern;
	return 0;
}

int rules_check(const struct options *options)
{
	int status = 0;

	for (size_t i = 0; i < options->rules.name_count && !status; i++)
		status = naming_pattern(options->rules.names[i]) ? 0 : EXIT_USAGE;
	if (!status && options->rules.full && options->rules.name_count == 0) {
		log_error("--full: is about --name, which is not there");
		status = EXIT_USAGE;
	}
	return status;
}

int rules_take_user(struct rule_options *rules, const char *user)
{
	rules->has_user = naming_user(user, &rules->user);
	return rules->has_user ? 0 : EXIT_USAGE;
}

int rules_take_cgroup(struct rule_options *rules, const char *name, bool unit)
{
	if (!naming_cgroup(name, unit))
		return EXIT_USAGE;
	if (rules->cgroup_count == RULES_MOST)
		return say_many(unit ? "unit" : "cgroup");
	rules->cgroups[rules->cgroup_count] = name;
	rules->is_unit[rules->cgroup_count++] = unit;
	return 0;
}
