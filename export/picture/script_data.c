#include "export/picture/script_parts.h"

#include "plotter/model/palette.h"
#include "plotter/gnuplot/datablock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GREY 0x707070u

static uint32_t colour(uint32_t line)
{
	return line == LINE_SESSION ? GREY : palette_line(line);
}

/* --- texts */

void script_texts(const struct script *script, const char *name, const char *const *texts,
		  size_t count)
{
	datablock_write(script->out, name, texts, count);
}

static void write_names(const struct script *script)
{
	char names[PICTURE_LINES][CAPTION_ROOM + 16];
	const char *texts[PICTURE_LINES];
	const struct picture *picture = script->picture;

	for (size_t i = 0; i < picture->count; i++) {
		const struct reader_process *process = picture->lines[i].process;
		char name[CAPTION_ROOM];

		snprintf(names[i], sizeof(names[i]), "%s [%" PRIu32 "]",
			 caption_clip(name, process->name, FRAME_NAME), process->pid);
		texts[i] = names[i];
	}
	script_texts(script, "names", texts, picture->count);
}

void script_labels(const struct script *script)
{
	const struct frame *frame = script->frame;
	const char *texts[FRAME_LABELS + PICTURE_LINES];

	for (size_t i = 0; i < frame->label_count; i++)
		texts[i] = frame->labels[i].text;
	script_texts(script, "labels", texts, frame->label_count);
	for (size_t i = 0; i < frame->label_count; i++) {
		const struct frame_label *label = &frame->labels[i];

		fprintf(script->out,
			"set label %zu $labels[%zu] at %.12g,%.12g %s offset screen %.5f,%.5f "
			"noenhanced front boxed font ',9' textcolor rgb '#%06" PRIx32 "'\n",
			i + 1, i + 1, label->x, label->y, label->right ? "right" : "left",
			(double)label->dx / FRAME_WIDTH, (double)label->dy / frame->height,
			palette_dark(colour(label->line)));
	}
	fputc('\n', script->out);
}

/* --- data */

static void write_point(void *arg, uint64_t t_ns, const uint64_t *value)
{
	const struct script *script = arg;

	if (value)
		fprintf(script->out, "%.12g %.12g\n", frame_x(script->frame, t_ns),
			frame_y(script->frame, *value));
	else
		fputc('\n', script->out);
}

static void write_curves(const struct script *script)
{
	for (size_t i = 0; i < script->picture->count; i++) {
		fprintf(script->out, "$line%zu << END_OF_DATA\n", i + 1);
		columns_each(&script->picture->lines[i].columns, write_point,
			     (void *)(uintptr_t)script);
		fputs("END_OF_DATA\n\n", script->out);
	}
}

static size_t write_marks(const struct script *script, const struct milestones *marks, uint32_t rgb)
{
	size_t count = 0;

	for (size_t i = 0; marks->points && i < MILESTONES_POINTS; i++) {
		const struct mark_point *point = &marks->points[i];

		if (!point->some)
			continue;
		fprintf(script->out, "%.12g %.12g 0x%06" PRIx32 "\n",
			frame_x(script->frame, point->t_ns), frame_y(script->frame, point->rss),
			rgb);
		count++;
	}
	return count;
}

static size_t write_points(const struct script *script)
{
	const struct picture *picture = script->picture;
	size_t count = 0;

	fputs("$milestones << END_OF_DATA\n", script->out);
	for (size_t i = 0; i < picture->count; i++)
		count += write_marks(script, &picture->lines[i].marks,
				     colour(picture->lines[i].process->line));
	fputs("END_OF_DATA\n\n", script->out);
	return count;
}

static size_t write_session_marks(const struct script *script)
{
	size_t count;

	fputs("$session << END_OF_DATA\n", script->out);
	count = write_marks(script, &script->picture->session, GREY);
	fputs("END_OF_DATA\n\n", script->out);
	return count;
}

static size_t write_ends(const struct script *script)
{
	const struct picture *picture = script->picture;
	size_t count = 0;

	fputs("$ends << END_OF_DATA\n", script->out);
	for (size_t i = 0; i < picture->count; i++) {
		const struct picture_line *line = &picture->lines[i];

		if (!line->ended)
			continue;
		fprintf(script->out, "%.12g %.12g 0x%06" PRIx32 "\n",
			frame_x(script->frame, line->end_ns), frame_y(script->frame, line->end_rss),
			colour(line->process->line));
		count++;
	}
	fputs("END_OF_DATA\n\n", script->out);
	return count;
}

/* --- spans */

static void write_bars(const struct script *script)
{
	const struct lanes *lanes = &script->picture->lanes;
	const struct frame *frame = script->frame;
	double half = frame_lane_height(frame) * 0.42;
	double dot = (frame->x.to - frame->x.from) / (frame->inside.right - frame->inside.left);

	fputs("$spans << END_OF_DATA\n", script->out);
	for (size_t i = 0; i < lanes->count; i++) {
		const struct lane *lane = &lanes->lanes[i];
		double middle = frame_lane(frame, i);

		for (size_t j = 0; j < lane->count; j++) {
			double left = frame_x(frame, lane->bars[j].from_ns);
			double right = frame_x(frame, lane->bars[j].to_ns);

			if (right - left < dot)
				right = left + dot;
			fprintf(script->out, "%.12g %.12g %.12g %.12g 0x%06" PRIx32 "\n", left,
				right, middle - half, middle + half,
				palette_pale(colour(lane->line)));
		}
	}
	fputs("END_OF_DATA\n\n", script->out);
}

#define BAR_LETTER 6.2 /* dots */

struct bar_text {
	double x, y;
	char text[CAPTION_ROOM];
};

static bool fit_bar(const struct script *script, size_t lane, const struct bar *bar,
		    struct bar_text *ret_text)
{
	const struct frame *frame = script->frame;
	double left = frame_x(frame, bar->from_ns);
	double dots = (frame_x(frame, bar->to_ns) - left) / (frame->x.to - frame->x.from) *
		      (frame->inside.right - frame->inside.left);
	double room = (dots - 4) / BAR_LETTER;

	if (room < 3)
		return false;
	ret_text->x = left;
	ret_text->y = frame_lane(frame, lane);
	caption_clip(ret_text->text, bar->text,
		     room < CAPTION_WIDTH ? (unsigned)room : CAPTION_WIDTH);
	return true;
}

static void write_bar_texts(const struct script *script, const struct bar_text *bars,
			    const char *const *texts, size_t count)
{
	script_texts(script, "span_texts", texts, count);
	for (size_t i = 0; i < count; i++)
		fprintf(script->out,
			"set label %zu $span_texts[%zu] at %.12g,%.12g left offset screen 0.003,0 "
			"noenhanced front font ',8' textcolor rgb '#202020'\n",
			1001 + i, i + 1, bars[i].x, bars[i].y);
	fputc('\n', script->out);
}

static int write_spans(const struct script *script)
{
	const struct lanes *lanes = &script->picture->lanes;
	struct bar_text *bars;
	const char **texts;
	size_t most = 0;
	size_t count = 0;

	for (size_t i = 0; i < lanes->count; i++)
		for (size_t j = 0; j < lanes->lanes[i].count; j++)
			most += lanes->lanes[i].bars[j].text != NULL;
	bars = calloc(most + 1, sizeof(*bars));
	texts = calloc(most + 1, sizeof(*texts));
	for (size_t i = 0; bars && texts && i < lanes->count; i++) {
		for (size_t j = 0; j < lanes->lanes[i].count; j++) {
			const struct bar *bar = &lanes->lanes[i].bars[j];

			if (bar->text && fit_bar(script, i, bar, &bars[count])) {
				texts[count] = bars[count].text;
				count++;
			}
		}
	}
	if (bars && texts) {
		write_bars(script);
		write_bar_texts(script, bars, texts, count);
	}
	free(texts);
	free(bars);
	return bars && texts ? 0 : -ENOMEM;
}

int script_data(const struct script *script, struct script_rows *ret_rows)
{
	write_names(script);
	write_curves(script);
	ret_rows->milestones = write_points(script);
	ret_rows->session = write_session_marks(script);
	ret_rows->ends = write_ends(script);
	return write_spans(script);
}
