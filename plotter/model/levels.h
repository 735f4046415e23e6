/*
 * The values of one line over time: levels of buckets, each level 4 times as coarse as the one
 * before and of the same bounded number of buckets, whose memory grows only as they fill. Values
 * are kept in KiB, up to 4 TiB. Pure.
 */
#ifndef PLOTTER_MODEL_LEVELS_H
#define PLOTTER_MODEL_LEVELS_H

#include "plotter/model/history.h"

/* Most buckets of a level where nobody asks for more. */
#define LEVEL_BUCKETS 2048

/* NULL without memory. Bucket edges are @start_ns and multiples of @interval_ns after it. A level
 * keeps its newest @most buckets. */
struct levels *levels_new(uint64_t start_ns, uint64_t interval_ns, size_t most);
void levels_free(struct levels *levels);

/* 0, or -ENOMEM: some levels may have the value, others not. What is older than @start_ns counts as
 * its first. */
int levels_add(struct levels *levels, uint64_t t_ns, uint64_t bytes);

/* As history_columns, history_value_at and history_value_before. Whatever the size of the levels,
 * some thousand buckets are looked at at most. */
void levels_columns(const struct levels *levels, const struct history_window *window,
		    struct history_column *columns, size_t count);
uint64_t levels_value_at(const struct levels *levels, uint64_t t_ns);
bool levels_value_before(const struct levels *levels, uint64_t t_ns, uint64_t *ret_bytes);

/* The first value of those that levels_columns takes: false where there is none. */
bool levels_first_within(const struct levels *levels, uint64_t from_ns, uint64_t until_ns,
			 uint64_t *ret_bytes);

/* The width of the buckets that levels_columns takes. */
uint64_t levels_width(const struct levels *levels, uint64_t from_ns, uint64_t to_ns);

/* The width of the finest buckets of which a level can hold @window_ns. */
uint64_t levels_grain(uint64_t interval_ns, uint64_t window_ns);

/* Bytes that levels of @most buckets take for values over @life_ns. */
size_t levels_estimate(uint64_t interval_ns, uint64_t life_ns, size_t most);

/* Bytes of memory in use. */
size_t levels_memory(const struct levels *levels);

#endif
