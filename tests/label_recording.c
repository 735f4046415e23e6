/*
 * label_recording FILE TEXT...: a session file of ten seconds with a process of each TEXT's name,
 * that says it as a milestone and as a span.
 */
#include "base/clock.h"
#include "session/schema.h"
#include "session/writer.h"

#include <stdio.h>
#include <stdlib.h>

#define START_NS (1000 * NS_PER_S)
#define LENGTH_NS (10 * NS_PER_S)
#define STEP_BYTES ((uint64_t)4 << 20)

struct output {
	struct writer *writer;
	uint64_t seq;
};

static void put(struct output *output, struct record record)
{
	record.seq = ++output->seq;
	if (writer_add(output->writer, &record) == 0)
		return;
	fprintf(stderr, "label_recording: %s\n", writer_error(output->writer));
	exit(1);
}

static void put_process(struct output *output, uint32_t line, const char *text)
{
	struct record record = { .t_ns = START_NS, .type = RECORD_PROCESS };
	struct sample sample = { .line = line, .rss = line * STEP_BYTES };

	record.process = (struct process){
		.line = line, .pid = 1000 + line, .start_ticks = line, .name = text, .command = text
	};
	put(output, record);
	record = (struct record){ .t_ns = START_NS, .type = RECORD_TICK };
	record.tick = (struct tick){ .count = 1, .samples = &sample };
	put(output, record);
}

static void put_event(struct output *output, uint64_t t_ns, enum event_kind kind, uint32_t line,
		      const char *text)
{
	struct record record = { .t_ns = t_ns, .type = RECORD_EVENT };

	record.event = (struct event){ .line = line,
				       .kind = kind,
				       .rss = line * STEP_BYTES,
				       .span = kind == EVENT_MARK ? 0 : line,
				       .category = "",
				       .label = text };
	put(output, record);
}

static void put_all(struct output *output, char **texts, uint32_t count)
{
	struct sample last = { .line = 1, .rss = STEP_BYTES + 4096 };
	struct record record = { .t_ns = START_NS + LENGTH_NS, .type = RECORD_TICK };

	for (uint32_t i = 0; i < count; i++)
		put_process(output, i + 1, texts[i]);
	for (uint32_t i = 0; i < count; i++)
		put_event(output, START_NS + 1, EVENT_SPAN_BEGIN, i + 1, texts[i]);
	for (uint32_t i = 0; i < count; i++)
		put_event(output, START_NS + (i + 1) * LENGTH_NS / (2 * count), EVENT_MARK, i + 1,
			  texts[i]);
	record.tick = (struct tick){ .count = 1, .samples = &last };
	put(output, record);
}

int main(int argc, char **argv)
{
	const struct session_info session = { .name = "test",
					      .host = "host",
					      .interval_ns = LENGTH_NS,
					      .start_ns = START_NS,
					      .start_wall_ns = 1700000000 * NS_PER_S };
	struct output output = { .seq = 0 };
	char why[TEXT_WHY];

	if (argc < 3) {
		fprintf(stderr, "usage: label_recording FILE TEXT...\n");
		return 2;
	}
	if (writer_open(&output.writer, argv[1], true, &session, why) < 0) {
		fprintf(stderr, "label_recording: %s: %s\n", argv[1], why);
		return 1;
	}
	put_all(&output, argv + 2, (uint32_t)argc - 2);
	return writer_close(output.writer, session.start_wall_ns + LENGTH_NS, why) < 0;
}
