#include "trace/reader_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A line's number that is larger isn't ours. */
#define LINE_MOST (1 << 26)

const char *reader_error(const struct reader *reader)
{
	return reader->why;
}

int reader_fail(struct reader *reader, int error, const char *why)
{
	if (!reader->error) {
		reader->error = error;
		snprintf(reader->why, sizeof reader->why, "%s", why);
	}
	return reader->error;
}

int reader_check(struct reader *reader, int result)
{
	if (result != SQLITE_OK && !reader->error)
		reader->error = schema_explain(reader->database, reader->why);
	return reader->error;
}

const struct reader_info *reader_info(const struct reader *reader)
{
	return &reader->info;
}

const struct reader_process *reader_process(const struct reader *reader, size_t index)
{
	return index < reader->count ? &reader->processes[index] : NULL;
}

const struct reader_process *reader_line(const struct reader *reader, uint32_t line)
{
	size_t low = 0;
	size_t high = reader->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (reader->processes[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == reader->count || reader->processes[low].line != line)
		return NULL;
	return &reader->processes[low];
}

/* --- opening */

static int explain(char *why, int error)
{
	snprintf(why, TRACE_WHY, "%s", strerror(error));
	return -error;
}

/* Whether it begins as an SQLite database of ours does
 * (https://sqlite.org/fileformat.html#the_database_header), so that nothing is done to a file of
 * somebody else's. */
static int look(const char *path, char *why)
{
	static const char magic[] = "SQLite format 3";
	unsigned char head[100];
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t size;
	uint32_t id;

	if (fd < 0)
		return explain(why, errno);
	if (fstat(fd, &status) == 0 && !S_ISREG(status.st_mode)) {
		close(fd);
		snprintf(why, TRACE_WHY, "%s",
			 S_ISDIR(status.st_mode) ? "is a directory" : "is no file");
		return -EBADMSG;
	}
	size = read(fd, head, sizeof head);
	close(fd);
	if (size == sizeof head && memcmp(head, magic, sizeof magic) == 0) {
		id = (uint32_t)head[68] << 24 | (uint32_t)head[69] << 16 | (uint32_t)head[70] << 8 |
		     head[71];
		if (id == TRACE_APPLICATION_ID)
			return 0;
	}
	snprintf(why, TRACE_WHY, "is no session that memwatch recorded");
	return -EBADMSG;
}

static bool has_log(const char *path)
{
	char beside[TEXT_PATH + 16];

	snprintf(beside, sizeof beside, "%s-wal", path);
	return access(beside, F_OK) == 0;
}

/* What a killed recorder has left beside the file goes into it; one that records keeps it from
 * that. */
static void fold(sqlite3 *database)
{
	sqlite3_exec(database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
}

static int open_database(struct reader *reader, const char *path, char *why)
{
	int flags = SQLITE_OPEN_NOMUTEX;
	bool log = has_log(path);

	if (log && sqlite3_open_v2(path, &reader->database, flags | SQLITE_OPEN_READWRITE, NULL) ==
			   SQLITE_OK) {
		fold(reader->database);
		return 0;
	}
	sqlite3_close(reader->database);
	if (sqlite3_open_v2(path, &reader->database, flags | SQLITE_OPEN_READONLY, NULL) ==
	    SQLITE_OK)
		return 0;
	return schema_explain(reader->database, why);
}

/* A file whose log can't be made or read, in a directory that can't be written to: with no log
 * there, it is whole. */
static int open_immutable(struct reader *reader, const char *path, char *why)
{
	char uri[TEXT_PATH * 3 + 64] = "file:";
	size_t used = strlen(uri);

	for (; *path && used + 32 < sizeof uri; path++) {
		bool plain = *path == '/' || *path == '.' || *path == '-' || *path == '_' ||
			     (*path >= '0' && *path <= '9') || (*path >= 'a' && *path <= 'z') ||
			     (*path >= 'A' && *path <= 'Z');

		used += (size_t)snprintf(uri + used, sizeof uri - used, plain ? "%c" : "%%%02X",
					 (unsigned char)*path);
	}
	snprintf(uri + used, sizeof uri - used, "?immutable=1");
	sqlite3_close(reader->database);
	if (sqlite3_open_v2(uri, &reader->database,
			    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
			    NULL) == SQLITE_OK)
		return 0;
	return schema_explain(reader->database, why);
}

static int open_checked(struct reader *reader, const char *path, char *why)
{
	int error = look(path, why);

	if (!error)
		error = open_database(reader, path, why);
	if (error)
		return error;
	error = schema_check(reader->database, why);
	if (error != -EACCES && error != -EROFS)
		return error;
	if (has_log(path)) {
		snprintf(why, TRACE_WHY,
			 "its recorder left a part of it in a file beside it, ending in -wal: copy "
			 "both to where you can write");
		return error;
	}
	error = open_immutable(reader, path, why);
	return error ? error : schema_check(reader->database, why);
}

/* --- what is known of the session */

/* The number or text of a key; nothing where there is no such key. */
static sqlite3_stmt *ask(struct reader *reader, const char *key)
{
	sqlite3_stmt *statement = NULL;

	reader_check(reader, sqlite3_prepare_v2(reader->database,
						"SELECT value FROM session WHERE key = ?1", -1,
						&statement, NULL));
	if (!statement)
		return NULL;
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	if (reader_step(reader, &statement))
		return statement;
	return NULL;
}

static uint64_t ask_number(struct reader *reader, const char *key)
{
	sqlite3_stmt *statement = ask(reader, key);
	uint64_t number = statement ? reader_number(statement, 0) : 0;

	sqlite3_finalize(statement);
	return number;
}

static void ask_text(struct reader *reader, const char *key, char *to, size_t size)
{
	sqlite3_stmt *statement = ask(reader, key);
	const char *text = statement ? (const char *)sqlite3_column_text(statement, 0) : NULL;

	text_copy(to, size, text ? text : "");
	sqlite3_finalize(statement);
}

/* The one number that a query gives, @none where it gives none. */
static int64_t ask_one(struct reader *reader, const char *query, int64_t none)
{
	sqlite3_stmt *statement = reader_prepare(reader, query, 0);
	int64_t number = none;

	if (statement && reader_step(reader, &statement) &&
	    sqlite3_column_type(statement, 0) != SQLITE_NULL)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static int64_t ask_last(struct reader *reader, const char *table)
{
	char query[64];

	snprintf(query, sizeof query, "SELECT max(rowid) FROM %s", table);
	return ask_one(reader, query, 0);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int load_info(struct reader *reader)
{
	struct reader_info *info = &reader->info;
	struct session_info *session = &info->session;
	int64_t first;

	ask_text(reader, "version", info->version, sizeof info->version);
	ask_text(reader, "name", session->name, sizeof session->name);
	ask_text(reader, "host", session->host, sizeof session->host);
	session->pid = (uint32_t)ask_number(reader, "watcher_pid");
	session->interval_ns = ask_number(reader, "interval_ns");
	session->start_wall_ns = ask_number(reader, "start_unix_ns");
	session->start_ns = ask_number(reader, "start_mono_ns");
	info->end_wall_ns = ask_number(reader, "end_unix_ns");
	info->end_ns = session->start_ns + ask_number(reader, "recorded_ns");
	reader->last_sample = ask_last(reader, "sample");
	reader->last_event = ask_last(reader, "event");
	reader->last_named = ask_last(reader, "named");
	reader->last_gap = ask_last(reader, "gap");
	info->samples = (uint64_t)reader->last_sample;
	info->events = (uint64_t)reader->last_event;
	first = ask_one(reader, "SELECT min(first_ns) FROM process", INT64_MAX);
	first = least(first,
		      ask_one(reader, "SELECT t_ns FROM event ORDER BY rowid LIMIT 1", INT64_MAX));
	info->begin_ns = session->start_ns + (uint64_t)(first == INT64_MAX ? 0 : first);
	if (!reader->error && (session->interval_ns == 0 || info->end_ns < info->begin_ns))
		reader_fail(reader, -EBADMSG, "is damaged: it doesn't say when it was recorded");
	return reader->error;
}

/* --- processes */

static enum end_reason reason_of(const char *text)
{
	if (strcmp(text, TRACE_EXITED) == 0)
		return END_EXITED;
	if (strcmp(text, TRACE_KILLED) == 0)
		return END_KILLED;
	return strcmp(text, TRACE_DROPPED) == 0 ? END_DROPPED : END_UNKNOWN;
}

static void fill_process(const struct reader *reader, sqlite3_stmt *row,
			 struct reader_process *process)
{
	const char *name = (const char *)sqlite3_column_text(row, 4);
	const char *command = (const char *)sqlite3_column_text(row, 5);
	const char *ended = (const char *)sqlite3_column_text(row, 8);
	uint64_t tick_ns = 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);

	*process = (struct reader_process){
		.line = (uint32_t)reader_number(row, 0),
		.pid = (uint32_t)reader_number(row, 1),
		.start_ticks = reader_number(row, 2) / tick_ns,
		.ppid = (uint32_t)reader_number(row, 3),
		.first_ns = reader_time(reader, row, 6),
		.last_ns = reader->info.end_ns,
		.ended = ended != NULL,
		.reason = ended ? reason_of(ended) : END_UNKNOWN,
		.peak_rss = reader_number(row, 11),
		.max_rss = reader_number(row, 12),
	};
	if (process->ended)
		process->last_ns = reader_time(reader, row, 7);
	process->code = sqlite3_column_int(row, process->reason == END_KILLED ? 10 : 9);
	text_copy(process->name, sizeof process->name, name ? name : "");
	text_copy(process->command, sizeof process->command, command ? command : "");
}

static int load_processes(struct reader *reader)
{
	size_t room = (size_t)ask_one(reader, "SELECT count(*) FROM process", 0);
	int64_t last = ask_one(reader, "SELECT max(id) FROM process", 0);
	int64_t first = ask_one(reader, "SELECT min(id) FROM process", 1);
	sqlite3_stmt *row;

	if (last > LINE_MOST || first < 1)
		return reader_fail(reader, -EBADMSG, "is damaged: it numbers processes strangely");
	reader->room = (size_t)last + 1;
	reader->processes = calloc(room + 1, sizeof *reader->processes);
	reader->ends = calloc(room + 1, sizeof *reader->ends);
	reader->values = calloc(reader->room, sizeof *reader->values);
	if (!reader->processes || !reader->ends || !reader->values)
		return reader_fail(reader, -ENOMEM, strerror(ENOMEM));
	row = reader_prepare(
		reader,
		"SELECT id, pid, start_ns, ppid, name, command, first_ns, last_ns,"
		" ended, exit_code, signal, peak_rss, max_rss FROM process ORDER BY id",
		0);
	while (reader->count < room && reader_step(reader, &row))
		fill_process(reader, row, &reader->processes[reader->count++]);
	sqlite3_finalize(row);
	return reader->error;
}

int reader_open(struct reader **ret_reader, const char *path, char *why)
{
	struct reader *reader = calloc(1, sizeof *reader);
	int error;

	if (!reader)
		return explain(why, ENOMEM);
	error = open_checked(reader, path, why);
	if (!error) {
		/* One moment of a file that may be written to. */
		reader_check(reader, sqlite3_exec(reader->database, "BEGIN", NULL, NULL, NULL));
		if (!reader->error && !load_info(reader))
			load_processes(reader);
		sqlite3_exec(reader->database, "COMMIT", NULL, NULL, NULL);
		error = reader->error;
		if (error)
			memcpy(why, reader->why, TRACE_WHY);
	}
	if (error) {
		reader_close(reader);
		return error;
	}
	*ret_reader = reader;
	return 0;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	sqlite3_close(reader->database);
	free(reader->processes);
	free(reader->values);
	free(reader->ends);
	free(reader->tick);
	free(reader->spans);
	free(reader);
}
