#include "trace/script.h"

#include "base/clock.h"
#include "base/text.h"
#include "trace/frame.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Okabe and Ito's, which colour-blind people tell apart, without their yellow: it is too light on
 * white. */
static const uint32_t colours[] = { 0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7,
				    0xe69f00, 0x56b4e9, 0x000000 };
#define COLOURS (sizeof(colours) / sizeof(colours[0]))
#define GREY 0x707070u

struct script {
	FILE *out;
	const struct picture *picture;
	struct frame *frame;
	const char *separator; /* before the next of plot's parts */
};

char *script_title(char to[SCRIPT_TITLE], const struct reader_info *info,
		   const struct export_options *options)
{
	char text[2 * TEXT_NAME + 64];
	char when[32] = "";
	time_t start = (time_t)(info->session.start_wall_ns / NS_PER_S);
	struct tm parts;

	if (options->title && *options->title) {
		text_clean(to, SCRIPT_TITLE, options->title, strlen(options->title));
		return to;
	}
	if (localtime_r(&start, &parts))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &parts);
	snprintf(text, sizeof(text), "%s on %s, %s", info->session.name, info->session.host, when);
	text_clean(to, SCRIPT_TITLE, text, strlen(text));
	return to;
}

static uint32_t colour(const struct script *script, uint32_t line)
{
	for (size_t i = 0; i < script->picture->count; i++)
		if (script->picture->lines[i].process->line == line)
			return colours[i % COLOURS];
	return GREY;
}

/* Half way to white. */
static uint32_t pale(uint32_t rgb)
{
	return ((rgb >> 1) & 0x7f7f7f) + 0x808080;
}

/* --- texts */

#define MARK "END_OF_TEXTS"

/* Underscores behind MARK without which one of the lines would begin with it. */
static int underscores(const char *const *texts, size_t count)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		const char *text = texts[i];

		if (strncmp(text, MARK, strlen(MARK)) != 0)
			continue;
		text += strlen(MARK);
		if (strspn(text, "_") + 1 > most)
			most = strspn(text, "_") + 1;
	}
	return (int)most;
}

static void write_texts(const struct script *script, const char *name, const char *const *texts,
			size_t count)
{
	static const char line[] = "________________________________________________________"
				   "________________________________________________________";
	int length = underscores(texts, count);

	if (length > (int)sizeof(line) - 1)
		length = (int)sizeof(line) - 1; /* captions are shorter; the title is cut */
	fprintf(script->out, "$%s << " MARK "%.*s\n", name, length, line);
	for (size_t i = 0; i < count; i++)
		fprintf(script->out, "%s\n", texts[i]);
	fprintf(script->out, MARK "%.*s\n\n", length, line);
}

static int write_names(const struct script *script)
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
	write_texts(script, "names", texts, picture->count);
	return 0;
}

static void write_labels(const struct script *script)
{
	const struct frame *frame = script->frame;
	const char *texts[FRAME_LABELS + PICTURE_LINES];

	for (size_t i = 0; i < frame->label_count; i++)
		texts[i] = frame->labels[i].text;
	write_texts(script, "labels", texts, frame->label_count);
	for (size_t i = 0; i < frame->label_count; i++) {
		const struct frame_label *label = &frame->labels[i];

		fprintf(script->out,
			"set label %zu $labels[%zu] at %.10g,%.10g %s offset screen %.5f,%.5f "
			"noenhanced front font ',9' textcolor rgb '#%06" PRIx32 "'\n",
			i + 1, i + 1, label->x, label->y, label->right ? "right" : "left",
			(double)label->dx / FRAME_WIDTH, (double)label->dy / frame->height,
			(colour(script, label->line) >> 1) & 0x7f7f7f);
	}
	fputc('\n', script->out);
}

/* --- data */

static void write_point(void *arg, uint64_t t_ns, const uint64_t *value)
{
	const struct script *script = arg;

	if (value)
		fprintf(script->out, "%.10g %.10g\n", frame_x(script->frame, t_ns),
			frame_y(script->frame, *value));
	else
		fputc('\n', script->out);
}

static void write_curves(struct script *script)
{
	for (size_t i = 0; i < script->picture->count; i++) {
		fprintf(script->out, "$line%zu << END_OF_DATA\n", i + 1);
		columns_each(&script->picture->lines[i].columns, write_point, script);
		fputs("END_OF_DATA\n\n", script->out);
	}
}

static size_t write_marks(const struct script *script, const struct marks *marks, uint32_t rgb)
{
	size_t count = 0;

	for (size_t i = 0; marks->points && i < MARKS_POINTS; i++) {
		const struct mark_point *point = &marks->points[i];

		if (!point->some)
			continue;
		fprintf(script->out, "%.10g %.10g 0x%06" PRIx32 "\n",
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
				     colour(script, picture->lines[i].process->line));
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
		fprintf(script->out, "%.10g %.10g 0x%06" PRIx32 "\n",
			frame_x(script->frame, line->end_ns), frame_y(script->frame, line->end_rss),
			colour(script, line->process->line));
		count++;
	}
	fputs("END_OF_DATA\n\n", script->out);
	return count;
}

/* --- spans */

static void write_bars(const struct script *script)
{
	const struct lanes *lanes = &script->picture->lanes;
	double half = frame_lane_height(script->frame) * 0.42;

	fputs("$spans << END_OF_DATA\n", script->out);
	for (size_t i = 0; i < lanes->count; i++) {
		const struct lane *lane = &lanes->lanes[i];
		double middle = frame_lane(script->frame, i);

		for (size_t j = 0; j < lane->count; j++)
			fprintf(script->out, "%.10g %.10g %.10g %.10g 0x%06" PRIx32 "\n",
				frame_x(script->frame, lane->bars[j].from_ns),
				frame_x(script->frame, lane->bars[j].to_ns), middle - half,
				middle + half, pale(colour(script, lane->line)));
	}
	fputs("END_OF_DATA\n\n", script->out);
}

#define BAR_LETTER 6.0 /* dots */

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
	double room = (dots - 6) / BAR_LETTER;

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
	write_texts(script, "span_texts", texts, count);
	for (size_t i = 0; i < count; i++)
		fprintf(script->out,
			"set label %zu $span_texts[%zu] at %.10g,%.10g left offset screen 0.003,0 "
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

/* --- settings */

static void write_terminal(const struct script *script, const struct script_terminal *terminal)
{
	const char *const names[] = { terminal->name, terminal->other };

	for (size_t i = 0; i < 2 && names[i]; i++) {
		fprintf(script->out, "%sif (strstrt(GPVAL_TERMINALS, ' %s ')) { set terminal %s ",
			i ? "} else { " : "", names[i], names[i]);
		if (terminal->per_inch > 0)
			fprintf(script->out, "size %.4fin,%.4fin", FRAME_WIDTH / terminal->per_inch,
				script->frame->height / terminal->per_inch);
		else
			fprintf(script->out, "size %d,%d", FRAME_WIDTH, script->frame->height);
		fprintf(script->out, " %s ", terminal->settings);
	}
	fprintf(script->out, "} else { exit status %d }%s\n", SCRIPT_NO_TERMINAL,
		terminal->other ? " }" : "");
}

static void write_head(const struct script *script, const char *title,
		       const struct script_terminal *terminal)
{
	const char *const titles[] = { title };

	if (terminal)
		write_terminal(script, terminal);
	else
		fprintf(script->out,
			"# The memory of a session of memwatch. gnuplot -p FILE shows it;\n"
			"# gnuplot -e \"set terminal pngcairo size %d,%d; set output 'x.png'\" "
			"FILE "
			"makes a picture.\n\n",
			FRAME_WIDTH, script->frame->height);
	fputs("set encoding utf8\n", script->out);
	fputs("set datafile separator whitespace\n\n", script->out);
	write_texts(script, "title", titles, 1);
}

static void write_axes(const struct script *script)
{
	const struct frame *frame = script->frame;
	const struct axis *x = &frame->x;
	const struct axis *y = &frame->y;

	fputs("set title $title[1] noenhanced font ',13' offset 0,0.6\n", script->out);
	fprintf(script->out, "set lmargin at screen %.5f\nset rmargin at screen %.5f\n",
		(double)FRAME_LEFT / FRAME_WIDTH, 1 - (double)frame->right / FRAME_WIDTH);
	fprintf(script->out, "set bmargin at screen %.5f\nset tmargin at screen %.5f\n",
		(double)FRAME_BOTTOM / frame->height, 1 - (double)FRAME_TOP / frame->height);
	fprintf(script->out, "set xrange [%.10g:%.10g]\nset yrange [%.10g:%.10g]\n", x->from, x->to,
		y->from, y->to);
	fprintf(script->out, "set xtics %.10g nomirror out\nset ytics 0,%.10g nomirror out\n",
		x->step, y->step);
	fputs("set format '%.10g'\n", script->out);
	fprintf(script->out, "set xlabel 'time since the start (%s)'\n", x->unit);
	fprintf(script->out, "set ylabel 'resident memory (%s)' offset 0.5,0\n", y->unit);
	fputs("set border 3 linecolor rgb '#808080'\n"
	      "set grid xtics ytics back linetype 1 linewidth 0.6 linecolor rgb '#e4e4e4'\n"
	      "set tics textcolor rgb '#404040'\n",
	      script->out);
	if (frame->key_beside)
		fprintf(script->out,
			"set key at screen %.5f,%.5f left top Left reverse noenhanced samplen 2 "
			"spacing 1.1 font ',9'\n",
			1 - (frame->right - 12.0) / FRAME_WIDTH,
			1 - (double)FRAME_TOP / frame->height);
	else
		fputs("set key at graph 0,1.0 left bottom Left reverse noenhanced horizontal "
		      "maxrows 1 samplen 2 font ',10'\n",
		      script->out);
}

static void write_note(const struct script *script)
{
	const struct picture *picture = script->picture;
	const struct lanes *lanes = &picture->lanes;
	const char *comma = "";

	fputs("set label 900 '", script->out);
	if (picture->smaller) {
		fprintf(script->out, "and %" PRIu64 " smaller one%s", picture->smaller,
			picture->smaller == 1 ? "" : "s");
		comma = "; ";
	}
	if (picture->milestones > script->frame->milestones) {
		fprintf(script->out, "%s%u of %" PRIu64 " milestones labelled", comma,
			script->frame->milestones, picture->milestones);
		comma = "; ";
	}
	if (lanes->spans > lanes->drawn)
		fprintf(script->out, "%s%" PRIu64 " of %" PRIu64 " spans shown", comma,
			lanes->drawn, lanes->spans);
	fputs("' at screen 0.985,0.025 right noenhanced font ',8' textcolor rgb '#707070'\n",
	      script->out);
	if (lanes->count > 0)
		fprintf(script->out,
			"set label 901 'spans' at graph 0,first %.10g right offset -1,0 font ',9' "
			"textcolor rgb '#404040'\n"
			"set arrow 900 from graph 0,first 0 to graph 1,first 0 nohead back "
			"linewidth 0.8 linecolor rgb '#808080'\n",
			script->frame->y.from / 2);
}

/* --- the plot */

static void part(struct script *script, const char *text)
{
	fprintf(script->out, "%s%s", script->separator, text);
	script->separator = ", \\\n\t";
}

static void write_plot(struct script *script, size_t points, size_t session, size_t ends)
{
	const struct picture *picture = script->picture;

	script->separator = "\nplot ";
	if (session)
		part(script, "$session using 1:(0):(0):(GPVAL_Y_MAX) with vectors nohead "
			     "dashtype 2 linewidth 1 linecolor rgb '#909090' notitle");
	if (picture->lanes.count)
		part(script, "$spans using (($1+$2)/2):(($3+$4)/2):1:2:3:4:5 with boxxyerror "
			     "fillstyle solid 1 border linecolor rgb variable notitle");
	if (picture->count == 1)
		part(script, "$line1 using 1:2 with fillsteps fillstyle transparent solid 0.12 "
			     "noborder linecolor rgb '#0072b2' notitle");
	for (size_t i = 0; i < picture->count; i++) {
		part(script, "");
		fprintf(script->out,
			"$line%zu using 1:2 with steps linewidth 1.6 dashtype %zu linecolor rgb "
			"'#%06" PRIx32 "' title $names[%zu] noenhanced",
			i + 1, 1 + i / COLOURS, colours[i % COLOURS], i + 1);
	}
	if (points) {
		part(script, "$milestones using 1:2 with points pointtype 7 pointsize 0.85 "
			     "linecolor rgb 'white' notitle");
		part(script, "$milestones using 1:2:3 with points pointtype 7 pointsize 0.6 "
			     "linecolor rgb variable notitle");
	}
	if (ends)
		part(script, "$ends using 1:2:3 with points pointtype 2 pointsize 0.9 linewidth 2 "
			     "linecolor rgb variable notitle");
	fputc('\n', script->out);
}

static int write_all(struct script *script, const char *title,
		     const struct script_terminal *terminal)
{
	size_t points, session, ends;
	int error;

	frame_open(script->frame, script->picture);
	frame_label(script->frame);
	write_head(script, title, terminal);
	write_names(script);
	write_curves(script);
	points = write_points(script);
	session = write_session_marks(script);
	ends = write_ends(script);
	error = write_spans(script);
	if (error)
		return error;
	write_axes(script);
	write_labels(script);
	write_note(script);
	write_plot(script, points, session, ends);
	return 0;
}

int script_write(FILE *out, const struct picture *picture, const char *title,
		 const struct script_terminal *terminal)
{
	struct script script = { .out = out, .picture = picture };
	int error;

	script.frame = malloc(sizeof(*script.frame));
	if (!script.frame)
		return -ENOMEM;
	error = write_all(&script, title, terminal);
	free(script.frame);
	return error;
}
