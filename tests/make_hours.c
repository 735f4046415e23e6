/*
 * Write the recording of ten hours at 1 s, of processes whose memory behaves as their names say:
 * make_hours FILE LEAK. The process "service" leaks LEAK KiB a minute, four fifths of it in the
 * span "I/O: read" and the rest in "parse", under noise of 20 MiB that a sample more or less has.
 */
#include "tests/memory_shapes.h"
#include "session/schema.h"
#include "session/writer.h"

#include <stdlib.h>

#define START_NS (5000 * NS_PER_S)
#define START_WALL_NS 1700000000000000000ULL
#define MIB 1048576.0
#define SECONDS 36000ULL
#define SERVICE 1

static const struct {
	const char *name;
	struct shape shape;
} made[] = {
	{ "service", { .kind = SHAPE_STEADY, .level = 300 * MIB, .noise = 20 * MIB } },
	{ "leak",
	  { .kind = SHAPE_LEAK, .level = 400 * MIB, .size = 600 * MIB, .noise = 20 * MIB } },
	{ "steady", { .kind = SHAPE_STEADY, .level = 700 * MIB, .noise = 20 * MIB } },
	{ "steady",
	  { .kind = SHAPE_STEADY, .level = 700 * MIB, .noise = 30 * MIB, .together = 0.99 } },
	{ "sawtooth",
	  { .kind = SHAPE_SAWTOOTH, .level = 100 * MIB, .size = 200 * MIB, .at = 700 } },
	{ "sawtooth",
	  { .kind = SHAPE_SAWTOOTH,
	    .level = 50 * MIB,
	    .size = 90 * MIB,
	    .at = 6.6,
	    .noise = 3e6 } },
	{ "warm-up",
	  { .kind = SHAPE_WARM_UP, .level = 90 * MIB, .size = 900 * MIB, .at = .1, .noise = 5e6 } },
	{ "warm-up",
	  { .kind = SHAPE_RAMP, .level = 90 * MIB, .size = 300 * MIB, .at = .4, .noise = 5e6 } },
	{ "staircase",
	  { .kind = SHAPE_STAIRCASE,
	    .level = 200 * MIB,
	    .size = 320 * MIB,
	    .at = 5,
	    .noise = 1e6 } },
	{ "leak",
	  { .kind = SHAPE_WARM_LEAK,
	    .level = 100 * MIB,
	    .size = 500 * MIB,
	    .at = .03,
	    .rise = 600 * MIB,
	    .noise = 20 * MIB } },
	{ "leak",
	  { .kind = SHAPE_SAW_LEAK,
	    .level = 100 * MIB,
	    .size = 200 * MIB,
	    .at = 300,
	    .rise = 600 * MIB } },
};

#define MADE (sizeof made / sizeof *made)

struct hours {
	struct writer *writer;
	uint64_t seq;
	uint64_t state; /* of the noise */
	double noises[MADE];
	uint64_t leak;	 /* bytes a minute */
	uint64_t leaked; /* bytes */
	uint64_t span;
};

static void die(const char *why)
{
	fprintf(stderr, "make_hours: %s\n", why);
	exit(1);
}

static void put(struct hours *hours, uint64_t ms, struct record record)
{
	record.t_ns = START_NS + ms * NS_PER_MS;
	record.seq = ++hours->seq;
	if (writer_add(hours->writer, &record) < 0)
		die(writer_error(hours->writer));
}

static void put_processes(struct hours *hours)
{
	for (uint32_t i = 0; i < MADE; i++)
		put(hours, 0,
		    (struct record){ .type = RECORD_PROCESS,
				     .process = { .line = i + 1,
						  .pid = 800 + i,
						  .ppid = 1,
						  .name = made[i].name,
						  .command = "./program" } });
}

/* Half a second in which the service gains so much and keeps it. */
static void put_span(struct hours *hours, uint64_t ms, const char *category, const char *label,
		     uint64_t gained)
{
	uint64_t level = (uint64_t)made[0].shape.level;
	struct event event = { .line = SERVICE,
			       .kind = EVENT_SPAN_BEGIN,
			       .span = ++hours->span,
			       .rss = level + hours->leaked,
			       .category = category,
			       .label = label };

	put(hours, ms, (struct record){ .type = RECORD_EVENT, .event = event });
	hours->leaked += gained;
	event.kind = EVENT_SPAN_END;
	event.duration_ns = 500 * NS_PER_MS;
	event.rss_end = level + hours->leaked;
	put(hours, ms + 500, (struct record){ .type = RECORD_EVENT, .event = event });
}

static void put_second(struct hours *hours, uint64_t second)
{
	struct sample samples[MADE];

	for (uint32_t i = 0; i < MADE; i++) {
		const struct shape *shape = &made[i].shape;
		double value = shape->level + shape_clean(shape, (double)second / (double)SECONDS) +
			       shape_noise_next(shape, &hours->noises[i], &hours->state);

		samples[i] = (struct sample){ .line = i + 1, .rss = (uint64_t)value };
	}
	samples[0].rss += hours->leaked;
	put(hours, second * 1000,
	    (struct record){ .type = RECORD_TICK, .tick = { .samples = samples, .count = MADE } });
	if (second % 60 == 10)
		put_span(hours, second * 1000 + 100, "I/O", "read", hours->leak / 5 * 4);
	else if (second % 60 == 40)
		put_span(hours, second * 1000 + 100, "", "parse", hours->leak / 5);
}

int main(int argc, char **argv)
{
	const struct session_info session = { .name = "night",
					      .host = "host",
					      .pid = 600,
					      .interval_ns = NS_PER_S,
					      .start_ns = START_NS,
					      .start_wall_ns = START_WALL_NS };
	struct hours hours = { .state = 4711 };
	char why[TEXT_WHY];

	if (argc != 3)
		die("usage: make_hours FILE LEAK");
	hours.leak = strtoull(argv[2], NULL, 10) * 1024;
	if (writer_open(&hours.writer, argv[1], true, &session, why) < 0)
		die(why);
	put_processes(&hours);
	for (uint64_t second = 0; second < SECONDS; second++)
		put_second(&hours, second);
	if (writer_close(hours.writer, START_WALL_NS + SECONDS * NS_PER_S, why) < 0)
		die(why);
	return 0;
}
