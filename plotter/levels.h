/*
 * The values of one line over time: levels of buckets, each level 4 times as coarse as the one
 * before and of the same bounded number of buckets, whose memory grows only as they fill. Values
 * are kept in KiB, up to 4 TiB. Pure.
 */
#ifndef PLOTTER_LEVELS_H
#define PLOTTER_LEVELS_H

#include "plotter/history.h"

/* Most buckets of a level. */
#define LEVEL_BUCKETS 2048

/* NULL without memory. Bucket edges are @start_ns and multiples of @interval_ns after it. */
struct levels *levels_new(uint64_t start_ns, uint64_t interval_ns);
void levels_free(struct levels *levels);

/* 0, or -ENOMEM: some levels may have the value, others not. What is older than @start_ns counts as
 * its first. */
int levels_add(struct levels *levels, uint64_t t_ns, uint64_t bytes);

/* As history_columns and history_value_at. */
void levels_columns(const struct levels *levels, uint64_t from_ns, uint64_t to_ns,
		    struct history_column *columns, size_t count);
uint64_t levels_value_at(const struct levels *levels, uint64_t t_ns);

/* The width of the finest buckets of which a level can hold @window_ns. */
uint64_t levels_grain(uint64_t interval_ns, uint64_t window_ns);

/* Bytes of memory in use. */
size_t levels_memory(const struct levels *levels);

#endif
