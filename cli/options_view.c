#include "base/log.h"
#include "cli/options.h"
#include "plotter/view.h"

#include <errno.h>
#include <stdlib.h>

#define FPS_MOST 100

int options_parse_fps(const char *text, unsigned *ret_fps)
{
	char *end;
	unsigned long fps = strtoul(text, &end, 10);

	if (end != text && !*end && text[0] != '-' && fps >= 1 && fps <= FPS_MOST) {
		*ret_fps = (unsigned)fps;
		return 0;
	}
	log_error("fps '%s': is no number of frames a second from 1 to %d", text, FPS_MOST);
	return EXIT_USAGE;
}

int options_find_view(struct options *options)
{
	int error;

	if (!options->shown)
		options->shown = view_find(options->view, stdout);
	if (options->shown != &view_gnuplot) {
		if (!options->term && !options->out)
			return 0;
		log_error("--%s: is for --view gnuplot", options->out ? "out" : "term");
		return EXIT_USAGE;
	}
	error = view_gnuplot_find(&options->shown, &options->term, options->out, stdout);
	if (!error)
		return 0;
	return error == -EINVAL ? EXIT_USAGE : EXIT_FAIL;
}
