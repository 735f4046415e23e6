/*
 * The processes of a session. Identity is (pid, start time); a line is never reused. No I/O.
 */
#ifndef WATCHER_REGISTRY_H
#define WATCHER_REGISTRY_H

#include "proc/children.h"
#include "watcher/allowance.h"
#include "watcher/memory_limits.h"
#include "watcher/metrics.h"
#include "watcher/peaks.h"
#include "watcher/readings.h"
#include "watcher/thresholds.h"
#include "wire/message.h"

#include <sys/types.h>

struct entry {
	struct process_info info;
	struct entry *next_alike; /* the registry's own */
	int pidfd;		  /* -1 once ended, and where it is lean */
	bool lean;		  /* none of its files is kept open, for want of descriptors */
	uint64_t begun_seq;	  /* of its first PROCESS record; 0 until that is merged */
	bool has_refused;	  /* rings that are not taken: more than it may have */
	bool parent_tells;	  /* its parent, a command of ours, will say how it ended */
	int32_t limit_signal;	  /* it was sent this for a limit; 0: it was not */
	uint64_t ended_ns;	  /* when its end was seen; 0 before */
	bool fixed;		  /* its name was given by a person, whatever the program says */
	bool named;		  /* its name was given, and stays through exec */
	struct allowance names;	  /* for other names */
	uint64_t joined_ns;	  /* when it was found; since_ns may be made earlier */
	uint64_t sampled_ns;	  /* when info.rss was read */
	uint64_t merged_rss;	  /* the last sample that went through the merge */
	uint64_t merged_ns;	  /* and its time */
	struct readings readings; /* what it says of itself */
	struct line_peak peak;	  /* since its newest span began */
	uint64_t mark;		  /* the kernel's high-water mark, as status has it */
	uint64_t pid_ns;	  /* the PID namespace it is in: wire/pidns.h */
	uint32_t inner_pid;	  /* its number there; 0: that of info, or not known */
	char comm[TEXT_NAME + 1]; /* the kernel's name for it */
	int rank;		  /* of an MPI program; -1: it has none */
	uint64_t image;		  /* as struct procinfo has them, to notice exec by */
	bool execed;
	bool looked_at;		    /* since it joined */
	uint64_t titled_ns;	    /* when its name and command line were read last */
	uint64_t looked_ns;	    /* when all-zero statm was last looked into */
	uint64_t end_seq;	    /* of its END record; 0 before */
	struct cgroup *cgroup;	    /* it is in; NULL: unknown, or ended */
	struct bound bound;	    /* what was told of that */
	struct alarm alarm;	    /* what a person asked it to stay below */
	struct figures figures;	    /* what was told beside its samples */
	bool family;		    /* its children are followed too */
	uint64_t heritage;	    /* the selections that its children are in, too */
	uint32_t root;		    /* of its family (kin.h); 0: it has none */
	enum peak_kind peak_kind;   /* what its peak is worth at its end */
	uint64_t crossed;	    /* those of whose limits it is above */
	uint64_t crossed_by_family; /* those whose limits a descendant that nobody saw was above */
	uint64_t pss;		    /* as last read; 0: it was not */
	struct child_files files;   /* by which they are found */
};

struct registry;

/* NULL without memory. */
struct registry *registry_new(void);
void registry_free(struct registry *registry);

/* A new line for a process that is not in it; the entry stays where it is until registry_forget.
 * NULL without memory. */
struct entry *registry_add(struct registry *registry, pid_t pid, uint64_t start_ticks);

/* The live one of that pid, and of that start time unless that is 0; NULL for none. */
struct entry *registry_find(const struct registry *registry, pid_t pid, uint64_t start_ticks);

/* Whether a line has ended whose process had that pid, and that start time unless that is 0, and is
 * not forgotten. */
bool registry_had(const struct registry *registry, pid_t pid, uint64_t start_ticks);

/* The newest ended one of that pid whose parent has not told its end yet; NULL for none. */
struct entry *registry_untold(const struct registry *registry, pid_t pid);

/* Live or ended; NULL where there is none (any more). */
struct entry *registry_line(const struct registry *registry, uint32_t line);

/* The first entry of a line after @line, for walks: NULL past the end. */
struct entry *registry_next(const struct registry *registry, uint32_t line);

/* Mark as ended, or where it is @dropped as that too; registry_live counts one less. */
void registry_end(struct registry *registry, struct entry *entry, bool dropped);

typedef void (*forgotten_fn)(void *arg, uint32_t line);

/* Free those that ended with an end_seq (not 0) below @seq; @forgotten hears of each before. */
void registry_forget(struct registry *registry, uint64_t seq, forgotten_fn forgotten, void *arg);

size_t registry_live(const struct registry *registry);
size_t registry_ended(const struct registry *registry); /* since the start */
/* Those of the ended that are not forgotten. */
size_t registry_kept(const struct registry *registry);
size_t registry_dropped(const struct registry *registry); /* of those: that may live */

#endif
