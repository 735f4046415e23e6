#include "base/clock.h"
#include "watcher/core.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
	if (procinfo_read(core->procinfo, pid, &info) == 0 && !rules_are_not_for(core, &info))
		rules_follow(core, &info, members->rule);
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
