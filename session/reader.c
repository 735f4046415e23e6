#include "session/reader_state.h"
#include "wire/sessions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Steps of SQLite's machine between two looks at whether to go on: less than a millisecond. */
#define WATCH_STEPS 1000

/* Steps that a reading may take, of a file of so many bytes: far more than one whose pages lead to
 * each row once can need. */
#define STEPS_BASE 10000000
#define STEPS_A_BYTE 200

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

/* The reader's error after an SQLite result: the first one stays. */
static int reader_check(struct reader *reader, int result)
{
	if (result == SQLITE_OK || reader->error)
		return reader->error;
	if (result == SQLITE_INTERRUPT && reader->astray)
		return reader_fail(reader, -EBADMSG, "is damaged: its pages lead in circles");
	if (result == SQLITE_INTERRUPT)
		return reader_fail(reader, -ECANCELED, "");
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
	return line > 0 && line <= reader->count ? &reader->processes[line - 1] : NULL;
}

size_t reader_lines(const struct reader *reader)
{
	return reader->count + 1;
}

/* --- rows */

void reader_cursor(struct reader *reader, struct cursor *cursor, enum cursor_table table,
		   const char *where)
{
	struct cursor_range range = { .start_ns = reader->info.session.start_ns,
				      .last = reader->last[table],
				      .from = INT64_MIN };

	*cursor = (struct cursor){ .row = NULL };
	if (reader->from_ns)
		range.from = (int64_t)(reader->from_ns - range.start_ns);
	if (!reader->error)
		reader_check(reader, cursor_open(cursor, reader->database, &reader->schema, table,
						 where, &range));
}

bool reader_step(struct reader *reader, struct cursor *cursor)
{
	char why[TEXT_WHY];
	int found = reader->error ? 0 : cursor_step(cursor, why);

	if (found > 0)
		return true;
	if (found == -EIO)
		reader_check(reader, sqlite3_errcode(reader->database) & 0xff);
	else if (found < 0)
		reader_fail(reader, found, why);
	cursor_close(cursor);
	return false;
}

uint64_t reader_time(const struct reader *reader, const struct cursor *cursor, int column)
{
	return reader->info.session.start_ns + cursor_number(cursor, column);
}

/* In a recording of all of a session, lines are numbered as in the session. */
static uint32_t find_line(const struct reader *reader, uint32_t id)
{
	size_t low = 0;
	size_t high = reader->count;

	if (id <= reader->count && reader->ids[id - 1] == id)
		return id;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (reader->ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == reader->count || reader->ids[low] != id)
		return READER_NOBODY;
	return (uint32_t)low + 1;
}

uint32_t reader_line_at(const struct reader *reader, const struct cursor *cursor, int column)
{
	uint32_t id = (uint32_t)cursor_number(cursor, column);

	return id ? find_line(reader, id) : LINE_SESSION;
}

/* --- what is known of the session */

static sqlite3_stmt *prepare(struct reader *reader, const char *query)
{
	sqlite3_stmt *statement = NULL;

	if (!reader->error)
		reader_check(reader,
			     sqlite3_prepare_v2(reader->database, query, -1, &statement, NULL));
	return statement;
}

/* Whether there is a row. */
static bool step(struct reader *reader, sqlite3_stmt *statement)
{
	int result = statement ? sqlite3_step(statement) : SQLITE_DONE;

	if (result != SQLITE_ROW && result != SQLITE_DONE)
		reader_check(reader, result);
	return result == SQLITE_ROW;
}

static sqlite3_stmt *ask(struct reader *reader, const char *key)
{
	sqlite3_stmt *statement = prepare(reader, "SELECT value FROM session WHERE key = ?1");

	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	return statement;
}

/* The number of a key, 0 where there is no such key. */
static uint64_t ask_number(struct reader *reader, const char *key, int64_t most)
{
	sqlite3_stmt *statement = ask(reader, key);
	char why[TEXT_WHY];
	int64_t number = 0;

	if (step(reader, statement)) {
		number = sqlite3_column_int64(statement, 0);
		if (sqlite3_column_type(statement, 0) != SQLITE_INTEGER || number < 0 ||
		    number > most) {
			snprintf(why, sizeof why,
				 "is damaged: its session's %s is not what it can be", key);
			reader_fail(reader, -EBADMSG, why);
			number = 0;
		}
	}
	sqlite3_finalize(statement);
	return (uint64_t)number;
}

static void ask_text(struct reader *reader, const char *key, char *to, size_t size)
{
	sqlite3_stmt *statement = ask(reader, key);
	const char *text = NULL;

	if (step(reader, statement))
		text = (const char *)sqlite3_column_text(statement, 0);
	text_copy(to, size, text ? text : "");
	sqlite3_finalize(statement);
}

static int64_t ask_last(struct reader *reader, enum cursor_table table)
{
	char query[64];
	sqlite3_stmt *statement;
	int64_t last = 0;

	if (!reader->schema.columns[table])
		return 0;
	snprintf(query, sizeof query, "SELECT max(rowid) FROM %s", cursor_table_name(table));
	statement = prepare(reader, query);
	if (step(reader, statement))
		last = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return last;
}

/* Those that some row of the session has a figure of. */
static uint32_t find_metrics(struct reader *reader)
{
	bool newer = reader->schema.columns[TABLE_METRIC] & 1U << METRIC_PSS_ANON;
	sqlite3_stmt *row =
		prepare(reader, newer ? "SELECT count(pss), count(uss), count(swap), count(anon),"
					" count(file), count(shmem), count(hugetlb),"
					" count(lazyfree) FROM metric"
				      : "SELECT count(pss), count(uss), count(swap), count(anon),"
					" count(file), count(shmem), 0, 0 FROM metric");
	uint32_t set = METRIC_BIT(METRIC_RSS);

	if (step(reader, row)) {
		for (enum metric i = METRIC_PSS; i < METRICS; i++)
			set |= sqlite3_column_int64(row, (int)i - 1) ? METRIC_BIT(i) : 0;
	}
	sqlite3_finalize(row);
	return set;
}

/* Jumps of the wall clock that a session can have: what keeps the largest of them is slower. */
#define JUMPS_MOST 4096

/* Older recordings tell of none. The first row is the start's. */
static void load_wall(struct reader *reader)
{
	struct cursor row;

	reader_cursor(reader, &row, TABLE_CLOCK, "");
	for (int i = 0; i < JUMPS_MOST && reader_step(reader, &row); i++)
		wall_add_jump(&reader->info.session, reader_time(reader, &row, CLOCK_T),
			      cursor_number(&row, CLOCK_UNIX));
	cursor_close(&row);
}

/* Rows: what a count of them is an upper bound of. */
static uint64_t rows_until(int64_t last)
{
	return last > 0 ? (uint64_t)last : 0;
}

static void load_info(struct reader *reader)
{
	struct reader_info *info = &reader->info;
	struct session_info *session = &info->session;

	ask_text(reader, "version", info->version, sizeof info->version);
	ask_text(reader, "name", session->name, sizeof session->name);
	ask_text(reader, "host", session->host, sizeof session->host);
	session->pid = (uint32_t)ask_number(reader, "watcher_pid", UINT32_MAX);
	session->metrics = METRIC_BIT(METRIC_RSS);
	session->metrics_interval_ns = ask_number(reader, "metrics_interval_ns", TRACE_MOST);
	session->interval_ns = ask_number(reader, "interval_ns", TRACE_MOST);
	session->start_wall_ns = ask_number(reader, "start_unix_ns", INT64_MAX);
	session->start_ns = ask_number(reader, "start_mono_ns", TRACE_MOST);
	info->end_wall_ns = ask_number(reader, "end_unix_ns", INT64_MAX);
	info->exact_ns = ask_number(reader, "exact_ns", TRACE_MOST);
	if (info->exact_ns)
		info->exact_ns += session->start_ns;
	info->end_ns = session->start_ns + ask_number(reader, "recorded_ns", TRACE_MOST);
	for (enum cursor_table i = 0; i < TABLE_SESSION; i++)
		reader->last[i] = ask_last(reader, i);
	load_wall(reader);
	if (reader->last[TABLE_METRIC])
		session->metrics = find_metrics(reader);
	info->samples = rows_until(reader->last[TABLE_SAMPLE]);
	info->events = rows_until(reader->last[TABLE_EVENT]);
}

/* The first record's time: of the first process to join, or of an event before that. */
static int find_begin(struct reader *reader)
{
	struct reader_info *info = &reader->info;
	struct cursor event;
	uint64_t begin_ns = UINT64_MAX;

	for (size_t i = 0; i < reader->count; i++) {
		if (reader->processes[i].first_ns < begin_ns)
			begin_ns = reader->processes[i].first_ns;
	}
	reader_cursor(reader, &event, TABLE_EVENT, "");
	if (reader_step(reader, &event) && reader_time(reader, &event, EVENT_T) < begin_ns)
		begin_ns = reader_time(reader, &event, EVENT_T);
	cursor_close(&event);
	info->begin_ns = begin_ns == UINT64_MAX ? info->session.start_ns : begin_ns;
	if (!reader->error && (info->session.interval_ns == 0 || info->end_ns < info->begin_ns))
		reader_fail(reader, -EBADMSG, "is damaged: it doesn't say when it was recorded");
	return reader->error;
}

/* --- processes */

static enum end_reason reason_of(const struct cursor *row)
{
	if (cursor_says(row, PROCESS_ENDED, TRACE_EXITED))
		return END_EXITED;
	if (cursor_says(row, PROCESS_ENDED, TRACE_KILLED))
		return END_KILLED;
	if (cursor_says(row, PROCESS_ENDED, TRACE_LIMITED))
		return END_LIMITED;
	return cursor_says(row, PROCESS_ENDED, TRACE_DROPPED) ? END_DROPPED : END_UNKNOWN;
}

static enum peak_kind peak_kind_at(const struct cursor *row)
{
	for (int kind = PEAK_EXACT; kind <= PEAK_AT_MOST; kind++) {
		if (cursor_says(row, PROCESS_PEAK_KIND, peak_kind_text((enum peak_kind)kind)))
			return (enum peak_kind)kind;
	}
	return PEAK_AT_LEAST;
}

static uint32_t hash(const char *text)
{
	uint32_t hash = 2166136261; /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619;
	return hash ^ hash >> 16;
}

/* A text that lives as long as the reader: one of the recent ones where it is the same, since
 * processes of a family have names in common. NULL without memory. */
static const char *keep_text(struct reader *reader, const char *text)
{
	const char **recent = &reader->recent[hash(text) % READER_RECENT];
	struct reader_texts *texts = reader->texts;
	size_t size = strlen(text) + 1;
	char *kept;

	if (*recent && strcmp(*recent, text) == 0)
		return *recent;
	if (!texts || texts->used + size > sizeof texts->bytes) {
		texts = malloc(sizeof *texts);
		if (!texts) {
			reader_fail(reader, -ENOMEM, strerror(ENOMEM));
			return NULL;
		}
		texts->used = 0;
		texts->before = reader->texts;
		reader->texts = texts;
	}
	kept = memcpy(texts->bytes + texts->used, text, size);
	texts->used += size;
	*recent = kept;
	return kept;
}

static void fill_process(struct reader *reader, const struct cursor *row,
			 struct reader_process *process)
{
	char name[TEXT_NAME + 1];

	*process = (struct reader_process){
		.line = (uint32_t)reader->count + 1,
		.pid = (uint32_t)cursor_number(row, PROCESS_PID),
		.start_ticks = cursor_number(row, PROCESS_START) / schema_clock_tick_ns(),
		.ppid = (uint32_t)cursor_number(row, PROCESS_PPID),
		.name = keep_text(reader, cursor_text(row, PROCESS_NAME, name, sizeof name)),
		.first_ns = reader_time(reader, row, PROCESS_FIRST),
		.last_ns = reader->info.end_ns,
		.ended = !cursor_is_null(row, PROCESS_ENDED),
		.reason = reason_of(row),
		.peak_rss = cursor_number(row, PROCESS_PEAK),
		.max_rss = cursor_number(row, PROCESS_MAX),
		.peak_kind = peak_kind_at(row),
		.family_peak = cursor_number(row, PROCESS_FAMILY_PEAK),
	};
	if (process->ended)
		process->last_ns = reader_time(reader, row, PROCESS_LAST);
	if (process->last_ns < process->first_ns)
		process->last_ns = process->first_ns;
	process->code = (int32_t)cursor_signed(row, end_has_signal(process->reason) ? PROCESS_SIGNAL
										    : PROCESS_CODE);
}

/* Room for one more: memory goes with the rows that were read, not with what one says. */
static int reserve(struct reader *reader)
{
	size_t room = reader->room ? reader->room + reader->room / 2 : 64;
	struct reader_process *processes;
	uint32_t *ids;

	if (reader->count < reader->room)
		return 0;
	processes = realloc(reader->processes, room * sizeof *processes);
	if (processes)
		reader->processes = processes;
	ids = realloc(reader->ids, room * sizeof *ids);
	if (ids)
		reader->ids = ids;
	if (!processes || !ids)
		return reader_fail(reader, -ENOMEM, strerror(ENOMEM));
	reader->room = room;
	return 0;
}

static int load_processes(struct reader *reader)
{
	struct cursor row;

	reader_cursor(reader, &row, TABLE_PROCESS, "");
	while (reader_step(reader, &row) && reserve(reader) == 0) {
		uint32_t id = (uint32_t)cursor_number(&row, PROCESS_ID);

		if (reader->count > 0 && id <= reader->ids[reader->count - 1])
			reader_fail(reader, -EBADMSG, "is damaged: it numbers processes twice");
		fill_process(reader, &row, &reader->processes[reader->count]);
		reader->ids[reader->count++] = id;
	}
	cursor_close(&row);
	return reader->error;
}

/* A sound file's rows are numbered as its processes are. */
const char *reader_command(struct reader *reader, const struct reader_process *process, char *to)
{
	const char *text = NULL;

	if (!reader->command)
		sqlite3_prepare_v2(reader->database,
				   "SELECT command FROM process WHERE rowid = ?1 AND id = ?1", -1,
				   &reader->command, NULL);
	sqlite3_bind_int64(reader->command, 1, reader->ids[process->line - 1]);
	if (reader->command && sqlite3_step(reader->command) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(reader->command, 0);
	text_copy(to, TEXT_COMMAND + 1, text ? text : "");
	sqlite3_reset(reader->command);
	return to;
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

/* --- a reader */

/* Called by SQLite, also amid a statement that finds nothing: whether to stop. */
static int watch(void *arg)
{
	struct reader *reader = arg;

	reader->steps += WATCH_STEPS;
	if (reader->steps > reader->most_steps)
		reader->astray = true;
	return reader->astray || (reader->query && !reader_worked(reader, UINT64_MAX));
}

/* One moment of a file that may be written to. */
static void load(struct reader *reader)
{
	reader->most_steps = STEPS_BASE + reader->size * STEPS_A_BYTE;
	sqlite3_progress_handler(reader->database, WATCH_STEPS, watch, reader);
	reader_check(reader, sqlite3_exec(reader->database, "BEGIN", NULL, NULL, NULL));
	if (!reader->error)
		reader->error = cursor_schema_read(&reader->schema, reader->database, reader->why);
	load_info(reader);
	if (!reader->error && !load_processes(reader) && !find_begin(reader))
		find_title(reader);
	sqlite3_exec(reader->database, "COMMIT", NULL, NULL, NULL);
}

int reader_open(struct reader **ret_reader, const char *path, char *why)
{
	struct reader *reader = calloc(1, sizeof *reader);
	int error;

	if (!reader) {
		snprintf(why, TEXT_WHY, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	error = reader_open_file(reader, path, why);
	if (!error) {
		load(reader);
		error = reader->error;
		if (error)
			memcpy(why, reader->why, TEXT_WHY);
	}
	if (error) {
		reader_close(reader);
		return error;
	}
	*ret_reader = reader;
	return 0;
}

static void free_texts(struct reader *reader)
{
	while (reader->texts) {
		struct reader_texts *texts = reader->texts;

		reader->texts = texts->before;
		free(texts);
	}
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	free_texts(reader);
	sqlite3_finalize(reader->command);
	sqlite3_close(reader->database);
	free(reader->processes);
	free(reader->ids);
	free(reader);
}
