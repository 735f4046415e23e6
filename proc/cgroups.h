/*
 * What memory cgroups (v2) hold the processes of a session. Off the hot path. Where there is no
 * mount of cgroup v2, or it has no memory controller, nothing holds anybody.
 *
 * Files: /proc/self/mountinfo and /proc/PID/cgroup (proc(5), cgroups(7)), memory.max and
 * memory.current (the kernel's Documentation/admin-guide/cgroup-v2.rst).
 */
#ifndef PROC_CGROUPS_H
#define PROC_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cgroups;
struct cgroup;

/* Most cgroups whose files are kept open, two each; the processes of others are held by nothing. */
#define CGROUPS_MOST 512

/* @root goes before each path: "" but in tests; what it points to must outlive the cgroups. NULL
 * without memory. */
struct cgroups *cgroups_new(const char *root);
void cgroups_free(struct cgroups *cgroups);

/*
 * Where the process @pid is now, to *cgroup, which is NULL before and NULL where nobody knows; what
 * was there is let go of. Never NULL: @cgroup.
 */
void cgroups_follow(struct cgroups *cgroups, pid_t pid, struct cgroup **cgroup);
void cgroups_leave(struct cgroups *cgroups, struct cgroup **cgroup);

/*
 * Of the limits of @cgroup and those above it the one that leaves the least room, in bytes: false
 * where there is none. Each file is read once for all calls with the same @look, which isn't 0.
 */
bool cgroups_read(const struct cgroups *cgroups, struct cgroup *cgroup, uint64_t look,
		  uint64_t *ret_limit, uint64_t *ret_used);

/* Where cgroup v2 is mounted, with root before it; NULL: nowhere. */
const char *cgroups_mount(const struct cgroups *cgroups);

/* How many are followed, those above included. */
size_t cgroups_count(const struct cgroups *cgroups);

#endif
