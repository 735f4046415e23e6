#include "export/picture/drawing.h"

#include "base/clock.h"
#include "plotter/gnuplot/glyphs.h"
#include "plotter/gnuplot/process.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* gnuplot takes a second or two for the largest script; this is for a machine that is very busy. */
#define LIMIT_MS 120000

#define LOOK_MS 20

/* A picture is a few megabytes. */
#define SIZE_LIMIT (256L << 20)

static int say(char *why, int error, const char *what)
{
	snprintf(why, TEXT_WHY, "%s", what);
	return error;
}

static int begin(struct gnuplot *gnuplot, int script_fd, int out_fd, char *why)
{
	static const char *const arguments[] = { GNUPLOT_SCRIPT, NULL };
	const struct gnuplot_start start = {
		.arguments = arguments, .in_fd = -1, .out_fd = out_fd, .script_fd = script_fd
	};
	int error = gnuplot_start(gnuplot, &start);

	if (error == -ENOENT)
		return say(why, error, "gnuplot is not installed (apt install gnuplot-nox)");
	if (error)
		snprintf(why, TEXT_WHY, "cannot start gnuplot: %s", strerror(-error));
	return error;
}

static int finish(struct gnuplot *gnuplot, int out_fd, unsigned limit_ms,
		  const struct reader_query *query, int *ret_status, char *why)
{
	uint64_t until_ns = clock_mono_ns() + limit_ms * NS_PER_MS;

	while (gnuplot_wait(gnuplot, LOOK_MS, ret_status) == -ETIMEDOUT) {
		int error = 0;

		if (query->progress && !query->progress(query->arg, 1))
			error = say(why, -ECANCELED, "canceled");
		else if (clock_mono_ns() >= until_ns)
			error = say(why, -ETIMEDOUT, "gnuplot takes too long: it was ended");
		else if (lseek(out_fd, 0, SEEK_END) > SIZE_LIMIT)
			error = say(why, -EFBIG, "gnuplot writes too much: it was ended");
		if (error) {
			gnuplot_stop(gnuplot);
			return error;
		}
	}
	return 0;
}

static int judge(const struct gnuplot *gnuplot, int status, char *why)
{
	char said[TEXT_WHY - 32];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == SCRIPT_NO_TERMINAL)
		return say(why, -ENOSYS,
			   "this gnuplot cannot write that format (apt install gnuplot-nox)");
	gnuplot_said(gnuplot, said, sizeof(said));
	if (*said)
		snprintf(why, TEXT_WHY, "gnuplot failed: %s", said);
	else if (WIFSIGNALED(status))
		snprintf(why, TEXT_WHY, "gnuplot was killed by signal %d", WTERMSIG(status));
	else
		snprintf(why, TEXT_WHY, "gnuplot failed with status %d and said nothing",
			 WEXITSTATUS(status));
	return -EIO;
}

/* Whether what it wrote is a file of the kind. */
static int check_begin(int out_fd, const char *begins, char *why)
{
	char buffer[16] = "";
	size_t length = strlen(begins);
	ssize_t got = pread(out_fd, buffer, length, 0);

	if (got <= 0)
		return say(why, -EIO, "gnuplot drew nothing");
	if ((size_t)got < length || memcmp(buffer, begins, length) != 0)
		return say(why, -EIO, "what gnuplot wrote is no picture: is it gnuplot?");
	return 0;
}

int drawing_run(int script_fd, int out_fd, const char *begins, unsigned limit_ms,
		const struct reader_query *query, char *why)
{
	struct gnuplot gnuplot;
	int status;
	int error = begin(&gnuplot, script_fd, out_fd, why);

	if (!error)
		error = finish(&gnuplot, out_fd, limit_ms, query, &status, why);
	if (!error)
		error = judge(&gnuplot, status, why);
	if (!error)
		error = check_begin(out_fd, begins, why);
	return error;
}

/* The script in memory: a descriptor, or a negative errno. */
static int write_script(struct reader *reader, const struct export_options *options,
			const struct script_terminal *terminal, char *why)
{
	int fd = memfd_create("memwatch.gp", MFD_CLOEXEC);
	FILE *file = fd >= 0 ? fdopen(dup(fd), "w") : NULL;
	int error;

	if (!file) {
		error = say(why, -errno, "no memory for the script of a picture");
		goto out;
	}
	error = script_export(reader, options, file, why, terminal);
	if (fclose(file) != 0 && !error)
		error = say(why, -errno, "no memory for the script of a picture");
out:
	if (error && fd >= 0)
		close(fd);
	return error ? error : fd;
}

static int copy(int fd, FILE *out, char *why)
{
	char buffer[16384];
	off_t at = 0;
	ssize_t length;

	while ((length = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		if (fwrite(buffer, 1, (size_t)length, out) != (size_t)length)
			return say(why, -EIO, "cannot be written");
		at += length;
	}
	return length < 0 ? say(why, -errno, "cannot read what gnuplot drew") : 0;
}

/* What gnuplot draws goes through memory: a full disk, which it doesn't notice, is our caller's to
 * tell, and @out may be anything. */
int drawing_write(struct reader *reader, const struct export_options *options, FILE *out, char *why,
		  const struct drawing_format *format)
{
	int script_fd = write_script(reader, options, &format->terminal, why);
	int drawn_fd;
	int error;

	if (script_fd < 0)
		return script_fd;
	drawn_fd = memfd_create("memwatch-picture", MFD_CLOEXEC);
	if (drawn_fd < 0 || (format->fonts_here && glyphs_fit(script_fd) < 0))
		error = say(why, -ENOMEM, "no memory for a picture");
	else
		error = drawing_run(script_fd, drawn_fd, format->begins, LIMIT_MS, &options->query,
				    why);
	if (!error)
		error = copy(drawn_fd, out, why);
	if (drawn_fd >= 0)
		close(drawn_fd);
	close(script_fd);
	return error;
}
