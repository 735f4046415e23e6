#include "proc/cgroup_watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cgroups below cgroups that are looked into. */
#define DEPTH_MOST 32

/* --- which one */

static bool is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Without slashes at its end. */
static void trim(char *path)
{
	size_t length = strlen(path);

	while (length > 0 && path[length - 1] == '/')
		path[--length] = '\0';
}

static bool is_unit(const char *name, const char *unit)
{
	size_t length = strlen(unit);

	return strncmp(name, unit, length) == 0 &&
	       (name[length] == '\0' || strcmp(name + length, ".service") == 0);
}

/* A search for the cgroup of a unit: the one that is least deep. */
struct search {
	const char *unit;
	unsigned depth; /* of what was found */
	char found[PATH_MAX];
};

static void search_below(struct search *search, const char *dir, unsigned depth)
{
	DIR *listing = depth < search->depth ? opendir(dir) : NULL;
	const struct dirent *file;
	char path[PATH_MAX];

	if (!listing)
		return;
	while ((file = readdir(listing)) != NULL) {
		if (file->d_name[0] == '.' ||
		    (file->d_type != DT_DIR && file->d_type != DT_UNKNOWN))
			continue;
		if (snprintf(path, sizeof path, "%s/%s", dir, file->d_name) >= (int)sizeof path)
			continue;
		if (is_unit(file->d_name, search->unit) && depth < search->depth) {
			search->depth = depth;
			memcpy(search->found, path, sizeof path);
		} else {
			search_below(search, path, depth + 1);
		}
	}
	closedir(listing);
}

static int find_unit(char to[PATH_MAX], const char *mount, const char *unit, char *why, size_t size)
{
	struct search search = { .unit = unit, .depth = DEPTH_MOST };

	search_below(&search, mount, 0);
	if (search.depth == DEPTH_MOST) {
		snprintf(why, size,
			 "unit '%s': has no cgroup below %s: it doesn't run, or isn't systemd's",
			 unit, mount);
		return -ENOENT;
	}
	memcpy(to, search.found, sizeof search.found);
	return 0;
}

/* As it was typed: a directory of the file system, or a path below the mount. */
static int find_path(char to[PATH_MAX], const char *mount, const char *asked, char *why,
		     size_t size)
{
	size_t length = strlen(mount);

	if (strncmp(asked, mount, length) == 0 && (asked[length] == '/' || asked[length] == '\0'))
		snprintf(to, PATH_MAX, "%s", asked);
	else
		snprintf(to, PATH_MAX, "%s/%s", mount, asked + (asked[0] == '/'));
	trim(to);
	if (is_directory(to))
		return 0;
	snprintf(why, size,
		 is_directory(asked) ? "cgroup %s: is none of cgroup v2, which is at %s: its "
				       "processes and its memory can't be had"
				     : "cgroup %s: there is none below %s",
		 asked, mount);
	return -ENOENT;
}

int cgroup_watch_open(struct cgroup_watch *watch, const struct cgroups *cgroups, const char *asked,
		      bool unit, char *why, size_t size)
{
	const char *mount = cgroups_mount(cgroups);
	char dir[PATH_MAX];
	uint64_t current;
	int error;

	*watch = (struct cgroup_watch){ .current_fd = -1 };
	if (!mount) {
		snprintf(why, size,
			 "%s %s: cgroup v2 is not mounted here: its processes, memory.current, "
			 "memory.peak, memory.max and memory.events can't be had",
			 unit ? "unit" : "cgroup", asked);
		return -ENOENT;
	}
	error = unit ? find_unit(dir, mount, asked, why, size)
		     : find_path(dir, mount, asked, why, size);
	if (error)
		return error;
	watch->dir = strdup(dir);
	watch->path = strdup(dir[strlen(mount)] ? dir + strlen(mount) : "/");
	if (!watch->dir || !watch->path) {
		snprintf(why, size, "cgroup %s: %s", asked, strerror(ENOMEM));
		return -ENOMEM;
	}
	watch->has_memory = cgroup_watch_current(watch, &current);
	return 0;
}

void cgroup_watch_close(struct cgroup_watch *watch)
{
	if (watch->current_fd >= 0)
		close(watch->current_fd);
	watch->current_fd = -1;
	free(watch->dir);
	free(watch->path);
	watch->dir = NULL;
	watch->path = NULL;
}

/* --- who is in it */

typedef void (*pid_fn)(void *arg, pid_t pid);

static int each_below(const char *dir, unsigned depth, pid_fn each, void *arg)
{
	char path[PATH_MAX];
	const struct dirent *file;
	DIR *listing;
	FILE *procs;
	long pid;

	if (snprintf(path, sizeof path, "%s/cgroup.procs", dir) >= (int)sizeof path)
		return 0;
	procs = fopen(path, "re");
	if (!procs)
		return -errno;
	/* 0 is one of another PID namespace */
	while (fscanf(procs, "%ld", &pid) == 1) {
		if (pid > 0 && pid <= INT_MAX)
			each(arg, (pid_t)pid);
	}
	fclose(procs);
	listing = depth < DEPTH_MOST ? opendir(dir) : NULL;
	while (listing && (file = readdir(listing)) != NULL) {
		if (file->d_name[0] != '.' &&
		    (file->d_type == DT_DIR || file->d_type == DT_UNKNOWN) &&
		    snprintf(path, sizeof path, "%s/%s", dir, file->d_name) < (int)sizeof path)
			each_below(path, depth + 1, each, arg);
	}
	if (listing)
		closedir(listing);
	return 0;
}

int cgroup_watch_each(const struct cgroup_watch *watch, pid_fn each, void *arg)
{
	return each_below(watch->dir, 0, each, arg);
}

/* --- its memory */

/* A whole small file; false where it can't be read. */
static bool read_file(const struct cgroup_watch *watch, const char *name, char *text, size_t size)
{
	char path[PATH_MAX + 32];
	ssize_t length;
	int fd;

	snprintf(path, sizeof path, "%s/%s", watch->dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, text, size - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length > 0;
}

bool cgroup_watch_current(struct cgroup_watch *watch, uint64_t *ret_current)
{
	char path[PATH_MAX + 32];
	char text[32];
	ssize_t length;

	snprintf(path, sizeof path, "%s/memory.current", watch->dir);
	if (watch->current_fd < 0)
		watch->current_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (watch->current_fd < 0)
		return false;
	length = pread(watch->current_fd, text, sizeof text - 1, 0);
	if (length <= 0) {
		close(watch->current_fd);
		watch->current_fd = -1;
		return false;
	}
	text[length] = '\0';
	*ret_current = strtoull(text, NULL, 10);
	return true;
}

static uint64_t number_of(const struct cgroup_watch *watch, const char *name, uint64_t otherwise)
{
	char text[32];
	char *end;
	uint64_t number;

	if (!read_file(watch, name, text, sizeof text))
		return otherwise;
	number = strtoull(text, &end, 10);
	return end == text ? otherwise : number;
}

/* "low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\n" */
static uint64_t event_of(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (; text && *text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, name, length) == 0 && text[length] == ' ')
			return strtoull(text + length, NULL, 10);
	}
	return 0;
}

static uint64_t more(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

static void read_events(struct cgroup_watch *watch, struct cgroup_events *ret_happened)
{
	struct cgroup_events now;
	char text[512];

	if (!read_file(watch, "memory.events", text, sizeof text))
		return;
	now.high = event_of(text, "high");
	now.max = event_of(text, "max");
	now.oom_kill = event_of(text, "oom_kill");
	if (watch->events_known) {
		ret_happened->high = more(now.high, watch->events.high);
		ret_happened->max = more(now.max, watch->events.max);
		ret_happened->oom_kill = more(now.oom_kill, watch->events.oom_kill);
	}
	watch->events = now;
	watch->events_known = true;
}

bool cgroup_watch_read(struct cgroup_watch *watch, struct cgroup_figures *ret_figures)
{
	*ret_figures = (struct cgroup_figures){ 0 };
	/* One that was made again counts from 0. */
	if (!cgroup_watch_current(watch, &ret_figures->current)) {
		watch->events = (struct cgroup_events){ 0 };
		return false;
	}
	ret_figures->peak = number_of(watch, "memory.peak", 0);
	ret_figures->max = number_of(watch, "memory.max", CGROUP_NO_LIMIT);
	read_events(watch, &ret_figures->happened);
	return true;
}
