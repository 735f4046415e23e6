/*
 * When a frame goes to gnuplot, and what it shows.
 */
#include "plotter/gnuplot/gnuplot.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_WIDTH 1000
#define WINDOW_HEIGHT 500
#define FILE_WIDTH 1200
#define FILE_HEIGHT 600

static void set_window_size(struct gnuplot_view *view)
{
	struct gnuplot_layout *layout = &view->layout;

	if (view->link.width > 0 && !view->terminal->blind)
		gnuplot_layout_size(layout, view->link.width + layout->left + layout->right,
				    view->link.height + layout->top + layout->bottom);
	else
		gnuplot_layout_size(layout, WINDOW_WIDTH, WINDOW_HEIGHT);
}

void gnuplot_set_size(struct gnuplot_view *view)
{
	struct gnuplot_cells cells;

	if (view->terminal->kind == GNUPLOT_FILE) {
		gnuplot_layout_size(&view->layout, FILE_WIDTH, FILE_HEIGHT);
	} else if (view->terminal->kind == GNUPLOT_WINDOW) {
		set_window_size(view);
	} else {
		cells = gnuplot_screen_size(&view->screen);
		/* an image as high as the terminal would scroll it */
		if (view->terminal->characters)
			gnuplot_layout_size(&view->layout, cells.columns,
					    cells.rows > 2 ? cells.rows - 1 : cells.rows);
		else
			gnuplot_layout_size(&view->layout, cells.width,
					    cells.height * (cells.rows - 2) / cells.rows);
	}
}

int gnuplot_say_dead(struct gnuplot_view *view)
{
	char why[GNUPLOT_WHY];

	gnuplot_screen_leave(&view->screen);
	log_error("gnuplot has ended, and the view with it: %s", link_why(&view->link, why));
	return -EIO;
}

/* Where the display is: in a live session its end moves with what is known. */
static struct shown look(const struct gnuplot_view *view, const struct view_frame *frame)
{
	struct shown shown = {
		.now_ns = frame->end_ns ? view_time(view->options->settings, frame)
					: history_now(frame->history),
		.events = history_events(frame->history),
		.lines = history_lines(frame->history),
		.width = view->layout.width,
		.height = view->layout.height,
	};

	text_copy(shown.notice, sizeof(shown.notice), frame->notice);
	return shown;
}

static bool is_same(const struct shown *a, const struct shown *b)
{
	return a->now_ns == b->now_ns && a->events == b->events && a->lines == b->lines &&
	       a->width == b->width && a->height == b->height && strcmp(a->notice, b->notice) == 0;
}

static int set_scene(struct gnuplot_view *view, const struct view_frame *frame)
{
	const struct view_settings *settings = view->options->settings;
	struct scene_query query = {
		.history = frame->history,
		.now_ns = view_time(settings, frame),
		.window_ns = settings->window_ns ? settings->window_ns : view->options->window_ns,
		.limit_bytes = view->options->limit_bytes,
		.times = settings->times,
	};

	if (!query.limit_bytes)
		query.limit_bytes = history_asked_least(frame->history, query.now_ns);
	if (query.times == TIMES_SINCE)
		query.times = frame->end_ns ? TIMES_CLOCK : TIMES_AGO;
	/* names that come or go change the margins */
	for (unsigned round = 0; round < 2; round++) {
		double right = view->layout.right;

		gnuplot_layout_fit(&view->layout, &view->scene);
		if (round && right == view->layout.right)
			break;
		query.size = gnuplot_layout_room(&view->layout, view->scene.line_count);
		if (scene_set(&view->scene, &query) < 0)
			return -ENOMEM;
	}
	return gnuplot_data_set(&view->data, &view->scene) ? 0 : -ENOMEM;
}

static void write_title(const struct gnuplot_view *view, const struct view_frame *frame,
			char *title, size_t size)
{
	const struct session_info *session = history_session(frame->history);
	const char *notice = frame->notice ? frame->notice : "";

	if (view->options->title[0])
		snprintf(title, size, "%s", view->options->title);
	else
		snprintf(title, size, "%s on %s", session->name, session->host);
	if (notice[0])
		snprintf(title + strlen(title), size - strlen(title), " - %s", notice);
}

static char *write_script(struct gnuplot_view *view, const struct view_frame *frame, bool resize,
			  size_t *ret_length)
{
	char title[2 * TEXT_LABEL + TEXT_NAME];
	const struct gnuplot_frame what = { .layout = &view->layout,
					    .scene = &view->scene,
					    .data = &view->data,
					    .title = title,
					    .data_fd = link_data_fd(&view->link),
					    .resize = resize };
	char *script;

	write_title(view, frame, title, sizeof(title));
	script = gnuplot_script(&what, ret_length);
	if (script && view->glyphs)
		*ret_length = glyphs_replace(view->glyphs, script, *ret_length);
	return script;
}

static int send_frame(struct gnuplot_view *view, const struct view_frame *frame, bool resize)
{
	size_t length;
	char *script;
	int error = set_scene(view, frame);

	if (error) {
		log_error("cannot draw: %s", strerror(-error));
		return error;
	}
	script = write_script(view, frame, resize, &length);
	error = script ? link_send(&view->link, &view->data, script, length) : -ENOMEM;
	free(script);
	view->published = false;
	view->sent_ns = clock_mono_ns();
	if (error == -EPIPE) /* its end is told with why it came */
		return link_listen(&view->link, 0) == LINK_DEAD ? gnuplot_say_dead(view)
								: VIEW_STAY;
	if (error)
		log_error("cannot draw: %s", strerror(-error));
	return error;
}

int gnuplot_send_when_due(struct gnuplot_view *view, const struct view_frame *frame)
{
	unsigned fps = view->options->fps ? view->options->fps : GNUPLOT_FPS;
	uint64_t period_ns = NS_PER_S / fps;
	struct shown shown;
	bool resize;

	if (!frame->last && clock_mono_ns() < view->sent_ns + period_ns - period_ns / 10)
		return VIEW_STAY;
	gnuplot_set_size(view);
	shown = look(view, frame);
	if (is_same(&shown, &view->shown) && !view->options->settings->redraw)
		return VIEW_STAY;
	resize = view->terminal->kind == GNUPLOT_SCREEN &&
		 (shown.width != view->shown.width || shown.height != view->shown.height);
	if (view->options->settings->redraw)
		view->screen.taken = false;
	view->options->settings->redraw = false;
	view->shown = shown;
	return send_frame(view, frame, resize);
}
