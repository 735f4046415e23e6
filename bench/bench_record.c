/*
 * The session file: what a changed value costs beside a bare prepared INSERT of the same row, how
 * many bytes it takes, and what an unchanged one does; then how fast a long session is exported and
 * summed up, beside the sqlite3 library's reading of the same rows, and in how much memory. Usage:
 * bench_record SAMPLES, with memwatch in $O; writes to $XDG_RUNTIME_DIR or /tmp.
 */
#include "base/clock.h"
#include "bench/figure.h"
#include "session/reader.h"
#include "session/writer.h"

#include <fcntl.h>
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
#define ROUNDS 9
#define READS 3

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
	double begin_ns;

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
	begin_ns = figure_cpu_ns();
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
	begin_ns = figure_cpu_ns() - begin_ns;
	sqlite3_finalize(insert);
	sqlite3_close(database);
	unlink(bench->bare);
	return begin_ns / (double)(ticks * LINES);
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
	char why[TEXT_WHY];

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

/* Nanoseconds of CPU a sample. */
static double record_ns(const char *path, uint64_t ticks, bool change)
{
	struct writer *writer = begin(path);
	double begin_ns = figure_cpu_ns();
	struct sample samples[LINES];
	char why[TEXT_WHY];

	for (uint64_t tick = 1; tick <= ticks; tick++) {
		struct record record = { .seq = LINES + tick,
					 .t_ns = session.start_ns + tick * NS_PER_MS,
					 .type = RECORD_TICK };

		for (unsigned i = 0; i < LINES; i++)
			samples[i] = (struct sample){ i + 1, value_at(change ? tick : 0, i + 1),
						      (change ? tick / 8 : 1) * 4096 % (64 << 20) +
							      4096 };
		record.tick = (struct tick){ 0, LINES, samples, false };
		add(writer, &record);
		if (tick % TICKS_A_COMMIT == 0 && writer_commit(writer) < 0)
			fail(writer_error(writer));
	}
	begin_ns = figure_cpu_ns() - begin_ns;
	if (writer_close(writer, 1, why) < 0)
		fail(why);
	return begin_ns / (double)(ticks * LINES);
}

static void measure_recording(const struct bench *bench)
{
	double bare[ROUNDS], ours[ROUNDS], idle[ROUNDS];
	uint64_t ticks = bench->ticks / ROUNDS;
	off_t size;

	for (int i = 0; i < ROUNDS; i++) {
		bare[i] = bare_ns(bench, ticks);
		ours[i] = record_ns(bench->path, ticks, true);
		idle[i] = record_ns(bench->idle, ticks, false);
	}
	figure_ratio(&(struct figure){ "record/change", "a recorded change of memory",
				       "a bare prepared INSERT", "ns", AT_MOST, 1.5 },
		     ours, bare, ROUNDS);
	figure_ratio(&(struct figure){ "record/unchanged", "an unchanged value",
				       "a bare prepared INSERT", "ns", AT_MOST, 0.1 },
		     idle, bare, ROUNDS);
	figure_count(&(struct figure){ "record/bytes", "bytes of the file a change", NULL, "B",
				       AT_MOST, 28 },
		     (double)size_of(bench->path) / (double)(ticks * LINES));
	size = size_of(bench->idle);
	record_ns(bench->idle, 2, false);
	figure_count(&(struct figure){ "record/idle-bytes", "bytes of the file an unchanged value",
				       NULL, "B", AT_MOST, 0 },
		     (double)(size - size_of(bench->idle)) / (double)(ticks * LINES));
}

/* --- afterwards */

/* Run memwatch with @arguments, its output to nowhere: seconds of CPU, and its peak memory. */
static double run_memwatch(char *const arguments[], double *ret_mib)
{
	char program[4096];
	struct rusage usage;
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
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* The floor of all that reads a session: each row's columns, once, in order. */
static double read_rows(const struct bench *bench)
{
	double begin_ns = figure_cpu_ns();
	sqlite3_stmt *select = NULL;
	sqlite3 *database;
	volatile sqlite3_int64 sum = 0;

	if (sqlite3_open_v2(bench->path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(database, "SELECT t_ns, process, rss FROM sample", -1, &select,
			       NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(database));
	while (sqlite3_step(select) == SQLITE_ROW)
		sum += sqlite3_column_int64(select, 0) + sqlite3_column_int64(select, 1) +
		       sqlite3_column_int64(select, 2);
	(void)sum;
	sqlite3_finalize(select);
	sqlite3_close(database);
	return (figure_cpu_ns() - begin_ns) / 1e9;
}

/* A command over the session, in turns with the floor. */
static void measure_reading(const struct bench *bench, const struct figure *figure,
			    char *const arguments[], const char *out)
{
	double ours[READS], bare[READS];
	double mib = 0;

	for (int i = 0; i < READS; i++) {
		bare[i] = read_rows(bench);
		ours[i] = run_memwatch(arguments, &mib);
	}
	figure_ratio(figure, ours, bare, READS);
	printf("%20s %.0f MiB written, in %.1f MiB of memory\n", "",
	       (double)size_of(out) / (1 << 20), mib);
	unlink(out);
}

static void measure_export(const struct bench *bench, const struct figure *figure,
			   const char *ending)
{
	char out[160];
	char *arguments[] = {
		"memwatch", "export", (char *)(uintptr_t)bench->path, "-o", out, NULL
	};

	snprintf(out, sizeof out, "%s%s", bench->path, ending);
	measure_reading(bench, figure, arguments, out);
}

static void measure_report(const struct bench *bench)
{
	char *arguments[] = { "memwatch", "report", (char *)(uintptr_t)bench->path, NULL };

	measure_reading(bench,
			&(struct figure){ "record/report", "report of the session",
					  "reading its rows", "s", AT_MOST, 6 },
			arguments, "");
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
	measure_export(&bench,
		       &(struct figure){ "record/csv", "export of the session as CSV",
					 "reading its rows", "s", AT_MOST, 8 },
		       ".csv");
	measure_export(&bench,
		       &(struct figure){ "record/pftrace", "export of the session as .pftrace",
					 "reading its rows", "s", AT_MOST, 8 },
		       ".pftrace");
	measure_report(&bench);
	unlink(bench.path);
	unlink(bench.idle);
	return 0;
}
