#include "base/clock.h"
#include "watcher/core.h"

#include <stdio.h>
#include <string.h>

/* Processes looked at in one life_look, of which there are 4 a second; a look reads one file each.
 * Where figures of that file are wanted, all have their turn within a second. */
#define LOOKS 64
#define LOOKS_A_SECOND 4

/* A member of a family that execs so soon after it was found was about to when it was. */
#define BIRTH_NS (300 * NS_PER_MS)

/* A parent that was to tell of an end, and does not, is not waited for longer. */
#define PARENT_WAIT_NS (500 * NS_PER_MS)

static void note_exec(struct core *core, struct entry *entry, const char *name)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_EVENT };
	struct procinfo info;
	char label[TEXT_LABEL + 1];

	if (procinfo_read(core->procinfo, (pid_t)entry->info.pid, &info) < 0)
		return;
	/* A program may also give itself another name; its command line is the same then. */
	snprintf(label, sizeof label, "%s %s",
		 strcmp(entry->info.command, info.command) == 0 ? "renamed to" : "exec", name);
	record.event.line = entry->info.line;
	record.event.category = "process";
	record.event.label = label;
	if (!entry->family || record.t_ns > entry->info.since_ns + BIRTH_NS)
		core_add(core, &record);
	text_copy(entry->comm, sizeof entry->comm, name);
	text_copy(entry->info.command, sizeof entry->info.command, info.command);
	if (!entry->named)
		text_copy(entry->info.name, sizeof entry->info.name, name);
	life_tell(core, entry, clock_mono_ns());
	figures_exec(core, entry);
}

void life_peak(struct core *core, struct entry *entry, uint64_t peak)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_PEAK };

	if (peak <= entry->info.peak_rss)
		return;
	entry->info.peak_rss = peak;
	record.peak = (struct peak){ entry->info.line, peak };
	core_add(core, &record);
}

void life_look_at(struct core *core, struct entry *entry)
{
	struct procinfo_status status;

	if (entry->ended_ns) {
		if (clock_mono_ns() > entry->ended_ns + PARENT_WAIT_NS)
			life_end_by_kernel(core, entry);
		return;
	}
	if (procinfo_read_status((pid_t)entry->info.pid, &status) < 0)
		return;
	if (status.peak > entry->info.peak_rss) {
		life_peak(core, entry, status.peak);
		alarms_peak(core, entry, clock_mono_ns());
	}
	if (strcmp(status.name, entry->comm) != 0)
		note_exec(core, entry, status.name);
	figures_status(core, entry, &status);
	bounds_follow(core, entry);
}

static size_t looks(const struct core *core)
{
	size_t all = registry_live(core->registry) / LOOKS_A_SECOND + 1;

	return core->session.metrics & METRICS_STATUS && all > LOOKS ? all : LOOKS;
}

void life_look(struct core *core)
{
	size_t most = looks(core);
	struct entry *entry;
	uint32_t first = 0;

	for (size_t i = 0; i < most;) {
		entry = registry_next(core->registry, core->looked_line);
		if (!entry && core->looked_line == 0)
			return;
		core->looked_line = entry ? entry->info.line : 0;
		if (!entry)
			continue;
		if (entry->info.line == first)
			return;
		if (!first)
			first = entry->info.line;
		if (!entry->info.ended) {
			life_look_at(core, entry);
			i++;
		}
	}
}
