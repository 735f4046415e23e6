/*
 * Session files made record by record, and read again.
 */
#ifndef TESTS_TRACE_SAMPLES_H
#define TESTS_TRACE_SAMPLES_H

#include "base/clock.h"
#include "tests/check.h"
#include "session/reader.h"
#include "session/writer.h"

#include <stdlib.h>
#include <unistd.h>

static const struct session_info session = {
	.name = "file",
	.interval_ns = 100 * NS_PER_MS,
	.start_ns = NS_PER_S,
	.start_wall_ns = 1700000000 * NS_PER_S,
};

static char why[TEXT_WHY];

static inline const char *path_of(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	const char *dir = getenv("TMPDIR");
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", dir ? dir : "/tmp", name);
	return path;
}

static inline void add_record(struct writer *writer, uint64_t seq, struct record record)
{
	record.seq = seq;
	record.t_ns = session.start_ns + seq * 10 * NS_PER_MS;
	CHECK(writer_add(writer, &record) == 0);
}

static inline void add_process(struct writer *writer, uint64_t seq, uint32_t line)
{
	struct record record = { .type = RECORD_PROCESS };

	record.process = (struct process){ line, 100 + line, 1, 7, "one", "command" };
	add_record(writer, seq, record);
}

static inline void add_sample(struct writer *writer, uint64_t seq, uint64_t rss)
{
	struct sample sample = { 1, rss, 0 };
	struct record record = { .type = RECORD_TICK };

	record.tick = (struct tick){ 0, 1, &sample, false };
	add_record(writer, seq, record);
}

static inline struct writer *open_new(const char *path)
{
	struct writer *writer = NULL;

	unlink(path);
	if (!CHECK(writer_open(&writer, path, false, &session, why) == 0))
		puts(why);
	return writer;
}

/* A short recording, in order to the end. */
static inline const char *record_some(const char *name)
{
	const char *path = path_of(name);
	struct writer *writer = open_new(path);

	if (!writer)
		return path;
	add_process(writer, 1, 1);
	for (uint64_t i = 2; i < 400; i++)
		add_sample(writer, i, 4096 * (i % 7 + 1));
	CHECK(writer_close(writer, 1, why) == 0);
	return path;
}

static inline void count_record(void *arg, const struct record *record)
{
	uint64_t *counts = arg;

	counts[record->type]++;
}

static inline int read_all(const char *path, uint64_t counts[RECORD_METRICS + 1])
{
	struct reader_query query = { .every = false };
	struct reader *reader;
	int error = reader_open(&reader, path, why);

	memset(counts, 0, (RECORD_METRICS + 1) * sizeof *counts);
	if (error)
		return error;
	error = reader_read(reader, &query, count_record, counts);
	if (error)
		snprintf(why, sizeof why, "%s", reader_error(reader));
	reader_close(reader);
	return error;
}
#endif
