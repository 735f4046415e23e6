/*
 * Time: CLOCK_MONOTONIC nanoseconds everywhere; the wall clock only to say what time of day that
 * was.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define NS_PER_US 1000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_S 1000000000ULL

/* Nanoseconds of CLOCK_MONOTONIC, as every `_ns` in this project. Async-signal-safe. */
uint64_t clock_mono_ns(void);

/* Nanoseconds since the boot, the time asleep included (CLOCK_BOOTTIME). */
uint64_t clock_boot_ns(void);

/* Nanoseconds since the Unix epoch. */
uint64_t clock_wall_ns(void);

/* The clocks at one moment. */
struct clock_reading {
	uint64_t mono_ns;
	uint64_t wall_ns;
	uint64_t boot_ns; /* CLOCK_BOOTTIME, which goes on while the machine is suspended */
};

/* The best of some tries: within how many nanoseconds the three were read. */
uint64_t clock_read_all(struct clock_reading *ret_reading);

/* Suspend the calling thread for @ns; a signal may end it early. */
void clock_sleep_ns(uint64_t ns);

#endif
