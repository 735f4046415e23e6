#include "watcher/metrics.h"

#include "base/clock.h"
#include "watcher/core.h"
#include "proc/pidfd.h"
#include "watcher/rollup.h"

#include <errno.h>
#include <sys/epoll.h>

/* So many processes are all read again when one of them forks. */
#define FEW 16

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
	if (!(core->session.metrics & METRICS_ROLLUP) || entry->info.ended || entry->pidfd < 0)
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
	if (metrics->set & METRIC_BIT(METRIC_PSS)) {
		entry->pss = metrics->values[METRIC_PSS] = result->figures.pss;
		metrics->pss_anon = result->figures.pss_anon;
	}
	if (metrics->set & METRIC_BIT(METRIC_USS))
		metrics->values[METRIC_USS] = result->figures.uss;
	if (metrics->set & METRIC_BIT(METRIC_LAZYFREE))
		metrics->values[METRIC_LAZYFREE] = result->figures.lazyfree;
	if (metrics->set)
		core_add(core, &record);
}

/* Pss_Shmem at nine tenths of RssShmem at least: no other process maps it. */
static void take_shmem(struct core *core, struct entry *entry, const struct rollup_result *result)
{
	struct figures *figures = &entry->figures;

	figures->shmem_alone = result->figures.shmem_pss >= FIGURES_SHMEM_LEAST / 2 &&
			       result->figures.shmem_pss / 9 >= figures->shmem_read / 10;
	if (!(core->session.metrics & METRICS_ROLLUP))
		rollup_remove(core->rollup, entry->info.line);
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
	if (result->error == -EACCES && (core->session.metrics & METRICS_ROLLUP))
		tell_denied(core, entry);
	if (result->error)
		return;
	count_read(&core->status, result->took_ns);
	take_shmem(core, entry, result);
	tell_rollup(core, entry, result);
}

void figures_rollup(struct core *core)
{
	rollup_take(core->rollup, take_rollup, core);
}

static int start_rollup(struct core *core)
{
	int error = 0;

	if (core->rollup)
		return 0;
	error = rollup_start(&core->rollup, METRICS_INTERVAL_NS);
	if (!error)
		error = core_watch(core, rollup_fd(core->rollup), EPOLLIN, SOURCE_ROLLUP, 0);
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

/* --- shared memory that is its own */

uint64_t figures_shared(const struct entry *entry, uint64_t shared)
{
	uint64_t own = entry->figures.shmem_own;

	/* The program itself is a file, and 0 is for what isn't known. */
	return own == 0 ? shared : shared > own ? shared - own : shared > 0;
}

static bool has_moved(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) > b / FIGURES_SHMEM_PARTS;
}

/* Of what several have, the PSS knows only who has touched the same pages by now: a server's common
 * block is nobody's own. */
static bool is_only_one(const struct core *core, const struct entry *entry)
{
	const struct entry *other;
	uint32_t line = 0;

	while ((other = registry_next(core->registry, line)) != NULL) {
		line = other->info.line;
		if (other != entry && !other->info.ended &&
		    other->figures.shmem >= FIGURES_SHMEM_LEAST)
			return false;
	}
	return true;
}

static void look_at_shmem(struct core *core, struct entry *entry, uint64_t shmem, uint64_t now_ns)
{
	struct figures *figures = &entry->figures;
	bool due = !figures->shmem_read_ns || (now_ns > figures->shmem_read_ns + FIGURES_SHMEM_NS &&
					       has_moved(shmem, figures->shmem_read));

	figures->shmem = shmem;
	if (shmem < FIGURES_SHMEM_LEAST) {
		figures->shmem_own = 0;
		return;
	}
	figures->shmem_own = figures->shmem_alone && is_only_one(core, entry) ? shmem : 0;
	if (!due || start_rollup(core) < 0)
		return;
	figures->shmem_read = shmem;
	figures->shmem_read_ns = now_ns;
	if (core->session.metrics & METRICS_ROLLUP)
		rollup_renew(core->rollup, entry->info.line);
	else
		(void)!rollup_add(core->rollup, entry->info.line, (pid_t)entry->info.pid);
}

/* --- status */

void figures_status(struct core *core, struct entry *entry, const struct procinfo_status *status)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_METRICS };
	struct figures *figures = &entry->figures;
	struct metrics *metrics = &record.metrics;
	uint32_t wanted = core->session.metrics & METRICS_STATUS;
	bool lost = figures->told_seq && figures->told_seq < backlog_oldest(core->backlog);

	if (status->has_memory)
		look_at_shmem(core, entry, status->values[METRIC_SHMEM], record.t_ns);
	figures->swapped |= status->values[METRIC_SWAP] > 0;
	if (figures->swapped)
		wanted |= METRIC_BIT(METRIC_SWAP);
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

	if ((set & METRICS_ROLLUP) && !(core->session.metrics & METRICS_ROLLUP)) {
		if (!interval_ns)
			interval_ns = METRICS_INTERVAL_NS;
		error = start_rollup(core);
		if (!error) {
			rollup_pace(core->rollup, interval_ns);
			core->session.metrics_interval_ns = interval_ns;
		}
		if (!error)
			core->session.metrics |= set & METRICS_ALL;
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

/* A fork changes what is whose part: its parent is read again, and where there are few all are. */
static void renew_family(struct core *core, const struct entry *child)
{
	bool few = registry_live(core->registry) <= FEW;
	struct entry *entry;
	uint32_t line = 0;

	if (!(core->session.metrics & METRIC_BIT(METRIC_PSS)))
		return;
	if (!few) {
		entry = registry_find(core->registry, (pid_t)child->info.ppid, 0);
		if (entry)
			rollup_renew(core->rollup, entry->info.line);
		return;
	}
	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		if (!entry->info.ended && entry != child)
			rollup_renew(core->rollup, line);
	}
}

void figures_join(struct core *core, struct entry *entry)
{
	struct procinfo_status status;

	if ((core->session.metrics & METRICS_STATUS) &&
	    procinfo_read_status((pid_t)entry->info.pid, &status) == 0)
		figures_status(core, entry, &status);
	begin_rollup(core, entry);
	renew_family(core, entry);
}

void figures_leave(struct core *core, struct entry *entry)
{
	if (core->rollup)
		rollup_remove(core->rollup, entry->info.line);
}

void figures_exec(struct core *core, struct entry *entry)
{
	entry->figures.shmem_own = entry->figures.shmem_read_ns = 0;
	entry->figures.shmem_alone = false;
	if (!(core->session.metrics & METRICS_ROLLUP))
		return;
	if (entry->figures.denied)
		begin_rollup(core, entry);
	else
		rollup_renew(core->rollup, entry->info.line);
	entry->figures.denied = false;
}
