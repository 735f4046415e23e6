/*
 * A session at 10 Hz, and its history made record by record.
 */
#ifndef TESTS_HISTORY_SAMPLES_H
#define TESTS_HISTORY_SAMPLES_H

#include "base/clock.h"
#include "plotter/model/history.h"

#define START_NS (5000 * NS_PER_S + 123)
#define TICK_NS (100 * NS_PER_MS)
#define MIB (1024 * 1024ULL)

static inline struct history *new_history(void)
{
	const struct session_info session = {
		.name = "test",
		.interval_ns = TICK_NS,
		.start_ns = START_NS,
	};

	return history_new(&session);
}

static inline uint64_t tick_time(uint64_t tick)
{
	return START_NS + tick * TICK_NS;
}

static inline int add_process(struct history *history, uint32_t line, const char *name)
{
	return history_add(history, &(struct record){ .t_ns = START_NS,
						      .type = RECORD_PROCESS,
						      .process = { .line = line,
								   .pid = 100 + line,
								   .name = name,
								   .command = "./x" } });
}

static inline int add_sample(struct history *history, uint32_t line, uint64_t t_ns, uint64_t rss)
{
	const struct sample sample = { line, rss, 0 };

	return history_add(history, &(struct record){ .t_ns = t_ns,
						      .type = RECORD_TICK,
						      .tick = { .count = 1, .samples = &sample } });
}

static inline int add_event(struct history *history, uint32_t line, uint64_t t_ns,
			    const char *label)
{
	return history_add(
		history,
		&(struct record){ .t_ns = t_ns,
				  .type = RECORD_EVENT,
				  .event = { .line = line, .category = "", .label = label } });
}

static inline int add_gap(struct history *history, uint32_t line, enum gap_reason reason,
			  uint64_t count)
{
	return history_add(
		history,
		&(struct record){ .t_ns = START_NS,
				  .type = RECORD_GAP,
				  .gap = { .line = line, .reason = reason, .count = count } });
}

static inline int add_limit(struct history *history, uint64_t t_ns, const struct limit *limit)
{
	return history_add(history,
			   &(struct record){ .t_ns = t_ns, .type = RECORD_LIMIT, .limit = *limit });
}

static inline int add_end(struct history *history, uint32_t line, uint64_t t_ns)
{
	return history_add(history, &(struct record){ .t_ns = t_ns,
						      .type = RECORD_END,
						      .end = { .line = line,
							       .reason = END_EXITED,
							       .code = 3,
							       .last_rss = 2 * MIB,
							       .max_rss = 3 * MIB,
							       .peak_rss = 5 * MIB } });
}

#endif
