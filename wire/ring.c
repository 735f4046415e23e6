#include "wire/ring.h"

#include <string.h>

#define TEXT_FIRST sizeof(((struct ring_event *)0)->text)
#define TEXT_NEXT (RING_CELL - sizeof(uint64_t))

_Static_assert(TEXT_FIRST + (RING_EVENT_CELLS - 1) * TEXT_NEXT >=
		       sizeof(struct ring_span) + TEXT_CATEGORY + TEXT_LABEL,
	       "the longest event fits its cells");

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline uint32_t at_most_32(uint64_t number)
{
	return number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}

static size_t figures_size(enum event_kind kind)
{
	if (kind == EVENT_SPAN_END)
		return sizeof(struct ring_span);
	return kind == EVENT_SPAN_BEGIN ? offsetof(struct ring_span, duration_ns) : 0;
}

unsigned ring_event_cells(enum event_kind kind, size_t category_len, size_t label_len)
{
	size_t size = figures_size(kind) + least(category_len, TEXT_CATEGORY) +
		      least(label_len, TEXT_LABEL);

	if (size <= TEXT_FIRST)
		return 1;
	return 1 + (unsigned)((size - TEXT_FIRST + TEXT_NEXT - 1) / TEXT_NEXT);
}

/* Where byte @at of an event's text lies; what is left of that cell. */
struct place {
	size_t cell;
	size_t offset;
	size_t room;
};

static inline struct place text_place(size_t at)
{
	size_t next;

	if (at < TEXT_FIRST)
		return (struct place){ 0, offsetof(struct ring_event, text) + at, TEXT_FIRST - at };
	next = (at - TEXT_FIRST) % TEXT_NEXT;
	return (struct place){ 1 + (at - TEXT_FIRST) / TEXT_NEXT, sizeof(uint64_t) + next,
			       TEXT_NEXT - next };
}

static inline size_t put_text(uint8_t *const cells[], size_t at, const void *text, size_t size)
{
	const uint8_t *from = text;

	while (size > 0) {
		struct place place = text_place(at);
		size_t piece = least(size, place.room);

		memcpy(cells[place.cell] + place.offset, from, piece);
		from += piece;
		at += piece;
		size -= piece;
	}
	return at;
}

/* Field by field: a struct made aside and copied costs 4 ns more, as its bytes are read back before
 * they are stored. */
static inline void put_first(uint8_t *cell, uint64_t t_ns, const struct event *event,
			     size_t category_len, size_t label_len)
{
	uint32_t shared = at_most_32(event->shared / RING_SHARED_UNIT);
	uint32_t age_ns = at_most_32(event->rss_age_ns);

	memcpy(cell + offsetof(struct ring_event, t_ns), &t_ns, sizeof(t_ns));
	memcpy(cell + offsetof(struct ring_event, rss), &event->rss, sizeof(event->rss));
	memcpy(cell + offsetof(struct ring_event, shared), &shared, sizeof(shared));
	memcpy(cell + offsetof(struct ring_event, rss_age_ns), &age_ns, sizeof(age_ns));
	cell[offsetof(struct ring_event, kind)] = (uint8_t)event->kind;
	cell[offsetof(struct ring_event, category_len)] = (uint8_t)category_len;
	cell[offsetof(struct ring_event, label_len)] = (uint8_t)label_len;
	cell[offsetof(struct ring_event, reserved)] = 0;
}

void ring_put(uint8_t *const cells[RING_EVENT_CELLS], uint64_t position, uint64_t t_ns,
	      const struct event *event, size_t category_len, size_t label_len)
{
	unsigned count;
	size_t at = 0;

	if (event->kind == EVENT_MARK && category_len == 0 && label_len <= TEXT_FIRST) {
		put_first(cells[0], t_ns, event, 0, label_len);
		memcpy(cells[0] + offsetof(struct ring_event, text), event->label, label_len);
		return;
	}
	count = ring_event_cells(event->kind, category_len, label_len);
	for (unsigned i = 1; i < count; i++) {
		uint64_t word = ring_word(position + i, RING_CELL_NEXT);

		memcpy(cells[i], &word, sizeof(word));
	}
	if (category_len > TEXT_CATEGORY)
		category_len = text_cut(event->category, category_len, TEXT_CATEGORY);
	if (label_len > TEXT_LABEL)
		label_len = text_cut(event->label, label_len, TEXT_LABEL);
	put_first(cells[0], t_ns, event, category_len, label_len);
	if (event->kind != EVENT_MARK) {
		struct ring_span figures = { event->span, event->peak_rss, event->duration_ns,
					     event->rss_end };

		at = put_text(cells, at, &figures, figures_size(event->kind));
	}
	at = put_text(cells, at, event->category, category_len);
	put_text(cells, at, event->label, label_len);
}

static size_t get_text(const uint8_t (*cells)[RING_CELL], size_t at, void *text, size_t size)
{
	uint8_t *to = text;

	while (size > 0) {
		struct place place = text_place(at);
		size_t piece = least(size, place.room);

		memcpy(to, cells[place.cell] + place.offset, piece);
		to += piece;
		at += piece;
		size -= piece;
	}
	return at;
}

static uint64_t cell_word(const uint8_t *cell)
{
	uint64_t word;

	memcpy(&word, cell, sizeof(word));
	return word;
}

/* The cells of the event at @position, by its first cell's word; 0 where not all are there. */
static unsigned whole_cells(const uint8_t (*cells)[RING_CELL], unsigned count, uint64_t position)
{
	unsigned found;

	if (count == 0)
		return 0;
	found = (cell_word(cells[0]) & 0xff) >> 4;
	if (found == 0 || found > RING_EVENT_CELLS || found > count ||
	    cell_word(cells[0]) != ring_word(position, RING_CELL_FIRST | found << 4))
		return 0;
	for (unsigned i = 1; i < found; i++) {
		if (cell_word(cells[i]) != ring_word(position + i, RING_CELL_NEXT))
			return 0;
	}
	return found;
}

unsigned ring_get(const uint8_t (*cells)[RING_CELL], unsigned count, uint64_t position,
		  struct record *ret_record, struct ring_text *ret_text)
{
	unsigned found = whole_cells(cells, count, position);
	struct ring_span figures = { 0 };
	struct ring_event first;
	size_t at;

	if (found == 0)
		return 0;
	memcpy(&first, cells[0], sizeof(first));
	if (first.kind > EVENT_SPAN_END || first.category_len > TEXT_CATEGORY ||
	    first.label_len > TEXT_LABEL ||
	    ring_event_cells(first.kind, first.category_len, first.label_len) > found)
		return 0;
	at = get_text(cells, 0, &figures, figures_size(first.kind));
	at = get_text(cells, at, ret_text->category, first.category_len);
	get_text(cells, at, ret_text->label, first.label_len);
	ret_text->category[first.category_len] = '\0';
	ret_text->label[first.label_len] = '\0';
	*ret_record = (struct record){
		.t_ns = first.t_ns,
		.type = RECORD_EVENT,
		.event = {
			.line = LINE_SESSION,
			.kind = first.kind,
			.number = position,
			.span = figures.span,
			.duration_ns = figures.duration_ns,
			.rss = first.rss,
			.rss_end = figures.rss_end,
			.shared = (uint64_t)first.shared * RING_SHARED_UNIT,
			.rss_age_ns = first.rss_age_ns,
			.peak_rss = figures.peak_rss,
			.category = ret_text->category,
			.label = ret_text->label,
		},
	};
	return found;
}
