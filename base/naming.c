#include "base/naming.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <pwd.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

bool naming_pid(const char *text, pid_t *ret_pid)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno || end == text || *end || pid <= 0 || pid > INT32_MAX) {
		log_error("pid '%s': is no process id, which is a positive number", text);
		return false;
	}
	*ret_pid = (pid_t)pid;
	return true;
}

bool naming_pattern(const char *pattern)
{
	char problem[128];
	regex_t regex;
	int error = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);

	if (error) {
		regerror(error, &regex, problem, sizeof problem);
		log_error("name '%s': is no regular expression: %s", pattern, problem);
		return false;
	}
	regfree(&regex);
	if (pattern[0] && strlen(pattern) <= TEXT_LABEL)
		return true;
	log_error("name '%s': is %s", pattern, pattern[0] ? "too long" : "empty");
	return false;
}

bool naming_user(const char *text, uint32_t *ret_user)
{
	const struct passwd *known = getpwnam(text);
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (!known && (errno || end == text || *end || text[0] == '-' || number >= UINT32_MAX)) {
		log_error("user '%s': there is none of that name", text);
		return false;
	}
	*ret_user = known ? known->pw_uid : (uint32_t)number;
	return true;
}

bool naming_cgroup(const char *name, bool is_unit)
{
	const char *what = is_unit ? "unit" : "cgroup";

	if (name[0] && strlen(name) <= TEXT_PATH && !(is_unit && strchr(name, '/')))
		return true;
	log_error("%s '%s': is no name of a %s", what, name, what);
	return false;
}
