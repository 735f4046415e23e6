#include "plotter/model/line_table.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void roster_free(struct roster *roster)
{
	free(roster->entries);
	*roster = (struct roster){ 0 };
}

static uint64_t line_at(const void *roster, size_t index)
{
	return ((const struct roster *)roster)->entries[index].line;
}

static struct roster_entry *find(const struct roster *roster, uint32_t line)
{
	size_t index = array_find(roster, roster->count, line_at, line);

	return index < roster->count ? &roster->entries[index] : NULL;
}

static struct roster_entry *add(struct roster *roster, uint32_t line, uint32_t pid,
				const char *name)
{
	size_t index = array_lower_bound(roster, roster->count, line_at, line);
	struct roster_entry *entry;

	if (array_reserve(&roster->entries, &roster->capacity, roster->count + 1))
		return NULL;
	entry = &roster->entries[index];
	memmove(entry + 1, entry, (roster->count++ - index) * sizeof(*entry));
	*entry = (struct roster_entry){ .line = line, .pid = pid };
	text_copy(entry->name, sizeof(entry->name), name);
	return entry;
}

/* Who it is by another's word: whether anybody knows. */
static bool ask(const struct roster *roster, uint32_t number, struct roster_known *ret_known)
{
	const struct history_line *line;

	if (roster->source)
		return roster->source->find(roster->source->arg, number, ret_known);
	line = history_line_find(roster->history, number);
	if (line)
		*ret_known = (struct roster_known){ line->pid, line->name, line->joined_ns,
						    &line->metrics };
	return line != NULL;
}

int roster_join(struct roster *roster, uint64_t t_ns, const struct process *process)
{
	struct roster_entry *entry = find(roster, process->line);
	struct roster_known known;
	bool is_known = ask(roster, process->line, &known);

	if (!entry && !add(roster, process->line, process->pid, process->name))
		return -ENOMEM;
	if (!entry)
		return !is_known || known.joined_ns >= t_ns;
	text_copy(entry->name, sizeof(entry->name), process->name);
	return 0;
}

void roster_leave(struct roster *roster, uint32_t line)
{
	struct roster_entry *entry = find(roster, line);

	if (!entry)
		return;
	roster->count--;
	memmove(entry, entry + 1,
		(size_t)(&roster->entries[roster->count] - entry) * sizeof(*entry));
}

struct roster_entry *roster_find(struct roster *roster, uint32_t line)
{
	struct roster_entry *entry = find(roster, line);
	struct roster_known known;

	if (entry || !ask(roster, line, &known))
		return entry;
	entry = add(roster, line, known.pid, known.name);
	if (entry && known.metrics)
		entry->metrics = *known.metrics;
	return entry;
}

void roster_name(const struct roster *roster, uint32_t line, struct roster_entry *ret_who)
{
	const struct roster_entry *entry = find(roster, line);
	struct roster_known known;

	*ret_who = (struct roster_entry){ .line = line };
	if (line == LINE_SESSION) {
		text_copy(ret_who->name, sizeof(ret_who->name), "session");
	} else if (entry) {
		*ret_who = *entry;
	} else if (ask(roster, line, &known)) {
		ret_who->pid = known.pid;
		text_copy(ret_who->name, sizeof(ret_who->name), known.name);
	}
}
