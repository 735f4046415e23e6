#include "watcher/selections.h"

#include "watcher/core.h"
#include "wire/selection.h"

uint32_t selections_begin(struct selections *selections)
{
	for (uint32_t i = 0; i < SELECTIONS_MOST; i++) {
		uint32_t number = (selections->last + i) % SELECTIONS_MOST + 1;

		if (selections->used & selection_bit(number))
			continue;
		selections->used |= selection_bit(number);
		selections->last = number;
		return number;
	}
	return 0;
}

uint64_t selections_find(const struct selections *selections, uint32_t number)
{
	return selections->used & selection_bit(number);
}

void selections_leave(struct core *core, uint64_t set)
{
	struct entry *entry;
	uint32_t line = 0;

	set &= ~record_selections(core);
	for (size_t i = 0; i < core->attached_count; i++)
		set &= ~core->attached[i].selections;
	core->selections.used &= ~set;
	core->selections.limited &= ~set;
	core->selections.limited_total &= ~set;
	for (size_t i = 0; i < core->rules.count; i++)
		core->rules.at[i]->selections &= ~set;
	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		entry->info.selections &= ~set;
		entry->heritage &= ~set;
		entry->crossed &= ~set;
	}
}

void selections_join(struct core *core, uint64_t set, bool family)
{
	core->selections.joining = set;
	core->selections.joining_families = family ? set : 0;
}

static void add_children(struct core *core, const struct entry *entry, uint64_t set)
{
	struct entry *child;
	uint32_t line = entry->info.line;

	while ((child = registry_next(core->registry, line)) != NULL) {
		line = child->info.line;
		if (!child->info.ended && child->info.ppid == entry->info.pid)
			selections_add(core, child, set, true);
	}
}

void selections_add(struct core *core, struct entry *entry, uint64_t set, bool family)
{
	uint64_t is_new = set & ~entry->info.selections;
	bool inherits = family && set & ~entry->heritage;

	entry->info.selections |= set;
	entry->heritage |= family ? set : 0;
	if (is_new) {
		life_tell_selections(core, entry);
		selections_joined(core, entry, is_new);
	}
	if (inherits)
		add_children(core, entry, set);
}

void selections_born(const struct core *core, struct entry *entry)
{
	const struct selections *selections = &core->selections;
	const struct entry *parent = NULL;

	entry->info.selections |= selections->joining;
	entry->heritage |= selections->joining_families;
	if (selections->used && entry->info.ppid)
		parent = registry_find(core->registry, (pid_t)entry->info.ppid, 0);
	if (!parent)
		return;
	entry->info.selections |= parent->heritage;
	entry->heritage |= parent->heritage;
}

void selections_inherit(struct core *core, const struct entry *parent, struct entry *entry)
{
	if (parent->heritage & ~entry->heritage)
		selections_add(core, entry, parent->heritage, true);
}
