#include "base/clock.h"

#include <time.h>

/* Three readings take 0.1 us where nothing comes between. */
#define READ_TRIES 8
#define READ_WELL_NS (20 * NS_PER_US)

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t clock_mono_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_boot_ns(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

uint64_t clock_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

uint64_t clock_read_all(struct clock_reading *ret_reading)
{
	uint64_t least_ns = UINT64_MAX;

	for (int i = 0; i < READ_TRIES && least_ns > READ_WELL_NS; i++) {
		struct clock_reading reading = { .mono_ns = clock_mono_ns(),
						 .wall_ns = clock_wall_ns(),
						 .boot_ns = read_clock(CLOCK_BOOTTIME) };
		uint64_t took_ns = clock_mono_ns() - reading.mono_ns;

		if (took_ns >= least_ns)
			continue;
		least_ns = took_ns;
		*ret_reading = reading;
	}
	return least_ns;
}

void clock_sleep_ns(uint64_t ns)
{
	struct timespec span = { .tv_sec = (time_t)(ns / NS_PER_S),
				 .tv_nsec = (long)(ns % NS_PER_S) };

	nanosleep(&span, NULL);
}
