/*
 * Changes of memory at a rate, by the clock, through the recorder that a watcher has: a thread
 * behind the past, which forgets what is not taken in time. Usage: bench_pace RATE SECONDS; writes
 * to $XDG_RUNTIME_DIR or /tmp.
 */
#include "base/clock.h"
#include "bench/figure.h"
#include "session/schema.h"
#include "watcher/backlog.h"
#include "watcher/recorder.h"
#include "wire/codec.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LINES 100
#define HEAD_ROOM 32
#define BACKLOG_BYTES (4UL << 20)
#define BACKLOG_HELD_BYTES (64UL << 20)

struct bench {
	struct session_info session;
	struct recorder *recorder;
	struct backlog *backlog;
	uint64_t seq;	/* of the last record */
	uint64_t given; /* to the recorder */
	unsigned char record[CODEC_RECORD_ROOM + LINES * CODEC_SAMPLE_ROOM];
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_pace: %s\n", what);
	exit(1);
}

static void add(struct bench *bench, struct record *record)
{
	size_t size;

	record->seq = ++bench->seq;
	size = codec_put_record(bench->record, sizeof bench->record, record);
	if (!size)
		fail("a record does not fit");
	backlog_add(bench->backlog, record, bench->record, size);
}

/* As the core does in each turn of its loop. */
static void feed(struct bench *bench)
{
	unsigned char *room = recorder_room(bench->recorder);
	uint64_t first, last;
	size_t head, size;

	if (!room || bench->given == bench->seq)
		return;
	size = backlog_copy(bench->backlog, bench->given, room + HEAD_ROOM,
			    RECORDER_BYTES - HEAD_ROOM, &first, &last);
	head = codec_put_records_head(room, HEAD_ROOM, first);
	memmove(room + head, room + HEAD_ROOM, size);
	recorder_give(bench->recorder, head + size);
	bench->given = last;
	backlog_hold(bench->backlog, last + 1);
}

static void add_processes(struct bench *bench)
{
	for (uint32_t line = 1; line <= LINES; line++) {
		struct record record = { .t_ns = bench->session.start_ns + line,
					 .type = RECORD_PROCESS };

		record.process = (struct process){ line, line, 1, line, "worker", "bench" };
		add(bench, &record);
	}
}

static void add_tick(struct bench *bench, uint64_t n)
{
	struct sample samples[LINES];
	struct record record = { .t_ns = bench->session.start_ns + n * bench->session.interval_ns,
				 .type = RECORD_TICK };

	for (uint32_t i = 0; i < LINES; i++)
		samples[i] =
			(struct sample){ i + 1, 4096 * (10000 + (n * 7 + i) % 5000), 4096 * 800 };
	record.tick = (struct tick){ 0, LINES, samples, false };
	add(bench, &record);
}

static struct recording_info drain(struct bench *bench)
{
	struct recording_info info;

	do {
		struct pollfd wait = { .fd = recorder_fd(bench->recorder), .events = POLLIN };

		feed(bench);
		if (bench->given == bench->seq && recorder_room(bench->recorder))
			recorder_finish(bench->recorder);
		poll(&wait, 1, 100);
		recorder_hear(bench->recorder);
		recorder_info(bench->recorder, &info);
	} while (info.state == RECORDING_ON);
	return info;
}

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	uint64_t rate = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
	uint64_t seconds = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	struct bench bench = { .session = { .name = "pace" } };
	struct recording_info info;
	char path[128], why[TEXT_WHY];
	struct recorder_order order = { .path = path, .title = "", .force = true };

	if (rate < LINES || !seconds) {
		fputs("usage: bench_pace RATE SECONDS\n", stderr);
		return 2;
	}
	bench.session.interval_ns = NS_PER_S * LINES / rate;
	bench.session.start_ns = clock_mono_ns();
	snprintf(path, sizeof path, "%s/pace.mwdb", dir ? dir : "/tmp");
	bench.backlog = backlog_new(&(struct backlog_bounds){ BACKLOG_BYTES, BACKLOG_HELD_BYTES });
	if (!bench.backlog || recorder_start(&bench.recorder, &order, &bench.session, why) < 0)
		fail(why);
	add_processes(&bench);
	for (uint64_t n = 1; n <= rate / LINES * seconds; n++) {
		while (clock_mono_ns() < bench.session.start_ns + n * bench.session.interval_ns)
			clock_sleep_ns(100 * NS_PER_US);
		add_tick(&bench, n);
		feed(&bench);
	}
	info = drain(&bench);
	printf("%" PRIu64 " changes/s of memory for %" PRIu64 " s: %" PRIu64 " in the file\n", rate,
	       seconds, info.samples);
	figure_count(&(struct figure){ "pace/lost", "records that the recorder was too slow for",
				       NULL, "records", AT_MOST, 0 },
		     (double)info.lost);
	figure_count(
		&(struct figure){ "pace/cpu", "the recorder, at that pace", NULL, "%", NO_AIM, 0 },
		100 * cpu_seconds() / (double)seconds);
	recorder_free(bench.recorder);
	backlog_free(bench.backlog);
	unlink(path);
	return info.state == RECORDING_DONE ? 0 : 1;
}
