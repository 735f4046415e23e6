#include "trace/reader_state.h"
#include "wire/sessions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line's number that is larger isn't ours. */
#define LINE_MOST (1 << 26)

/* Processes that a title names: as many as fit. */
#define TITLE_NAMES 2

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

size_t reader_lines(const struct reader *reader)
{
	return reader->count ? reader->processes[reader->count - 1].line + (size_t)1 : 1;
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

	to[0] = '\0';
	if (statement)
		reader_text(statement, 0, to, size);
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

/* Of a table that older recordings don't have. */
static int64_t ask_last_of_newer(struct reader *reader, const char *table)
{
	char query[96];

	snprintf(query, sizeof query, "SELECT count(*) FROM sqlite_master WHERE name = '%s'",
		 table);
	return ask_one(reader, query, 0) ? ask_last(reader, table) : 0;
}

bool reader_has_column(struct reader *reader, const char *table, const char *column)
{
	char query[128];

	snprintf(query, sizeof query,
		 "SELECT count(*) FROM pragma_table_info('%s') WHERE name = '%s'", table, column);
	return ask_one(reader, query, 0) > 0;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The jumps of the wall clock; older recordings tell of none. The first row is the start's. */
static void load_wall(struct reader *reader)
{
	struct session_info *session = &reader->info.session;
	sqlite3_stmt *row;

	if (!ask_last_of_newer(reader, "clock"))
		return;
	row = reader_prepare(
		reader, "SELECT t_ns, unix_ns FROM clock WHERE t_ns > 0 ORDER BY t_ns LIMIT 4096",
		0);
	while (reader_step(reader, &row))
		wall_add_jump(session, reader_time(reader, row, 0), reader_number(row, 1));
	sqlite3_finalize(row);
}

/* Those that some row of the session has a figure of. */
static uint32_t find_metrics(struct reader *reader)
{
	sqlite3_stmt *row =
		reader_prepare(reader,
			       "SELECT count(pss), count(uss), count(swap), count(anon),"
			       " count(file), count(shmem) FROM metric WHERE rowid <= ?1",
			       reader->last_metric);
	uint32_t set = METRIC_BIT(METRIC_RSS);

	if (reader_step(reader, &row)) {
		for (enum metric i = METRIC_PSS; i < METRICS; i++)
			set |= reader_number(row, (int)i - 1) ? METRIC_BIT(i) : 0;
	}
	sqlite3_finalize(row);
	return set;
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
	session->metrics = METRIC_BIT(METRIC_RSS);
	session->metrics_interval_ns = ask_number(reader, "metrics_interval_ns");
	session->interval_ns = ask_number(reader, "interval_ns");
	session->start_wall_ns = ask_number(reader, "start_unix_ns");
	session->start_ns = ask_number(reader, "start_mono_ns");
	info->end_wall_ns = ask_number(reader, "end_unix_ns");
	info->end_ns = session->start_ns + ask_number(reader, "recorded_ns");
	reader->last_sample = ask_last(reader, "sample");
	reader->last_event = ask_last(reader, "event");
	reader->last_named = ask_last(reader, "named");
	reader->last_gap = ask_last(reader, "gap");
	reader->last_bound = ask_last_of_newer(reader, "bound");
	reader->last_inspection = ask_last_of_newer(reader, "inspection");
	reader->last_metric = ask_last_of_newer(reader, "metric");
	load_wall(reader);
	if (reader->last_metric)
		session->metrics = find_metrics(reader);
	reader->has_shared = reader_has_column(reader, "sample", "shared");
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
	const char *ended = (const char *)sqlite3_column_text(row, 8);

	*process = (struct reader_process){
		.line = (uint32_t)reader_number(row, 0),
		.pid = (uint32_t)reader_number(row, 1),
		.start_ticks = reader_number(row, 2) / schema_clock_tick_ns(),
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
	reader_text(row, 4, process->name, sizeof process->name);
	reader_text(row, 5, process->command, sizeof process->command);
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

/* "one, two and 3 more" */
static void name_after_processes(struct reader *reader)
{
	char *title = reader->info.title;
	size_t size = sizeof reader->info.title;
	size_t shown = reader->count < TITLE_NAMES ? reader->count : TITLE_NAMES;
	size_t used = 0;

	for (size_t i = 0; i < shown; i++)
		used += (size_t)snprintf(title + used, size - used, "%s%s", i ? ", " : "",
					 reader->processes[i].name);
	if (reader->count > shown)
		snprintf(title + used, size - used, " and %zu more", reader->count - shown);
}

/* What it is called by those to whom a name that nobody gave tells nothing. */
static void find_title(struct reader *reader)
{
	struct reader_info *info = &reader->info;

	ask_text(reader, "title", info->title, sizeof info->title);
	if (!info->title[0] && (strcmp(info->session.name, SESSION_DEFAULT) == 0 ||
				sessions_is_own(info->session.name)))
		name_after_processes(reader);
	if (!info->title[0])
		text_copy(info->title, sizeof info->title,
			  info->session.name[0] ? info->session.name : SESSION_DEFAULT);
}

int reader_open(struct reader **ret_reader, const char *path, char *why)
{
	struct reader *reader = calloc(1, sizeof *reader);
	int error;

	if (!reader) {
		snprintf(why, TRACE_WHY, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	error = reader_open_file(reader, path, why);
	if (!error) {
		/* One moment of a file that may be written to. */
		reader_check(reader, sqlite3_exec(reader->database, "BEGIN", NULL, NULL, NULL));
		if (!reader->error && !load_info(reader) && !load_processes(reader))
			find_title(reader);
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
