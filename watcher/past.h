/*
 * The session's past: its merged records, encoded, newest last; the oldest go when it is full.
 * Pure.
 */
#ifndef WATCHER_PAST_H
#define WATCHER_PAST_H

#include <stddef.h>
#include <stdint.h>

struct past;

/* Keeps about @bytes_max of records; NULL without memory. */
struct past *past_new(size_t bytes_max);
void past_free(struct past *past);

/* Append the encoded record of sequence number @seq, one more than the last one's. Without memory
 * the oldest go early. */
void past_add(struct past *past, uint64_t seq, const void *record, size_t size);

/* The oldest seq kept, 0 for none. */
uint64_t past_oldest(const struct past *past);

/*
 * Copy whole records after @since to @to, up to @size bytes, in order and without a gap: bytes
 * copied; *ret_first is the seq of the first one, *ret_last of the last (both 0 where there is
 * none).
 */
size_t past_copy(const struct past *past, uint64_t since, void *to, size_t size,
		 uint64_t *ret_first, uint64_t *ret_last);

#endif
