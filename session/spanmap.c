#include "session/spanmap.h"

#include <stdlib.h>

void spanmap_free(struct spanmap *map)
{
	free(map->entries);
	*map = (struct spanmap){ 0 };
}

static size_t place(const struct spanmap *map, uint32_t line, uint64_t span)
{
	uint64_t mixed = (span ^ (uint64_t)line << 40) * 0x9e3779b97f4a7c15ULL;

	return (size_t)(mixed >> 32) & (map->room - 1);
}

/* Its entry, or the empty one where it would be. */
static struct spanmap_entry *find(const struct spanmap *map, uint32_t line, uint64_t span)
{
	size_t i = place(map, line, span);

	while (map->entries[i].row &&
	       (map->entries[i].span != span || map->entries[i].line != line))
		i = (i + 1) & (map->room - 1);
	return &map->entries[i];
}

static int grow(struct spanmap *map)
{
	struct spanmap bigger = { .room = map->room ? map->room * 2 : 64, .count = map->count };

	bigger.entries = calloc(bigger.room, sizeof *bigger.entries);
	if (!bigger.entries)
		return -1;
	for (size_t i = 0; i < map->room; i++) {
		const struct spanmap_entry *entry = &map->entries[i];

		if (entry->row)
			*find(&bigger, entry->line, entry->span) = *entry;
	}
	free(map->entries);
	*map = bigger;
	return 0;
}

void spanmap_put(struct spanmap *map, uint32_t line, uint64_t span, int64_t row)
{
	struct spanmap_entry *entry;

	if (map->count >= SPANMAP_MAX || (map->count * 2 >= map->room && grow(map) < 0))
		return;
	entry = find(map, line, span);
	map->count += !entry->row;
	*entry = (struct spanmap_entry){ span, line, row };
}

/* Entries behind an emptied one that could no longer be found are moved up. */
static void close_hole(struct spanmap *map, size_t hole)
{
	size_t mask = map->room - 1;

	for (size_t i = (hole + 1) & mask; map->entries[i].row; i = (i + 1) & mask) {
		size_t wanted = place(map, map->entries[i].line, map->entries[i].span);

		if (((i - wanted) & mask) < ((i - hole) & mask))
			continue;
		map->entries[hole] = map->entries[i];
		map->entries[i].row = 0;
		hole = i;
	}
}

int64_t spanmap_take(struct spanmap *map, uint32_t line, uint64_t span)
{
	struct spanmap_entry *entry;
	int64_t row;

	if (!map->room)
		return 0;
	entry = find(map, line, span);
	row = entry->row;
	if (!row)
		return 0;
	entry->row = 0;
	map->count--;
	close_hole(map, (size_t)(entry - map->entries));
	return row;
}
