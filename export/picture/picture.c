#include "export/picture/picture.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

/* A stretch that is shorter is drawn as long as this: axes have some digits only. */
#define LEAST_NS NS_PER_MS

int picture_open(struct picture **ret_picture, uint64_t zero_ns, uint64_t from_ns, uint64_t to_ns)
{
	struct picture *picture = calloc(1, sizeof(*picture));

	if (!picture)
		return -ENOMEM;
	picture->zero_ns = zero_ns;
	picture->from_ns = from_ns;
	picture->to_ns = to_ns > from_ns + LEAST_NS ? to_ns : from_ns + LEAST_NS;
	milestones_open(&picture->session, picture->from_ns, picture->to_ns);
	lanes_open(&picture->lanes, picture->from_ns, picture->to_ns);
	*ret_picture = picture;
	return 0;
}

int picture_line(struct picture *picture, const struct reader_process *process)
{
	struct picture_line *line;
	int error;

	if (picture->count == PICTURE_LINES)
		return -ENOSPC;
	line = &picture->lines[picture->count];
	*line = (struct picture_line){ .process = process };
	error = columns_open(&line->columns, picture->from_ns, picture->to_ns, PICTURE_COLUMNS);
	if (error)
		return error;
	milestones_open(&line->marks, picture->from_ns, picture->to_ns);
	picture->count++;
	return 0;
}

static void line_close(struct picture_line *line)
{
	columns_close(&line->columns);
	milestones_close(&line->marks);
}

void picture_free(struct picture *picture)
{
	if (!picture)
		return;
	for (size_t i = 0; i < picture->count; i++)
		line_close(&picture->lines[i]);
	milestones_close(&picture->session);
	lanes_close(&picture->lanes);
	free(picture);
}

static struct picture_line *find_line(struct picture *picture, uint32_t line)
{
	for (size_t i = 0; i < picture->count; i++)
		if (picture->lines[i].process->line == line)
			return &picture->lines[i];
	return NULL;
}

static void add_tick(struct picture *picture, uint64_t t_ns, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];
		struct picture_line *line = find_line(picture, sample->line);

		if (line && sample->rss == READER_NONE)
			columns_break(&line->columns, t_ns);
		else if (line)
			columns_add(&line->columns, t_ns, sample->rss);
	}
}

/* A milestone stands on its line where that has a value, else on what it says itself. */
static int add_mark(struct picture *picture, struct picture_line *line, uint64_t t_ns,
		    const struct event *event)
{
	struct milestones *marks = line ? &line->marks : &picture->session;
	uint64_t rss = line && line->columns.known ? line->columns.value : event->rss;

	if (!line && event->line != LINE_SESSION)
		return 0;
	return milestones_add(marks, ++picture->milestones, t_ns, line ? rss : 0, event->category,
			      event->label);
}

static int add_event(struct picture *picture, uint64_t t_ns, const struct event *event)
{
	struct picture_line *line = find_line(picture, event->line);
	char text[CAPTION_ROOM];

	if (event->kind == EVENT_MARK)
		return add_mark(picture, line, t_ns, event);
	if (!line)
		return 0;
	caption_event(text, event->category, event->label, CAPTION_WIDTH);
	if (event->kind == EVENT_SPAN_END)
		return lanes_end(&picture->lanes, event->line, event->span, t_ns,
				 event->duration_ns, text);
	lanes_begin(&picture->lanes, event->line, event->span, t_ns, text);
	return 0;
}

static int add_end(struct picture *picture, uint64_t t_ns, const struct end *end)
{
	struct picture_line *line = find_line(picture, end->line);

	if (!line)
		return 0;
	line->by_peak = !line->columns.some && end->peak_rss;
	if (line->by_peak)
		columns_add(&line->columns, t_ns, end->peak_rss);
	columns_break(&line->columns, t_ns);
	line->ended = true;
	line->end_ns = line->columns.t_ns;
	line->end_rss = line->columns.value;
	line->reason = end->reason;
	line->code = end->code;
	return lanes_finish(&picture->lanes, end->line, t_ns);
}

/* Records that the recorder lost are told as samples without value too. */
static void add_gap(struct picture *picture, const struct gap *gap)
{
	for (size_t i = 0; i < picture->count && gap->reason == GAP_MISSED; i++) {
		struct picture_line *line = &picture->lines[i];

		if (gap->line == LINE_SESSION || gap->line == line->process->line)
			columns_gap(&line->columns, gap->from_ns, gap->to_ns);
	}
}

int picture_add(struct picture *picture, const struct record *record)
{
	switch (record->type) {
	case RECORD_TICK:
		add_tick(picture, record->t_ns, &record->tick);
		return 0;
	case RECORD_EVENT:
		return add_event(picture, record->t_ns, &record->event);
	case RECORD_END:
		return add_end(picture, record->t_ns, &record->end);
	case RECORD_GAP:
		add_gap(picture, &record->gap);
		return 0;
	case RECORD_PROCESS:
	case RECORD_PEAK:
	case RECORD_METRICS:
	case RECORD_LIMIT:
	case RECORD_CLOCK:
	case RECORD_INSPECTION:
		break;
	}
	return 0;
}

int picture_end(struct picture *picture)
{
	size_t kept = 0;
	int error = lanes_finish(&picture->lanes, LINE_SESSION, picture->to_ns);

	for (size_t i = 0; i < picture->count; i++) {
		struct picture_line *line = &picture->lines[i];

		columns_break(&line->columns, picture->to_ns);
		if (!line->columns.some) {
			line_close(line);
			continue;
		}
		if (line->columns.most > picture->most)
			picture->most = line->columns.most;
		picture->lines[kept++] = *line;
	}
	picture->count = kept;
	lanes_sort(&picture->lanes);
	return error;
}
