#include "base/log.h"
#include "cli/command.h"
#include "cli/recording.h"
#include "trace/export/export.h"

#include <stdio.h>
#include <sys/stat.h>

static void list_formats(void)
{
	const struct exporter *exporter;

	for (size_t i = 0; (exporter = export_at(i)) != NULL; i++)
		fprintf(stderr, "  %-9s %s\n", exporter->ending, exporter->what);
}

static int check_output(const struct options *options)
{
	if (!options->output) {
		log_error("no file to write: give it with -o OUT, whose ending is one of");
		list_formats();
		return EXIT_USAGE;
	}
	if (!export_find(options->output)) {
		log_error("%s: its ending is that of no known format; these are", options->output);
		list_formats();
		return EXIT_USAGE;
	}
	return 0;
}

/* The recording must not be replaced by what is made of it. */
static bool is_same_file(const char *path, const char *other)
{
	struct stat status;
	struct stat others;

	return stat(path, &status) == 0 && stat(other, &others) == 0 &&
	       status.st_dev == others.st_dev && status.st_ino == others.st_ino;
}

static int write_file(struct recording *recording)
{
	const struct options *options = recording->options;
	struct export_options export = { .query = recording->query, .title = options->title };
	char why[TRACE_WHY];
	int error;

	recording_catch_signals();
	error = export_file(recording->reader, &export, options->output, why);
	recording_hide_progress(recording);
	if (!error)
		return 0;
	if (recording_stopped())
		return recording_stopped();
	if (reader_error(recording->reader)[0])
		log_error("%s: %s", recording->path, reader_error(recording->reader));
	else
		log_error("%s: %s", options->output, why);
	return EXIT_FAIL;
}

static int run(const struct options *options)
{
	const char *path = options->arguments[0];
	struct recording recording;
	int status = check_output(options);

	if (status)
		return status;
	if (is_same_file(path, options->output)) {
		log_error("%s: is the recording itself; give -o another name", options->output);
		return EXIT_USAGE;
	}
	status = recording_open(&recording, options, path);
	if (!status)
		status = write_file(&recording);
	recording_close(&recording);
	return status;
}

const struct command command_export = {
	.name = "export",
	.arguments = "FILE",
	.summary = "A recorded session as a file of another format, by the ending of -o.",
	.groups = OPTIONS_EXPORT | OPTIONS_PART | OPTIONS_TITLE,
	.least = 1,
	.most = 1,
	.run = run,
};
