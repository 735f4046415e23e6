#include "base/target.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER (256 * 1024)

/* Names of one temporary file that are tried, where others of our number left theirs behind. */
#define TRIES 100

static int fail(struct target *target, int error, const char *what)
{
	snprintf(target->why, TEXT_WHY, "%s: %s", what, strerror(-error));
	return error;
}

int target_refuse(struct target *target, int error, const char *why)
{
	snprintf(target->why, TEXT_WHY, "%s", why);
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
		return target_refuse(target, -EISDIR, "is a directory; name a file in it");
	if (S_ISREG(status.st_mode)) {
		if (access(target->path, W_OK) < 0)
			return fail(target, -errno, "cannot be written");
		return open_temporary(target);
	}
	if (!S_ISCHR(status.st_mode) && !S_ISFIFO(status.st_mode))
		return target_refuse(target, -EINVAL, "is no file that could be written");
	fd = open(target->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? fail(target, -errno, "cannot be written") : fd;
}

int target_open(struct target *target, const char *path)
{
	bool is_stdout = strcmp(path, "-") == 0;
	int error = is_stdout ? 0 : set_path(target, path);
	int fd;

	if (error)
		return error;
	fd = is_stdout ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : open_descriptor(target);
	if (fd < 0)
		return is_stdout ? fail(target, -errno, "cannot be written") : fd;
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

int target_flush(struct target *target)
{
	if (fflush(target->out) == 0 && !ferror(target->out))
		return 0;
	return fail(target, write_error(target), "cannot be written");
}

int target_close(struct target *target, int error)
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
