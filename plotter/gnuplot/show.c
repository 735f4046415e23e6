#include "plotter/gnuplot/gnuplot.h"

#include "base/log.h"
#include "base/text.h"
#include "base/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Of a character, where the terminal doesn't tell. */
#define DOTS_ACROSS 8
#define DOTS_DOWN 16

struct gnuplot_cells gnuplot_screen_size(const struct gnuplot_screen *screen)
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

int gnuplot_screen_show(struct gnuplot_screen *screen, const struct gnuplot_terminal *terminal,
			const char *drawn, size_t length)
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

void gnuplot_screen_leave(struct gnuplot_screen *screen)
{
	if (!screen->taken)
		return;
	fprintf(screen->out, "\033[0m\033[?7h\033[?25h\033[%u;1H",
		gnuplot_screen_size(screen).rows);
	fflush(screen->out);
	screen->taken = false;
}

/* --- a file */

int gnuplot_file_write(const char *path, const char *drawn, size_t length)
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
