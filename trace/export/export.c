#include "trace/export/export.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER (256 * 1024)

/* Names of one temporary file that are tried, where others of our number left theirs behind. */
#define TRIES 100

/* Each format; its name is its ending. Listed to people in this order. */
/* clang-format off */
#define EXPORTERS(each) \
	each(csv) \
	each(jsonl) \
	each(pftrace) \
	each(json) \
	each(dat) \
	each(html) \
	each(svg) \
	each(png) \
	each(pdf) \
	each(gp)
/* clang-format on */

#define EXPORTER(name) &export_##name,
#define ENDING(name) ", ." #name

static const struct exporter *const exporters[] = { EXPORTERS(EXPORTER) };
static const char endings[] = EXPORTERS(ENDING);

#define COUNT (sizeof exporters / sizeof *exporters)

const struct exporter *export_at(size_t index)
{
	return index < COUNT ? exporters[index] : NULL;
}

const char *export_endings(void)
{
	return endings + strlen(", ");
}

const struct exporter *export_find(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash + 1 : path, '.');

	for (size_t i = 0; dot && i < COUNT; i++) {
		if (strcasecmp(dot, exporters[i]->ending) == 0)
			return exporters[i];
	}
	return NULL;
}

/* --- the file that is written */

struct target {
	char path[PATH_MAX];	  /* links followed */
	char temporary[PATH_MAX]; /* "": @path is written itself */
	FILE *out;
	char *buffer;
	char *why;
};

static int fail(struct target *target, int error, const char *what)
{
	snprintf(target->why, TRACE_WHY, "%s: %s", what, strerror(-error));
	return error;
}

static int refuse(struct target *target, int error, const char *why)
{
	snprintf(target->why, TRACE_WHY, "%s", why);
	return error;
}

static int set_path(struct target *target, const char *path)
{
	if (realpath(path, target->path))
		return 0;
	if (errno != ENOENT)
		return fail(target, -errno, "cannot be written");
	if (snprintf(target->path, sizeof target->path, "%s", path) >= (int)sizeof target->path)
		return fail(target, -ENAMETOOLONG, "cannot be written");
	return 0;
}

/* "DIRECTORY/.NAME.part-PID" beside the target; the name is cut where it would be too long. */
static int open_temporary(struct target *target)
{
	const char *slash = strrchr(target->path, '/');
	const char *name = slash ? slash + 1 : target->path;
	int directory = (int)(name - target->path);
	int cut = (int)text_cut(name, strlen(name), NAME_MAX - 40);
	int fd;

	for (unsigned try = 0; try < TRIES; try++) {
		int length = snprintf(target->temporary, sizeof target->temporary,
				      "%.*s.%.*s.part-%ld", directory, target->path, cut, name,
				      (long)getpid() + (long)try * 10000000L);

		if (length >= (int)sizeof target->temporary)
			errno = ENAMETOOLONG;
		else if ((fd = open(target->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				    0666)) >= 0)
			return fd;
		if (errno != EEXIST)
			break;
	}
	target->temporary[0] = '\0';
	return fail(target, -errno, "cannot be written");
}

/* What is no file is written as it is; what is there and may not be written is left alone. */
static int open_descriptor(struct target *target)
{
	struct stat status;
	int fd;

	if (stat(target->path, &status) < 0)
		return open_temporary(target);
	if (S_ISDIR(status.st_mode))
		return refuse(target, -EISDIR, "is a directory; name a file in it");
	if (S_ISREG(status.st_mode)) {
		if (access(target->path, W_OK) < 0)
			return fail(target, -errno, "cannot be written");
		return open_temporary(target);
	}
	if (!S_ISCHR(status.st_mode) && !S_ISFIFO(status.st_mode))
		return refuse(target, -EINVAL, "is no file that could be written");
	fd = open(target->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? fail(target, -errno, "cannot be written") : fd;
}

static int open_target(struct target *target, const char *path)
{
	int error = set_path(target, path);
	int fd;

	if (error)
		return error;
	fd = open_descriptor(target);
	if (fd < 0)
		return fd;
	target->out = fdopen(fd, "w");
	target->buffer = malloc(BUFFER);
	if (target->out && target->buffer &&
	    setvbuf(target->out, target->buffer, _IOFBF, BUFFER) == 0)
		return 0;
	if (!target->out)
		close(fd);
	return fail(target, -ENOMEM, "cannot be written");
}

/* Why nothing more can be written, which stdio doesn't keep. */
static int write_error(const struct target *target)
{
	return write(fileno(target->out), "", 1) < 0 ? -errno : -EIO;
}

static int flush_target(struct target *target)
{
	if (fflush(target->out) == 0 && !ferror(target->out))
		return 0;
	return fail(target, write_error(target), "cannot be written");
}

/* @error: what has happened so far. The file takes its name where that is nothing. */
static int close_target(struct target *target, int error)
{
	if (target->out && fclose(target->out) != 0 && !error)
		error = fail(target, -errno, "cannot be written");
	free(target->buffer);
	if (!target->temporary[0])
		return error;
	if (!error && rename(target->temporary, target->path) < 0)
		error = fail(target, -errno, "cannot take its name");
	if (error)
		unlink(target->temporary);
	return error;
}

/* --- exporting */

/* The caller's query, stopped also where nothing more can be written. */
struct guard {
	const struct reader_query *query;
	FILE *out;
};

static bool guard_wants(void *arg, const struct reader_process *process)
{
	const struct guard *guard = arg;

	return !guard->query->wants || guard->query->wants(guard->query->arg, process);
}

static bool guard_progress(void *arg, double done)
{
	const struct guard *guard = arg;

	if (ferror(guard->out))
		return false;
	return !guard->query->progress || guard->query->progress(guard->query->arg, done);
}

static int write_session(struct reader *reader, const struct exporter *exporter,
			 const struct export_options *options, struct target *target)
{
	struct guard guard = { .query = &options->query, .out = target->out };
	struct export_options guarded = *options;
	int error;

	guarded.query.wants = options->query.wants ? guard_wants : NULL;
	guarded.query.progress = guard_progress;
	guarded.query.arg = &guard;
	target->why[0] = '\0';
	error = exporter->write(reader, &guarded, target->out, target->why);
	if (ferror(target->out) || !error)
		return flush_target(target);
	if (error == -ECANCELED)
		return refuse(target, error, "stopped");
	if (!target->why[0])
		refuse(target, error, reader_error(reader));
	return error;
}

int export_file(struct reader *reader, const struct export_options *options, const char *path,
		char *why)
{
	const struct exporter *exporter = export_find(path);
	struct target target = { .why = why };
	int error;

	if (!exporter)
		return refuse(&target, -EINVAL, "has no ending of a known format");
	error = open_target(&target, path);
	if (!error)
		error = write_session(reader, exporter, options, &target);
	return close_target(&target, error);
}
