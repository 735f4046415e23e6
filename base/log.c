#include "base/log.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024

/* What main says once, for every message of the program. */
static const char *log_program = "memwatch";
static int log_verbose;

/* What a program opens must not get the number of a standard stream that it was started without. */
static void fill_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

void log_open(const char *program)
{
	log_program = program;
	fill_streams();
}

void log_set_verbose(int verbose)
{
	log_verbose = verbose;
}

__attribute__((format(printf, 1, 0))) static void log_line(const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];
	char clean[TEXT_CLEAN_ROOM(LINE_MAX_BYTES)];
	int saved = errno;

	if (vsnprintf(line, sizeof(line), format, args) < 0)
		line[0] = '\0';
	text_clean(clean, sizeof(clean), line, strlen(line));
	fprintf(stderr, "%s: %s\n", log_program, clean);
	errno = saved;
}

void log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(format, args);
	va_end(args);
}

void log_debug(const char *format, ...)
{
	va_list args;

	if (!log_verbose)
		return;
	va_start(args, format);
	log_line(format, args);
	va_end(args);
}

static int is_broken(int fd)
{
	struct pollfd end = { .fd = fd };

	return fd >= 0 && poll(&end, 1, 0) > 0 && (end.revents & POLLERR);
}

int log_flush(FILE *out)
{
	errno = 0;
	if (fflush(out) == 0 && !ferror(out))
		return 0;
	if (errno)
		return -errno;
	if (is_broken(fileno(out)))
		return -EPIPE;
	/* What failed as the buffer was full has left no number behind; this fails for its reason.
	 */
	return write(fileno(out), "\n", 1) < 0 ? -errno : -EIO;
}
