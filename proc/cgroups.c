#include "proc/cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cgroup {
	struct cgroup *next;
	struct cgroup *above;
	size_t users; /* processes in it and cgroups below it */
	int max_fd;
	int current_fd;
	uint64_t look; /* of which the rest is */
	bool held;
	uint64_t limit;
	uint64_t used;
	char path[]; /* below the mount: "" for its root */
};

struct cgroups {
	const char *root;
	char *mount; /* with root before it; NULL: there is none */
	char *base;  /* what of the hierarchy is mounted there: "" for all */
	struct cgroup *all;
	size_t count;
};

/* --- the mount */

/* Take mountinfo's \040 for a space and the like back, in place. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		unsigned code;

		if (text[0] == '\\' && sscanf(text + 1, "%3o", &code) == 1) {
			*to++ = (char)code;
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* "36 35 98:0 ROOT MOUNT OPTIONS [FIELD]... - TYPE SOURCE OPTIONS" */
static bool take_mount(struct cgroups *cgroups, char *line)
{
	const char *base = "";
	char *mount = NULL;

	if (!strstr(line, " - cgroup2 "))
		return false;
	for (unsigned field = 1; field <= 5; field++) {
		mount = strsep(&line, " ");
		if (!mount)
			return false;
		if (field == 4)
			base = mount;
	}
	unescape(mount);
	cgroups->base = strdup(strcmp(base, "/") == 0 ? "" : base);
	if (!cgroups->base || asprintf(&cgroups->mount, "%s%s", cgroups->root, mount) < 0)
		cgroups->mount = NULL;
	else
		unescape(cgroups->base);
	return true;
}

static void find_mount(struct cgroups *cgroups)
{
	char *line = NULL;
	size_t size = 0;
	char *path;
	FILE *file;

	if (asprintf(&path, "%s/proc/self/mountinfo", cgroups->root) < 0)
		return;
	file = fopen(path, "re");
	free(path);
	if (!file)
		return;
	while (getline(&line, &size, file) > 0 && !take_mount(cgroups, line))
		continue;
	free(line);
	fclose(file);
}

struct cgroups *cgroups_new(const char *root)
{
	struct cgroups *cgroups = calloc(1, sizeof *cgroups);

	if (!cgroups)
		return NULL;
	cgroups->root = root;
	find_mount(cgroups);
	return cgroups;
}

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void free_one(struct cgroup *cgroup)
{
	close_file(&cgroup->max_fd);
	close_file(&cgroup->current_fd);
	free(cgroup);
}

void cgroups_free(struct cgroups *cgroups)
{
	struct cgroup *next;

	if (!cgroups)
		return;
	for (struct cgroup *cgroup = cgroups->all; cgroup; cgroup = next) {
		next = cgroup->next;
		free_one(cgroup);
	}
	free(cgroups->mount);
	free(cgroups->base);
	free(cgroups);
}

const char *cgroups_mount(const struct cgroups *cgroups)
{
	return cgroups->mount;
}

size_t cgroups_count(const struct cgroups *cgroups)
{
	return cgroups->count;
}

/* --- who is where */

/* The line "0::PATH" of /proc/PID/cgroup; what is below the mount of it, to @path. */
static bool read_path(const struct cgroups *cgroups, pid_t pid, char path[PATH_MAX])
{
	size_t base = strlen(cgroups->base);
	char text[2 * PATH_MAX];
	ssize_t size;
	char *line;
	int fd;

	snprintf(text, sizeof text, "%s/proc/%d/cgroup", cgroups->root, (int)pid);
	fd = open(text, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size = read(fd, text, sizeof text - 1);
	close(fd);
	text[size > 0 ? size : 0] = '\0';
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!line)
		return false;
	line = strchr(line, '/');
	if (!line || !strchr(line, '\n'))
		return false;
	*strchr(line, '\n') = '\0';
	/* Outside of what is mounted here, or of the namespace. */
	if (strncmp(line, cgroups->base, base) != 0 || strncmp(line + base, "/..", 3) == 0 ||
	    (line[base] != '/' && line[base] != '\0'))
		return false;
	return snprintf(path, PATH_MAX, "%s", strcmp(line + base, "/") ? line + base : "") <
	       PATH_MAX;
}

static struct cgroup *find(const struct cgroups *cgroups, const char *path)
{
	for (struct cgroup *cgroup = cgroups->all; cgroup; cgroup = cgroup->next) {
		if (strcmp(cgroup->path, path) == 0)
			return cgroup;
	}
	return NULL;
}

static struct cgroup *add(struct cgroups *cgroups, const char *path)
{
	struct cgroup *cgroup;

	if (cgroups->count == CGROUPS_MOST)
		return NULL;
	cgroup = calloc(1, sizeof *cgroup + strlen(path) + 1);
	if (!cgroup)
		return NULL;
	memcpy(cgroup->path, path, strlen(path));
	cgroup->max_fd = -1;
	cgroup->current_fd = -1;
	cgroup->next = cgroups->all;
	cgroups->all = cgroup;
	cgroups->count++;
	return cgroup;
}

static void unlink_one(struct cgroups *cgroups, struct cgroup *cgroup)
{
	struct cgroup **at = &cgroups->all;

	while (*at != cgroup)
		at = &(*at)->next;
	*at = cgroup->next;
	cgroups->count--;
	free_one(cgroup);
}

void cgroups_leave(struct cgroups *cgroups, struct cgroup **cgroup)
{
	struct cgroup *last = *cgroup;

	*cgroup = NULL;
	while (last && --last->users == 0) {
		struct cgroup *above = last->above;

		unlink_one(cgroups, last);
		last = above;
	}
}

/* The cgroup of @path with one user more, and all above it. NULL where one can't be had. */
static struct cgroup *enter(struct cgroups *cgroups, char path[PATH_MAX])
{
	struct cgroup *first = NULL;
	struct cgroup *below = NULL;

	for (;;) {
		struct cgroup *cgroup = find(cgroups, path);
		bool known = cgroup != NULL;

		if (!known)
			cgroup = add(cgroups, path);
		if (!cgroup) {
			cgroups_leave(cgroups, &first);
			return NULL;
		}
		cgroup->users++;
		if (below)
			below->above = cgroup;
		else
			first = cgroup;
		if (known || !path[0])
			return first;
		below = cgroup;
		*strrchr(path, '/') = '\0';
	}
}

void cgroups_follow(struct cgroups *cgroups, pid_t pid, struct cgroup **cgroup)
{
	char path[PATH_MAX];
	struct cgroup *left = *cgroup;

	if (!cgroups->mount)
		return;
	if (!read_path(cgroups, pid, path)) {
		cgroups_leave(cgroups, cgroup);
		return;
	}
	if (left && strcmp(left->path, path) == 0)
		return;
	*cgroup = enter(cgroups, path);
	cgroups_leave(cgroups, &left);
}

/* --- what holds them */

static int open_file(const struct cgroups *cgroups, const struct cgroup *cgroup, const char *name)
{
	char path[2 * PATH_MAX];

	if (snprintf(path, sizeof path, "%s%s/%s", cgroups->mount, cgroup->path, name) >=
	    (int)sizeof path)
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A number in a file that is kept open: false for "max", or where it can't be read. One that has
 * been removed and made again is another one. */
static bool read_number(const struct cgroups *cgroups, const struct cgroup *cgroup, int *fd,
			const char *name, uint64_t *ret_number)
{
	char text[32];
	char *end;
	ssize_t size;

	if (*fd < 0)
		*fd = open_file(cgroups, cgroup, name);
	if (*fd < 0)
		return false;
	size = pread(*fd, text, sizeof text - 1, 0);
	if (size <= 0) {
		close_file(fd);
		return false;
	}
	text[size] = '\0';
	*ret_number = strtoull(text, &end, 10);
	return end != text && *ret_number <= INT64_MAX;
}

static void read_one(const struct cgroups *cgroups, struct cgroup *cgroup, uint64_t look)
{
	if (cgroup->look == look)
		return;
	cgroup->look = look;
	cgroup->held =
		read_number(cgroups, cgroup, &cgroup->max_fd, "memory.max", &cgroup->limit) &&
		read_number(cgroups, cgroup, &cgroup->current_fd, "memory.current", &cgroup->used);
}

static uint64_t room_of(const struct cgroup *cgroup)
{
	return cgroup->limit > cgroup->used ? cgroup->limit - cgroup->used : 0;
}

bool cgroups_read(const struct cgroups *cgroups, struct cgroup *cgroup, uint64_t look,
		  uint64_t *ret_limit, uint64_t *ret_used)
{
	const struct cgroup *tightest = NULL;

	for (; cgroup; cgroup = cgroup->above) {
		read_one(cgroups, cgroup, look);
		if (cgroup->held && (!tightest || room_of(cgroup) < room_of(tightest)))
			tightest = cgroup;
	}
	if (!tightest)
		return false;
	*ret_limit = tightest->limit;
	*ret_used = tightest->used;
	return true;
}
