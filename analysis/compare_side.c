#include "analysis/compare_side.h"

#include "base/array.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAID (TEXT_CATEGORY + TEXT_LABEL + 16)

struct text {
	uint32_t number;
	char said[];
};

struct compare_texts {
	void *tree;
	struct text **list; /* by number */
	size_t count;
	size_t room;
};

struct compare_texts *compare_texts_new(void)
{
	return calloc(1, sizeof(struct compare_texts));
}

static void keep(void *node)
{
	(void)node;
}

void compare_texts_free(struct compare_texts *texts)
{
	if (!texts)
		return;
	tdestroy(texts->tree, keep);
	for (size_t i = 0; i < texts->count; i++)
		free(texts->list[i]);
	free(texts->list);
	free(texts);
}

const char *compare_text(const struct compare_texts *texts, uint32_t number)
{
	return texts->list[number]->said;
}

static int compare(const void *one, const void *other)
{
	const struct text *a = one;
	const struct text *b = other;

	return strcmp(a->said, b->said);
}

static struct text *text_new(const char *said, uint32_t number)
{
	size_t size = strlen(said) + 1;
	struct text *text = malloc(sizeof(*text) + size);

	if (!text)
		return NULL;
	text->number = number;
	memcpy(text->said, said, size);
	return text;
}

/* The number of what @said says: 0 or -ENOMEM. */
static int text_number(struct compare_texts *texts, const char *said, uint32_t *ret_number)
{
	struct text *text;
	struct text **node;

	if (array_reserve(&texts->list, &texts->room, texts->count + 1))
		return -ENOMEM;
	text = text_new(said, (uint32_t)texts->count);
	node = text ? tsearch(text, &texts->tree, compare) : NULL;
	if (!node) {
		free(text);
		return -ENOMEM;
	}
	*ret_number = (*node)->number;
	if (*node == text)
		texts->list[texts->count++] = text;
	else
		free(text);
	return 0;
}

/* --- reading */

struct taking {
	struct compare_side *side;
	struct compare_texts *texts;
	size_t room;
	int error;
};

static void say(char said[SAID], const struct event *event)
{
	static const char *const kinds[] = { "", "begin ", "end " };
	const char *colon = event->category[0] && event->label[0] ? ": " : "";

	snprintf(said, SAID, "%s%s%s%s", kinds[event->kind], event->category, colon, event->label);
}

static void take_event(struct taking *taking, uint64_t t_ns, const struct event *event)
{
	struct compare_side *side = taking->side;
	uint64_t rss = event->kind == EVENT_SPAN_END ? event->rss_end : event->rss;
	struct compare_mark *mark;
	char said[SAID];

	if (event->line == LINE_SESSION || rss == 0 || taking->error)
		return;
	if (side->mark_count == COMPARE_MARKS) {
		side->left_out++;
		return;
	}
	taking->error = array_reserve(&side->marks, &taking->room, side->mark_count + 1);
	if (taking->error)
		return;
	mark = &side->marks[side->mark_count];
	*mark = (struct compare_mark){ .line = event->line,
				       .order = side->mark_count,
				       .mark = { .t_ns = t_ns, .rss = rss } };
	say(said, event);
	taking->error = text_number(taking->texts, said, &mark->mark.text);
	if (!taking->error)
		side->mark_count++;
}

static void take(void *arg, const struct record *record)
{
	if (record->type == RECORD_EVENT)
		take_event(arg, record->t_ns, &record->event);
}

static int compare_marks(const void *one, const void *other)
{
	const struct compare_mark *a = one;
	const struct compare_mark *b = other;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

int compare_side_read(struct compare_side *ret_side, struct compare_texts *texts,
		      struct reader *reader, const struct reader_query *query)
{
	struct taking taking = { .side = ret_side, .texts = texts };
	int status;

	*ret_side = (struct compare_side){ 0 };
	status = summary_read(&ret_side->summary, reader, query, take, &taking);
	if (!status)
		status = taking.error;
	if (status)
		compare_side_free(ret_side);
	else if (ret_side->marks)
		qsort(ret_side->marks, ret_side->mark_count, sizeof(*ret_side->marks),
		      compare_marks);
	return status;
}

void compare_side_free(struct compare_side *side)
{
	summary_free(&side->summary);
	free(side->marks);
	*side = (struct compare_side){ 0 };
}

static uint64_t mark_line(const void *side, size_t index)
{
	return ((const struct compare_side *)side)->marks[index].line;
}

struct aligned_mark *compare_side_marks(const struct compare_side *side, uint32_t line,
					size_t *ret_count)
{
	size_t first = array_lower_bound(side, side->mark_count, mark_line, line);
	size_t end = array_upper_bound(side, side->mark_count, mark_line, line);
	struct aligned_mark *marks = calloc(end - first + 1, sizeof(*marks));

	*ret_count = end - first;
	for (size_t i = first; marks && i < end; i++)
		marks[i - first] = side->marks[i].mark;
	return marks;
}
