#include "watcher/backlog.h"

#include "watcher/tickpack.h"
#include "wire/codec.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES (64 * 1024)

/*
 * A chunk's level is how often it was rolled up; at each, this many ticks are one group. A level
 * has half of the room that is left by those below it, so that most of the room is for the newest.
 */
static const unsigned group_ticks[] = { 1, 16, 128, 1024 };
#define LEVELS (sizeof group_ticks / sizeof *group_ticks)

/* Entries of watcher/tickpack.h, of which the first tick is whole. */
struct chunk {
	struct chunk *next;
	uint64_t first_seq;
	uint64_t count;	  /* of records */
	uint64_t last_ns; /* of its newest tick; 0: it has none */
	unsigned level;
	size_t used;
	size_t room;
	unsigned char bytes[];
};

struct backlog {
	struct backlog_bounds bounds;
	struct chunk *oldest;
	struct chunk *newest;	  /* the one that is written */
	struct tickpack *writing; /* to it */
	struct tickpack *reading; /* any of them */
	size_t bytes;
	size_t level_bytes[LEVELS];
	uint64_t held_seq;
	uint64_t rolled_ns; /* ticks until then are rolled up */
};

struct backlog *backlog_new(const struct backlog_bounds *bounds)
{
	struct backlog *backlog = calloc(1, sizeof *backlog);

	if (!backlog)
		return NULL;
	backlog->bounds = *bounds;
	backlog->held_seq = UINT64_MAX;
	backlog->writing = tickpack_new();
	backlog->reading = tickpack_new();
	if (backlog->writing && backlog->reading)
		return backlog;
	backlog_free(backlog);
	return NULL;
}

static size_t size_of(const struct chunk *chunk)
{
	return sizeof *chunk + chunk->room;
}

static void count_bytes(struct backlog *backlog, const struct chunk *chunk, bool more)
{
	size_t size = size_of(chunk);

	backlog->bytes = more ? backlog->bytes + size : backlog->bytes - size;
	if (more)
		backlog->level_bytes[chunk->level] += size;
	else
		backlog->level_bytes[chunk->level] -= size;
}

static void forget_oldest(struct backlog *backlog)
{
	struct chunk *chunk = backlog->oldest;

	backlog->oldest = chunk->next;
	if (!backlog->oldest)
		backlog->newest = NULL;
	count_bytes(backlog, chunk, false);
	free(chunk);
}

void backlog_free(struct backlog *backlog)
{
	if (!backlog)
		return;
	while (backlog->oldest)
		forget_oldest(backlog);
	tickpack_free(backlog->writing);
	tickpack_free(backlog->reading);
	free(backlog);
}

static bool is_held(const struct backlog *backlog, const struct chunk *chunk)
{
	return chunk == backlog->newest || chunk->first_seq + chunk->count > backlog->held_seq;
}

/* --- rolling up */

/* A chunk of the next level with what @from has; NULL without memory. What takes no less room then
 * is there as it was, and in the end forgotten. */
static struct chunk *roll_up(const struct chunk *from)
{
	struct chunk *chunk = malloc(sizeof *chunk + from->used);
	struct tickpack_room room = { .size = from->used };
	struct chunk *fitted;

	if (!chunk)
		return NULL;
	*chunk = *from;
	chunk->level++;
	room.bytes = chunk->bytes;
	if (tickpack_roll_up(from->bytes, from->used, group_ticks[chunk->level], &room))
		chunk->used = room.used;
	else
		memcpy(chunk->bytes, from->bytes, from->used);
	fitted = realloc(chunk, sizeof *chunk + chunk->used);
	chunk = fitted ? fitted : chunk;
	chunk->room = chunk->used;
	return chunk;
}

/* Put in its place what became of *@at. */
static void replace(struct backlog *backlog, struct chunk **at, struct chunk *chunk)
{
	struct chunk *old = *at;

	count_bytes(backlog, old, false);
	chunk->next = old->next;
	*at = chunk;
	free(old);
	count_bytes(backlog, chunk, true);
	if (chunk->last_ns > backlog->rolled_ns)
		backlog->rolled_ns = chunk->last_ns;
}

/* The oldest of a level that may be changed. */
static struct chunk **oldest_of(struct backlog *backlog, unsigned level)
{
	struct chunk **at = &backlog->oldest;

	while (*at && (*at)->level != level)
		at = &(*at)->next;
	return *at && !is_held(backlog, *at) ? at : NULL;
}

/* Make a level smaller: whether something could be done. */
static bool shrink(struct backlog *backlog, unsigned level)
{
	struct chunk **at = oldest_of(backlog, level);
	struct chunk *rolled;

	if (!at)
		return false;
	rolled = level + 1 < LEVELS ? roll_up(*at) : NULL;
	if (!rolled)
		return backlog_forget_some(backlog, false);
	replace(backlog, at, rolled);
	return true;
}

static bool shrink_one(struct backlog *backlog)
{
	size_t share = backlog->bounds.bytes;

	for (unsigned level = 0; level < LEVELS; level++) {
		share = level + 1 < LEVELS ? share / 2 : share;
		if (backlog->level_bytes[level] > share && shrink(backlog, level))
			return true;
	}
	return backlog_forget_some(backlog, false);
}

static void trim(struct backlog *backlog, size_t spare)
{
	while (backlog->bytes + spare > backlog->bounds.bytes && shrink_one(backlog))
		;
}

void backlog_trim(struct backlog *backlog)
{
	trim(backlog, 0);
}

/* Before a chunk is added. */
static void make_room(struct backlog *backlog)
{
	trim(backlog, CHUNK_BYTES);
	while (backlog->oldest && backlog->bytes + CHUNK_BYTES > backlog->bounds.held_bytes)
		forget_oldest(backlog);
}

/* --- adding */

/* What isn't used of the newest is given back, since it is written no more. */
static void seal(struct backlog *backlog)
{
	struct chunk *chunk = backlog->newest;
	struct chunk **at = &backlog->oldest;
	struct chunk *fitted;

	if (!chunk)
		return;
	while (*at != chunk)
		at = &(*at)->next;
	fitted = realloc(chunk, sizeof *chunk + chunk->used);
	if (!fitted)
		return;
	*at = fitted;
	backlog->newest = fitted;
	backlog->bytes -= fitted->room - fitted->used;
	backlog->level_bytes[fitted->level] -= fitted->room - fitted->used;
	fitted->room = fitted->used;
}

/* A new newest chunk, or NULL where not even the oldest can be had for it. */
static struct chunk *open_chunk(struct backlog *backlog, uint64_t seq)
{
	struct chunk *chunk;

	seal(backlog);
	make_room(backlog);
	while (!(chunk = malloc(sizeof *chunk + CHUNK_BYTES)) && backlog->oldest)
		forget_oldest(backlog);
	if (!chunk)
		return NULL;
	*chunk = (struct chunk){ .first_seq = seq, .room = CHUNK_BYTES };
	if (backlog->newest)
		backlog->newest->next = chunk;
	else
		backlog->oldest = chunk;
	backlog->newest = chunk;
	count_bytes(backlog, chunk, true);
	tickpack_reset(backlog->writing);
	return chunk;
}

static bool put(struct backlog *backlog, const struct record *record, const void *encoded,
		size_t size)
{
	struct chunk *chunk = backlog->newest;
	struct tickpack_room room;
	bool fits;

	if (!chunk)
		return false;
	room = (struct tickpack_room){ chunk->bytes, chunk->used, chunk->room };
	if (record->type == RECORD_TICK)
		fits = tickpack_put_tick(backlog->writing, &room, record->t_ns, &record->tick);
	else
		fits = tickpack_put_other(backlog->writing, &room, encoded, size);
	if (!fits)
		return false;
	chunk->used = room.used;
	chunk->count++;
	if (record->type == RECORD_TICK)
		chunk->last_ns = record->t_ns;
	return true;
}

void backlog_add(struct backlog *backlog, const struct record *record, const void *encoded,
		 size_t size)
{
	if (!put(backlog, record, encoded, size) && open_chunk(backlog, record->seq))
		put(backlog, record, encoded, size);
}

void backlog_hold(struct backlog *backlog, uint64_t seq)
{
	backlog->held_seq = seq;
}

bool backlog_forget_some(struct backlog *backlog, bool held)
{
	const struct chunk *chunk = backlog->oldest;

	if (!chunk || chunk == backlog->newest || (!held && is_held(backlog, chunk)))
		return false;
	forget_oldest(backlog);
	return true;
}

/* --- what it has */

uint64_t backlog_oldest(const struct backlog *backlog)
{
	return backlog->oldest ? backlog->oldest->first_seq : 0;
}

uint64_t backlog_exact_ns(const struct backlog *backlog)
{
	return backlog->oldest && backlog->oldest->level ? backlog->rolled_ns + 1 : 0;
}

size_t backlog_bytes(const struct backlog *backlog)
{
	return backlog->bytes;
}

struct copy {
	unsigned char *to;
	size_t used;
	size_t size;
	uint64_t first;
	uint64_t last;
};

/* Whether there was room for it. */
static bool copy_item(struct copy *copy, const struct tickpack_item *item)
{
	struct record record = { .t_ns = item->t_ns, .type = RECORD_TICK, .tick = item->tick };
	size_t size = item->size;

	if (item->is_tick)
		size = codec_put_record(copy->to + copy->used, copy->size - copy->used, &record);
	else if (size <= copy->size - copy->used)
		memcpy(copy->to + copy->used, item->encoded, size);
	else
		size = 0;
	copy->used += size;
	return size > 0 || (!item->is_tick && item->size == 0);
}

/* Copy a chunk's records after @since; whether there was room for all. */
static bool copy_chunk(struct tickpack *pack, const struct chunk *chunk, uint64_t since,
		       struct copy *copy)
{
	struct tickpack_reader reader;
	struct tickpack_item item;
	uint64_t seq = chunk->first_seq;

	tickpack_read(&reader, pack, chunk->bytes, chunk->used);
	while (seq <= since)
		seq += tickpack_skip(&reader, since + 1 - seq);
	for (; tickpack_next(&reader, &item); seq++) {
		if (!copy_item(copy, &item))
			return false;
		copy->last = seq;
		if (!copy->first)
			copy->first = seq;
	}
	return true;
}

size_t backlog_copy(const struct backlog *backlog, uint64_t since, void *to, size_t size,
		    uint64_t *ret_first, uint64_t *ret_last)
{
	struct copy copy = { .to = to, .size = size };
	const struct chunk *chunk = backlog->oldest;

	while (chunk && chunk->first_seq + chunk->count - 1 <= since)
		chunk = chunk->next;
	while (chunk && copy_chunk(backlog->reading, chunk, since, &copy))
		chunk = chunk->next;
	*ret_first = copy.first;
	*ret_last = copy.last;
	return copy.used;
}
