#include "export/picture/milestones.h"

#include <errno.h>
#include <stdlib.h>

void milestones_open(struct milestones *marks, uint64_t from_ns, uint64_t to_ns)
{
	*marks = (struct milestones){ .from_ns = from_ns };
	marks->length_ns = to_ns > from_ns ? to_ns - from_ns : 1;
}

void milestones_close(struct milestones *marks)
{
	free(marks->points);
	free(marks->labels);
	marks->points = NULL;
	marks->labels = NULL;
}

static bool make_room(struct milestones *marks)
{
	if (!marks->points)
		marks->points = calloc(MILESTONES_POINTS, sizeof(marks->points[0]));
	if (!marks->labels)
		marks->labels = calloc(MILESTONES_LABELS, sizeof(marks->labels[0]));
	return marks->points && marks->labels;
}

static size_t slot(const struct milestones *marks, uint64_t t_ns, size_t count)
{
	double part = (double)(t_ns - marks->from_ns) / (double)marks->length_ns;
	size_t index = (size_t)(part * (double)count);

	return index < count ? index : count - 1;
}

int milestones_add(struct milestones *marks, uint64_t number, uint64_t t_ns, uint64_t rss,
		   const char *category, const char *label)
{
	struct mark_point *point;
	struct mark *mark;

	if (!make_room(marks))
		return -ENOMEM;
	if (t_ns < marks->from_ns)
		t_ns = marks->from_ns;
	if (t_ns > marks->from_ns + marks->length_ns)
		t_ns = marks->from_ns + marks->length_ns;
	point = &marks->points[slot(marks, t_ns, MILESTONES_POINTS)];
	if (!point->some)
		*point = (struct mark_point){ .some = true, .t_ns = t_ns, .rss = rss };
	mark = &marks->labels[slot(marks, t_ns, MILESTONES_LABELS)];
	if (mark->number)
		return 0;
	mark->number = number;
	mark->t_ns = t_ns;
	mark->rss = rss;
	caption_event(mark->text, category, label, CAPTION_WIDTH);
	return 0;
}
