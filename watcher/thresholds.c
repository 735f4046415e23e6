#include "watcher/thresholds.h"

#include "base/clock.h"
#include "base/units.h"
#include "watcher/core.h"

#include <stdio.h>

/* Below this part of the limit less, the next crossing counts again. */
#define FALL_PARTS 20

enum alarm_step alarm_step(struct alarm *alarm, uint64_t bytes)
{
	if (bytes > alarm->limit) {
		if (alarm->crossed)
			return ALARM_STAYS;
		alarm->crossed = true;
		return ALARM_CROSSED;
	}
	if (!alarm->crossed || bytes >= alarm->limit - alarm->limit / FALL_PARTS)
		return ALARM_STAYS;
	alarm->crossed = false;
	return ALARM_FELL;
}

/* --- what is told */

static void tell_limit(struct core *core, uint32_t line, struct alarm *alarm, uint64_t used)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_LIMIT };

	alarm->seq = 0;
	record.limit = (struct limit){ line, LIMIT_ASKED, alarm->limit, used };
	core_add(core, &record);
}

/* @how comes behind "limit 2.0 GiB". */
static void tell_crossing(struct core *core, uint32_t line, uint64_t limit, uint64_t t_ns,
			  uint64_t rss, const char *how)
{
	struct record record = { .t_ns = t_ns, .type = RECORD_EVENT };
	char label[TEXT_LABEL + 1], bytes[UNITS_TEXT];

	snprintf(label, sizeof label, "%slimit %s %s", line == LINE_SESSION ? "total " : "",
		 units_format_bytes(bytes, limit), how);
	record.event = (struct event){
		.line = line,
		.rss = rss,
		.category = "limit",
		.label = label,
		.limit = limit,
	};
	core_add(core, &record);
}

/* --- all together */

static bool is_process(void *arg, uint32_t line)
{
	const struct core *core = arg;
	const struct entry *entry = registry_line(core->registry, line);

	return entry && entry->info.pid != 0;
}

void alarms_hear(struct core *core, const struct record *record)
{
	struct total *total = &core->alarms.total_pss;
	struct total_point points[TOTAL_POINTS];

	if (!(core->session.metrics & METRIC_BIT(METRIC_PSS)))
		return;
	total->counts = is_process;
	total->arg = core;
	total_add(total, record, points);
}

void alarms_close(struct core *core)
{
	total_free(&core->alarms.total_pss);
}

/* What all have together, and whether that is their PSS; else the sum of their RSS. */
static uint64_t together(const struct core *core, bool *ret_is_pss)
{
	struct total_point now = { 0 };

	if (core->session.metrics & METRIC_BIT(METRIC_PSS))
		now = total_now(&core->alarms.total_pss, 0);
	*ret_is_pss = now.has_pss;
	return now.has_pss ? now.pss : core->alarms.sum;
}

static void step_total(struct core *core, uint64_t t_ns)
{
	struct alarm *total = &core->alarms.total;
	uint64_t bytes;
	bool is_pss;

	if (!total->limit)
		return;
	bytes = together(core, &is_pss);
	if (alarm_step(total, bytes) == ALARM_CROSSED)
		tell_crossing(core, LINE_SESSION, total->limit, t_ns, bytes,
			      is_pss ? "crossed by the sum of PSS" : "crossed");
}

/* --- peaks */

/* What the kernel's mark says until now was before, or is told. */
static void pass_peak(struct core *core, struct entry *entry)
{
	struct procinfo_status status;

	if (procinfo_read_status((pid_t)entry->info.pid, &status) == 0)
		life_peak(core, entry, status.peak);
}

/* One of all is above what all are asked to stay below, and no tick has shown that. */
static void peak_of_one(struct core *core, uint64_t peak, uint64_t t_ns)
{
	struct alarm *total = &core->alarms.total;
	char how[64], bytes[UNITS_TEXT];

	if (!total->limit || total->crossed || peak <= total->limit)
		return;
	total->crossed = true;
	snprintf(how, sizeof how, "crossed by the peak of one, %s",
		 units_format_bytes(bytes, peak));
	tell_crossing(core, LINE_SESSION, total->limit, t_ns, peak, how);
}

void alarms_family(struct core *core, struct entry *entry, uint64_t peak, uint64_t t_ns)
{
	struct alarm *alarm = &entry->alarm;
	char how[64], bytes[UNITS_TEXT];

	peak_of_one(core, peak, t_ns);
	selections_family(core, entry, peak, t_ns);
	if (!alarm->limit || alarm->by_family || peak <= alarm->limit)
		return;
	alarm->by_family = true;
	snprintf(how, sizeof how, "crossed by a descendant's peak, %s",
		 units_format_bytes(bytes, peak));
	tell_crossing(core, entry->info.line, alarm->limit, t_ns, peak, how);
}

void alarms_peak(struct core *core, struct entry *entry, uint64_t t_ns)
{
	struct alarm *alarm = &entry->alarm;
	uint64_t peak = entry->info.peak_rss;
	char how[64], bytes[UNITS_TEXT];

	if (!entry->info.ended)
		peak_of_one(core, peak, t_ns);
	selections_peak(core, entry, t_ns);
	if (!alarm->limit || alarm->crossed || peak <= alarm->limit || entry->info.ended)
		return;
	alarm->crossed = true;
	snprintf(how, sizeof how, "crossed by its peak, %s", units_format_bytes(bytes, peak));
	tell_crossing(core, entry->info.line, alarm->limit, t_ns, peak, how);
}

/* --- samples */

void alarms_sample(struct core *core, struct entry *entry)
{
	switch (alarm_step(&entry->alarm, entry->info.rss)) {
	case ALARM_CROSSED:
		entry->alarm.pending = true;
		core->alarms.pending++;
		break;
	case ALARM_FELL:
		pass_peak(core, entry);
		break;
	case ALARM_STAYS:
		break;
	}
}

void alarms_reading(struct core *core, struct entry *entry, uint64_t t_ns, uint64_t rss)
{
	struct alarm *total = &core->alarms.total;
	uint64_t sum = core->alarms.sum - entry->info.rss + rss;

	selections_reading(core, entry, t_ns, rss);
	if (rss > entry->alarm.limit && entry->alarm.limit &&
	    alarm_step(&entry->alarm, rss) == ALARM_CROSSED)
		tell_crossing(core, entry->info.line, entry->alarm.limit, t_ns, rss, "crossed");
	if (sum > total->limit && total->limit && alarm_step(total, sum) == ALARM_CROSSED)
		tell_crossing(core, LINE_SESSION, total->limit, t_ns, sum, "crossed");
}

static void tell_pending(struct core *core, uint64_t t_ns)
{
	struct entry *entry;
	uint32_t line = 0;

	core->alarms.pending = 0;
	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		if (!entry->alarm.pending)
			continue;
		entry->alarm.pending = false;
		tell_crossing(core, line, entry->alarm.limit, t_ns, entry->info.rss, "crossed");
	}
}

void alarms_tick(struct core *core, uint64_t t_ns)
{
	if (core->alarms.pending)
		tell_pending(core, t_ns);
	step_total(core, t_ns);
	selections_tick(core, t_ns);
}

/* --- who is asked for what */

/* @young: it was started by us or by one that had this limit, so all of its peak counts. */
static void set(struct core *core, struct entry *entry, uint64_t limit, bool young)
{
	if (entry->info.ended || entry->alarm.limit == limit)
		return;
	entry->alarm = (struct alarm){ .limit = limit };
	tell_limit(core, entry->info.line, &entry->alarm, entry->info.rss);
	if (!limit)
		return;
	if (alarm_step(&entry->alarm, entry->info.rss) == ALARM_CROSSED)
		tell_crossing(core, entry->info.line, limit, clock_mono_ns(), entry->info.rss,
			      "crossed");
	pass_peak(core, entry);
	if (young)
		alarms_peak(core, entry, clock_mono_ns());
}

/* Those that it has started already: they have come after it. */
static void ask_children(struct core *core, const struct entry *entry, uint64_t limit)
{
	uint32_t line = entry->info.line;
	struct entry *child;

	while ((child = registry_next(core->registry, line)) != NULL) {
		line = child->info.line;
		if (child->info.ended || child->info.ppid != entry->info.pid)
			continue;
		set(core, child, limit, true);
		ask_children(core, child, limit);
	}
}

void alarms_ask(struct core *core, struct entry *entry, uint64_t limit)
{
	set(core, entry, limit, entry->parent_tells);
	ask_children(core, entry, limit);
}

void alarms_ask_all(struct core *core, uint64_t limit)
{
	struct entry *entry;
	uint32_t line = 0;

	core->alarms.each = limit;
	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		set(core, entry, limit, entry->parent_tells);
	}
}

void alarms_ask_total(struct core *core, uint64_t limit)
{
	struct alarm *total = &core->alarms.total;
	bool is_pss;

	if (total->limit == limit)
		return;
	*total = (struct alarm){ .limit = limit };
	tell_limit(core, LINE_SESSION, total, together(core, &is_pss));
	step_total(core, clock_mono_ns());
}

void alarms_join(struct core *core, struct entry *entry)
{
	const struct entry *parent = registry_find(core->registry, (pid_t)entry->info.ppid, 0);

	if (parent && parent->alarm.limit)
		set(core, entry, parent->alarm.limit, true);
	else
		set(core, entry, core->alarms.each, false);
}

/* --- that it stays known */

void alarms_told(struct core *core, struct entry *entry, uint64_t seq)
{
	struct alarm *alarm = entry ? &entry->alarm : &core->alarms.total;

	alarm->seq = seq;
}

static bool is_lost(const struct core *core, const struct alarm *alarm)
{
	return alarm->limit && alarm->seq && alarm->seq < backlog_oldest(core->backlog);
}

void alarms_look(struct core *core)
{
	struct entry *entry;
	bool is_pss;
	uint32_t line = 0;

	if (is_lost(core, &core->alarms.total))
		tell_limit(core, LINE_SESSION, &core->alarms.total, together(core, &is_pss));
	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		if (!entry->info.ended && is_lost(core, &entry->alarm))
			tell_limit(core, line, &entry->alarm, entry->info.rss);
	}
}
