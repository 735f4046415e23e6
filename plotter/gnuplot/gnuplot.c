#include "plotter/gnuplot/gnuplot.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/cells.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

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
