/*
 * Values that people give to options: 0, or EXIT_USAGE after one line that names @what and @text.
 */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include "cli/options.h"

#include <stdint.h>

/* A length of time, @least_ns (0, 1 ms, 100 ms or 1 s) at least. */
int values_time(uint64_t *ret_ns, const char *what, const char *text, uint64_t least_ns);

/* An amount of memory, not 0, with its unit: 512 bytes of a program would never be meant. */
int values_size(uint64_t *ret_bytes, const char *what, const char *text);

/* "rss,pss" to a set of metrics. */
int values_metrics(uint32_t *ret_set, const char *text);

/* An enum chart_glyphs; -1: "auto". */
int values_glyphs(int *ret_glyphs, const char *name);

/* "pass" or "fail". */
int values_unjudged(enum if_unjudged *ret_what, const char *text);

/* Frames a second, 1 to 100. */
int values_fps(unsigned *ret_fps, const char *text);

/* "10", "0.5" */
int values_speed(double *ret_speed, const char *text);

/* Growth, "1M/min", "10MiB/h", "512K" (a minute), in bytes a minute; a unit as above; 0 too. */
int values_rate(double *ret_bytes_per_minute, const char *what, const char *text);

/* "10%", "10", "10%,4MiB": and more than so much, 1 MiB where nobody says; "0" for none. */
int values_growth(double *ret_percent, uint64_t *ret_bytes, const char *what, const char *text);

#endif
