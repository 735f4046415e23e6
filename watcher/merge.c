#include "watcher/merge.h"

#include "base/array.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A held record, and where in the arena its samples or its two texts lie. */
struct held {
	uint64_t order;
	size_t payload;
	size_t size;
	struct record record;
};

struct arena {
	unsigned char *bytes;
	size_t used;
	size_t room;
};

struct merge {
	struct held *held;
	size_t count;
	size_t room;
	struct arena arena;
	struct arena spare; /* takes what stays, when the rest goes */
	uint64_t order;
	uint64_t seq;
	uint64_t oldest_ns;
	bool sorted;
	bool (*wanted)(void *arg, const struct record *record); /* NULL: all are */
	void *wanted_arg;
};

struct merge *merge_new(void)
{
	struct merge *merge = calloc(1, sizeof *merge);

	if (!merge)
		return NULL;
	merge->oldest_ns = UINT64_MAX;
	merge->sorted = true;
	return merge;
}

void merge_free(struct merge *merge)
{
	if (!merge)
		return;
	free(merge->held);
	free(merge->arena.bytes);
	free(merge->spare.bytes);
	free(merge);
}

/* --- the arena; every piece starts where a struct sample may */

static size_t aligned(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

static int arena_reserve(struct arena *arena, size_t size)
{
	return array_reserve(&arena->bytes, &arena->room, arena->used + aligned(size));
}

static size_t arena_put(struct arena *arena, const void *from, size_t size)
{
	size_t at = arena->used;

	if (size)
		memcpy(arena->bytes + at, from, size);
	arena->used += aligned(size);
	return at;
}

/* --- what a record points to: samples, or one text or two, one behind the other */

static void texts_of(struct record *record, const char ***ret_first, const char ***ret_second)
{
	if (record->type == RECORD_EVENT) {
		*ret_first = &record->event.category;
		*ret_second = &record->event.label;
	} else if (record->type == RECORD_INSPECTION) {
		*ret_first = &record->inspection.name;
		*ret_second = NULL;
	} else {
		*ret_first = &record->process.name;
		*ret_second = &record->process.command;
	}
}

static bool has_texts(const struct record *record)
{
	return record->type == RECORD_EVENT || record->type == RECORD_PROCESS ||
	       record->type == RECORD_INSPECTION;
}

static int put_texts(struct arena *arena, struct held *held)
{
	const char **first, **second;
	size_t first_size, second_size;

	texts_of(&held->record, &first, &second);
	first_size = strlen(*first) + 1;
	second_size = second ? strlen(*second) + 1 : 0;
	held->size = first_size + second_size;
	if (arena_reserve(arena, held->size) < 0)
		return -ENOMEM;
	held->payload = arena->used;
	memcpy(arena->bytes + arena->used, *first, first_size);
	if (second)
		memcpy(arena->bytes + arena->used + first_size, *second, second_size);
	arena->used += aligned(held->size);
	return 0;
}

static int put_payload(struct arena *arena, struct held *held)
{
	held->size = 0;
	held->payload = 0;
	if (has_texts(&held->record))
		return put_texts(arena, held);
	if (held->record.type != RECORD_TICK)
		return 0;
	held->size = held->record.tick.count * sizeof(struct sample);
	if (arena_reserve(arena, held->size) < 0)
		return -ENOMEM;
	held->payload = arena_put(arena, held->record.tick.samples, held->size);
	return 0;
}

/* Point the record to its payload, which may have moved. */
static void resolve(const struct arena *arena, struct held *held)
{
	const unsigned char *at = arena->bytes + held->payload;
	const char **first, **second;

	if (held->record.type == RECORD_TICK)
		held->record.tick.samples = (const struct sample *)(const void *)at;
	if (!has_texts(&held->record))
		return;
	texts_of(&held->record, &first, &second);
	*first = (const char *)at;
	if (second)
		*second = *first + strlen(*first) + 1;
}

/* --- holding and letting go */

uint64_t merge_place(struct merge *merge)
{
	return merge->order++;
}

int merge_add(struct merge *merge, const struct record *record)
{
	return merge_add_at(merge, record, merge_place(merge));
}

static bool is_sorted(const struct held *before, const struct held *after)
{
	if (before->record.t_ns != after->record.t_ns)
		return before->record.t_ns < after->record.t_ns;
	return before->order < after->order;
}

int merge_add_at(struct merge *merge, const struct record *record, uint64_t place)
{
	struct held *held;

	if (array_reserve(&merge->held, &merge->room, merge->count + 1) < 0)
		return -ENOMEM;
	held = &merge->held[merge->count];
	held->record = *record;
	held->order = place;
	if (put_payload(&merge->arena, held) < 0)
		return -ENOMEM;
	if (merge->count > 0 && !is_sorted(held - 1, held))
		merge->sorted = false;
	if (record->t_ns < merge->oldest_ns)
		merge->oldest_ns = record->t_ns;
	merge->count++;
	return 0;
}

void merge_begin(struct merge *merge, uint32_t line, uint64_t t_ns)
{
	for (size_t i = 0; i < merge->count; i++) {
		struct record *record = &merge->held[i].record;

		if (record->type != RECORD_PROCESS || record->process.line != line)
			continue;
		if (record->t_ns <= t_ns)
			return;
		record->t_ns = t_ns;
		merge->sorted = false;
		if (t_ns < merge->oldest_ns)
			merge->oldest_ns = t_ns;
		return;
	}
}

void merge_want(struct merge *merge, bool (*wanted)(void *arg, const struct record *record),
		void *arg)
{
	merge->wanted = wanted;
	merge->wanted_arg = arg;
}

static int compare(const void *left, const void *right)
{
	const struct held *a = left;
	const struct held *b = right;

	if (a->record.t_ns != b->record.t_ns)
		return a->record.t_ns < b->record.t_ns ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Move the payloads of what stays to the spare arena, so that the space of what went is used again.
 */
static void keep_rest(struct merge *merge, size_t gone)
{
	size_t rest = merge->count - gone;
	struct arena emptied = merge->arena;

	for (size_t i = 0; i < rest; i++) {
		struct held *held = &merge->held[i];

		*held = merge->held[gone + i];
		held->payload = arena_put(&merge->spare, emptied.bytes + held->payload, held->size);
	}
	merge->arena = merge->spare;
	merge->spare = emptied;
	merge->count = rest;
	merge->oldest_ns = rest ? merge->held[0].record.t_ns : UINT64_MAX;
}

void merge_release(struct merge *merge, uint64_t until_ns, record_fn each, void *arg)
{
	size_t gone = 0;

	merge->spare.used = 0;
	if (merge->oldest_ns >= until_ns || arena_reserve(&merge->spare, merge->arena.used) < 0)
		return;
	if (!merge->sorted)
		qsort(merge->held, merge->count, sizeof *merge->held, compare);
	merge->sorted = true;
	while (gone < merge->count && merge->held[gone].record.t_ns < until_ns) {
		struct held *held = &merge->held[gone++];

		resolve(&merge->arena, held);
		if (merge->wanted && !merge->wanted(merge->wanted_arg, &held->record))
			continue;
		held->record.seq = ++merge->seq;
		each(arg, &held->record);
	}
	keep_rest(merge, gone);
}

uint64_t merge_oldest(const struct merge *merge)
{
	return merge->oldest_ns;
}

uint64_t merge_seq(const struct merge *merge)
{
	return merge->seq;
}
