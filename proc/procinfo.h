/*
 * What a process is: names, parents, start times, states. Everything here is off the hot path; the
 * only file that includes libproc2.
 */
#ifndef PROC_PROCINFO_H
#define PROC_PROCINFO_H

#include "base/text.h"
#include "wire/metric.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct procinfo {
	pid_t pid;
	pid_t ppid;
	uint64_t start_ticks;
	char state; /* R S D T Z ... (proc(5)) */
	bool kernel_thread;
	uint32_t user;			/* the effective one */
	char name[TEXT_NAME + 1];	/* see procinfo_name */
	char command[TEXT_COMMAND + 1]; /* as text_clean has it */
	const char *whole; /* the command line, not cut: valid during the call of procinfo_each,
			      and after procinfo_read_title until the reader's next call; else
			      NULL */
	bool blank; /* it has no command line, as one that is about to die: command is its name */
	uint64_t image; /* where its program lies in memory: elsewhere after each exec; 0: we
			   may not look into it */
	bool execed;	/* it has, since it was forked */
};

struct procinfo_reader;

/* Not to be shared between threads (libproc2 keeps a buffer in it): 0 or a negative errno. */
int procinfo_open(struct procinfo_reader **ret_reader);
void procinfo_close(struct procinfo_reader *reader);

/* 0; -ESRCH where there is no such process, -EMFILE or -ENFILE where no descriptor is free to look.
 */
int procinfo_read(struct procinfo_reader *reader, pid_t pid, struct procinfo *ret_info);

/*
 * Each process: its pid and its parent's, nothing else is set. A look at all of /proc. 0 or a
 * negative errno.
 */
typedef void (*procinfo_fn)(void *arg, const struct procinfo *info);
int procinfo_all(struct procinfo_reader *reader, procinfo_fn each, void *arg);

/* Why there is no process of that PID to be seen, where it is not that there is none: a thread's
 * number, or /proc hides it. False where there is nothing to tell. */
bool procinfo_explain_absent(pid_t pid, char *why, size_t size);

/* Whether two processes have one address space, as the child of a vfork and its parent until the
 * child's exec. */
bool procinfo_shares_memory(pid_t child, pid_t parent);

/* Whether a process of that name, the kernel's for it, is a program of memwatch. */
bool procinfo_is_ours(const char *name);

/* What may change in its life: name, command, whole, blank, image, execed;
 * nothing else is set. 0 or a
 * negative errno. */
int procinfo_read_title(struct procinfo_reader *reader, pid_t pid, struct procinfo *ret_info);

/*
 * The rank that the launcher of an MPI program gave it: OMPI_COMM_WORLD_RANK, PMI_RANK or (in a
 * step of several tasks) SLURM_PROCID of its environment; -1: none, or we may not look into it.
 */
int procinfo_read_rank(struct procinfo_reader *reader, pid_t pid);

/* Each of @count processes that still lives. */
void procinfo_each(struct procinfo_reader *reader, const pid_t *pids, size_t count,
		   procinfo_fn each, void *arg);

/* Its name and start time, by one read of /proc/PID/stat, a fraction of what the others cost. 0 or
 * a negative errno. */
int procinfo_read_brief(pid_t pid, char name[TEXT_NAME + 1], uint64_t *ret_start_ticks);

/* What changes in a process's life. */
struct procinfo_status {
	char name[TEXT_NAME + 1];
	char state;    /* as struct procinfo's */
	uint64_t peak; /* VmHWM, the kernel's high-water mark of its resident memory, which libproc2
			  does not give: bytes, 0 where it has no memory */
	bool has_memory;
	uint64_t values[METRICS]; /* those of METRICS_STATUS, where it has memory: bytes */
};

/* From one read of /proc/PID/status: 0 or a negative errno. */
int procinfo_read_status(pid_t pid, struct procinfo_status *ret_status);

/* From its text, NUL-ended: 0 or -ESRCH. */
int procinfo_parse_status(const char *text, struct procinfo_status *ret_status);

#endif
