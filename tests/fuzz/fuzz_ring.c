/* libFuzzer over ring_get: the first byte says how many cells are there, the next eight the
 * position. */
#include "wire/ring.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

/* Nearly no input has the right words by chance: give the cells those, where the input asks for it.
 */
static void set_words(uint8_t (*cells)[RING_CELL], unsigned count, uint64_t position)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned what = i ? RING_CELL_NEXT : RING_CELL_FIRST | (cells[0][0] & 7U) << 4;
		uint64_t word = ring_word(position + i, what);

		memcpy(cells[i], &word, sizeof(word));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t(*cells)[RING_CELL];
	struct record record;
	struct ring_text text;
	uint64_t position;
	unsigned count, got;

	if (size < 1 + sizeof(position))
		return 0;
	count = (data[0] & 0x7f) % (RING_EVENT_CELLS + 1);
	memcpy(&position, data + 1, sizeof(position));
	if (size - 9 < count * (size_t)RING_CELL)
		return 0;
	cells = malloc(count ? count * (size_t)RING_CELL : 1); /* exact, for ASan */
	require(cells != NULL);
	memcpy(cells, data + 9, count * (size_t)RING_CELL);
	if (data[0] & 0x80)
		set_words(cells, count, position);
	got = ring_get((const uint8_t(*)[RING_CELL])cells, count, position, &record, &text);
	free(cells);
	require(got <= count);
	if (got == 0)
		return 0;
	require(record.type == RECORD_EVENT && record.event.number == position);
	require(record.event.kind <= EVENT_SPAN_END && record.event.line == LINE_SESSION);
	require(strlen(record.event.category) <= TEXT_CATEGORY);
	require(strlen(record.event.label) <= TEXT_LABEL);
	return 0;
}
