#include "client/ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"

/* The file gets its memory in pieces of this many cells, 64 KiB. */
#define PIECE 1024U

/* After a refusal the next is asked for no sooner. */
#define FULL_NS (100 * NS_PER_MS)

/* From the first limit to the floor that follows from it: a writer below that limit overwrites. */
#define FLOOR_UNKNOWN (UINT64_MAX / 2)

static inline uint8_t *cell_at(const struct ring *ring, uint64_t position)
{
	return ring->cells + (position & (ring->count - 1)) * RING_CELL;
}

static inline _Atomic uint64_t *word_at(const struct ring *ring, uint64_t position)
{
	return (_Atomic uint64_t *)(void *)cell_at(ring, position);
}

/* Position of what the word is for, and 1; 0 for a cell that was never written. */
static inline uint64_t word_place(uint64_t word)
{
	return word >> 8;
}

static inline bool word_is_first(uint64_t word)
{
	return (word & 0xf) == RING_CELL_FIRST;
}

static enum ring_result drop(struct ring *ring)
{
	atomic_fetch_add_explicit(&ring->header->dropped, 1, memory_order_relaxed);
	return RING_DROPPED;
}

/*
 * Have memory for the cells below @end. A store to a mapped file that has none is a SIGBUS, when
 * its disk is full; so it is asked for, which works without a descriptor that the host program
 * might have closed.
 */
static bool back(struct ring *ring, uint64_t end, uint64_t t_ns)
{
	uint64_t backed = atomic_load_explicit(&ring->backed, memory_order_relaxed);
	uint64_t full_ns = atomic_load_explicit(&ring->full_ns, memory_order_relaxed);
	int kept_errno = errno;
	long error = 0;

	if (full_ns != 0 && t_ns < full_ns + FULL_NS)
		return false;
	while (backed < end && backed < ring->count && error == 0) {
		error = syscall(SYS_madvise, ring->cells + backed * RING_CELL, PIECE * RING_CELL,
				MADV_POPULATE_WRITE);
		if (error == 0 &&
		    atomic_compare_exchange_strong(&ring->backed, &backed, backed + PIECE))
			backed += PIECE;
	}
	if (backed >= ring->count)
		atomic_store_explicit(&ring->backed, UINT64_MAX, memory_order_relaxed);
	atomic_store_explicit(&ring->full_ns, error ? t_ns : 0, memory_order_relaxed);
	errno = kept_errno;
	return error == 0;
}

/*
 * Whether the cells [at, at + count) can be written: the lap before is whole there. *ret_lost is
 * the number of its events that nobody has merged.
 */
static bool look_before(const struct ring *ring, uint64_t at, unsigned count, unsigned *ret_lost)
{
	uint64_t merged = atomic_load_explicit(&ring->merged, memory_order_relaxed);

	*ret_lost = 0;
	for (uint64_t position = at; position < at + count; position++) {
		uint64_t before = position >= ring->count ? position - ring->count + 1 : 0;
		uint64_t word = atomic_load_explicit(word_at(ring, position), memory_order_acquire);

		if (word_place(word) != before)
			return false;
		if (before > merged && word_is_first(word))
			(*ret_lost)++;
	}
	return true;
}

/*
 * Where ring_attach has begun, agree with all other threads on the first limit: what is merged and
 * once around the ring from there, or where writers had gone beyond that, the head.
 */
static uint64_t settle(struct ring *ring)
{
	uint64_t first = atomic_load(&ring->merged) + ring->count;
	uint64_t head = atomic_load(&ring->header->head);
	uint64_t limit = RING_ATTACHING;

	if (first < head)
		first = head;
	return atomic_compare_exchange_strong(&ring->limit, &limit, first) ? first : limit;
}

static uint64_t limit_of(struct ring *ring)
{
	uint64_t limit = atomic_load(&ring->limit);

	return limit == RING_ATTACHING ? settle(ring) : limit;
}

/*
 * Count the @lost events that a reservation up to @end overwrites; false where they may not be,
 * since a watcher came between the look at the limit and the reservation: it will get them.
 */
static bool overwrite(struct ring *ring, uint64_t end, unsigned lost)
{
	uint64_t limit = limit_of(ring);

	if (limit != RING_OVERWRITE) {
		if (end > limit)
			return false;
		if (end > atomic_load(&ring->floor) + ring->count)
			return true; /* merged by now */
	}
	atomic_fetch_add_explicit(&ring->header->dropped, lost, memory_order_relaxed);
	return true;
}

/* Reserve @count cells: their first position is *ret_at. */
static bool reserve(struct ring *ring, unsigned count, uint64_t t_ns, uint64_t *ret_at)
{
	_Atomic uint64_t *head = &ring->header->head;
	uint64_t at = atomic_load_explicit(head, memory_order_acquire);
	uint64_t limit, now;
	unsigned lost;

	for (;;) {
		limit = limit_of(ring);
		if (at + count > limit)
			return false;
		if (at + count > atomic_load_explicit(&ring->backed, memory_order_relaxed) &&
		    !back(ring, at + count, t_ns))
			return false;
		if (look_before(ring, at, count, &lost)) {
			if (atomic_compare_exchange_weak(head, &at, at + count))
				break;
			continue;
		}
		now = atomic_load_explicit(head, memory_order_acquire);
		if (now == at)
			return false;
		at = now;
	}
	*ret_at = at;
	return lost == 0 || overwrite(ring, at + count, lost);
}

/*
 * Other writers look at the words of these cells at any time, to find them not written yet.
 * wire/ring.c sets those of the continuation cells, so that happens aside.
 */
static void write_cells(struct ring *ring, uint64_t at, unsigned count, uint64_t t_ns,
			const struct event *event, size_t category_len, size_t label_len)
{
	_Alignas(uint64_t) uint8_t aside[RING_EVENT_CELLS][RING_CELL];
	uint8_t *cells[RING_EVENT_CELLS];

	cells[0] = cell_at(ring, at);
	for (unsigned i = 1; i < count; i++)
		cells[i] = aside[i];
	ring_put(cells, at, t_ns, event, category_len, label_len);
	for (unsigned i = 1; i < count; i++) {
		const size_t body = sizeof(uint64_t);

		memcpy(cell_at(ring, at + i) + body, aside[i] + body, RING_CELL - body);
		atomic_store_explicit(word_at(ring, at + i), ring_word(at + i, RING_CELL_NEXT),
				      memory_order_relaxed);
	}
	atomic_store_explicit(word_at(ring, at), ring_word(at, RING_CELL_FIRST | count << 4),
			      memory_order_release);
}

enum ring_result ring_emit(struct ring *ring, uint64_t t_ns, const struct event *event,
			   size_t category_len, size_t label_len)
{
	unsigned count = ring_event_cells(event->kind, category_len, label_len);
	uint64_t quarter = ring->count / 4;
	uint64_t at;

	if (!reserve(ring, count, t_ns, &at))
		return drop(ring);
	write_cells(ring, at, count, t_ns, event, category_len, label_len);
	return ((at ^ (at + count)) & quarter) != 0 ? RING_FILLS : RING_KEPT;
}

void ring_attach(struct ring *ring)
{
	if (atomic_load(&ring->limit) != RING_OVERWRITE)
		return;
	atomic_store(&ring->floor, FLOOR_UNKNOWN);
	atomic_store(&ring->limit, RING_ATTACHING);
	atomic_store(&ring->floor, settle(ring) - ring->count);
}

void ring_detach(struct ring *ring)
{
	atomic_store(&ring->limit, RING_OVERWRITE);
}

void ring_release(struct ring *ring, uint64_t merged)
{
	uint64_t floor = atomic_load_explicit(&ring->floor, memory_order_relaxed);

	atomic_store(&ring->limit, (merged > floor ? merged : floor) + ring->count);
	atomic_store(&ring->merged, merged);
}

unsigned ring_next(const struct ring *ring, uint64_t position, struct record *ret_record,
		   struct ring_text *ret_text)
{
	uint64_t word = atomic_load_explicit(word_at(ring, position), memory_order_acquire);
	_Alignas(uint64_t) uint8_t cells[RING_EVENT_CELLS][RING_CELL];
	unsigned count = (word & 0xff) >> 4;

	ret_record->type = 0;
	if (word_place(word) != position + 1)
		return 0;
	if (!word_is_first(word) || count == 0 || count > RING_EVENT_CELLS)
		return 1;
	for (unsigned i = 0; i < count; i++)
		memcpy(cells[i], cell_at(ring, position + i), RING_CELL);
	count = ring_get((const uint8_t(*)[RING_CELL])cells, count, position, ret_record, ret_text);
	return count > 0 ? count : 1;
}

void ring_void(struct ring *ring, uint64_t position, uint64_t end)
{
	for (; position < end; position++) {
		_Atomic uint64_t *word = word_at(ring, position);
		uint64_t before = atomic_load_explicit(word, memory_order_acquire);

		if (word_place(before) == position + 1 ||
		    !atomic_compare_exchange_strong(word, &before,
						    ring_word(position, RING_CELL_NEXT)))
			return;
	}
}
