/*
 * The children of a process, as the kernel lists them: /proc/PID/task/TID/children (proc(5); a
 * kernel may be built without it), a list for each of its threads.
 */
#ifndef PROC_CHILDREN_H
#define PROC_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Descriptors of a process, kept open from walk to walk, since opening costs ten times as much as
 * reading: they are of that process alone, whoever gets its PID later. Negative: not open.
 */
struct child_files {
	int task;     /* /proc/PID/task: its link count tells how many threads there are */
	int children; /* of the leader thread */
};

#define CHILD_FILES_NONE ((struct child_files){ -1, -1 })

typedef void (*children_fn)(void *arg, pid_t child);

/*
 * Give each child of @pid to @each. @root goes before each path: "" but in tests. @files are opened
 * where they aren't open; @keep: and stay so. 0; -ENOSYS where this kernel has no such lists;
 * -ESRCH where the process is gone; or another negative errno.
 */
int children_each(const char *root, pid_t pid, struct child_files *files, bool keep,
		  children_fn each, void *arg);

void children_close(struct child_files *files);

#endif
