/*
 * What the files of the gnuplot view share.
 *
 * A frame is data and a script in memory, and one line into gnuplot's standard input, which it
 * reads a byte at a time: load the script. Its answers come through a pipe of their own. No frame
 * is sent before the last one has been answered, so that a slow gnuplot costs frames, and neither
 * time nor memory of ours.
 */
#ifndef PLOTTER_GNUPLOT_GNUPLOT_H
#define PLOTTER_GNUPLOT_GNUPLOT_H

#include "plotter/gnuplot/terminals.h"
#include "plotter/model/scene.h"
#include "plotter/view.h"
#include "plotter/gnuplot/glyphs.h"
#include "plotter/gnuplot/process.h"

#include <termios.h>

/* --- the picture: script.c */

/* In dots, or characters where the terminal has those. */
struct gnuplot_layout {
	const struct gnuplot_terminal *terminal;
	double width;
	double height;
	double cell_width; /* of a character */
	double cell_height;
	double left; /* margins */
	double right;
	double top;
	double bottom;
	bool key_beside;
	const char *colours; /* what the terminal shows, as `dumb` calls that */
};

/* The picture's size and its characters', for now. */
void gnuplot_layout_size(struct gnuplot_layout *layout, double width, double height);

/* Its margins, which leave room for the names of @scene's lines. */
void gnuplot_layout_fit(struct gnuplot_layout *layout, const struct scene *scene);

/* The room within them, for about that many curves. */
struct scene_size gnuplot_layout_room(const struct gnuplot_layout *layout, size_t curves);

/* --- a frame's script and data: script.c */

/* Rows of numbers in the data. */
struct gnuplot_block {
	size_t skip; /* bytes before them */
	size_t rows;
};

struct gnuplot_data {
	double *numbers;
	size_t count;
	size_t room;
	bool failed;				  /* there was no memory for all */
	struct gnuplot_block base;		  /* x y: 0 over the whole of time */
	struct gnuplot_block curves[SCENE_LINES]; /* x y; y is NaN where a line breaks */
	struct gnuplot_block points;		  /* x y colour: milestones */
	struct gnuplot_block ends;		  /* x y colour: of processes */
};

/* All of @scene: false where there is no memory. Memory is kept for the next; free numbers. */
bool gnuplot_data_set(struct gnuplot_data *data, const struct scene *scene);

struct gnuplot_frame {
	const struct gnuplot_layout *layout;
	const struct scene *scene;
	const struct gnuplot_data *data;
	const char *title; /* as it comes */
	unsigned data_fd;  /* gnuplot's */
	bool resize;	   /* the terminal is to have the layout's size */
};

/* The script, to be freed: NULL without memory. */
char *gnuplot_script(const struct gnuplot_frame *frame, size_t *ret_length);

/* What is said before the first frame: the same. */
char *gnuplot_preamble(const struct gnuplot_layout *layout, size_t *ret_length);

/* --- a running gnuplot: live.c */

#define LINK_LINE 256

enum link_state {
	LINK_IDLE = 0,
	LINK_BUSY,   /* a frame is in flight */
	LINK_CLOSED, /* the person has closed its window */
	LINK_DEAD,   /* it has ended: reaped, with all that it started */
};

struct link {
	struct gnuplot child;
	enum link_state state;
	int command_fd;
	int answer_fd;
	int poll_fd; /* readable when link_listen has something to do */
	int script_fd;
	int data_fds[2]; /* in turn: gnuplot may read the last one again, where its window is
			    resized */
	int drawn_fd;	 /* what it draws that is no window */
	uint64_t sent;	 /* frames */
	bool drawn;	 /* the last answered one is whole */
	double width;	 /* of the axes, as it last said; 0: not known */
	double height;
	char line[LINK_LINE]; /* an answer whose end has not come */
	size_t line_length;
};

/* gnuplot's list of terminals, " dumb svg ", to be freed: NULL after one line of log_error. */
char *link_terminals(void);

/* Start it: 0; or a negative errno after one line of log_error. link_close in any case. */
int link_open(struct link *link, bool windows);
void link_close(struct link *link);

/* The descriptor at which gnuplot finds the data of the next frame. */
unsigned link_data_fd(const struct link *link);

/* Send a frame to one that is idle: 0, or a negative errno: -EPIPE where it has ended. */
int link_send(struct link *link, const struct gnuplot_data *data, const char *script,
	      size_t length);

/* Take its answers, waiting @timeout_ms at most where a frame is in flight: its state. */
enum link_state link_listen(struct link *link, int timeout_ms);

/* Why it is dead, or why the last frame isn't whole; returns @text. */
char *link_why(const struct link *link, char text[GNUPLOT_WHY]);

/* --- what it drew: gnuplot.c */

struct gnuplot_screen {
	FILE *out;
	bool utf8;
	bool taken;
};

/* The terminal's size in characters and dots (guessed where it doesn't tell). */
struct gnuplot_cells {
	unsigned columns;
	unsigned rows;
	double width;
	double height;
};

/* --- the view: gnuplot.c */

#define GNUPLOT_FPS 10

/* What a frame shows: nothing is drawn while it stays the same. */
struct shown {
	uint64_t now_ns; /* of the history; of a replay, of the display */
	size_t events;
	size_t lines;
	double width;
	double height;
	char notice[TEXT_LABEL + 1];
};

struct gnuplot_view {
	const struct gnuplot_terminal *terminal;
	const struct view_options *options;
	struct link link;
	struct gnuplot_layout layout;
	struct scene scene;
	struct gnuplot_data data;
	struct glyphs *glyphs; /* NULL: any will do */
	struct gnuplot_screen screen;
	struct termios modes; /* of the terminal, before */
	bool modes_taken;
	struct shown shown;
	uint64_t sent_ns; /* CLOCK_MONOTONIC, of the last frame */
	unsigned failures;
	bool published; /* what the last frame drew */
};

/* view_gnuplot for windows; for screens, with keys; for files, which end with what they follow. */
extern const struct view view_gnuplot_screen;
extern const struct view view_gnuplot_file;

#endif
