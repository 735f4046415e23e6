/*
 * What is known of families beyond their lines: whose each process is, how many came and went
 * without a line, and what memory those had. The kernel tells of each fork and each end where it
 * can (forks.h, exits.h); else these are lower bounds.
 */
#ifndef WATCHER_KIN_H
#define WATCHER_KIN_H

#include "base/text.h"
#include "proc/pidset.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A family, by the process that it began with. Roots are in order of their id. */
struct kin_root {
	uint32_t id; /* 1, 2, 3 ... in the session; never reused */
	pid_t pid;
	uint32_t line;	/* 0: it has none yet */
	size_t members; /* with a line, that live */
	size_t alive;	/* descendants, as the kernel told */
	bool had_any;	/* a descendant is known of */
	uint64_t known; /* the highest peak of those that have ended */
	uint64_t own;	/* the highest of memwatch's own programs in it, which wait4 counts too */
	uint64_t told;	/* the highest that was told above all of these */
	bool pending;	/* that is to be told of when there is a line to tell it of */
	/* What its line is to be called, and what was run, where it ends before we see it; or "".
	 */
	char name[TEXT_NAME + 1];
	char command[TEXT_COMMAND + 1];
};

struct kin {
	struct kin_root *roots;
	size_t count;
	size_t room;
	uint32_t last_id;
	int forks; /* descriptors; negative: closed, or there is no such thing here */
	int exits;
	bool tried_forks, tried_exits;
	/* Descendants of roots, as the kernel told of them; in a mark's start_ticks the root's id,
	 * in its name one of enum kin_state. */
	struct pidset births;
	uint64_t round;
	uint64_t unseen;
	bool at_least; /* there may have been more of those */
	uint64_t told; /* of unseen */
	uint64_t told_ns;
};

struct core;
struct entry;
struct reaped;

void kin_open(struct kin *kin);
void kin_close(struct kin *kin);

/* A family begins with @pid, which is to become a program yet: it has no line before it has. */
void kin_await(struct core *core, pid_t pid, const char *name, const char *command);
/* The root that was awaited so, and has no family yet; NULL: none. */
const struct kin_root *kin_awaited(const struct core *core, pid_t pid);
/* A family begins with @entry, or goes on that was awaited: its root's id; 0 without memory. */
uint32_t kin_begin(struct core *core, const struct entry *entry);
/* The root of a process's family: 0 for none that is known. */
uint32_t kin_root_of(const struct core *core, pid_t pid);

/* The line that a family began with; NULL: it has none (any more). */
struct entry *kin_head(const struct core *core, uint32_t root);

/* A member of entry->root has a line from now on; has none any more, since it has ended or is
 * dropped. */
void kin_join(struct core *core, const struct entry *entry);
void kin_leave(struct core *core, const struct entry *entry);
/* The process is one of memwatch's own, which are never counted. */
void kin_is_ours(struct core *core, pid_t pid);
/* The most that one of those has had, below whose PID a family's member is. */
void kin_own_peak(struct core *core, pid_t pid, uint64_t peak_bytes);
/* One was found to have ended that never had a line. It counts where the kernel doesn't tell. */
void kin_unseen(struct core *core);

/* Take what the kernel has told until now. */
void kin_hear(struct core *core);
/* As root, from the first line on: exact peaks. */
void kin_hear_exits(struct core *core);

/*
 * What wait4 says of the memory of @entry, a root whose parent asks, and of all that it waited for.
 * To be called before its end. False: the most of it may be memwatch's own, which it ran.
 */
bool kin_ended(struct core *core, struct entry *entry, const struct reaped *reaped);
/* The same of an orphan: of a family of that root, if there is one. */
void kin_orphan_ended(struct core *core, uint32_t root, const struct reaped *reaped);

/* Whether there is something to be told of the unseen. */
bool kin_has_news(const struct core *core);
/* Tell it; at most once a second unless @now. */
void kin_tell(struct core *core, bool now);

/* Forget roots of which nobody is left, but those that the reapers of core->family have. */
void kin_sweep(struct core *core);

#endif
