/*
 * The machine's memory, from /proc/meminfo (proc(5)).
 */
#ifndef PROC_MEMINFO_H
#define PROC_MEMINFO_H

#include <stdint.h>

/* @root goes before the path: "" but in tests. A descriptor to keep, or a negative errno. */
int meminfo_open(const char *root);

/* MemTotal and MemAvailable in bytes: 0 or a negative errno. */
int meminfo_read(int fd, uint64_t *ret_total, uint64_t *ret_available);

#endif
