#include "export/picture/lanes.h"

#include "base/array.h"
#include "wire/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 1000
#define WIDE_STEPS 24 /* of them make room for a short word */

void lanes_open(struct lanes *lanes, uint64_t from_ns, uint64_t to_ns)
{
	*lanes = (struct lanes){ .from_ns = from_ns };
	lanes->step_ns = (to_ns - from_ns) / STEPS + 1;
	lanes->wide_ns = lanes->step_ns * WIDE_STEPS;
}

void lanes_close(struct lanes *lanes)
{
	for (size_t i = 0; i < lanes->count; i++) {
		for (size_t j = 0; j < lanes->lanes[i].count; j++)
			free(lanes->lanes[i].bars[j].text);
		free(lanes->lanes[i].bars);
	}
	lanes->count = 0;
}

static bool is_free(const struct lane *lane, uint64_t from_ns)
{
	return !lane->open && lane->busy_ns <= from_ns;
}

/* One for a bar from @from_ns on; NULL where all that may be are taken. */
static struct lane *lane_for(struct lanes *lanes, uint32_t line, uint64_t from_ns)
{
	unsigned depth = 0;
	struct lane *lane;

	for (size_t i = 0; i < lanes->count; i++) {
		lane = &lanes->lanes[i];
		if (lane->line != line)
			continue;
		if (is_free(lane, from_ns))
			return lane;
		depth++;
	}
	if (depth == LANES_PER_LINE || lanes->count == LANES_MAX)
		return NULL;
	lane = &lanes->lanes[lanes->count++];
	*lane = (struct lane){ .line = line, .depth = depth };
	return lane;
}

static int add_bar(struct lanes *lanes, struct lane *lane, uint64_t from_ns, uint64_t to_ns,
		   const char *text)
{
	struct bar *last = lane->count ? &lane->bars[lane->count - 1] : NULL;
	bool wide = to_ns - from_ns >= lanes->wide_ns;
	struct bar bar = { .from_ns = from_ns, .to_ns = to_ns };

	lane->busy_ns = to_ns;
	lanes->drawn++;
	if (!wide && last && !last->text && from_ns - last->to_ns < lanes->step_ns) {
		last->to_ns = to_ns;
		return 0;
	}
	if (array_reserve(&lane->bars, &lane->room, lane->count + 1))
		return -ENOMEM;
	if (wide) {
		bar.text = strdup(text);
		if (!bar.text)
			return -ENOMEM;
	}
	lane->bars[lane->count++] = bar;
	return 0;
}

void lanes_begin(struct lanes *lanes, uint32_t line, uint64_t span, uint64_t t_ns, const char *text)
{
	struct lane *lane;

	lanes->spans++;
	lane = lane_for(lanes, line, t_ns);
	if (!lane)
		return;
	lane->open = true;
	lane->span = span;
	lane->from_ns = t_ns;
	memcpy(lane->text, text, strlen(text) + 1);
}

static struct lane *find_open(struct lanes *lanes, uint32_t line, uint64_t span)
{
	for (size_t i = 0; i < lanes->count; i++) {
		struct lane *lane = &lanes->lanes[i];

		if (lane->open && lane->line == line && lane->span == span)
			return lane;
	}
	return NULL;
}

static int end_open(struct lanes *lanes, struct lane *lane, uint64_t t_ns)
{
	lane->open = false;
	return add_bar(lanes, lane, lane->from_ns, t_ns > lane->from_ns ? t_ns : lane->from_ns,
		       lane->text);
}

int lanes_end(struct lanes *lanes, uint32_t line, uint64_t span, uint64_t t_ns,
	      uint64_t duration_ns, const char *text)
{
	struct lane *lane = find_open(lanes, line, span);
	uint64_t from_ns = duration_ns < t_ns ? t_ns - duration_ns : 0;

	if (lane)
		return end_open(lanes, lane, t_ns);
	if (from_ns < lanes->from_ns) {
		from_ns = lanes->from_ns;
		lanes->spans++; /* nobody told of its begin */
	}
	if (from_ns > t_ns)
		return 0;
	lane = lane_for(lanes, line, from_ns);
	return lane ? add_bar(lanes, lane, from_ns, t_ns, text) : 0;
}

int lanes_finish(struct lanes *lanes, uint32_t line, uint64_t t_ns)
{
	int error = 0;

	for (size_t i = 0; i < lanes->count && !error; i++) {
		struct lane *lane = &lanes->lanes[i];

		if (lane->open && (line == LINE_SESSION || lane->line == line))
			error = end_open(lanes, lane, t_ns);
	}
	return error;
}

static int compare(const void *left, const void *right)
{
	const struct lane *a = left;
	const struct lane *b = right;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->depth < b->depth ? -1 : a->depth > b->depth;
}

void lanes_sort(struct lanes *lanes)
{
	qsort(lanes->lanes, lanes->count, sizeof(lanes->lanes[0]), compare);
}
