#include "export/picture/columns.h"

#include <errno.h>
#include <stdlib.h>

struct point {
	uint64_t t_ns;
	uint64_t value;
};

struct column {
	struct point first, least, most, last;
	uint64_t until_ns; /* where the line breaks here; else 0 */
	bool some;	   /* there are points */
	bool anew;	   /* the line had no value before the first of them */
};

int columns_open(struct columns *columns, uint64_t from_ns, uint64_t to_ns, size_t count)
{
	uint64_t length = to_ns > from_ns ? to_ns - from_ns : 1;

	*columns = (struct columns){ .from_ns = from_ns, .count = count };
	columns->step_ns = length / count + 1;
	columns->t_ns = from_ns;
	columns->columns = calloc(count, sizeof(columns->columns[0]));
	return columns->columns ? 0 : -ENOMEM;
}

void columns_close(struct columns *columns)
{
	free(columns->columns);
	columns->columns = NULL;
}

/* Its time, never before the last, and the column of that. */
static struct column *column_at(struct columns *columns, uint64_t *t_ns)
{
	uint64_t last_ns = columns->from_ns + columns->step_ns * columns->count - 1;

	if (*t_ns < columns->t_ns)
		*t_ns = columns->t_ns;
	if (*t_ns > last_ns)
		*t_ns = last_ns;
	columns->t_ns = *t_ns;
	return &columns->columns[(*t_ns - columns->from_ns) / columns->step_ns];
}

static void add(struct columns *columns, uint64_t t_ns, uint64_t value)
{
	struct column *column;
	struct point point;

	if (columns->known && columns->value == value)
		return;
	column = column_at(columns, &t_ns);
	point = (struct point){ .t_ns = t_ns, .value = value };
	if (!column->some) {
		column->first = column->least = column->most = point;
		column->anew = !columns->known && !column->until_ns;
	}
	if (value < column->least.value)
		column->least = point;
	if (value > column->most.value)
		column->most = point;
	column->last = point;
	column->some = true;
	column->until_ns = 0;
	columns->known = columns->some = true;
	columns->value = value;
	if (value > columns->most)
		columns->most = value;
}

/* A gap that has ended before @t_ns. */
static void resume(struct columns *columns, uint64_t t_ns)
{
	uint64_t resume_ns = columns->resume_ns;

	columns->resume_ns = 0;
	if (resume_ns && resume_ns < t_ns)
		add(columns, resume_ns, columns->value);
}

void columns_add(struct columns *columns, uint64_t t_ns, uint64_t value)
{
	resume(columns, t_ns);
	add(columns, t_ns, value);
}

void columns_break(struct columns *columns, uint64_t t_ns)
{
	struct column *column;

	resume(columns, t_ns);
	if (!columns->known)
		return;
	column = column_at(columns, &t_ns);
	column->until_ns = t_ns;
	columns->known = false;
}

void columns_gap(struct columns *columns, uint64_t from_ns, uint64_t to_ns)
{
	resume(columns, from_ns);
	if (from_ns < columns->t_ns)
		from_ns = columns->t_ns;
	if (!columns->known || to_ns <= from_ns || to_ns - from_ns < columns->step_ns)
		return;
	columns_break(columns, from_ns);
	columns->resume_ns = to_ns;
}

struct drawing {
	columns_fn each;
	void *arg;
	struct point last;
	bool some; /* since the last break */
};

static void draw(struct drawing *drawing, const struct point *point)
{
	if (drawing->some && point->t_ns <= drawing->last.t_ns &&
	    point->value == drawing->last.value)
		return;
	drawing->each(drawing->arg, point->t_ns, &point->value);
	drawing->last = *point;
	drawing->some = true;
}

static void draw_break(struct drawing *drawing, uint64_t t_ns)
{
	if (!drawing->some)
		return;
	drawing->last.t_ns = t_ns;
	drawing->each(drawing->arg, t_ns, &drawing->last.value);
	drawing->each(drawing->arg, t_ns, NULL);
	drawing->some = false;
}

static void draw_column(struct drawing *drawing, const struct column *column)
{
	bool rises = column->least.t_ns <= column->most.t_ns;

	if (column->some && column->anew && drawing->some)
		draw_break(drawing, column->first.t_ns);
	if (column->some) {
		draw(drawing, &column->first);
		draw(drawing, rises ? &column->least : &column->most);
		draw(drawing, rises ? &column->most : &column->least);
		draw(drawing, &column->last);
	}
	if (column->until_ns)
		draw_break(drawing, column->until_ns);
}

void columns_each(const struct columns *columns, columns_fn each, void *arg)
{
	struct drawing drawing = { .each = each, .arg = arg };

	for (size_t i = 0; i < columns->count; i++)
		draw_column(&drawing, &columns->columns[i]);
	if (drawing.some)
		draw_break(&drawing, columns->t_ns);
}
