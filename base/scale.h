/*
 * Round steps for the axes of plots: of memory in 1, 2 or 5 times a power of ten of a binary unit,
 * of time in seconds, minutes, hours and days as clocks have them. Pure.
 */
#ifndef BASE_SCALE_H
#define BASE_SCALE_H

#include <stdint.h>

/* Room for a label. */
#define SCALE_TEXT 32

/* An axis of memory. Its ticks are at tick * step, first_tick <= tick <= last_tick. */
struct scale {
	const char *unit;  /* "B", "KiB" ... "EiB" */
	double unit_bytes; /* bytes of one unit */
	double step;	   /* units from tick to tick */
	int decimals;	   /* that a label needs; 9 at most */
	int64_t first_tick;
	int64_t last_tick;
};

/*
 * Cover [@low, @high] bytes (low < high; where not, one KiB above low) with @most steps at most (1
 * at least): the ticks at the ends lie at or outside of them. The unit is that of the last tick. No
 * step is less than a byte.
 */
void scale_bytes(struct scale *ret_scale, uint64_t low, uint64_t high, unsigned most);

/* Bytes at a tick; never more than INT64_MAX. */
uint64_t scale_at(const struct scale *scale, int64_t tick);

/* "0", "1.5 GiB", "200 MiB"; returns @text. */
char *scale_label(char text[SCALE_TEXT], const struct scale *scale, int64_t tick);

/*
 * The least round step (1, 2 or 5 x 10^n ns below a second; 1, 2, 5, 10, 15, 30 seconds and
 * minutes; 1, 2, 3, 6, 12 hours; 1, 2, 5 x 10^n days) of which @span_ns has @most at most.
 */
uint64_t scale_time_step(uint64_t span_ns, unsigned most);

#endif
