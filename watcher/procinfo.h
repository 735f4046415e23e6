/*
 * What a process is: names, parents, start times, states. Everything here is off the hot path; the
 * only file that includes libproc2.
 */
#ifndef WATCHER_PROCINFO_H
#define WATCHER_PROCINFO_H

#include "base/text.h"
#include "wire/metric.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct procinfo {
	pid_t pid;
	pid_t ppid;
	uint64_t start_ticks;
	char state; /* R S D T Z ... (proc(5)) */
	bool kernel_thread;
	char name[TEXT_NAME + 1];
	char command[TEXT_COMMAND + 1];
};

struct procinfo_reader;

/* Not to be shared between threads (libproc2 keeps a buffer in it): 0 or a negative errno. */
int procinfo_open(struct procinfo_reader **ret_reader);
void procinfo_close(struct procinfo_reader *reader);

/* 0; -ESRCH where there is no such process, -EMFILE or -ENFILE where no descriptor is free to look.
 */
int procinfo_read(struct procinfo_reader *reader, pid_t pid, struct procinfo *ret_info);

/* What changes in a process's life. */
struct procinfo_status {
	char name[TEXT_NAME + 1];
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
