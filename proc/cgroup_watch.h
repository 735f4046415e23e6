/*
 * One memory cgroup (v2) that is followed as a whole: who is in it and below it, and what the
 * kernel says of its memory. Its directory may go and come again, as a unit's does that is started
 * again.
 *
 * Files: cgroup.procs, memory.current, memory.peak, memory.max, memory.events (the kernel's
 * Documentation/admin-guide/cgroup-v2.rst).
 */
#ifndef PROC_CGROUP_WATCH_H
#define PROC_CGROUP_WATCH_H

#include "proc/cgroups.h"

struct cgroup_events {
	uint64_t high;
	uint64_t max;
	uint64_t oom_kill;
};

struct cgroup_watch {
	char *dir;  /* in the file system */
	char *path; /* below the mount, "/" for its root */
	int current_fd;
	bool has_memory; /* there was a memory.current when it was opened */
	bool events_known;
	struct cgroup_events events; /* as they were read last */
};

/* memory.max: there is none. */
#define CGROUP_NO_LIMIT UINT64_MAX

struct cgroup_figures {
	uint64_t current;	       /* bytes */
	uint64_t peak;		       /* bytes; 0: this kernel doesn't tell */
	uint64_t max;		       /* bytes, or CGROUP_NO_LIMIT */
	struct cgroup_events happened; /* since the last call; nothing at the first one */
};

/*
 * The cgroup that @asked names: its directory, or its path below the mount; @unit: the name of a
 * systemd unit, whose cgroup is searched for (".service" may be left out). 0; or a negative errno
 * with one line that says why in @why, of @size bytes. To be closed in any case.
 */
int cgroup_watch_open(struct cgroup_watch *watch, const struct cgroups *cgroups, const char *asked,
		      bool unit, char *why, size_t size);
void cgroup_watch_close(struct cgroup_watch *watch);

/* Each process in it and in the cgroups below it. -ENOENT where it is gone. */
int cgroup_watch_each(const struct cgroup_watch *watch, void (*each)(void *arg, pid_t pid),
		      void *arg);

/* memory.current, by a file that is kept open: false where the cgroup is gone. */
bool cgroup_watch_current(struct cgroup_watch *watch, uint64_t *ret_current);

/* All of its figures: false where it is gone. */
bool cgroup_watch_read(struct cgroup_watch *watch, struct cgroup_figures *ret_figures);

#endif
