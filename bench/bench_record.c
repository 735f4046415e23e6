/*
 * The session file: what a changed value costs beside a bare prepared INSERT of the same row, how
 * many bytes it takes, and what an unchanged one does; then how fast a long session is exported and
 * summed up, and in how much memory. Usage: bench_record SAMPLES, with memwatch in $O; writes to
 * $XDG_RUNTIME_DIR or /tmp.
 */
#include "base/clock.h"
#include "trace/reader.h"
#include "trace/writer.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINES 10
#define TICKS_A_COMMIT 5000
#define ROUNDS 4

static const struct session_info session = {
	.name = "bench",
	.interval_ns = NS_PER_MS,
	.start_ns = NS_PER_S,
	.start_wall_ns = 1700000000 * NS_PER_S,
};

struct bench {
	uint64_t ticks;
	char bare[128];
	char path[128];
	char idle[128];
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_record: %s\n", what);
	exit(1);
}

static uint64_t value_at(uint64_t tick, unsigned line)
{
	return 4096 * (10000 + (tick * 7 + line * 13) % 50000);
}

static off_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_size : 0;
}

/* --- the floor */

static void run(sqlite3 *database, const char *sql)
{
	if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(database));
}

static double bare_ns(const struct bench *bench, uint64_t ticks)
{
	sqlite3_stmt *insert;
	sqlite3 *database;
	uint64_t begin_ns;

	unlink(bench->bare);
	if (sqlite3_open_v2(bench->bare, &database,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		fail(bench->bare);
	run(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
		      "CREATE TABLE sample(t_ns INTEGER NOT NULL, process INTEGER NOT NULL,"
		      " rss INTEGER, pss INTEGER, swap INTEGER); BEGIN");
	if (sqlite3_prepare_v2(database, "INSERT INTO sample(t_ns, process, rss) VALUES(?, ?, ?)",
			       -1, &insert, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(database));
	begin_ns = clock_mono_ns();
	for (uint64_t tick = 1; tick <= ticks; tick++) {
		for (unsigned line = 1; line <= LINES; line++) {
			sqlite3_bind_int64(insert, 1, (sqlite3_int64)(tick * NS_PER_MS));
			sqlite3_bind_int64(insert, 2, line);
			sqlite3_bind_int64(insert, 3, (sqlite3_int64)value_at(tick, line));
			if (sqlite3_step(insert) != SQLITE_DONE || sqlite3_reset(insert))
				fail(sqlite3_errmsg(database));
		}
		if (tick % TICKS_A_COMMIT == 0)
			run(database, "COMMIT; BEGIN");
	}
	run(database, "COMMIT");
	begin_ns = clock_mono_ns() - begin_ns;
	sqlite3_finalize(insert);
	sqlite3_close(database);
	unlink(bench->bare);
	return (double)begin_ns / (double)(ticks * LINES);
}

/* --- ours */

static void add(struct writer *writer, const struct record *record)
{
	if (writer_add(writer, record) < 0)
		fail(writer_error(writer));
}

static struct writer *begin(const char *path)
{
	struct writer *writer;
	char why[TRACE_WHY];

	if (writer_open(&writer, path, true, &session, why) < 0)
		fail(why);
	for (uint32_t line = 1; line <= LINES; line++) {
		struct record record = { .seq = line,
					 .t_ns = session.start_ns + line,
					 .type = RECORD_PROCESS };
		char name[16];

		snprintf(name, sizeof name, "worker-%u", line);
		record.process = (struct process){ line, 1000 + line, 1, line, name, "bench" };
		add(writer, &record);
	}
	return writer;
}

/* Nanoseconds a sample. */
static double record_ns(const char *path, uint64_t ticks, bool change)
{
	struct writer *writer = begin(path);
	uint64_t begin_ns = clock_mono_ns();
	struct sample samples[LINES];
	char why[TRACE_WHY];

	for (uint64_t tick = 1; tick <= ticks; tick++) {
		struct record record = { .seq = LINES + tick,
					 .t_ns = session.start_ns + tick * NS_PER_MS,
					 .type = RECORD_TICK };

		for (unsigned i = 0; i < LINES; i++)
			samples[i] = (struct sample){ i + 1, value_at(change ? tick : 0, i + 1),
						      (change ? tick / 8 : 1) * 4096 % (64 << 20) +
							      4096 };
		record.tick = (struct tick){ 0, LINES, samples };
		add(writer, &record);
		if (tick % TICKS_A_COMMIT == 0 && writer_commit(writer) < 0)
			fail(writer_error(writer));
	}
	begin_ns = clock_mono_ns() - begin_ns;
	if (writer_close(writer, 1, why) < 0)
		fail(why);
	return (double)begin_ns / (double)(ticks * LINES);
}

/* The least of several rounds, in turns, since the machine has other things to do too. */
static void measure_recording(const struct bench *bench)
{
	double bare = 0, ours = 0, idle = 0;
	uint64_t ticks = bench->ticks / ROUNDS;
	off_t size;

	for (int i = 0; i < ROUNDS; i++) {
		double one_bare = bare_ns(bench, ticks);
		double one_ours = record_ns(bench->path, ticks, true);
		double one_idle = record_ns(bench->idle, ticks, false);

		bare = i == 0 || one_bare < bare ? one_bare : bare;
		ours = i == 0 || one_ours < ours ? one_ours : ours;
		idle = i == 0 || one_idle < idle ? one_idle : idle;
	}
	printf("recorded change       %.0f ns, a bare INSERT %.0f ns: %.2f x\n", ours, bare,
	       ours / bare);
	printf("bytes a change        %.1f\n",
	       (double)size_of(bench->path) / (double)(ticks * LINES));
	size = size_of(bench->idle);
	record_ns(bench->idle, 2, false);
	printf("unchanged value       %.0f ns, %.3f bytes\n", idle,
	       (double)(size - size_of(bench->idle)) / (double)(ticks * LINES));
}

/* --- afterwards */

/* Run memwatch with @arguments, its output to nowhere: seconds, and its peak memory. */
static double run_memwatch(char *const arguments[], double *ret_mib)
{
	char program[4096];
	struct rusage usage;
	uint64_t begin_ns = clock_mono_ns();
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		snprintf(program, sizeof program, "%s/memwatch", getenv("O"));
		execv(program, arguments);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid || status)
		fail("memwatch failed");
	*ret_mib = (double)usage.ru_maxrss / 1024;
	return (double)(clock_mono_ns() - begin_ns) / NS_PER_S;
}

static void measure_export(const struct bench *bench, const char *ending)
{
	char out[160];
	char *arguments[] = {
		"memwatch", "export", (char *)(uintptr_t)bench->path, "-o", out, NULL
	};
	double seconds, mib;

	snprintf(out, sizeof out, "%s%s", bench->path, ending);
	seconds = run_memwatch(arguments, &mib);
	printf("export %-14s %.2f s, %.2f million samples/s, %.0f MiB written, peak %.1f MiB\n",
	       ending, seconds, (double)(bench->ticks * LINES) / seconds / 1e6,
	       (double)size_of(out) / (1 << 20), mib);
	unlink(out);
}

static void measure_report(const struct bench *bench)
{
	char *arguments[] = { "memwatch", "report", (char *)(uintptr_t)bench->path, NULL };
	double seconds, mib;

	seconds = run_memwatch(arguments, &mib);
	printf("report                %.2f s, peak %.1f MiB\n", seconds, mib);
}

int main(int argc, char **argv)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	struct bench bench = { 0 };

	if (argc != 2 || atoll(argv[1]) < LINES || !getenv("O")) {
		fputs("Usage: O=build bench_record SAMPLES\n", stderr);
		return 2;
	}
	bench.ticks = strtoull(argv[1], NULL, 10) / LINES;
	snprintf(bench.bare, sizeof bench.bare, "%s/bare.db", dir ? dir : "/tmp");
	snprintf(bench.path, sizeof bench.path, "%s/bench.mwdb", dir ? dir : "/tmp");
	snprintf(bench.idle, sizeof bench.idle, "%s/idle.mwdb", dir ? dir : "/tmp");
	measure_recording(&bench);
	record_ns(bench.path, bench.ticks, true);
	printf("a session of %" PRIu64 " samples:\n", bench.ticks * LINES);
	measure_export(&bench, ".csv");
	measure_export(&bench, ".pftrace");
	measure_report(&bench);
	unlink(bench.path);
	unlink(bench.idle);
	return 0;
}
