/*
 * The sampler: a thread that reads the statm of every line at absolute deadlines, start + n *
 * interval. It allocates nothing and waits for nobody: the one lock it shares is held by the other
 * side for a copy at most.
 */
#ifndef WATCHER_SAMPLER_H
#define WATCHER_SAMPLER_H

#include "wire/record.h"

#include <sys/types.h>

struct sampler;

/* What a sample's rss says instead of bytes. */
#define SAMPLE_GONE UINT64_MAX	     /* the process is gone */
#define SAMPLE_NONE (UINT64_MAX - 1) /* it shows no memory now */

/* 0 or a negative errno. Deadlines count from @start_ns. */
int sampler_start(struct sampler **ret_sampler, uint64_t start_ns, uint64_t interval_ns);

/* Ends the thread and closes what it reads. */
void sampler_stop(struct sampler *sampler);

/* Read @statm_fd for @line from the next tick on; it belongs to the sampler from here, also on
 * failure. 0 or -ENOMEM. */
int sampler_add(struct sampler *sampler, uint32_t line, int statm_fd);

/* Of a process whose file can't be kept open: it is opened at each tick. As sampler_add. */
int sampler_add_anew(struct sampler *sampler, uint32_t line, pid_t pid, uint64_t start_ticks);

/* Read another file for a line. As sampler_add. */
int sampler_replace(struct sampler *sampler, uint32_t line, int statm_fd);

void sampler_remove(struct sampler *sampler, uint32_t line);

/* Readable when sampler_take has something. */
int sampler_fd(const struct sampler *sampler);

/*
 * Give the ticks taken since the last call, as records of type RECORD_TICK (seq 0) whose samples
 * may hold SAMPLE_GONE and SAMPLE_NONE; tick.missed counts the deadlines missed so far, those
 * included that found no room to be kept.
 */
void sampler_take(struct sampler *sampler, record_fn each, void *arg);

/* Deadlines met so far. */
uint64_t sampler_ticks(struct sampler *sampler);

#endif
