#include "watcher/rules.h"

#include "base/clock.h"
#include "watcher/core.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A process that is known is looked at again in each of its first rounds, and then in each of these
 * in turn: it may have become another program, and its PID another process. */
#define YOUNG_ROUNDS 3
#define AGAIN_ROUNDS 4

/* And at its command line, where a rule is about these: an exec may change it and leave the name.
 */
#define WHOLE_ROUNDS 32

#define BATCH 64

static void free_rule(struct rule *rule)
{
	if (rule->asked.pattern[0])
		regfree(&rule->pattern);
	if (rule->is_cgroup)
		cgroup_watch_close(&rule->cgroup);
	free(rule);
}

void rules_close(struct rules *rules)
{
	while (rules->count > 0)
		free_rule(rules->at[--rules->count]);
	pidset_free(&rules->seen);
	pidset_free(&rules->taken);
}

/* --- by name and user */

/* What no rule is about: the watcher, its gate, whatever is attached to it, other programs of
 * memwatch. */
static bool is_for_none(const struct core *core, const struct procinfo *info)
{
	/* a session's gate is called exe until it has given itself its name */
	return info->pid == getpid() || core_attached(core, (uint32_t)info->pid) ||
	       procinfo_is_ours(info->name) ||
	       (strcmp(info->name, "exe") == 0 && family_is_helper(&core->family, info->pid));
}

static bool meets(const struct rule *rule, const struct procinfo *info)
{
	const char *text = rule->asked.full && info->whole[0] ? info->whole : info->name;

	if (rule->is_cgroup || (rule->asked.has_user && rule->asked.user != info->user))
		return false;
	return !rule->asked.pattern[0] || regexec(&rule->pattern, text, 0, NULL, 0) == 0;
}

/* A name that a person gave stays. */
static struct entry *begin_as(struct core *core, const struct procinfo *info, const char *name)
{
	char why[256];
	struct entry *entry = life_begin_as(core, info, name, why, sizeof why);

	if (entry && name[0])
		entry->fixed = true;
	return entry;
}

/* Follow a process that the rule is about: once, so that who was dropped by a person stays so. */
static void follow_one(struct core *core, const struct procinfo *info, const struct rule *rule)
{
	bool family = rule->asked.family;
	struct pidset *taken = &core->rules.taken;
	struct pidmark *mark = pidset_find(taken, info->pid);
	struct entry *entry = registry_find(core->registry, info->pid, info->start_ticks);

	if (mark && mark->start_ticks == info->start_ticks) {
		mark->round = core->rules.round;
		if (entry)
			selections_add(core, entry, rule->selections, family);
		return;
	}
	selections_join(core, rule->selections, family);
	if (!entry)
		entry = begin_as(core, info, rule->asked.name);
	selections_join(core, 0, false);
	if (!entry)
		return;
	selections_add(core, entry, rule->selections, family);
	if (family)
		family_begin(core, entry);
	pidset_add(taken, info->pid, info->start_ticks, core->rules.round);
}

/* FNV-1a. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = 14695981039346656037U;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211U;
	return hash;
}

static void take_process(void *arg, const struct procinfo *info)
{
	struct core *core = arg;
	struct rules *rules = &core->rules;
	struct pidmark *mark = pidset_find(&rules->seen, info->pid);

	if (!mark || mark->start_ticks != info->start_ticks)
		mark = pidset_add(&rules->seen, info->pid, info->start_ticks, rules->round);
	if (mark)
		mark->name = hash_of(info->name);
	if (info->kernel_thread || info->state == 'Z' || is_for_none(core, info))
		return;
	for (size_t i = 0; i < rules->count; i++) {
		if (meets(rules->at[i], info))
			follow_one(core, info, rules->at[i]);
	}
}

/* Who need not be looked at now. */
static bool is_known(struct rules *rules, pid_t pid)
{
	struct pidmark *taken = pidset_find(&rules->taken, pid);
	struct pidmark *mark = pidset_find(&rules->seen, pid);
	char name[TEXT_NAME + 1];
	uint64_t start_ticks;
	uint64_t turn;

	if (taken)
		taken->round = rules->round;
	if (!mark)
		return false;
	mark->round = rules->round;
	turn = rules->round + (uint64_t)pid;
	if (rules->round >= mark->since + YOUNG_ROUNDS && turn % AGAIN_ROUNDS != 0)
		return true;
	return (turn % WHOLE_ROUNDS != 0 || !rules->wholes) &&
	       procinfo_read_brief(pid, name, &start_ticks) == 0 &&
	       start_ticks == mark->start_ticks && hash_of(name) == mark->name;
}

static void scan(struct core *core, bool all)
{
	struct rules *rules = &core->rules;
	const struct dirent *file;
	pid_t pids[BATCH];
	size_t count = 0;
	DIR *proc = opendir("/proc");

	rules->round++;
	while (proc && (file = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)file->d_name[0]))
			continue;
		pids[count] = (pid_t)strtol(file->d_name, NULL, 10);
		count += !is_known(rules, pids[count]) || all;
		if (count < BATCH)
			continue;
		procinfo_each(core->procinfo, pids, count, take_process, core);
		count = 0;
	}
	if (count)
		procinfo_each(core->procinfo, pids, count, take_process, core);
	if (proc)
		closedir(proc);
	pidset_sweep(&rules->seen, rules->round);
	pidset_sweep(&rules->taken, rules->round);
}

static bool asks_for_names(const struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (!rules->at[i]->is_cgroup)
			return true;
	}
	return false;
}

void rules_look(struct core *core)
{
	struct rules *rules = &core->rules;

	if (asks_for_names(rules))
		scan(core, false);
	else if (rules->count > 0 && ++rules->round > 2)
		pidset_sweep(&rules->taken, rules->round - 2);
}

/* --- a new one */

static void describe(struct rule *rule)
{
	const struct rule_request *asked = &rule->asked;
	char user[32] = "", as[TEXT_NAME + 8] = "";

	if (asked->name[0])
		snprintf(as, sizeof as, ", as %s", asked->name);
	if (asked->has_user)
		snprintf(user, sizeof user, "%suser %" PRIu32, asked->pattern[0] ? ", " : "",
			 asked->user);
	if (rule->is_cgroup)
		snprintf(rule->text, sizeof rule->text, "cgroup %.*s%s", RULE_TEXT - TEXT_NAME - 16,
			 rule->cgroup.path, as);
	else
		snprintf(rule->text, sizeof rule->text, "%s%s%s%s%s",
			 !asked->pattern[0] ? ""
			 : asked->full	    ? "command line "
					    : "name ",
			 asked->pattern, user, asked->family ? ", with descendants" : "", as);
}

/* What a rule needs: 0, or a negative errno with why. */
static int prepare(struct core *core, struct rule *rule, char *why, size_t size)
{
	struct rule_request *asked = &rule->asked;
	char problem[128];
	int error;

	rule->is_cgroup = asked->cgroup[0] != '\0';
	if (rule->is_cgroup)
		return cgroup_watch_open(&rule->cgroup, core->bounds.cgroups, asked->cgroup,
					 asked->is_unit, why, size);
	if (!asked->pattern[0]) {
		snprintf(why, size, "a rule by nothing");
		return asked->has_user ? 0 : -EINVAL;
	}
	error = regcomp(&rule->pattern, asked->pattern, REG_EXTENDED | REG_NOSUB);
	if (!error)
		return 0;
	regerror(error, &rule->pattern, problem, sizeof problem);
	snprintf(why, size, "name '%.200s': %s", asked->pattern, problem);
	asked->pattern[0] = '\0';
	return -EINVAL;
}

static struct rule *find_rule(const struct rules *rules, const char *text)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->at[i]->text, text) == 0)
			return rules->at[i];
	}
	return NULL;
}

static void begin(struct core *core, struct rule *rule)
{
	if (!rule->is_cgroup) {
		scan(core, true);
		return;
	}
	if (!rule->cgroup.has_memory)
		core_notice(core,
			    "cgroup %.100s: has no memory controller of cgroup v2 here: of its "
			    "memory nothing can be told",
			    rule->cgroup.path);
	rules_look_at_cgroups(core);
}

/* Another command asks for the same: those that the rule has found already are its, too. */
static void select_also(struct core *core, struct rule *rule, uint64_t selections)
{
	struct entry *line = rule->line ? registry_line(core->registry, rule->line) : NULL;

	rule->selections |= selections;
	if (line)
		selections_add(core, line, selections, false);
	if (rule->is_cgroup)
		rules_look_at_cgroups(core);
	else
		scan(core, true);
}

int rules_add(struct core *core, const struct rule_request *asked, char *why, size_t size)
{
	struct rules *rules = &core->rules;
	struct rule *rule = calloc(1, sizeof *rule);
	struct rule *same;
	int error;

	if (!rule) {
		snprintf(why, size, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	rule->asked = *asked;
	rule->selections = asked->selections;
	error = prepare(core, rule, why, size);
	if (!error)
		describe(rule);
	same = error ? NULL : find_rule(rules, rule->text);
	if (error || same) {
		free_rule(rule);
		if (same)
			select_also(core, same, asked->selections);
		return error;
	}
	if (rules->count == RULES_MOST) {
		snprintf(why, size, "session '%s' has %d rules already, which is the most",
			 core->session.name, RULES_MOST);
		free_rule(rule);
		return -ENOSPC;
	}
	rules->at[rules->count++] = rule;
	rules->wholes |= rule->asked.full;
	begin(core, rule);
	return 0;
}

struct members {
	struct core *core;
	const struct rule *rule;
};

static void take_member(void *arg, pid_t pid)
{
	const struct members *members = arg;
	struct core *core = members->core;
	struct pidmark *mark = pidset_find(&core->rules.taken, pid);
	struct entry *entry = registry_find(core->registry, pid, 0);
	struct procinfo info;

	if (entry) {
		if (mark)
			mark->round = core->rules.round;
		selections_add(core, entry, members->rule->selections, false);
		return;
	}
	if (procinfo_read(core->procinfo, pid, &info) == 0 && !is_for_none(core, &info))
		follow_one(core, &info, members->rule);
}

__attribute__((format(printf, 2, 3))) static void tell(struct core *core, const char *format, ...)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_EVENT };
	char text[TEXT_PATH + 128];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	text[text_cut(text, strlen(text), TEXT_LABEL)] = '\0';
	record.event.category = "cgroup";
	record.event.label = text;
	core_add(core, &record);
}

/* A kill at once; what may come by the thousand once a second. */
static void tell_events(struct core *core, struct rule *rule, const struct cgroup_events *happened)
{
	struct cgroup_events *untold = &rule->untold;
	const char *path = rule->cgroup.path;
	uint64_t now_ns = clock_mono_ns();

	if (happened->oom_kill == 1)
		tell(core, "oom_kill in %s", path);
	else if (happened->oom_kill)
		tell(core, "oom_kill in %s, %" PRIu64 " processes", path, happened->oom_kill);
	untold->max += happened->max;
	untold->high += happened->high;
	if (now_ns < rule->told_ns + NS_PER_S || (!untold->max && !untold->high))
		return;
	if (untold->max)
		tell(core, "memory.max of %s was hit, %" PRIu64 " times", path, untold->max);
	if (untold->high)
		tell(core, "memory.high of %s was exceeded, %" PRIu64 " times", path, untold->high);
	*untold = (struct cgroup_events){ 0 };
	rule->told_ns = now_ns;
}

/* The line of its own memory. */
static struct entry *begin_line(struct core *core, struct rule *rule, uint64_t current)
{
	struct entry *entry = registry_add(core->registry, 0, 0);
	const char *path = rule->cgroup.path;

	if (!entry)
		return NULL;
	snprintf(entry->info.command, sizeof entry->info.command, "memory.current of %.200s", path);
	if (strlen(path) > TEXT_NAME) /* the end tells more */
		path += strlen(path) - TEXT_NAME;
	text_copy(entry->info.name, sizeof entry->info.name, path);
	entry->info.since_ns = clock_mono_ns();
	entry->info.rss = current;
	entry->info.selections = rule->selections;
	rule->line = entry->info.line;
	life_tell(core, entry, entry->info.since_ns);
	return entry;
}

static void look_at_memory(struct core *core, struct rule *rule)
{
	struct entry *entry = rule->line ? registry_line(core->registry, rule->line) : NULL;
	struct record record = { .type = RECORD_PEAK };
	struct cgroup_figures figures;

	if (!cgroup_watch_read(&rule->cgroup, &figures)) {
		if (entry)
			life_end(core, entry, END_UNKNOWN, 0);
		rule->line = 0;
		return;
	}
	if (!rule->line)
		entry = begin_line(core, rule, figures.current);
	tell_events(core, rule, &figures.happened);
	if (!entry || entry->info.ended) /* a person has dropped it */
		return;
	if (figures.peak > entry->info.peak_rss) {
		entry->info.peak_rss = figures.peak;
		record.t_ns = clock_mono_ns();
		record.peak = (struct peak){ entry->info.line, figures.peak, false };
		core_add(core, &record);
	}
	if (figures.max == CGROUP_NO_LIMIT)
		figures.max = 0;
	bounds_tell(core, entry, figures.max, figures.max ? figures.current : 0);
}

void rules_look_at_cgroups(struct core *core)
{
	struct rules *rules = &core->rules;

	for (size_t i = 0; i < rules->count; i++) {
		struct rule *rule = rules->at[i];
		struct members members = { core, rule };

		if (!rule->is_cgroup)
			continue;
		look_at_memory(core, rule);
		cgroup_watch_each(&rule->cgroup, take_member, &members);
	}
}

size_t rules_sample(struct core *core, uint64_t t_ns, struct sample *samples, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < core->rules.count && count < room; i++) {
		struct rule *rule = core->rules.at[i];
		struct entry *entry = rule->line ? registry_line(core->registry, rule->line) : NULL;
		uint64_t current;

		if (!entry || entry->info.ended || t_ns < entry->info.since_ns ||
		    !cgroup_watch_current(&rule->cgroup, &current))
			continue;
		entry->info.rss = current;
		if (current > entry->info.max_rss)
			entry->info.max_rss = current;
		if (current > entry->info.peak_rss)
			entry->info.peak_rss = current;
		samples[count++] = (struct sample){ .line = rule->line, .rss = current };
	}
	return count;
}
