#include "wire/selection.h"

#include "base/array.h"

#include <stdlib.h>

#define WORD_BITS 64

/* No session has so many; a higher number is nobody's. */
#define LINES_MOST (1U << 24)

uint64_t selection_bit(uint32_t number)
{
	return number > 0 && number <= SELECTIONS_MOST ? 1ULL << (number - 1) : 0;
}

void selection_open(struct selection *selection, uint32_t number, uint64_t since_ns)
{
	selection->number = number;
	selection->since_ns = since_ns;
	selection->lines = NULL;
	selection->words = 0;
}

void selection_close(struct selection *selection)
{
	free(selection->lines);
	selection->lines = NULL;
	selection->words = 0;
}

static bool make_room(struct selection *selection, size_t word)
{
	size_t before = selection->words;

	if (array_reserve(&selection->lines, &selection->words, word + 1))
		return false;
	for (size_t i = before; i < selection->words; i++)
		selection->lines[i] = 0;
	return true;
}

void selection_add(struct selection *selection, uint32_t line)
{
	if (line < LINES_MOST && make_room(selection, line / WORD_BITS))
		selection->lines[line / WORD_BITS] |= 1ULL << line % WORD_BITS;
}

bool selection_has(const struct selection *selection, uint32_t line)
{
	if (selection->number == 0)
		return true;
	return line / WORD_BITS < selection->words &&
	       (selection->lines[line / WORD_BITS] >> line % WORD_BITS & 1);
}

/* --- records */

static bool take_tick(struct selection *selection, struct record *record)
{
	struct tick *tick = &record->tick;
	size_t count = 0;

	for (size_t i = 0; i < tick->count && count < TICK_SAMPLES; i++) {
		if (selection_has(selection, tick->samples[i].line))
			selection->samples[count++] = tick->samples[i];
	}
	tick->samples = selection->samples;
	tick->count = count;
	return count > 0;
}

static bool take_process(struct selection *selection, const struct record *record)
{
	bool known = selection_has(selection, record->process.line);

	if (record->selections & selection_bit(selection->number) &&
	    record->t_ns >= selection->since_ns)
		selection_add(selection, record->process.line);
	return selection_has(selection, record->process.line) && !(known && record->again);
}

/* What is for some selections only: for all that see the session, but for a limit of their total,
 * which is no limit of the session's. */
static bool is_for(const struct selection *selection, uint64_t selections)
{
	return !selections || selection->number == 0 ||
	       selections & selection_bit(selection->number);
}

static bool take_limit(const struct selection *selection, const struct limit *limit,
		       uint64_t selections)
{
	if (limit->line != LINE_SESSION)
		return selection_has(selection, limit->line) && is_for(selection, selections);
	return limit->kind != LIMIT_ASKED || selections == selection_bit(selection->number);
}

static bool has(const struct selection *selection, uint32_t line)
{
	return line == LINE_SESSION || selection_has(selection, line);
}

bool selection_take(struct selection *selection, const struct record *record,
		    struct record *ret_record)
{
	*ret_record = *record;
	switch (record->type) {
	case RECORD_TICK:
		return selection->number == 0 || take_tick(selection, ret_record);
	case RECORD_EVENT:
		return has(selection, record->event.line) && is_for(selection, record->selections);
	case RECORD_PROCESS:
		return take_process(selection, record);
	case RECORD_END:
		return has(selection, record->end.line);
	case RECORD_GAP:
		return has(selection, record->gap.line);
	case RECORD_PEAK:
		return has(selection, record->peak.line);
	case RECORD_LIMIT:
		return take_limit(selection, &record->limit, record->selections);
	case RECORD_INSPECTION:
		return has(selection, record->inspection.line);
	case RECORD_METRICS:
		return has(selection, record->metrics.line);
	case RECORD_CLOCK:
		return true;
	}
	return true;
}
