#include "wire/ring.h"

#include "tests/check.h"

#define LONG_TEXT 300

struct event_cells {
	_Alignas(8) uint8_t cells[RING_EVENT_CELLS][RING_CELL];
	struct record record;
	struct ring_text text;
};

/* Text of which each byte tells its place. */
static void fill_text(char *text, size_t length, char first)
{
	for (size_t i = 0; i < length; i++)
		text[i] = (char)(first + i % 23);
	text[length] = '\0';
}

/* As the client does it: the cells, then the first one's word. */
static unsigned put(struct event_cells *ring, uint64_t position, const struct event *event)
{
	size_t category_len = strlen(event->category);
	size_t label_len = strlen(event->label);
	unsigned count = ring_event_cells(event->kind, category_len, label_len);
	uint8_t *cells[RING_EVENT_CELLS];
	uint64_t word = ring_word(position, RING_CELL_FIRST | count << 4);

	for (unsigned i = 0; i < RING_EVENT_CELLS; i++)
		cells[i] = ring->cells[i];
	ring_put(cells, position, 1234567890123, event, category_len, label_len);
	memcpy(ring->cells[0], &word, sizeof(word));
	return count;
}

static unsigned get(struct event_cells *ring, unsigned count, uint64_t position)
{
	return ring_get((const uint8_t(*)[RING_CELL])ring->cells, count, position, &ring->record,
			&ring->text);
}

static void check_same(const struct event_cells *ring, uint64_t position,
		       const struct event *expected)
{
	const struct event *got = &ring->record.event;
	bool ends = expected->kind == EVENT_SPAN_END;

	CHECK_EQ_U64(ring->record.type, RECORD_EVENT);
	CHECK_EQ_U64(ring->record.t_ns, 1234567890123);
	CHECK_EQ_U64(got->line, LINE_SESSION);
	CHECK_EQ_U64(got->number, position);
	CHECK_EQ_U64(got->kind, expected->kind);
	CHECK_EQ_U64(got->span, expected->kind == EVENT_MARK ? 0 : expected->span);
	CHECK_EQ_U64(got->peak_rss, expected->kind == EVENT_MARK ? 0 : expected->peak_rss);
	CHECK_EQ_U64(got->rss, expected->rss);
	CHECK_EQ_U64(got->shared, expected->shared);
	CHECK_EQ_U64(got->rss_age_ns, expected->rss_age_ns);
	CHECK_EQ_U64(got->duration_ns, ends ? expected->duration_ns : 0);
	CHECK_EQ_U64(got->rss_end, ends ? expected->rss_end : 0);
	CHECK_EQ_STR(got->category, expected->category);
	CHECK_EQ_STR(got->label, expected->label);
	CHECK(got->category == ring->text.category && got->label == ring->text.label);
}

static struct event make_event(enum event_kind kind, const char *category, const char *label)
{
	return (struct event){
		.kind = kind,
		.span = 0x1122334455667788,
		.duration_ns = 0x99aabbccddeeff00,
		.rss = 0xfedcba9876543210,
		.rss_end = 0x0123456789abcdef,
		.shared = 0x123456000,
		.rss_age_ns = 0xfedcba,
		.peak_rss = 0x76543210fedcba98,
		.category = category,
		.label = label,
	};
}

static void an_event_of_every_length_comes_back_as_it_was(void)
{
	char category[TEXT_CATEGORY + 1];
	char label[TEXT_LABEL + 1];
	struct event_cells ring;
	uint64_t position = 1;

	for (unsigned kind = EVENT_MARK; kind <= EVENT_SPAN_END; kind++) {
		for (size_t i = 0; i <= TEXT_CATEGORY; i++) {
			for (size_t j = 0; j <= TEXT_LABEL; j++, position += 977) {
				struct event event = make_event(kind, category, label);
				unsigned count;

				fill_text(category, i, 'A');
				fill_text(label, j, 'a');
				memset(&ring, 0xee, sizeof(ring));
				count = put(&ring, position, &event);
				CHECK(count >= 1 && count <= RING_EVENT_CELLS);
				CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, position), count);
				check_same(&ring, position, &event);
			}
		}
	}
}

static void an_event_takes_no_more_cells_than_it_needs(void)
{
	CHECK_EQ_U64(ring_event_cells(EVENT_MARK, 0, 0), 1);
	CHECK_EQ_U64(ring_event_cells(EVENT_MARK, 0, 28), 1);
	CHECK_EQ_U64(ring_event_cells(EVENT_MARK, 1, 28), 2);
	CHECK_EQ_U64(ring_event_cells(EVENT_MARK, 20, 64), 2);
	CHECK_EQ_U64(ring_event_cells(EVENT_MARK, 20, 65), 3);
	CHECK_EQ_U64(ring_event_cells(EVENT_SPAN_BEGIN, 4, 8), 1);
	CHECK_EQ_U64(ring_event_cells(EVENT_SPAN_BEGIN, 4, 9), 2);
	CHECK_EQ_U64(ring_event_cells(EVENT_SPAN_END, 2, 50), 2);
	CHECK_EQ_U64(ring_event_cells(EVENT_SPAN_END, 2, 51), 3);
	CHECK_EQ_U64(ring_event_cells(EVENT_SPAN_END, TEXT_CATEGORY, TEXT_LABEL), RING_EVENT_CELLS);
	CHECK_EQ_U64(ring_event_cells(EVENT_SPAN_END, SIZE_MAX, SIZE_MAX), RING_EVENT_CELLS);
}

static void a_write_leaves_the_first_word_and_the_other_cells_alone(void)
{
	struct event_cells ring;
	struct event event = make_event(EVENT_MARK, "", "one cell");
	uint8_t *cells[RING_EVENT_CELLS] = { ring.cells[0] };
	uint8_t untouched[RING_CELL];

	memset(untouched, 0xee, sizeof(untouched));
	memset(&ring, 0xee, sizeof(ring));
	ring_put(cells, 5, 1, &event, 0, strlen(event.label));
	CHECK(memcmp(ring.cells[0], untouched, sizeof(uint64_t)) == 0);
	CHECK(memcmp(ring.cells[1], untouched, RING_CELL) == 0);
}

static void a_longer_text_is_cut_at_a_character(void)
{
	char category[LONG_TEXT + 1] = "";
	char label[LONG_TEXT + 1] = "";
	struct event event = make_event(EVENT_SPAN_END, category, label);
	struct event_cells ring;

	for (size_t i = 0; i < LONG_TEXT; i += 3) {
		memcpy(category + i, "\xe2\x82\xac", 3);
		memcpy(label + i, "\xe2\x82\xac", 3);
	}
	memset(&ring, 0, sizeof(ring));
	CHECK_EQ_U64(put(&ring, 9, &event), RING_EVENT_CELLS);
	CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, 9), RING_EVENT_CELLS);
	category[63] = '\0';
	label[198] = '\0';
	check_same(&ring, 9, &event);
}

/* As many cells are reserved for a text before it is cut as after it, or more. */
static void a_cut_that_needs_fewer_cells_is_read_all_the_same(void)
{
	char label[TEXT_LABEL + 4];
	struct event event = make_event(EVENT_MARK, "a category of 22 bytes", label);
	struct event_cells ring;
	unsigned count;

	fill_text(label, TEXT_LABEL, 'a');
	for (size_t category_len = 0; category_len <= 22; category_len++) {
		event.category = &"a category of 22 bytes"[22 - category_len];
		memcpy(label + TEXT_LABEL - 2, "\xf0\x9f\x98\x80", 5);
		memset(&ring, 0, sizeof(ring));
		CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, 77), 0);
		count = put(&ring, 77, &event);
		CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, 77), count);
		label[TEXT_LABEL - 2] = '\0';
		check_same(&ring, 77, &event);
	}
}

static void an_event_with_fewer_cells_there_is_not_whole(void)
{
	char label[TEXT_LABEL + 1];
	struct event event = make_event(EVENT_MARK, "I/O", label);
	struct event_cells ring = { 0 };
	unsigned count;

	fill_text(label, TEXT_LABEL, 'a');
	count = put(&ring, 3, &event);
	CHECK_EQ_U64(count, 5);
	for (unsigned there = 0; there < count; there++)
		CHECK_EQ_U64(get(&ring, there, 3), 0);
	CHECK_EQ_U64(get(&ring, count, 3), count);
}

static void an_event_of_another_position_is_not_there(void)
{
	struct event event = make_event(EVENT_MARK, "", "x");
	struct event_cells ring = { 0 };

	CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, 0), 0);
	put(&ring, 64, &event);
	CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, 0), 0);
	CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, 63), 0);
	CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, 65), 0);
	CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, 64), 1);
}

static void set_word(struct event_cells *ring, unsigned cell, uint64_t word)
{
	memcpy(ring->cells[cell], &word, sizeof(word));
}

static void a_torn_event_is_not_read(void)
{
	char label[TEXT_LABEL + 1];
	struct event event = make_event(EVENT_SPAN_END, "I/O", label);
	struct event_cells whole = { 0 };
	unsigned count;

	fill_text(label, 150, 'a');
	count = put(&whole, 1000, &event);
	for (unsigned cell = 0; cell < count; cell++) {
		const uint64_t words[] = { 0,
					   UINT64_MAX,
					   ring_word(1000 + cell, 0),
					   ring_word(1000 + cell + 64, RING_CELL_NEXT),
					   ring_word(1000 + cell, 0xff),
					   ring_word(999 + cell, RING_CELL_NEXT),
					   ring_word(1000 + cell, RING_CELL_FIRST) };

		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			struct event_cells torn = whole;

			set_word(&torn, cell, words[i]);
			CHECK_EQ_U64(get(&torn, RING_EVENT_CELLS, 1000), 0);
		}
	}
}

static void more_than_a_cell_can_say_is_as_much_as_it_can(void)
{
	struct event event = make_event(EVENT_MARK, "ab", "cd");
	struct event_cells ring;

	event.shared = UINT64_MAX;
	event.rss_age_ns = UINT64_MAX;
	put(&ring, 1, &event);
	CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, 1), 1);
	CHECK_EQ_U64(ring.record.event.shared, (uint64_t)UINT32_MAX * RING_SHARED_UNIT);
	CHECK_EQ_U64(ring.record.event.rss_age_ns, UINT32_MAX);
}

static void lengths_and_kinds_out_of_bounds_are_refused(void)
{
	struct event event = make_event(EVENT_MARK, "ab", "cd");
	struct event_cells whole = { 0 };

	put(&whole, 8, &event);
	for (unsigned field = 0; field < 3; field++) {
		static const size_t offsets[] = { offsetof(struct ring_event, kind),
						  offsetof(struct ring_event, category_len),
						  offsetof(struct ring_event, label_len) };
		static const unsigned largest[] = { EVENT_SPAN_BEGIN, 26, 26 };

		for (unsigned value = 0; value < 256; value++) {
			struct event_cells made_up = whole;
			bool fits = value <= largest[field];

			made_up.cells[0][offsets[field]] = (uint8_t)value;
			CHECK_EQ_U64(get(&made_up, RING_EVENT_CELLS, 8), fits);
		}
	}
}

static void a_count_of_cells_out_of_bounds_is_refused(void)
{
	struct event event = make_event(EVENT_MARK, "", "x");
	struct event_cells ring = { 0 };

	put(&ring, 8, &event);
	for (unsigned i = 1; i < RING_EVENT_CELLS; i++)
		set_word(&ring, i, ring_word(8 + i, RING_CELL_NEXT));
	for (unsigned count = 0; count < 16; count++) {
		bool fits = count >= 1 && count <= RING_EVENT_CELLS;

		set_word(&ring, 0, ring_word(8, RING_CELL_FIRST | count << 4));
		CHECK_EQ_U64(get(&ring, RING_EVENT_CELLS, 8), fits ? count : 0);
	}
}

static void random_cells_never_give_what_is_out_of_bounds(void)
{
	uint64_t state = 42;
	struct event_cells ring;
	unsigned whole = 0;

	for (int i = 0; i < 500000; i++) {
		uint64_t position = check_random(&state) >> (8 + check_random(&state) % 50);
		unsigned there = (unsigned)(check_random(&state) % (RING_EVENT_CELLS + 1));
		unsigned count = (unsigned)(check_random(&state) % 8);
		unsigned got;

		check_random_bytes(&state, ring.cells, sizeof(ring.cells));
		set_word(&ring, 0, ring_word(position, RING_CELL_FIRST | count << 4));
		for (unsigned j = 1; j < RING_EVENT_CELLS; j++)
			set_word(&ring, j, ring_word(position + j, RING_CELL_NEXT));
		ring.cells[0][offsetof(struct ring_event, kind)] &= 3;
		got = get(&ring, there, position);
		CHECK(got == 0 || (got == count && got <= there));
		if (got == 0)
			continue;
		whole++;
		CHECK(strlen(ring.record.event.category) <= TEXT_CATEGORY);
		CHECK(strlen(ring.record.event.label) <= TEXT_LABEL);
		CHECK(ring.record.event.kind <= EVENT_SPAN_END);
	}
	CHECK(whole > 1000);
}

static const struct check_test tests[] = {
	CHECK_TEST(an_event_of_every_length_comes_back_as_it_was),
	CHECK_TEST(an_event_takes_no_more_cells_than_it_needs),
	CHECK_TEST(a_write_leaves_the_first_word_and_the_other_cells_alone),
	CHECK_TEST(a_longer_text_is_cut_at_a_character),
	CHECK_TEST(a_cut_that_needs_fewer_cells_is_read_all_the_same),
	CHECK_TEST(an_event_with_fewer_cells_there_is_not_whole),
	CHECK_TEST(an_event_of_another_position_is_not_there),
	CHECK_TEST(a_torn_event_is_not_read),
	CHECK_TEST(more_than_a_cell_can_say_is_as_much_as_it_can),
	CHECK_TEST(lengths_and_kinds_out_of_bounds_are_refused),
	CHECK_TEST(a_count_of_cells_out_of_bounds_is_refused),
	CHECK_TEST(random_cells_never_give_what_is_out_of_bounds),
};

CHECK_MAIN(tests)
