/*
 * The limits of selections: what a command asks of its own processes, each or together, whatever
 * others ask of them.
 */
#include "base/clock.h"
#include "base/units.h"
#include "watcher/core.h"
#include "wire/selection.h"

#include <stdio.h>

/* Below this part of the limit less, the next crossing counts again. */
#define FALL_PARTS 20

static void tell_limit(struct core *core, uint64_t bit, uint32_t line, uint64_t limit,
		       uint64_t used)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_LIMIT, .selections = bit };

	record.limit = (struct limit){ line, LIMIT_ASKED, limit, used };
	core_add(core, &record);
}

/* @how comes behind "limit 2.0 GiB". */
static void tell_crossing(struct core *core, uint64_t bit, const struct event *crossing,
			  uint64_t t_ns, const char *how)
{
	struct record record = { .t_ns = t_ns, .type = RECORD_EVENT, .selections = bit };
	char label[TEXT_LABEL + 1], bytes[UNITS_TEXT];

	snprintf(label, sizeof label, "%slimit %s %s",
		 crossing->line == LINE_SESSION ? "total " : "",
		 units_format_bytes(bytes, crossing->limit), how);
	record.event = *crossing;
	record.event.category = "limit";
	record.event.label = label;
	core_add(core, &record);
}

/* --- each of them */

/* Of each limited selection that the line is in. */
static void each_limit(struct core *core, struct entry *entry,
		       void (*step)(struct core *core, struct entry *entry, uint64_t bit,
				    uint64_t limit, uint64_t t_ns, uint64_t bytes),
		       uint64_t t_ns, uint64_t bytes)
{
	uint64_t set = entry->info.selections & core->selections.limited;

	for (uint32_t number = 1; set; number++, set >>= 1) {
		if (set & 1)
			step(core, entry, selection_bit(number), core->selections.each[number - 1],
			     t_ns, bytes);
	}
}

static void step_sample(struct core *core, struct entry *entry, uint64_t bit, uint64_t limit,
			uint64_t t_ns, uint64_t bytes)
{
	struct event crossing = { .line = entry->info.line, .rss = bytes, .limit = limit };

	if (bytes < limit - limit / FALL_PARTS)
		entry->crossed &= ~bit;
	if (bytes <= limit || entry->crossed & bit)
		return;
	entry->crossed |= bit;
	tell_crossing(core, bit, &crossing, t_ns, "crossed");
}

static void step_peak(struct core *core, struct entry *entry, uint64_t bit, uint64_t limit,
		      uint64_t t_ns, uint64_t peak)
{
	struct event crossing = { .line = entry->info.line, .rss = peak, .limit = limit };
	char how[64], bytes[UNITS_TEXT];

	if (peak <= limit || entry->crossed & bit)
		return;
	entry->crossed |= bit;
	snprintf(how, sizeof how, "crossed by its peak, %s", units_format_bytes(bytes, peak));
	tell_crossing(core, bit, &crossing, t_ns, how);
}

/* Once: what a descendant had is no state of the line's own, which falls and crosses again. */
static void step_family(struct core *core, struct entry *entry, uint64_t bit, uint64_t limit,
			uint64_t t_ns, uint64_t peak)
{
	struct event crossing = { .line = entry->info.line, .rss = peak, .limit = limit };
	char how[64], bytes[UNITS_TEXT];

	if (peak <= limit || entry->crossed_by_family & bit)
		return;
	entry->crossed_by_family |= bit;
	snprintf(how, sizeof how, "crossed by a descendant's peak, %s",
		 units_format_bytes(bytes, peak));
	tell_crossing(core, bit, &crossing, t_ns, how);
}

void selections_reading(struct core *core, struct entry *entry, uint64_t t_ns, uint64_t rss)
{
	each_limit(core, entry, step_sample, t_ns, rss);
}

void selections_peak(struct core *core, struct entry *entry, uint64_t t_ns)
{
	if (!entry->info.ended)
		each_limit(core, entry, step_peak, t_ns, entry->info.peak_rss);
}

void selections_family(struct core *core, struct entry *entry, uint64_t peak, uint64_t t_ns)
{
	each_limit(core, entry, step_family, t_ns, peak);
}

/* What the kernel's mark says until now was before it was asked for. */
static void pass_peak(struct core *core, struct entry *entry)
{
	struct procinfo_status status;
	uint64_t limited = core->selections.limited;

	core->selections.limited = 0;
	if (procinfo_read_status((pid_t)entry->info.pid, &status) == 0)
		life_peak(core, entry, status.peak);
	core->selections.limited = limited;
}

static void ask_line(struct core *core, struct entry *entry, uint64_t bit, uint64_t limit,
		     uint64_t t_ns, uint64_t rss)
{
	tell_limit(core, bit, entry->info.line, limit, rss);
	step_sample(core, entry, bit, limit, t_ns, rss);
}

void selections_joined(struct core *core, struct entry *entry, uint64_t set)
{
	uint64_t limited = core->selections.limited;

	if (entry->info.ended || !(set & limited))
		return;
	if (entry->info.pid)
		pass_peak(core, entry);
	core->selections.limited = set & limited;
	each_limit(core, entry, ask_line, clock_mono_ns(), entry->info.rss);
	core->selections.limited = limited;
}

void selections_limit(struct core *core, uint32_t number, uint64_t limit)
{
	uint64_t bit = selection_bit(number);
	struct entry *entry;
	uint32_t line = 0;

	core->selections.each[number - 1] = limit;
	core->selections.limited &= ~bit;
	core->selections.limited |= limit ? bit : 0;
	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		entry->crossed &= ~bit;
		entry->crossed_by_family &= ~bit;
		if (entry->info.selections & bit)
			selections_joined(core, entry, bit);
	}
}

/* --- together */

/* The PSS of all where that is read of each, else the sum of their RSS. */
static uint64_t together(const struct core *core, uint64_t bit, bool *ret_is_pss)
{
	uint64_t rss = 0, pss = 0;
	const struct entry *entry;
	uint32_t line = 0;

	*ret_is_pss = core->session.metrics & METRIC_BIT(METRIC_PSS);
	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		if (entry->info.ended || !entry->info.pid || !(entry->info.selections & bit))
			continue;
		rss += entry->info.rss;
		pss += entry->pss;
		*ret_is_pss = *ret_is_pss && entry->pss;
	}
	return *ret_is_pss ? pss : rss;
}

static void step_total(struct core *core, uint32_t number, uint64_t t_ns)
{
	struct alarm *total = &core->selections.totals[number - 1];
	uint64_t bit = selection_bit(number);
	struct event crossing = { .line = LINE_SESSION, .limit = total->limit };
	bool is_pss;

	crossing.rss = together(core, bit, &is_pss);
	if (alarm_step(total, crossing.rss) == ALARM_CROSSED)
		tell_crossing(core, bit, &crossing, t_ns,
			      is_pss ? "crossed by the sum of PSS" : "crossed");
}

void selections_limit_total(struct core *core, uint32_t number, uint64_t limit)
{
	uint64_t bit = selection_bit(number);
	bool is_pss;

	core->selections.totals[number - 1] = (struct alarm){ .limit = limit };
	core->selections.limited_total &= ~bit;
	core->selections.limited_total |= limit ? bit : 0;
	tell_limit(core, bit, LINE_SESSION, limit, together(core, bit, &is_pss));
	if (limit)
		step_total(core, number, clock_mono_ns());
}

void selections_tick(struct core *core, uint64_t t_ns)
{
	uint64_t set = core->selections.limited_total;

	for (uint32_t number = 1; set; number++, set >>= 1) {
		if (set & 1)
			step_total(core, number, t_ns);
	}
}
