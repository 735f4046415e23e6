#include "watcher/registry.h"

#include "base/array.h"

#include <stdlib.h>

/* By pid. */
#define BUCKETS 1024

struct registry {
	struct entry *alike[BUCKETS]; /* the live ones, newest first */
	struct entry *had[BUCKETS];   /* those that have ended */
	struct entry **entries;	      /* by line, rising */
	size_t count;
	size_t room;
	size_t live;
	size_t ended;
	size_t dropped; /* of those */
	uint32_t last_line;
};

struct registry *registry_new(void)
{
	return calloc(1, sizeof(struct registry));
}

static void free_entry(struct entry *entry)
{
	children_close(&entry->files);
	free(entry);
}

void registry_free(struct registry *registry)
{
	if (!registry)
		return;
	for (size_t i = 0; i < registry->count; i++)
		free_entry(registry->entries[i]);
	free(registry->entries);
	free(registry);
}

static void put(struct entry *table[BUCKETS], struct entry *entry)
{
	struct entry **bucket = &table[entry->info.pid % BUCKETS];

	entry->next_alike = *bucket;
	*bucket = entry;
}

static void take(struct entry *table[BUCKETS], const struct entry *entry)
{
	struct entry **at = &table[entry->info.pid % BUCKETS];

	while (*at && *at != entry)
		at = &(*at)->next_alike;
	if (*at)
		*at = entry->next_alike;
}

struct entry *registry_add(struct registry *registry, pid_t pid, uint64_t start_ticks)
{
	struct entry *entry;

	if (array_reserve(&registry->entries, &registry->room, registry->count + 1))
		return NULL;
	entry = calloc(1, sizeof *entry);
	if (!entry)
		return NULL;
	entry->pidfd = -1;
	entry->rank = -1;
	entry->info.line = ++registry->last_line;
	entry->info.pid = (uint32_t)pid;
	entry->info.start_ticks = start_ticks;
	entry->files = CHILD_FILES_NONE;
	put(registry->alike, entry);
	registry->entries[registry->count++] = entry;
	registry->live++;
	return entry;
}

struct entry *registry_find(const struct registry *registry, pid_t pid, uint64_t start_ticks)
{
	struct entry *entry = registry->alike[(uint32_t)pid % BUCKETS];

	for (; entry; entry = entry->next_alike) {
		if (entry->info.pid != (uint32_t)pid)
			continue;
		if (!start_ticks || entry->info.start_ticks == start_ticks)
			return entry;
	}
	return NULL;
}

bool registry_had(const struct registry *registry, pid_t pid, uint64_t start_ticks)
{
	const struct entry *entry = registry->had[(uint32_t)pid % BUCKETS];

	for (; entry; entry = entry->next_alike) {
		if (entry->info.pid == (uint32_t)pid &&
		    (!start_ticks || entry->info.start_ticks == start_ticks))
			return true;
	}
	return false;
}

struct entry *registry_untold(const struct registry *registry, pid_t pid)
{
	for (size_t i = registry->count; i-- > 0;) {
		struct entry *entry = registry->entries[i];

		if (entry->info.ended && entry->info.pid == (uint32_t)pid && entry->parent_tells)
			return entry;
	}
	return NULL;
}

static uint64_t line_at(const void *registry, size_t index)
{
	return ((const struct registry *)registry)->entries[index]->info.line;
}

/* The index of the first entry whose line is not below @line. */
static size_t lower_bound(const struct registry *registry, uint32_t line)
{
	size_t count = registry->count;
	size_t guess = count ? line - registry->entries[0]->info.line : 0;

	/* As long as nothing before it was forgotten, each line has its own place. */
	if (guess < count && registry->entries[guess]->info.line == line)
		return guess;
	return array_lower_bound(registry, count, line_at, line);
}

struct entry *registry_line(const struct registry *registry, uint32_t line)
{
	size_t index = lower_bound(registry, line);

	if (index == registry->count || registry->entries[index]->info.line != line)
		return NULL;
	return registry->entries[index];
}

struct entry *registry_next(const struct registry *registry, uint32_t line)
{
	size_t index = line == UINT32_MAX ? registry->count : lower_bound(registry, line + 1);

	return index < registry->count ? registry->entries[index] : NULL;
}

void registry_end(struct registry *registry, struct entry *entry, bool dropped)
{
	if (entry->info.ended)
		return;
	take(registry->alike, entry);
	put(registry->had, entry);
	entry->info.ended = true;
	registry->live--;
	registry->ended++;
	registry->dropped += dropped;
	entry->info.dropped_by_hand = dropped;
}

void registry_forget(struct registry *registry, uint64_t seq, forgotten_fn forgotten, void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < registry->count; i++) {
		struct entry *entry = registry->entries[i];

		if (!entry->info.ended || !entry->end_seq || entry->end_seq >= seq) {
			registry->entries[kept++] = entry;
			continue;
		}
		forgotten(arg, entry->info.line);
		take(registry->had, entry);
		free(entry);
	}
	registry->count = kept;
}

size_t registry_live(const struct registry *registry)
{
	return registry->live;
}

size_t registry_ended(const struct registry *registry)
{
	return registry->ended;
}

size_t registry_dropped(const struct registry *registry)
{
	return registry->dropped;
}

size_t registry_kept(const struct registry *registry)
{
	return registry->count - registry->live;
}
