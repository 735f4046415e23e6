/*
 * Open spans and the rows that tell of them. Pure.
 */
#ifndef SESSION_SPANMAP_H
#define SESSION_SPANMAP_H

#include <stddef.h>
#include <stdint.h>

/* More are not remembered: their ends become rows of their own. */
#define SPANMAP_MAX (1U << 20)

struct spanmap_entry {
	uint64_t span;
	uint32_t line;
	int64_t row; /* 0: none is here */
};

/* All zeros is an empty one. */
struct spanmap {
	struct spanmap_entry *entries;
	size_t room; /* a power of two, or 0 */
	size_t count;
};

void spanmap_free(struct spanmap *map);

/* Remember the row of an open span, in place of what was known of it. Without memory it is not. */
void spanmap_put(struct spanmap *map, uint32_t line, uint64_t span, int64_t row);

/* Its row, which is forgotten; 0 where none is known. */
int64_t spanmap_take(struct spanmap *map, uint32_t line, uint64_t span);

#endif
