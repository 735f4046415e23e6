#include "watcher/emitters.h"

#include <stdlib.h>

#define BUCKETS 256

struct emitters {
	struct source *buckets[BUCKETS]; /* instances are random numbers: their low bits do */
};

struct emitters *emitters_new(void)
{
	return calloc(1, sizeof(struct emitters));
}

void emitters_free(struct emitters *emitters)
{
	if (!emitters)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (emitters->buckets[i])
			emitters_remove(emitters, emitters->buckets[i]);
	}
	free(emitters);
}

struct source *emitters_find(const struct emitters *emitters, uint64_t instance)
{
	struct source *source = emitters->buckets[instance % BUCKETS];

	while (source && source->instance != instance)
		source = source->next;
	return source;
}

struct source *emitters_add(struct emitters *emitters, uint64_t instance, uint32_t line)
{
	struct source **bucket = &emitters->buckets[instance % BUCKETS];
	struct source *source = calloc(1, sizeof *source);

	if (!source)
		return NULL;
	source->instance = instance;
	source->line = line;
	source->ring.fd = -1;
	source->next = *bucket;
	*bucket = source;
	return source;
}

struct source *emitters_of(const struct emitters *emitters, uint32_t line,
			   const struct source *last)
{
	size_t bucket = last ? last->instance % BUCKETS : 0;
	struct source *source = last ? last->next : emitters->buckets[0];

	for (;;) {
		while (source && source->line != line)
			source = source->next;
		if (source || ++bucket == BUCKETS)
			return source;
		source = emitters->buckets[bucket];
	}
}

void emitters_remove(struct emitters *emitters, struct source *source)
{
	struct source **at = &emitters->buckets[source->instance % BUCKETS];

	while (*at != source)
		at = &(*at)->next;
	*at = source->next;
	ringfile_close(&source->ring);
	free(source);
}

void emitters_each(const struct emitters *emitters, void (*each)(void *arg, struct source *source),
		   void *arg)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct source *source = emitters->buckets[i], *next; source; source = next) {
			next = source->next;
			each(arg, source);
		}
	}
}
