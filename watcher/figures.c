#include "watcher/figures.h"

#include "base/clock.h"
#include "watcher/core.h"
#include "watcher/pidfd.h"
#include "watcher/rollup.h"

#include <errno.h>
#include <sys/epoll.h>

bool figures_moved(const struct figures *figures, const struct metrics *now, uint64_t now_ns)
{
	if (figures->told_ns && now_ns < figures->told_ns + NS_PER_S)
		return false;
	if (now->set & ~figures->told.set)
		return true;
	for (enum metric i = METRIC_RSS; i < METRICS; i++) {
		if ((now->set & METRIC_BIT(i)) && now->values[i] != figures->told.values[i])
			return true;
	}
	return false;
}

/* --- smaps_rollup */

static void begin_rollup(struct core *core, struct entry *entry)
{
	if (!core->rollup || entry->info.ended || entry->pidfd < 0)
		return;
	if (rollup_add(core->rollup, entry->info.line, (pid_t)entry->info.pid) < 0)
		core_notice(core, "pid %u: no memory to read its PSS and USS", entry->info.pid);
}

static void tell_denied(struct core *core, struct entry *entry)
{
	entry->figures.denied = true;
	if (entry->figures.denied_told)
		return;
	entry->figures.denied_told = true;
	core_notice(core,
		    "pid %u (%s): its PSS and USS can't be read (another user's process?); its "
		    "other figures go on",
		    entry->info.pid, entry->info.name);
}

static void tell_rollup(struct core *core, struct entry *entry, const struct rollup_result *result)
{
	struct record record = { .t_ns = result->t_ns + result->took_ns, .type = RECORD_METRICS };
	struct metrics *metrics = &record.metrics;

	entry->figures.rollup_ns = result->took_ns;
	metrics->line = entry->info.line;
	metrics->set = core->session.metrics & METRICS_ROLLUP;
	metrics->read_ns = result->took_ns;
	if (metrics->set & METRIC_BIT(METRIC_PSS))
		metrics->values[METRIC_PSS] = result->pss;
	if (metrics->set & METRIC_BIT(METRIC_USS))
		metrics->values[METRIC_USS] = result->uss;
	core_add(core, &record);
}

static void count_read(struct status_info *status, uint64_t took_ns)
{
	status->rollup_reads++;
	status->rollup_total_ns += took_ns;
	if (took_ns > status->rollup_max_ns)
		status->rollup_max_ns = took_ns;
}

static void take_rollup(void *arg, const struct rollup_result *result)
{
	struct core *core = arg;
	struct entry *entry = registry_line(core->registry, result->line);

	/* Where it lives still, nobody else can have had its PID. */
	if (!entry || entry->info.ended || pidfd_ended(entry->pidfd))
		return;
	if (result->error == -EACCES)
		tell_denied(core, entry);
	if (result->error)
		return;
	count_read(&core->status, result->took_ns);
	tell_rollup(core, entry, result);
}

void figures_rollup(struct core *core)
{
	rollup_take(core->rollup, take_rollup, core);
}

static int start_rollup(struct core *core, uint64_t interval_ns)
{
	int error = rollup_start(&core->rollup, interval_ns);

	if (!error)
		error = core_watch(core, rollup_fd(core->rollup), EPOLLIN, SOURCE_ROLLUP, 0);
	if (!error)
		core->session.metrics_interval_ns = interval_ns;
	return error;
}

double figures_share(const struct core *core)
{
	const struct entry *entry;
	uint64_t longest_ns = 0;
	uint32_t line = 0;

	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		if (!entry->info.ended && entry->figures.rollup_ns > longest_ns)
			longest_ns = entry->figures.rollup_ns;
	}
	return metric_share(core->session.metrics_interval_ns, longest_ns);
}

/* --- status */

void figures_status(struct core *core, struct entry *entry, const struct procinfo_status *status)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_METRICS };
	struct figures *figures = &entry->figures;
	struct metrics *metrics = &record.metrics;
	uint32_t wanted = core->session.metrics & METRICS_STATUS;
	bool lost = figures->told_seq && figures->told_seq < past_oldest(core->past);

	if (!wanted || !status->has_memory)
		return;
	metrics->line = entry->info.line;
	metrics->set = wanted;
	for (enum metric i = METRIC_RSS; i < METRICS; i++)
		metrics->values[i] = wanted & METRIC_BIT(i) ? status->values[i] : 0;
	/* Also where the record that told it is no longer to be had. */
	if (!lost && !figures_moved(figures, metrics, record.t_ns))
		return;
	figures->told = *metrics;
	figures->told_ns = record.t_ns;
	figures->told_seq = 0;
	core_add(core, &record);
}

void figures_released(struct core *core, const struct record *record)
{
	struct entry *entry = registry_line(core->registry, record->metrics.line);

	if (entry && record->metrics.set & METRICS_STATUS)
		entry->figures.told_seq = record->seq;
}

/* --- the whole */

int figures_want(struct core *core, uint32_t set, uint64_t interval_ns)
{
	struct entry *entry;
	uint32_t line = 0;
	int error = 0;

	if ((set & METRICS_ROLLUP) && !core->rollup) {
		error = start_rollup(core, interval_ns ? interval_ns : METRICS_INTERVAL_NS);
		while (!error && (entry = registry_next(core->registry, line)) != NULL) {
			line = entry->info.line;
			begin_rollup(core, entry);
		}
	}
	if (!error)
		core->session.metrics |= set & METRICS_ALL;
	return error;
}

void figures_close(struct core *core)
{
	rollup_stop(core->rollup);
}

void figures_join(struct core *core, struct entry *entry)
{
	struct procinfo_status status;

	if ((core->session.metrics & METRICS_STATUS) &&
	    procinfo_read_status((pid_t)entry->info.pid, &status) == 0)
		figures_status(core, entry, &status);
	begin_rollup(core, entry);
}

void figures_leave(struct core *core, struct entry *entry)
{
	if (core->rollup)
		rollup_remove(core->rollup, entry->info.line);
}

void figures_exec(struct core *core, struct entry *entry)
{
	if (!core->rollup)
		return;
	if (entry->figures.denied)
		begin_rollup(core, entry);
	else
		rollup_renew(core->rollup, entry->info.line);
	entry->figures.denied = false;
}
