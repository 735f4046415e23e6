/*
 * The small files of /proc/PID that are read whole, and the fields of stat (proc(5)).
 */
#ifndef PROC_STAT_H
#define PROC_STAT_H

#include <stdint.h>
#include <sys/types.h>

/* All of /proc/@pid/@file up to @size - 1 bytes, NUL-ended: their number or a negative errno. */
ssize_t proc_read(pid_t pid, const char *file, char *to, size_t size);

/* Fields, numbered as in proc(5). */
enum stat_field {
	STAT_STATE = 3,
	STAT_FLAGS = 9,
	STAT_CHILD_FAULTS = 11, /* minor ones, of children that it has waited for */
	STAT_START = 22,
	STAT_START_CODE = 26,
	STAT_END_CODE = 27,
	STAT_START_STACK = 28,
	STAT_EXIT_CODE = 52, /* 0 for who may not look into it */
};

struct proc_stat {
	char text[1024];
	const char *name;   /* in text, as the kernel has it: up to 15 bytes of any kind */
	const char *fields; /* from STAT_STATE on */
};

/* 0; -EBADMSG, or what proc_read says. */
int proc_stat_read(pid_t pid, struct proc_stat *ret_stat);

/* A number; 0 where there is no such field. */
uint64_t proc_stat_field(const struct proc_stat *stat, enum stat_field field);

/* When the process started, in ticks since boot; 0: there is none. */
uint64_t proc_stat_start(pid_t pid);

#endif
