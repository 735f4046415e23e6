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

/* Command lines are read again so often. */
#define TITLE_NS NS_PER_S

/* A parent that was to tell of an end, and does not, is not waited for longer. */
#define PARENT_WAIT_NS (500 * NS_PER_MS)

static void note_exec(struct core *core, struct entry *entry)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_EVENT };
	char label[TEXT_LABEL + 1];

	snprintf(label, sizeof label, "exec %s", entry->comm);
	record.event.line = entry->info.line;
	record.event.category = "process";
	record.event.label = label;
	life_event_figure(core, entry, &record);
	if (!entry->family || record.t_ns > entry->info.since_ns + BIRTH_NS)
		core_add(core, &record);
	figures_exec(core, entry);
}

/*
 * A program may write its own name and command line at any time, as servers do to say what they are
 * at: that is no exec. Where we may not look into a process, only its first exec is known as one.
 */
static bool has_execed(const struct entry *entry, const struct procinfo *info)
{
	if (entry->image && info->image)
		return entry->image != info->image;
	return info->execed && !entry->execed;
}

static void look_at_title(struct core *core, struct entry *entry)
{
	struct procinfo info;
	bool exec;

	if (procinfo_read_title(core->procinfo, (pid_t)entry->info.pid, &info) < 0)
		return;
	exec = has_execed(entry, &info);
	if (!life_title(core, entry, &info, exec))
		return;
	if (exec)
		note_exec(core, entry);
	life_tell(core, entry, entry->titled_ns);
}

bool life_peak(struct core *core, struct entry *entry, uint64_t peak)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_PEAK };

	if (peak <= entry->info.peak_rss)
		return false;
	entry->info.peak_rss = peak;
	record.peak = (struct peak){ entry->info.line, peak, false };
	core_add(core, &record);
	return true;
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
	entry->mark = status.peak;
	if (life_peak(core, entry, status.peak))
		alarms_peak(core, entry, clock_mono_ns());
	/* A command line lies in the process's memory: where that waits for a disk that is gone, so
	 * would we; and what has ended has none any more. */
	if (status.state != 'D' && status.state != 'Z' &&
	    (strcmp(status.name, entry->comm) != 0 ||
	     clock_mono_ns() >= entry->titled_ns + TITLE_NS))
		look_at_title(core, entry);
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
