#include "base/log.h"
#include "cli/options.h"
#include "plotter/view.h"

#include <errno.h>
#include <string.h>

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

const struct view *options_view(const struct options *options)
{
	const char *problem = strcmp(options->view, "auto") == 0 ? view_auto_problem(stdout) : NULL;

	if (problem)
		log_error("%s: showing text (--view text asks for it)", problem);
	return options->shown;
}
