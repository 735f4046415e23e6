#include "plotter/model/rows.h"

#include "base/minmax.h"

#include <string.h>

/* A line that moves by less than one part in SCALE_PARTS of its size is drawn flat; and so are a
 * few pages. */
#define SCALE_PARTS 32
#define SCALE_LEAST (256 * 1024)

/* A window rolls on by whole columns; by so many of them at once that it does so this often while
 * it passes: each time the whole of it is drawn, and sent, anew. */
#define ROLLS 60

/* Columns that a bucket of @width_ns covers. */
static size_t stretch_of(const struct axis *axis, uint64_t width_ns)
{
	return (size_t)(width_ns / axis->column_ns + (width_ns % axis->column_ns > 0));
}

void axis_set_parts(struct axis *axis, const struct history *history, uint64_t now_ns,
		    uint64_t window_ns, size_t width, unsigned parts)
{
	uint64_t start_ns = history_session(history)->start_ns;
	uint64_t passed_ns = max_u64(now_ns, start_ns) - start_ns;
	uint64_t part_ns = max_u64(1, (window_ns + width * parts - 1) / (width * parts));
	uint64_t roll_ns;
	uint64_t to_ns;

	axis->now_ns = now_ns;
	axis->window_ns = window_ns;
	axis->width = width;
	axis->column_ns = part_ns * parts;
	axis->stretch = stretch_of(axis, history_grain(history, window_ns));
	roll_ns = axis->column_ns * max_u64(1, width / ROLLS);
	to_ns = start_ns + (passed_ns / roll_ns + 1) * roll_ns;
	axis->before = width - min_u64(to_ns / axis->column_ns, width);
	axis->from_ns = to_ns - axis->column_ns * (width - axis->before);
}

void axis_set(struct axis *axis, const struct history *history, uint64_t now_ns, uint64_t window_ns,
	      size_t width)
{
	axis_set_parts(axis, history, now_ns, window_ns, width, 1);
}

void axis_divide(struct axis *ret_parts, const struct axis *axis, const struct history *history,
		 unsigned parts)
{
	*ret_parts = *axis;
	ret_parts->width = axis->width * parts;
	ret_parts->before = axis->before * parts;
	ret_parts->column_ns = axis->column_ns / parts;
	ret_parts->stretch = stretch_of(ret_parts, history_grain(history, axis->window_ns));
}

uint64_t axis_begin(const struct axis *axis, size_t column)
{
	return column > axis->before ? axis->from_ns + (column - axis->before) * axis->column_ns
				     : axis->from_ns;
}

int axis_column(const struct axis *axis, uint64_t t_ns)
{
	if (t_ns < axis->from_ns || t_ns > axis->now_ns)
		return -1;
	return (int)min_u64(axis->before + (t_ns - axis->from_ns) / axis->column_ns,
			    axis->width - 1);
}

/* Let each value last until the next one is due. */
static void carry(struct history_column *columns, size_t count, size_t stretch)
{
	size_t empty = stretch; /* columns since the last value */

	for (size_t i = 0; i < count; i++) {
		empty = columns[i].count ? 0 : empty + 1;
		if (empty > 0 && empty < stretch && i > 0) {
			uint64_t last = columns[i - 1].last;

			columns[i] = (struct history_column){ last, last, last, last, 1 };
		}
	}
}

/*
 * Where the history has only coarser buckets than the window asks for, one may lie before it, and
 * the newest is not told until it is over.
 */
static void fill_coarse(const struct axis *axis, const struct history *history,
			const struct history_line *line, struct history_column *columns)
{
	uint64_t width_ns = history_width(history, line, axis->from_ns, axis->now_ns);
	uint64_t lead_ns = min_u64(2 * width_ns, axis->from_ns);
	size_t stretch = stretch_of(axis, width_ns);
	struct history_column before;

	if (stretch <= axis->stretch)
		return;
	history_columns(history, line, axis->from_ns - lead_ns, axis->from_ns, &before, 1);
	columns += axis->before;
	if (before.count && !columns[0].count)
		columns[0] = (struct history_column){ before.last, before.last, before.last,
						      before.last, 1 };
	carry(columns, axis->width - axis->before, 2 * stretch);
}

void axis_columns(const struct axis *axis, const struct history *history,
		  const struct history_line *line, struct history_column *columns)
{
	size_t lead = (size_t)min_u64(min_u64(axis->stretch, axis->width) - 1,
				      axis->from_ns / axis->column_ns);
	size_t width = axis->width - axis->before;
	struct history_window window = {
		.from_ns = axis->from_ns - lead * axis->column_ns,
		.to_ns = axis_begin(axis, axis->width),
		.until_ns = axis->now_ns + 1,
	};

	/* The last column is still being filled, and is not to tell what came after now. */
	history_columns_until(history, line, &window, columns, lead + width);
	carry(columns, lead + width, axis->stretch);
	memmove(&columns[axis->before], &columns[lead], width * sizeof(*columns));
	memset(columns, 0, axis->before * sizeof(*columns));
	fill_coarse(axis, history, line, columns);
}

bool row_begun(const struct history_line *line, uint64_t now_ns)
{
	return line->joined_ns <= now_ns || (line->first_ns && line->first_ns <= now_ns);
}

/* The highest sample until @now_ns. */
static uint64_t highest(const struct history *history, const struct history_line *line,
			uint64_t now_ns)
{
	struct history_column all;

	history_columns(history, line, history_session(history)->start_ns, now_ns + 1, &all, 1);
	return all.max;
}

/* From the first value in [from, now] to the last one by then. */
static int64_t change(const struct row *row, const struct history *history, uint64_t from_ns,
		      uint64_t now_ns)
{
	uint64_t first;
	uint64_t last = row->rss;

	if (!history_first_within(history, row->line, from_ns, now_ns + 1, &first))
		return 0;
	/* One that has ended may not have said how much it had then. */
	if (row->ended && last == 0)
		history_value_before(history, row->line, now_ns, &last);
	return (int64_t)(last - first);
}

bool row_set(struct row *ret_row, const struct history *history, const struct history_line *line,
	     uint64_t from_ns, uint64_t now_ns)
{
	bool ended = line->ended && line->last_ns <= now_ns;
	bool is_rss = history_shown(history) == METRIC_RSS;

	if (!row_begun(line, now_ns) || (ended && line->last_ns < from_ns))
		return false;
	*ret_row = (struct row){
		.line = line,
		.ended = ended,
		.rss = history_last(history, line),
		.peak = is_rss ? line->peak_rss : history_highest(history, line),
		.max = history_highest(history, line),
	};
	if (line->last_ns > now_ns && !history_value_before(history, line, now_ns, &ret_row->rss))
		ret_row->rss = 0;
	if (line->last_ns > now_ns)
		ret_row->max = highest(history, line, now_ns);
	if (line->last_ns > now_ns || line->peak_told_ns > now_ns)
		ret_row->peak = ret_row->max;
	ret_row->change = change(ret_row, history, from_ns, now_ns);
	return true;
}

bool row_value_at(const struct row *row, const struct history *history, uint64_t t_ns,
		  uint64_t *ret_rss)
{
	const struct history_line *line = row->line;

	if (row->ended && t_ns > line->last_ns)
		return false;
	if (row->ended && t_ns == line->last_ns) {
		*ret_rss = history_last(history, line);
		return *ret_rss > 0;
	}
	return history_value_before(history, line, t_ns, ret_rss);
}

struct row_figures row_figures(const struct history_column *columns, size_t count)
{
	struct row_figures figures = { .low = UINT64_MAX };
	uint64_t first = 0;
	uint64_t last = 0;
	uint64_t least;

	for (size_t i = 0; i < count; i++) {
		if (columns[i].count == 0)
			continue;
		if (!figures.any)
			first = columns[i].first;
		figures.any = true;
		figures.low = min_u64(figures.low, columns[i].min);
		figures.high = max_u64(figures.high, columns[i].max);
		last = columns[i].last;
	}
	if (!figures.any)
		return (struct row_figures){ 0 };
	figures.change = (int64_t)(last - first);
	least = max_u64(SCALE_LEAST, figures.high / SCALE_PARTS);
	if (figures.high - figures.low < least)
		figures.high = figures.low + least;
	return figures;
}
