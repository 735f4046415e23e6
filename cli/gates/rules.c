#include "cli/gates/rules.h"

#include "base/log.h"
#include "base/naming.h"
#include "cli/session.h"

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

bool rules_given(const struct options *options)
{
	const struct rule_options *rules = &options->rules;

	return rules->name_count > 0 || rules->cgroup_count > 0 || rules->has_user;
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

static int send_one(const struct options *options, const char *pattern)
{
	const struct rule_options *rules = &options->rules;
	struct request request = { .op = REQUEST_RULE };
	struct reply reply;

	request.since = (rules->full ? RULE_FULL : 0) | (options->family ? RULE_FAMILY : 0);
	if (rules->has_user)
		snprintf(request.category, sizeof request.category, "%lu",
			 (unsigned long)rules->user);
	text_copy(request.text, sizeof request.text, pattern);
	text_copy(request.name, sizeof request.name, options->as);
	return session_ask(options, &request, &reply, NULL, NULL);
}

static int send_cgroup(const struct options *options, size_t i)
{
	struct request request = { .op = REQUEST_RULE,
				   .since = options->rules.is_unit[i] ? RULE_UNIT : 0 };
	struct reply reply;

	text_copy(request.path, sizeof request.path, options->rules.cgroups[i]);
	text_copy(request.name, sizeof request.name, options->as);
	return session_ask(options, &request, &reply, NULL, NULL);
}

int rules_send(const struct options *options)
{
	const struct rule_options *rules = &options->rules;
	int status = 0;

	for (size_t i = 0; i < rules->name_count && !status; i++)
		status = send_one(options, rules->names[i]);
	if (rules->has_user && rules->name_count == 0)
		status = send_one(options, "");
	for (size_t i = 0; i < rules->cgroup_count && !status; i++)
		status = send_cgroup(options, i);
	return status;
}
