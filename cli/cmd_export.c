#include "base/log.h"
#include "cli/command.h"
#include "cli/run/recording.h"
#include "export/export.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As the shell has it. */
#define EXIT_SIGNAL 128

static void list_formats(void)
{
	const struct exporter *exporter;

	for (size_t i = 0; (exporter = export_at(i)) != NULL; i++)
		fprintf(stderr, "  %-9s %s\n", exporter->ending, exporter->what);
}

/* Where it goes, by -o or behind the recording; NULL: that isn't said. */
static const char *output_of(const struct options *options)
{
	return options->output ? options->output : options->arguments[1];
}

static bool is_stdout(const char *output)
{
	return strcmp(output, "-") == 0;
}

/* By --format, or the file's ending; standard output has none, and gets a table. */
static const struct exporter *format_of(const struct options *options)
{
	const char *output = output_of(options);
	char ending[32];

	if (!options->format)
		return is_stdout(output) ? &export_csv : export_find(output);
	snprintf(ending, sizeof ending, "%s%s", options->format[0] == '.' ? "" : ".",
		 options->format);
	return export_find(ending);
}

static int say_formats(void)
{
	list_formats();
	return EXIT_USAGE;
}

static int check_output(const struct options *options)
{
	const char *output = output_of(options);
	const struct exporter *exporter;

	if (!output) {
		log_error("no file to write: give it with -o OUT, whose ending is one of");
		return say_formats();
	}
	if (options->output && options->arguments[1]) {
		log_error("'%s': is too much where -o says where to", options->arguments[1]);
		return EXIT_USAGE;
	}
	exporter = format_of(options);
	if (!exporter && options->format)
		log_error("format '%s': there is none of that name; these are", options->format);
	else if (!exporter)
		log_error("%s: its ending is that of no known format; these are", output);
	if (!exporter)
		return say_formats();
	if (is_stdout(output) && exporter->binary && isatty(STDOUT_FILENO)) {
		log_error("%s is not for a terminal: give -o a file, or a pipe to -o -",
			  exporter->ending);
		return EXIT_USAGE;
	}
	return 0;
}

/* The recording must not be replaced by what is made of it, nor be added to. */
static bool is_same_file(const char *path, const char *other)
{
	struct stat status;
	struct stat others;
	int error = is_stdout(other) ? fstat(STDOUT_FILENO, &others) : stat(other, &others);

	return stat(path, &status) == 0 && error == 0 && status.st_dev == others.st_dev &&
	       status.st_ino == others.st_ino;
}

static int write_file(struct recording *recording)
{
	const struct options *options = recording->options;
	struct export_options export = { .query = recording->query, .title = options->title };
	char why[TEXT_WHY];
	int error;

	recording_catch_signals();
	error = export_file(recording->reader, format_of(options), &export, output_of(options),
			    why);
	recording_hide_progress(recording);
	if (!error)
		return 0;
	if (recording_stopped())
		return recording_stopped();
	/* Its reader has had enough, as head(1) has. */
	if (error == -EPIPE && is_stdout(output_of(options)))
		return EXIT_SIGNAL + SIGPIPE;
	if (reader_error(recording->reader)[0])
		log_error("%s: %s", recording->path, reader_error(recording->reader));
	else
		log_error("%s: %s",
			  is_stdout(output_of(options)) ? "standard output" : output_of(options),
			  why);
	return EXIT_FAIL;
}

static int run(const struct options *options)
{
	const char *path = options->arguments[0];
	struct recording recording;
	int status = check_output(options);

	if (status)
		return status;
	if (is_same_file(path, output_of(options))) {
		log_error("%s: is the recording itself; give another name", output_of(options));
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
	.arguments = "FILE [OUT]",
	.summary = "A recorded session as a file of another format, by the ending of OUT.",
	.groups = OPTIONS_EXPORT | OPTIONS_FORMAT | OPTIONS_PART | OPTIONS_TITLE,
	.least = 1,
	.most = 2,
	.run = run,
};
