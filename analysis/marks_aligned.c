#include "analysis/marks_aligned.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *one, const void *other, void *arg)
{
	const struct aligned_mark *marks = arg;
	size_t a = *(const size_t *)one;
	size_t b = *(const size_t *)other;

	if (marks[a].text != marks[b].text)
		return marks[a].text < marks[b].text ? -1 : 1;
	return (a > b) - (a < b);
}

/* Places of @marks by what they say, then in order. */
static size_t *sort(const struct aligned_mark *marks, size_t count)
{
	size_t *places = calloc(count + 1, sizeof(*places));

	for (size_t i = 0; places && i < count; i++)
		places[i] = i;
	if (places)
		qsort_r(places, count, sizeof(*places), compare, (void *)(uintptr_t)marks);
	return places;
}

static int compare_pairs(const void *one, const void *other)
{
	const struct aligned_pair *a = one;
	const struct aligned_pair *b = other;

	return (a->a > b->a) - (a->a < b->a);
}

struct sorted {
	const struct aligned_mark *marks;
	size_t *places;
	size_t count;
};

static uint32_t text_at(const struct sorted *sorted, size_t i)
{
	return sorted->marks[sorted->places[i]].text;
}

/* Behind those that say what the one at @i says. */
static size_t step_over(const struct sorted *sorted, size_t i)
{
	uint32_t text = text_at(sorted, i);

	while (i < sorted->count && text_at(sorted, i) == text)
		i++;
	return i;
}

/* The nth with the nth of the same text, in order of a. */
static size_t pair_up(struct aligned_pair *pairs, const struct sorted *a, const struct sorted *b)
{
	size_t count = 0;

	for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
		if (text_at(a, i) == text_at(b, j))
			pairs[count++] = (struct aligned_pair){ a->places[i++], b->places[j++] };
		else if (text_at(a, i) < text_at(b, j))
			i = step_over(a, i);
		else
			j = step_over(b, j);
	}
	qsort(pairs, count, sizeof(*pairs), compare_pairs);
	return count;
}

/* Runs of pairs by their length, as the pairs that they end with. */
struct runs {
	const struct aligned_pair *pairs;
	const size_t *tails;
};

static uint64_t tail_b(const void *arg, size_t index)
{
	const struct runs *runs = arg;

	return runs->pairs[runs->tails[index]].b;
}

/* Keep the longest run of pairs whose b rise (patience sorting), in @room for twice as many. */
static size_t keep_rising(struct aligned_pair *pairs, size_t count, size_t *room)
{
	size_t *tails = room;
	size_t *before = room + count;
	struct runs runs = { pairs, tails };
	size_t length = 0;
	size_t next;

	for (size_t i = 0; i < count; i++) {
		size_t place = array_lower_bound(&runs, length, tail_b, pairs[i].b);

		before[i] = place > 0 ? tails[place - 1] : count;
		tails[place] = i;
		if (place == length)
			length++;
	}
	next = length > 0 ? tails[length - 1] : count;
	for (size_t i = length; i > 0; i--) {
		tails[i - 1] = next;
		next = before[next];
	}
	for (size_t i = 0; i < length; i++)
		pairs[i] = pairs[tails[i]];
	return length;
}

struct aligned_pair *marks_align(const struct aligned_mark *a, size_t a_count,
				 const struct aligned_mark *b, size_t b_count, size_t *ret_count)
{
	size_t most = a_count < b_count ? a_count : b_count;
	struct aligned_pair *pairs = calloc(most + 1, sizeof(*pairs));
	size_t *room = calloc(2 * most + 1, sizeof(*room));
	struct sorted sorted_a = { a, sort(a, a_count), a_count };
	struct sorted sorted_b = { b, sort(b, b_count), b_count };

	*ret_count = 0;
	if (pairs && room && sorted_a.places && sorted_b.places) {
		*ret_count = keep_rising(pairs, pair_up(pairs, &sorted_a, &sorted_b), room);
	} else {
		free(pairs);
		pairs = NULL;
	}
	free(room);
	free(sorted_a.places);
	free(sorted_b.places);
	return pairs;
}
