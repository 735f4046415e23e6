#include "watcher/past.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES (64 * 1024)

/* Each record is kept behind its size, so that a reader can step over it. */
typedef uint32_t record_size;

struct chunk {
	struct chunk *next;
	uint64_t first_seq;
	uint64_t count;
	size_t used;
	unsigned char bytes[CHUNK_BYTES];
};

struct past {
	struct chunk *oldest;
	struct chunk *newest;
	size_t chunks;
	size_t chunks_max;
};

struct past *past_new(size_t bytes_max)
{
	struct past *past = calloc(1, sizeof *past);

	if (!past)
		return NULL;
	past->chunks_max = bytes_max / CHUNK_BYTES;
	if (past->chunks_max < 2)
		past->chunks_max = 2;
	return past;
}

static struct chunk *take_oldest(struct past *past)
{
	struct chunk *chunk = past->oldest;

	if (!chunk)
		return NULL;
	past->oldest = chunk->next;
	if (!past->oldest)
		past->newest = NULL;
	past->chunks--;
	return chunk;
}

void past_free(struct past *past)
{
	struct chunk *chunk;

	if (!past)
		return;
	while ((chunk = take_oldest(past)) != NULL)
		free(chunk);
	free(past);
}

/* A new newest chunk, or NULL where not even the oldest can be had for it. */
static struct chunk *open_chunk(struct past *past, uint64_t seq)
{
	struct chunk *chunk = NULL;

	if (past->chunks < past->chunks_max)
		chunk = malloc(sizeof *chunk);
	if (!chunk)
		chunk = take_oldest(past);
	if (!chunk)
		return NULL;
	chunk->next = NULL;
	chunk->first_seq = seq;
	chunk->count = 0;
	chunk->used = 0;
	if (past->newest)
		past->newest->next = chunk;
	else
		past->oldest = chunk;
	past->newest = chunk;
	past->chunks++;
	return chunk;
}

void past_add(struct past *past, uint64_t seq, const void *record, size_t size)
{
	struct chunk *chunk = past->newest;
	record_size length = (record_size)size;

	/* None is as large; if one were, the next would begin a chunk, since a chunk has no gaps.
	 */
	if (size + sizeof length > CHUNK_BYTES) {
		if (chunk)
			chunk->used = CHUNK_BYTES;
		return;
	}
	if (!chunk || CHUNK_BYTES - chunk->used < size + sizeof length)
		chunk = open_chunk(past, seq);
	if (!chunk)
		return;
	memcpy(chunk->bytes + chunk->used, &length, sizeof length);
	memcpy(chunk->bytes + chunk->used + sizeof length, record, size);
	chunk->used += sizeof length + size;
	chunk->count++;
}

uint64_t past_oldest(const struct past *past)
{
	return past->oldest ? past->oldest->first_seq : 0;
}

struct copy {
	unsigned char *to;
	size_t used;
	size_t size;
	uint64_t first;
	uint64_t last;
};

/* Copy a chunk's records after @since; whether there was room for all. */
static int copy_chunk(const struct chunk *chunk, uint64_t since, struct copy *copy)
{
	const unsigned char *at = chunk->bytes;
	record_size length;

	for (uint64_t i = 0; i < chunk->count; i++, at += length) {
		uint64_t seq = chunk->first_seq + i;

		memcpy(&length, at, sizeof length);
		at += sizeof length;
		if (seq <= since)
			continue;
		if (copy->size - copy->used < length)
			return 0;
		memcpy(copy->to + copy->used, at, length);
		copy->used += length;
		copy->last = seq;
		if (!copy->first)
			copy->first = seq;
	}
	return 1;
}

size_t past_copy(const struct past *past, uint64_t since, void *to, size_t size,
		 uint64_t *ret_first, uint64_t *ret_last)
{
	struct copy copy = { .to = to, .size = size };
	const struct chunk *chunk = past->oldest;

	while (chunk && chunk->first_seq + chunk->count - 1 <= since)
		chunk = chunk->next;
	while (chunk && copy_chunk(chunk, since, &copy))
		chunk = chunk->next;
	*ret_first = copy.first;
	*ret_last = copy.last;
	return copy.used;
}
