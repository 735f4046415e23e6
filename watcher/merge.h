/*
 * One time order out of several: ticks, events and the comings and goings of processes are held for
 * a short while, since an event takes some milliseconds from its program to here, and let go sorted
 * by time. Pure: no clock, no I/O.
 */
#ifndef WATCHER_MERGE_H
#define WATCHER_MERGE_H

#include "wire/record.h"

struct merge;

/* NULL without memory. */
struct merge *merge_new(void);
void merge_free(struct merge *merge);

/* Hold a copy of @record, its samples and texts: 0 or -ENOMEM. Records of one time keep the order
 * in which they came. */
int merge_add(struct merge *merge, const struct record *record);

/* Keep a place among records of one time for one that comes later, with merge_add_at. */
uint64_t merge_place(struct merge *merge);
int merge_add_at(struct merge *merge, const struct record *record, uint64_t place);

/*
 * An event of @line that is older than the word that its process joined, which is late by what the
 * watcher needs to find it: a held RECORD_PROCESS of it, the first, is moved back to @t_ns, so that
 * a line begins before what happens on it.
 */
void merge_begin(struct merge *merge, uint32_t line, uint64_t t_ns);

/* Records of which @wanted says no when their turn comes are dropped, and take no seq. */
void merge_want(struct merge *merge, bool (*wanted)(void *arg, const struct record *record),
		void *arg);

/*
 * Let go what happened before @until_ns, in order of time, with seq counted on from the last one. A
 * record older than what went before goes at once; its t_ns tells. @each must not add.
 */
void merge_release(struct merge *merge, uint64_t until_ns, record_fn each, void *arg);

/* The earliest time held; UINT64_MAX for none. */
uint64_t merge_oldest(const struct merge *merge);

/* The seq of the last record let go; 0 before the first. */
uint64_t merge_seq(const struct merge *merge);

#endif
