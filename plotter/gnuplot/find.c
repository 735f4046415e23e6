#include "plotter/gnuplot/gnuplot.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

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
