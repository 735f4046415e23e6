#include "export/html/html_notes.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

static struct note *reserve(struct notes *notes)
{
	if (array_reserve(&notes->events, &notes->room, notes->count + 1)) {
		notes->failed = true;
		return NULL;
	}
	return &notes->events[notes->count];
}

static char *copy_texts(const struct event *event)
{
	size_t category = strlen(event->category) + 1;
	size_t label = strlen(event->label) + 1;
	char *texts = malloc(category + label);

	if (!texts)
		return NULL;
	memcpy(texts, event->category, category);
	memcpy(texts + category, event->label, label);
	return texts;
}

/* The new note, NULL where there is no room for it. */
static struct note *add(struct notes *notes, uint64_t t_ns, const struct event *event)
{
	struct note *note;

	if (notes->count == NOTES_EVENTS) {
		notes->left_out++;
		return NULL;
	}
	note = reserve(notes);
	if (!note)
		return NULL;
	*note = (struct note){
		.line = event->line,
		.t_ns = t_ns,
		.rss = event->rss,
		.stale = event_is_stale(event),
		.order = notes->count,
		.category = copy_texts(event),
	};
	if (!note->category) {
		notes->failed = true;
		return NULL;
	}
	note->label = note->category + strlen(note->category) + 1;
	notes->count++;
	return note;
}

static void begin(struct notes *notes, uint64_t t_ns, const struct event *event)
{
	struct note *note = add(notes, t_ns, event);

	if (!note)
		return;
	note->kind = NOTE_OPEN;
	spanmap_put(&notes->open, event->line, event->span, (int64_t)notes->count);
}

static void end(struct notes *notes, uint64_t t_ns, const struct event *event, uint64_t from_ns)
{
	int64_t row = spanmap_take(&notes->open, event->line, event->span);
	uint64_t begun_ns = event->duration_ns < t_ns ? t_ns - event->duration_ns : 0;
	struct note *note = row > 0 ? &notes->events[row - 1] : NULL;

	if (!note && begun_ns < from_ns)
		note = add(notes, begun_ns, event);
	if (!note)
		return;
	note->kind = event->unfinished ? NOTE_UNFINISHED : NOTE_SPAN;
	note->end_ns = t_ns;
	note->rss_end = event->rss_end;
	note->stale = event_is_stale(event);
	note->peak_rss = event->peak_rss;
	note->peak_exact = event->peak_exact;
}

static void add_gap(struct notes *notes, const struct gap *gap)
{
	if (notes->gap_count == NOTES_GAPS) {
		notes->gaps_left_out++;
		return;
	}
	if (!notes->gaps)
		notes->gaps = calloc(NOTES_GAPS, sizeof *notes->gaps);
	if (notes->gaps)
		notes->gaps[notes->gap_count++] = *gap;
	else
		notes->failed = true;
}

void notes_add(struct notes *notes, const struct record *record, uint64_t from_ns)
{
	const struct event *event = &record->event;

	if (notes->failed)
		return;
	if (record->type == RECORD_GAP)
		add_gap(notes, &record->gap);
	if (record->type != RECORD_EVENT)
		return;
	if (event->kind == EVENT_MARK)
		add(notes, record->t_ns, event);
	else if (event->kind == EVENT_SPAN_BEGIN)
		begin(notes, record->t_ns, event);
	else
		end(notes, record->t_ns, event, from_ns);
}

static int compare(const void *a, const void *b)
{
	const struct note *first = a;
	const struct note *second = b;

	if (first->t_ns != second->t_ns)
		return first->t_ns < second->t_ns ? -1 : 1;
	return first->order < second->order ? -1 : first->order > second->order;
}

void notes_sort(struct notes *notes)
{
	if (notes->count > 0)
		qsort(notes->events, notes->count, sizeof *notes->events, compare);
}

void notes_free(struct notes *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		free(notes->events[i].category);
	free(notes->events);
	free(notes->gaps);
	spanmap_free(&notes->open);
}
