#include "watcher/producers.h"

#include <stdlib.h>

#define FIRST_ROOM 256

/* Both tables have so many buckets, a power of two, and at most as many sources. */
struct emitters {
	struct source **instances;
	struct source **lines;
	size_t room;
	size_t count;
};

static struct source **instance_at(const struct emitters *emitters, uint64_t instance)
{
	return &emitters->instances[(instance * 0x9e3779b97f4a7c15 >> 32) & (emitters->room - 1)];
}

static struct source **line_at(const struct emitters *emitters, uint32_t line)
{
	return &emitters->lines[line & (emitters->room - 1)];
}

struct emitters *emitters_new(void)
{
	struct emitters *emitters = calloc(1, sizeof *emitters);

	if (!emitters)
		return NULL;
	emitters->room = FIRST_ROOM;
	emitters->instances = calloc(FIRST_ROOM, sizeof *emitters->instances);
	emitters->lines = calloc(FIRST_ROOM, sizeof *emitters->lines);
	if (emitters->instances && emitters->lines)
		return emitters;
	emitters->room = 0;
	emitters_free(emitters);
	return NULL;
}

void emitters_free(struct emitters *emitters)
{
	if (!emitters)
		return;
	for (size_t i = 0; i < emitters->room; i++) {
		while (emitters->instances[i])
			emitters_remove(emitters, emitters->instances[i]);
	}
	free(emitters->instances);
	free(emitters->lines);
	free(emitters);
}

struct source *emitters_find(const struct emitters *emitters, uint64_t instance)
{
	struct source *source = *instance_at(emitters, instance);

	while (source && source->instance != instance)
		source = source->next;
	return source;
}

static void put(struct emitters *emitters, struct source *source)
{
	struct source **instance = instance_at(emitters, source->instance);
	struct source **line = line_at(emitters, source->line);

	source->next = *instance;
	*instance = source;
	source->next_of_line = *line;
	*line = source;
}

/* Twice the buckets; without memory those that there are do, more slowly. */
static void grow(struct emitters *emitters)
{
	struct emitters larger = { .room = emitters->room * 2, .count = emitters->count };

	larger.instances = calloc(larger.room, sizeof *larger.instances);
	larger.lines = calloc(larger.room, sizeof *larger.lines);
	if (!larger.instances || !larger.lines) {
		free(larger.instances);
		free(larger.lines);
		return;
	}
	for (size_t i = 0; i < emitters->room; i++) {
		for (struct source *source = emitters->instances[i], *next; source; source = next) {
			next = source->next;
			put(&larger, source);
		}
	}
	free(emitters->instances);
	free(emitters->lines);
	*emitters = larger;
}

size_t emitters_count(const struct emitters *emitters, uint32_t line)
{
	const struct source *source = NULL;
	size_t count = 0;

	while ((source = emitters_of(emitters, line, source)) != NULL)
		count++;
	return count;
}

size_t emitters_all(const struct emitters *emitters)
{
	return emitters->count;
}

struct source *emitters_add(struct emitters *emitters, uint64_t instance, uint32_t line)
{
	struct source *source;

	if (emitters_count(emitters, line) >= EMITTERS_OF_LINE)
		return NULL;
	source = calloc(1, sizeof *source);
	if (!source)
		return NULL;
	if (emitters->count++ == emitters->room)
		grow(emitters);
	source->instance = instance;
	source->line = line;
	source->ring.fd = -1;
	put(emitters, source);
	return source;
}

struct source *emitters_of(const struct emitters *emitters, uint32_t line,
			   const struct source *last)
{
	struct source *source = last ? last->next_of_line : *line_at(emitters, line);

	while (source && source->line != line)
		source = source->next_of_line;
	return source;
}

void emitters_remove(struct emitters *emitters, struct source *source)
{
	struct source **at = instance_at(emitters, source->instance);

	while (*at != source)
		at = &(*at)->next;
	*at = source->next;
	at = line_at(emitters, source->line);
	while (*at != source)
		at = &(*at)->next_of_line;
	*at = source->next_of_line;
	emitters->count--;
	ringfile_close(&source->ring);
	free(source);
}

void emitters_each(const struct emitters *emitters, void (*each)(void *arg, struct source *source),
		   void *arg)
{
	for (size_t i = 0; i < emitters->room; i++) {
		for (struct source *source = emitters->instances[i], *next; source; source = next) {
			next = source->next;
			each(arg, source);
		}
	}
}
