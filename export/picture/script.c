#include "export/picture/script.h"

#include "base/clock.h"
#include "base/text.h"
#include "plotter/model/palette.h"
#include "export/picture/script_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TITLE 400

/* The options' title; else "TITLE on HOST, 2026-01-31 12:00:00". */
static char *script_title(char to[TITLE], const struct reader_info *info,
			  const struct export_options *options)
{
	char text[TEXT_LABEL + TEXT_NAME + 64];
	char when[32] = "";
	time_t start = (time_t)(info->session.start_wall_ns / NS_PER_S);
	struct tm parts;

	if (options->title && *options->title) {
		text_clean(to, TITLE, options->title, strlen(options->title));
		return to;
	}
	if (localtime_r(&start, &parts))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &parts);
	snprintf(text, sizeof(text), "%s on %s, %s", info->title, info->session.host, when);
	text_clean(to, TITLE, text, strlen(text));
	return to;
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
			"makes a picture.\n"
			"if (GPVAL_TERM eq 'unknown') { set terminal dumb 120,40 } # no "
			"display\n\n",
			FRAME_WIDTH, script->frame->height);
	fputs("set encoding utf8\n", script->out);
	fputs("set datafile separator whitespace\n\n", script->out);
	script_texts(script, "title", titles, 1);
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
	fprintf(script->out, "set xrange [%.12g:%.12g]\nset yrange [%.12g:%.12g]\n", x->from, x->to,
		y->from, y->to);
	fprintf(script->out, "set xtics %.12g nomirror out\nset ytics 0,%.12g nomirror out\n",
		x->step, y->step);
	fputs("set format '%.10g'\n", script->out);
	fprintf(script->out, "set xlabel 'time since the start (%s)'\n", x->unit);
	fprintf(script->out, "set ylabel 'resident memory (%s)' offset 0.5,0\n", y->unit);
	fputs("set style textbox opaque noborder fillcolor rgb '#80ffffff' margins 0.3,0.2\n",
	      script->out);
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
			"set label 901 'spans' at graph 0,first %.12g right offset -1,0 font ',9' "
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

static void write_plot(struct script *script, const struct script_rows *rows)
{
	const struct picture *picture = script->picture;

	script->separator = "\nplot ";
	if (rows->session) {
		part(script, "");
		fprintf(script->out,
			"$session using 1:(0):(0):(%.12g) with vectors nohead dashtype 2 "
			"linewidth 1 linecolor rgb '#909090' notitle",
			script->frame->y.to);
	}
	if (picture->lanes.count)
		part(script, "$spans using (($1+$2)/2):(($3+$4)/2):1:2:3:4:5 with boxxyerror "
			     "fillstyle solid 1 noborder fillcolor rgb variable notitle");
	if (picture->count == 1) {
		part(script, "$line1 using 1:2 with fillsteps fillstyle transparent solid 0.12 ");
		fprintf(script->out, "noborder linecolor rgb '#%06" PRIx32 "' notitle",
			palette_line(picture->lines[0].process->line));
	}
	for (size_t i = 0; i < picture->count; i++) {
		part(script, "");
		fprintf(script->out,
			"$line%zu using 1:2 with steps linewidth 1.6 linecolor rgb "
			"'#%06" PRIx32 "' title $names[%zu] noenhanced",
			i + 1, palette_line(picture->lines[i].process->line), i + 1);
	}
	if (rows->milestones) {
		part(script, "$milestones using 1:2 with points pointtype 7 pointsize 0.85 "
			     "linecolor rgb 'white' notitle");
		part(script, "$milestones using 1:2:3 with points pointtype 7 pointsize 0.6 "
			     "linecolor rgb variable notitle");
	}
	if (rows->ends)
		part(script, "$ends using 1:2:3 with points pointtype 2 pointsize 0.9 linewidth 2 "
			     "linecolor rgb variable notitle");
	fputc('\n', script->out);
}

static int write_all(struct script *script, const char *title,
		     const struct script_terminal *terminal)
{
	struct script_rows rows;
	int error;

	frame_open(script->frame, script->picture);
	frame_label(script->frame);
	write_head(script, title, terminal);
	error = script_data(script, &rows);
	if (error)
		return error;
	write_axes(script);
	script_labels(script);
	write_note(script);
	write_plot(script, &rows);
	return 0;
}

static int script_write(FILE *out, const struct picture *picture, const char *title,
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

int script_export(struct reader *reader, const struct export_options *options, FILE *out, char *why,
		  const struct script_terminal *terminal)
{
	char title[TITLE];
	struct picture *picture;
	int error = picture_read(&picture, reader, &options->query, why);

	if (error)
		return error;
	script_title(title, reader_info(reader), options);
	error = script_write(out, picture, title, terminal);
	if (error)
		snprintf(why, TEXT_WHY, "no memory for a picture");
	picture_free(picture);
	return error;
}
