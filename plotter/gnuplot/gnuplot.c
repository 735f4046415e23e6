/*
 * The live view in gnuplot: which terminal it draws in, when a frame goes to it, and how what it
 * drew reaches a screen or a file.
 */
#include "plotter/gnuplot/gnuplot.h"

#include "base/cells.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/target.h"
#include "base/text.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* Of a character, where the terminal doesn't tell. */
#define DOTS_ACROSS 8
#define DOTS_DOWN 16

static struct gnuplot_cells gnuplot_screen_size(const struct gnuplot_screen *screen)
{
	struct gnuplot_cells cells = { .columns = 80, .rows = 24 };
	struct winsize size;

	if (ioctl(fileno(screen->out), TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row) {
		cells.columns = size.ws_col;
		cells.rows = size.ws_row;
		cells.width = size.ws_xpixel;
		cells.height = size.ws_ypixel;
	}
	if (cells.width < 1 || cells.height < 1) {
		cells.width = cells.columns * DOTS_ACROSS;
		cells.height = cells.rows * DOTS_DOWN;
	}
	return cells;
}

/* --- characters */

/* The bytes of a change of colour, ESC [ 0-9;... m, at @from; 0: that is none. */
static size_t colour_size(const char *from, size_t length)
{
	size_t size = 2;

	if (length < 3 || from[0] != '\033' || from[1] != '[')
		return 0;
	while (size < length && from[size] && strchr("0123456789;", from[size]))
		size++;
	return size < length && from[size] == 'm' ? size + 1 : 0;
}

/* One character or change of colour to @out: the bytes taken. */
static size_t put_character(const struct gnuplot_screen *screen, const char *from, size_t length)
{
	size_t size = colour_size(from, length);
	uint32_t point = 0;

	if (!size) {
		size = text_decode(from, length, &point);
		if (size == 0 || point < ' ' || point == 0x7f || (size > 1 && !screen->utf8)) {
			fputc('?', screen->out);
			return size ? size : 1;
		}
	}
	fwrite(from, 1, size, screen->out);
	return size;
}

/* Each line goes to its row, and what else is there is cleared; nothing scrolls. */
static void put_lines(const struct gnuplot_screen *screen, const char *drawn, size_t length)
{
	unsigned rows = gnuplot_screen_size(screen).rows;
	unsigned row = 1;

	if (length && drawn[0] == '\f') { /* which `nofeed` keeps from the first one alone */
		drawn++;
		length--;
	}
	while (length > 0 && row <= rows) {
		const char *newline = memchr(drawn, '\n', length);
		size_t size = newline ? (size_t)(newline - drawn) : length;

		fprintf(screen->out, "\033[%u;1H", row++);
		for (size_t at = 0; at < size;)
			at += put_character(screen, drawn + at, size - at);
		fputs("\033[0m\033[K", screen->out);
		length -= newline ? size + 1 : size;
		drawn += newline ? size + 1 : size;
	}
	fputs("\033[J", screen->out);
}

/* --- images */

/* Whether there is nothing but images: ESC P or ESC _ begins one, ESC \ ends it. */
static bool is_image(const char *drawn, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)drawn[i];

		if (byte >= 0x7f || (byte < ' ' && !strchr("\033\n\r", byte)))
			return false;
		if (byte == '\033' && (i + 1 == length || !strchr("P_\\", drawn[i + 1])))
			return false;
	}
	return length > 0;
}

/* --- the screen */

/* What was on it scrolls away, and is not lost. No cursor, no lines that go on in the next. */
static void take(struct gnuplot_screen *screen)
{
	unsigned rows = gnuplot_screen_size(screen).rows;

	fprintf(screen->out, "\033[?25l\033[?7l\033[%u;1H", rows);
	while (rows-- > 1)
		fputc('\n', screen->out);
	screen->taken = true;
}

/* Show @drawn, the last @length bytes that gnuplot drew there, in place: as view_flush. Nothing but
 * pictures goes to the terminal. */
static int gnuplot_screen_show(struct gnuplot_screen *screen,
			       const struct gnuplot_terminal *terminal, const char *drawn,
			       size_t length)
{
	if (!terminal->characters && !is_image(drawn, length))
		return VIEW_STAY;
	if (!screen->taken)
		take(screen);
	fputs("\033[H", screen->out);
	if (terminal->characters)
		put_lines(screen, drawn, length);
	else
		fwrite(drawn, 1, length, screen->out);
	return view_flush(screen->out);
}

/* Leave the last picture on it, and the cursor below. */
static void gnuplot_screen_leave(struct gnuplot_screen *screen)
{
	if (!screen->taken)
		return;
	fprintf(screen->out, "\033[0m\033[?7h\033[?25h\033[%u;1H",
		gnuplot_screen_size(screen).rows);
	fflush(screen->out);
	screen->taken = false;
}

/* --- a file */

/* Put it in the place of the file @path: 0; or a negative errno after one line of log_error. */
static int gnuplot_file_write(const char *path, const char *drawn, size_t length)
{
	char why[TEXT_WHY] = "";
	struct target target = { .why = why };
	int error = target_open(&target, path);

	if (!error) {
		fwrite(drawn, 1, length, target.out);
		error = target_flush(&target);
	}
	error = target_close(&target, error);
	if (error)
		log_error("%s: %s", path, why);
	return error;
}

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

/* The picture's size, which follows the screen's or the window's. */
static void gnuplot_set_size(struct gnuplot_view *view)
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

/* Say why gnuplot has ended: -EIO. */
static int gnuplot_say_dead(struct gnuplot_view *view)
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

/* To one that is idle; not much sooner than the frames a second say, and only where there is
 * something new. As a view's draw. */
static int gnuplot_send_when_due(struct gnuplot_view *view, const struct view_frame *frame)
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

/* How long the start, and the last frame of a file and of a screen, are waited for. */
#define START_MS 10000
#define LAST_FILE_MS 3000
#define LAST_SCREEN_MS 300

/* So many frames that aren't whole, one after the other, are no accident. */
#define FAILURES 3

/* --- opening */

/* No echo, and keys as they come; ^C stays. */
static void take_modes(struct gnuplot_view *view)
{
	static const char reset[] = "\033[0m\033[?7h\033[?25h\r\n";
	struct termios modes;

	if (tcgetattr(STDIN_FILENO, &view->modes) < 0)
		return;
	modes = view->modes;
	modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	view->modes_taken = tcsetattr(STDIN_FILENO, TCSADRAIN, &modes) == 0;
	if (view->modes_taken)
		guard_take(&view->options->settings->guard, STDIN_FILENO, &view->modes, reset,
			   strlen(reset));
}

static const char *find_colours(void)
{
	const char *refused = getenv("NO_COLOR");
	const char *name = getenv("TERM");

	if ((refused && refused[0]) || !name || strcmp(name, "dumb") == 0)
		return "mono";
	return strstr(name, "256color") ? "ansi256" : "ansi";
}

static int begin(struct gnuplot_view *view)
{
	char why[GNUPLOT_WHY];
	size_t length;
	char *preamble = gnuplot_preamble(&view->layout, &length);
	int error = preamble ? link_send(&view->link, NULL, preamble, length) : -ENOMEM;

	free(preamble);
	if (!error && link_listen(&view->link, START_MS) == LINK_BUSY)
		error = -ETIMEDOUT;
	if (view->link.state == LINK_DEAD)
		return gnuplot_say_dead(view);
	if (error)
		log_error("cannot use gnuplot: %s", strerror(-error));
	else if (!view->link.drawn)
		log_error("cannot use gnuplot: %s", link_why(&view->link, why));
	view->published = true;
	return view->link.drawn ? error : -EIO;
}

static void gnuplot_close(void *state)
{
	struct gnuplot_view *view = state;

	if (!view)
		return;
	link_close(&view->link);
	gnuplot_screen_leave(&view->screen);
	if (view->modes_taken) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &view->modes);
		guard_release(&view->options->settings->guard);
	}
	glyphs_free(view->glyphs);
	scene_free(&view->scene);
	free(view->data.numbers);
	free(view);
}

static int gnuplot_open(void **ret_state, const struct view_options *options)
{
	struct gnuplot_view *view = calloc(1, sizeof(*view));
	int error;

	if (!view) {
		log_error("cannot open the gnuplot view: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	setlocale(LC_CTYPE, "");
	view->terminal = gnuplot_terminal(options->term);
	view->options = options;
	view->layout.terminal = view->terminal;
	view->layout.colours = find_colours();
	view->screen = (struct gnuplot_screen){ .out = options->out, .utf8 = cells_utf8() };
	if (view->terminal->glyphs == GNUPLOT_CAIRO)
		view->glyphs = glyphs_here();
	else if (view->terminal->glyphs == GNUPLOT_ASCII)
		view->glyphs = glyphs_parse("20-7e", 5);
	gnuplot_set_size(view);
	error = link_open(&view->link, view->terminal->kind == GNUPLOT_WINDOW);
	if (!error)
		error = begin(view);
	if (error) {
		gnuplot_close(view);
		return error;
	}
	if (view->terminal->kind == GNUPLOT_SCREEN)
		take_modes(view);
	*ret_state = view;
	return 0;
}

/* --- a picture from gnuplot */

static int show(struct gnuplot_view *view, const char *drawn, size_t length)
{
	size_t begins = strlen(view->terminal->begins);

	if (length < begins || memcmp(drawn, view->terminal->begins, begins) != 0)
		return VIEW_STAY;
	if (view->terminal->kind == GNUPLOT_SCREEN)
		return gnuplot_screen_show(&view->screen, view->terminal, drawn, length);
	return gnuplot_file_write(view->options->path, drawn, length);
}

static int publish(struct gnuplot_view *view)
{
	char why[GNUPLOT_WHY];
	struct stat stat;
	void *drawn;
	int wish;

	view->published = true;
	if (!view->link.drawn) {
		if (++view->failures < FAILURES)
			return VIEW_STAY;
		gnuplot_screen_leave(&view->screen);
		log_error("gnuplot cannot draw: %s", link_why(&view->link, why));
		return -EIO;
	}
	view->failures = 0;
	if (view->terminal->kind == GNUPLOT_WINDOW || fstat(view->link.drawn_fd, &stat) < 0 ||
	    stat.st_size == 0)
		return VIEW_STAY;
	drawn = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_SHARED, view->link.drawn_fd, 0);
	if (drawn == MAP_FAILED)
		return VIEW_STAY;
	wish = show(view, drawn, (size_t)stat.st_size);
	munmap(drawn, (size_t)stat.st_size);
	return wish;
}

/* --- drawing */

/* What there is from gnuplot. */
static int receive(struct gnuplot_view *view, int timeout_ms)
{
	switch (link_listen(&view->link, timeout_ms)) {
	case LINK_CLOSED:
		return VIEW_QUIT;
	case LINK_DEAD:
		return gnuplot_say_dead(view);
	case LINK_BUSY:
		return VIEW_STAY;
	case LINK_IDLE:
		break;
	}
	return view->published ? VIEW_STAY : publish(view);
}

/* The end of the session: its picture stays. */
static int draw_last(struct gnuplot_view *view, const struct view_frame *frame)
{
	int limit_ms = view->terminal->kind == GNUPLOT_FILE ? LAST_FILE_MS : LAST_SCREEN_MS;
	bool late = clock_mono_ns() > view->sent_ns + (uint64_t)limit_ms * NS_PER_MS;
	bool sent;
	int wish;

	if (view->terminal->kind == GNUPLOT_WINDOW || view->link.state == LINK_DEAD)
		return VIEW_STAY;
	wish = receive(view, late ? 0 : limit_ms);
	sent = wish == VIEW_STAY && view->link.state == LINK_IDLE;
	if (sent)
		wish = gnuplot_send_when_due(view, frame);
	if (wish == VIEW_STAY && view->link.state == LINK_BUSY)
		wish = receive(view, late && !sent ? 0 : limit_ms);
	if (wish == VIEW_STAY && view->link.state == LINK_BUSY &&
	    view->terminal->kind == GNUPLOT_FILE) {
		log_error("%s: gnuplot does not answer; it lacks the end of the session",
			  view->options->path);
		return -ETIMEDOUT;
	}
	return wish;
}

static int gnuplot_draw(void *state, const struct view_frame *frame)
{
	struct gnuplot_view *view = state;
	int wish;

	if (frame->last)
		return draw_last(view, frame);
	wish = receive(view, 0);
	if (wish != VIEW_STAY || view->link.state == LINK_BUSY)
		return wish;
	return gnuplot_send_when_due(view, frame);
}

/* Whether the terminal is gone; one that only has no more to say is not waited for. */
static int gnuplot_key(void *state, const struct view_frame *frame)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char keys[64];
	ssize_t count;

	(void)state;
	(void)frame;
	if (poll(&input, 1, 0) <= 0)
		return VIEW_STAY;
	count = input.revents & POLLIN ? read(STDIN_FILENO, keys, sizeof(keys)) : 0;
	if (count <= 0)
		return count < 0 && errno == EINTR ? VIEW_STAY : VIEW_QUIT;
	return memchr(keys, 'q', (size_t)count) ? VIEW_QUIT : VIEW_STAY;
}

static int gnuplot_fd(const void *state)
{
	const struct gnuplot_view *view = state;

	return view->link.poll_fd;
}

/* --- the views */

const struct view view_gnuplot = {
	.name = "gnuplot",
	.fps = GNUPLOT_FPS,
	.stays = true,
	.last = true,
	.open = gnuplot_open,
	.draw = gnuplot_draw,
	.close = gnuplot_close,
	.fd = gnuplot_fd,
};

const struct view view_gnuplot_screen = {
	.name = "gnuplot",
	.fps = GNUPLOT_FPS,
	.stays = true,
	.keys = true,
	.last = true,
	.open = gnuplot_open,
	.draw = gnuplot_draw,
	.key = gnuplot_key,
	.close = gnuplot_close,
	.fd = gnuplot_fd,
};

const struct view view_gnuplot_file = {
	.name = "gnuplot",
	.fps = GNUPLOT_FPS,
	.last = true,
	.open = gnuplot_open,
	.draw = gnuplot_draw,
	.close = gnuplot_close,
	.fd = gnuplot_fd,
};

int view_gnuplot_find(const struct view **ret_view, const char **term, const char *path, FILE *out)
{
	const char *display = getenv("DISPLAY");
	const char *wayland = getenv("WAYLAND_DISPLAY");
	const struct gnuplot_wish wish = {
		.term = *term,
		.out = path,
		.display = (display && display[0]) || (wayland && wayland[0]),
		.screen = isatty(fileno(out)) && isatty(STDIN_FILENO),
	};
	const struct gnuplot_terminal *terminal;
	char why[GNUPLOT_WHY];
	char *available;
	int error;

	if (!gnuplot_wish_valid(&wish, why)) {
		log_error("%s", why);
		return -EINVAL;
	}
	available = link_terminals();
	if (!available)
		return -EIO;
	error = gnuplot_choose(&terminal, &wish, available, why);
	free(available);
	if (why[0])
		log_error("%s", why);
	if (error)
		return error;
	*term = terminal->name;
	*ret_view = terminal->kind == GNUPLOT_WINDOW   ? &view_gnuplot
		    : terminal->kind == GNUPLOT_SCREEN ? &view_gnuplot_screen
						       : &view_gnuplot_file;
	return 0;
}
