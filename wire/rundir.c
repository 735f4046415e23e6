#include "wire/rundir.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_TRIES 8

/* What of the lock's file is locked by who tidies up; a watcher locks all of it. */
#define TIDY_AT 1048576

bool rundir_name_valid(const char *session)
{
	size_t length = strlen(session);

	if (length == 0 || length >= RUNDIR_NAME || session[0] == '.')
		return false;
	return strspn(session,
		      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
	       length;
}

/* A directory that only this user can enter: 0 or why not. */
static int check_private(const char *path)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return -errno;
	if (!S_ISDIR(status.st_mode))
		return -ENOTDIR;
	if (status.st_uid != geteuid() || (status.st_mode & 077) != 0)
		return -EPERM;
	return 0;
}

static int open_private(const char *path, bool create)
{
	int error = -ENOENT;

	/* who ends at this moment may remove it in between */
	for (int i = 0; i < OPEN_TRIES && error == -ENOENT; i++) {
		if (create && mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		error = check_private(path);
		if (!create)
			break;
	}
	return error;
}

/* --- where it is */

/* $XDG_RUNTIME_DIR; NULL where that is not set. The XDG base directory specification: a relative
 * path is to be ignored. */
static const char *runtime_dir(void)
{
	const char *runtime = secure_getenv("XDG_RUNTIME_DIR");

	return runtime && runtime[0] == '/' ? runtime : NULL;
}

/* "$XDG_RUNTIME_DIR/memwatch" to @path: its length, or -ENAMETOOLONG. */
static int runtime_base(char path[RUNDIR_PATH], const char *runtime)
{
	int length = snprintf(path, RUNDIR_PATH, "%s/memwatch", runtime);

	return length < RUNDIR_PATH ? length : -ENAMETOOLONG;
}

/*
 * Whether @runtime is a directory of this user's, that can be written, with nothing of another
 * user's in it where ours is to be: 0 or why not. After su(1) and sudo(8) it is another user's, and
 * over ssh(1) it may be that of another machine.
 */
static int check_runtime(const char *runtime)
{
	char path[RUNDIR_PATH];
	struct stat status;

	if (stat(runtime, &status) < 0)
		return -errno;
	if (!S_ISDIR(status.st_mode))
		return -ENOTDIR;
	if (status.st_uid != geteuid())
		return -EPERM;
	if (runtime_base(path, runtime) < 0)
		return 0;
	if (lstat(path, &status) == 0)
		return status.st_uid == geteuid() ? 0 : -EPERM;
	return faccessat(AT_FDCWD, runtime, W_OK | X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

int rundir_fallback(const char **ret_runtime)
{
	const char *runtime = runtime_dir();
	int error = runtime ? check_runtime(runtime) : 0;

	*ret_runtime = runtime;
	return error == -ENAMETOOLONG ? 0 : error;
}

bool rundir_explain_fallback(char *text, size_t size)
{
	const char *runtime;
	int error = rundir_fallback(&runtime);
	const char *why = error == -ENOENT			? "no such directory"
			  : error == -EPERM			? "another user's"
			  : error == -ENOTDIR			? "no directory"
			  : error == -EACCES || error == -EROFS ? "cannot be written"
								: strerror(-error);
	char base[RUNDIR_PATH];

	if (!error || rundir_base(base) < 0)
		return false;
	snprintf(text, size, "XDG_RUNTIME_DIR is %.200s: %s; using %s", runtime, why, base);
	return true;
}

/* This user, as whoever made the user namespace that we may be in has it: that is whose watcher may
 * run outside (user_namespaces(7), "0 1000 1"). */
static unsigned outer_user(void)
{
	unsigned long inside, outside, count, user = geteuid();
	FILE *map = fopen("/proc/self/uid_map", "re");
	unsigned long found = user;

	while (map && fscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3) {
		if (user >= inside && user - inside < count)
			found = outside + (user - inside);
	}
	if (map)
		fclose(map);
	return (unsigned)found;
}

int rundir_base(char path[RUNDIR_PATH])
{
	const char *runtime;

	if (rundir_fallback(&runtime) == 0 && runtime)
		return runtime_base(path, runtime);
	return snprintf(path, RUNDIR_PATH, "/tmp/memwatch-%u", outer_user());
}

/* Append the session to the path of @length bytes of the directory that holds all, and open it. */
static int open_session(struct rundir *dir, size_t length, const char *session, bool create)
{
	if (length + strlen(session) + strlen("//" RUNDIR_CONTROL) > RUNDIR_SOCKET_MAX)
		return -ENAMETOOLONG;
	snprintf(dir->path + length, RUNDIR_PATH - length, "/%s", session);
	return open_private(dir->path, create);
}

int rundir_open(struct rundir *ret_dir, const char *session, bool create)
{
	int length = rundir_base(ret_dir->path);
	int error;

	if (length < 0)
		return length;
	if (!rundir_name_valid(session)) {
		text_copy(ret_dir->path, sizeof ret_dir->path, session);
		return -EINVAL;
	}
	if ((size_t)length + strlen(session) + strlen("//" RUNDIR_CONTROL) > RUNDIR_SOCKET_MAX)
		return -ENAMETOOLONG;
	error = open_private(ret_dir->path, create);
	return error ? error : open_session(ret_dir, (size_t)length, session, create);
}

int rundir_beside(const struct rundir *dir, const char *session, bool create,
		  struct rundir *ret_dir)
{
	const char *slash = strrchr(dir->path, '/');
	size_t length = slash ? (size_t)(slash - dir->path) : 0;

	*ret_dir = *dir;
	return rundir_name_valid(session) ? open_session(ret_dir, length, session, create)
					  : -EINVAL;
}

const char *rundir_error(int error)
{
	switch (-error) {
	case EINVAL:
		return "a session's name is 1 to 32 letters, digits, '-', '_' or '.'";
	case ENAMETOOLONG:
		return "the path is too long for a socket (107 bytes); set XDG_RUNTIME_DIR to a "
		       "shorter one";
	case EPERM:
		return "is not a private directory of yours (owner, mode 0700); set "
		       "XDG_RUNTIME_DIR to one that is";
	case ENOTDIR:
		return "is not a directory (links are not followed); set XDG_RUNTIME_DIR to a "
		       "directory of yours";
	case EBADFD:
	case ELOOP:
		return "is not a regular file; remove it";
	case ENOENT:
		return "no such directory; set XDG_RUNTIME_DIR to one of yours";
	case EACCES:
	case EROFS:
		return "cannot be written; set XDG_RUNTIME_DIR to a directory of yours";
	default:
		return strerror(-error);
	}
}

void rundir_file(char to[RUNDIR_PATH], const struct rundir *dir, const char *name)
{
	snprintf(to, RUNDIR_PATH, "%.*s/%s", (int)(RUNDIR_PATH - strlen(name) - 2), dir->path,
		 name);
}

static int read_owner(int fd)
{
	char text[16] = "";
	ssize_t size = pread(fd, text, sizeof text - 1, 0);
	int pid = size > 0 ? atoi(text) : 0;

	return pid > 0 ? pid : 0;
}

static bool is_tidier(const struct flock *lock)
{
	return lock->l_start == TIDY_AT && lock->l_len == 1;
}

/* Whether a watcher has the lock that is open as @fd. */
static bool is_watched(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && !is_tidier(&lock);
}

int rundir_owner(const struct rundir *dir)
{
	char path[RUNDIR_PATH];
	int owner = -ENOENT;
	int fd;

	rundir_file(path, dir, RUNDIR_LOCK);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? -errno : -ENOENT;
	if (is_watched(fd))
		owner = read_owner(fd);
	close(fd);
	return owner;
}

/* Whether the file at @path is still the one that is open as @fd. */
static bool is_there(const char *path, int fd)
{
	struct stat named, opened;

	return lstat(path, &named) == 0 && fstat(fd, &opened) == 0 &&
	       named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

static bool is_regular(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

static int open_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd < 0)
		return errno == ENOENT ? -ESTALE : errno == ENXIO ? -EBADFD : -errno;
	if (is_regular(fd))
		return fd;
	close(fd);
	return -EBADFD;
}

/* Lock @length bytes from @start on (0: all) of the file at @path: its descriptor, or why not. */
static int take_lock(const char *path, off_t start, off_t length, int *ret_owner)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = length
	};
	int fd = open_lock(path);
	int error = 0;

	if (fd < 0)
		return fd;
	*ret_owner = 0;
	if (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
		*ret_owner = read_owner(fd);
		error = is_watched(fd) ? -EBUSY : -ESTALE; /* else it is let go in a moment */
	} else if (!is_there(path, fd)) {
		error = -ESTALE;
	}
	if (!error)
		return fd;
	close(fd);
	return error;
}

int rundir_tidy(const struct rundir *dir)
{
	char path[RUNDIR_PATH];
	int owner;

	rundir_file(path, dir, RUNDIR_LOCK);
	return take_lock(path, TIDY_AT, 1, &owner);
}

int rundir_lock(const struct rundir *dir, int *ret_owner)
{
	char path[RUNDIR_PATH];
	char text[16];
	int length;
	int error;
	int fd;

	rundir_file(path, dir, RUNDIR_LOCK);
	fd = take_lock(path, 0, 0, ret_owner);
	if (fd < 0)
		return fd;
	errno = 0;
	length = snprintf(text, sizeof text, "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)length, 0) != length) {
		error = errno ? -errno : -EIO;
		close(fd);
		return error;
	}
	return fd;
}

bool rundir_is_locked_by(const struct rundir *dir, int lock)
{
	char path[RUNDIR_PATH];

	rundir_file(path, dir, RUNDIR_LOCK);
	return is_there(path, lock);
}

bool rundir_is_whole(const struct rundir *dir, int lock)
{
	static const char *const names[] = { RUNDIR_EVENTS, RUNDIR_CONTROL, RUNDIR_STREAM,
					     RUNDIR_WHO, RUNDIR_RINGS };
	char path[RUNDIR_PATH];

	if (!rundir_is_locked_by(dir, lock))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		rundir_file(path, dir, names[i]);
		if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			return false;
	}
	return true;
}

/* What is no socket in a socket's place is somebody's file. */
static bool has_strange_file(const struct rundir *dir, const char *const *names, size_t count)
{
	char path[RUNDIR_PATH];
	struct stat status;

	for (size_t i = 0; i < count; i++) {
		rundir_file(path, dir, names[i]);
		if (lstat(path, &status) == 0 && !S_ISSOCK(status.st_mode))
			return true;
	}
	return false;
}

void rundir_remove(const struct rundir *dir)
{
	static const char *const names[] = { RUNDIR_EVENTS, RUNDIR_CONTROL, RUNDIR_STREAM,
					     RUNDIR_WHO };
	const size_t count = sizeof names / sizeof *names;
	char path[RUNDIR_PATH];

	if (has_strange_file(dir, names, count))
		return;
	rundir_file(path, dir, RUNDIR_RINGS);
	if (rmdir(path) < 0 && errno != ENOENT)
		return;
	for (size_t i = 0; i < count; i++) {
		rundir_file(path, dir, names[i]);
		unlink(path);
	}
	rundir_file(path, dir, RUNDIR_LOCK);
	unlink(path);
	rmdir(dir->path);
}
