#include "session/rows.h"

#include <string.h>

static const char *const texts[ROWS_STATEMENTS] = {
	[ROWS_SAMPLE] = "INSERT INTO sample(t_ns, process, rss, pss, swap, shared) VALUES(?1, ?2, "
			"?3, ?4, ?5, ?6)",
	[ROWS_EVENT] =
		"INSERT INTO event(t_ns, process, category, label, duration_ns, rss, rss_end, "
		"span, shared, rss_age_ns, shared_end, peak_rss, peak_exact, rss_end_age_ns) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	[ROWS_SPAN_END] = "UPDATE event SET duration_ns = ?2, rss_end = ?3, shared_end = ?4, "
			  "peak_rss = ?5, peak_exact = ?6, rss_end_age_ns = ?7 WHERE rowid = ?1",
	[ROWS_SPAN_LEFT] = "UPDATE event SET rss_end = ?3, shared_end = ?4, peak_rss = ?5, "
			   "peak_exact = ?6, rss_end_age_ns = ?7 WHERE rowid = ?1",
	[ROWS_PROCESS] =
		"INSERT INTO process(id, pid, start_ns, ppid, name, command, first_ns) VALUES(?1, "
		"?2, ?3, ?4, ?5, ?6, ?7)",
	[ROWS_NAMED] =
		"INSERT INTO named(t_ns, process, ppid, name, command) VALUES(?1, ?2, ?3, ?4, ?5)",
	[ROWS_RENAME] = "UPDATE process SET ppid = ?2, name = ?3, command = ?4, pid = ?5, start_ns "
			"= ?6 WHERE id = ?1",
	[ROWS_CALLED] = "SELECT 1 FROM process WHERE id = ?1 AND ppid = ?2 AND name = ?3 AND "
			"command = ?4",
	[ROWS_END] = "UPDATE process SET last_ns = ?2, ended = ?3, exit_code = ?4, signal = ?5, "
		     "peak_rss "
		     "= ?6, max_rss = ?7, peak_kind = ?8 WHERE id = ?1",
	[ROWS_PEAK] = "UPDATE process SET peak_rss = ?2 WHERE id = ?1",
	[ROWS_FAMILY_PEAK] = "UPDATE process SET family_peak = ?2 WHERE id = ?1",
	[ROWS_GAP] =
		"INSERT INTO gap(from_ns, to_ns, process, reason, count) VALUES(?1, ?2, ?3, ?4, "
		"?5)",
	[ROWS_BOUND] = "INSERT INTO bound(t_ns, process, kind, limit_bytes, used_bytes) VALUES(?1, "
		       "?2, ?3, "
		       "?4, ?5)",
	[ROWS_INSPECTION] =
		"INSERT INTO inspection(t_ns, process, number, place, kinds, kind, name, mappings, "
		"size_bytes, rss_bytes, pss_bytes, private_dirty_bytes, swap_bytes, hugetlb_bytes, "
		"lazyfree_bytes) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
	[ROWS_METRIC] = "INSERT INTO metric(t_ns, process, pss, uss, swap, anon, file, shmem, "
			"hugetlb, lazyfree, read_ns, pss_anon) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, "
			"?8, ?9, ?10, ?11, ?12)",
	[ROWS_CLOCK] = "INSERT INTO clock(t_ns, unix_ns) VALUES(?1, ?2)",
	[ROWS_SESSION_TEXT] = "INSERT OR REPLACE INTO session(key, value) VALUES(?1, ?2)",
	[ROWS_SESSION_NUMBER] = "INSERT OR REPLACE INTO session(key, value) VALUES(?1, ?2)",
	[ROWS_BEGIN] = "BEGIN IMMEDIATE",
	[ROWS_COMMIT] = "COMMIT",
};

int rows_open(struct rows *rows, sqlite3 *database)
{
	int result = SQLITE_OK;

	rows->database = database;
	for (int i = 0; i < ROWS_STATEMENTS && result == SQLITE_OK; i++)
		result = sqlite3_prepare_v3(database, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
					    &rows->statements[i], NULL);
	return result;
}

void rows_close(struct rows *rows)
{
	for (int i = 0; i < ROWS_STATEMENTS; i++) {
		sqlite3_finalize(rows->statements[i]);
		rows->statements[i] = NULL;
	}
}

static int run(sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);
	int reset = sqlite3_reset(statement);

	return result == SQLITE_DONE ? SQLITE_OK : reset;
}

/* Programs say what they like of their memory: no row has what a reader would refuse. */
static void bind_number(sqlite3_stmt *statement, int at, uint64_t number)
{
	sqlite3_bind_int64(statement, at, number < INT64_MAX ? (sqlite3_int64)number : INT64_MAX);
}

static void bind_count(sqlite3_stmt *statement, int at, uint64_t count)
{
	bind_number(statement, at, count < TRACE_MOST ? count : TRACE_MOST);
}

/* Bytes of which 0 means that nobody knows. */
static void bind_known(sqlite3_stmt *statement, int at, uint64_t bytes)
{
	if (bytes)
		bind_number(statement, at, bytes);
	else
		sqlite3_bind_null(statement, at);
}

/* @text is kept valid until the statement has run. */
static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

static bool is_ascii(const char *text)
{
	for (; *text; text++) {
		if (*text & 0x80)
			return false;
	}
	return true;
}

/* The same as bind_text, of a text that may be any bytes; a file has valid UTF-8 only. */
static void bind_foreign(sqlite3_stmt *statement, int at, const char *text)
{
	char valid[TEXT_COMMAND * 3 + 1];

	if (is_ascii(text)) {
		bind_text(statement, at, text);
		return;
	}
	text_utf8(valid, sizeof valid, text);
	sqlite3_bind_text(statement, at, valid, -1, SQLITE_TRANSIENT);
}

int rows_begin(struct rows *rows)
{
	return run(rows->statements[ROWS_BEGIN]);
}

int rows_commit(struct rows *rows)
{
	return run(rows->statements[ROWS_COMMIT]);
}

/* Bytes, or UINT64_MAX for NULL. */
static void bind_told(sqlite3_stmt *statement, int at, uint64_t bytes)
{
	if (bytes == UINT64_MAX)
		sqlite3_bind_null(statement, at);
	else
		bind_number(statement, at, bytes);
}

int rows_sample(struct rows *rows, int64_t t_ns, const struct sample *sample,
		const struct rows_beside *beside)
{
	sqlite3_stmt *statement = rows->statements[ROWS_SAMPLE];
	bool none = sample->rss == UINT64_MAX;

	sqlite3_bind_int64(statement, 1, t_ns);
	sqlite3_bind_int64(statement, 2, sample->line);
	bind_told(statement, 3, sample->rss);
	bind_told(statement, 4, none ? UINT64_MAX : beside->pss);
	bind_told(statement, 5, none ? UINT64_MAX : beside->swap);
	bind_known(statement, 6, none ? 0 : sample->shared);
	return run(statement);
}

static void bind_age(sqlite3_stmt *statement, int at, bool known, uint64_t age_ns)
{
	if (known && age_ns != RSS_AGE_UNKNOWN)
		bind_count(statement, at, age_ns);
	else
		sqlite3_bind_null(statement, at);
}

/* What is beside the memory that an event begins with, from @at on. */
static void bind_begin(sqlite3_stmt *statement, int at, const struct event *event)
{
	bind_known(statement, at, event->kind == EVENT_SPAN_END ? 0 : event->shared);
	bind_age(statement, at + 1, event->rss > 0, event->rss_age_ns);
}

/* What is beside the memory that a span ends with, and its peak. */
static void bind_end(sqlite3_stmt *statement, int at, const struct event *event)
{
	bind_known(statement, at, event->shared);
	bind_known(statement, at + 1, event->peak_rss);
	bind_told(statement, at + 2, event->peak_rss ? event->peak_exact : UINT64_MAX);
	bind_age(statement, at + 3, event->rss_end > 0, event->rss_age_ns);
}

int rows_event(struct rows *rows, int64_t t_ns, const struct event *event, int64_t *ret_row)
{
	sqlite3_stmt *statement = rows->statements[ROWS_EVENT];
	int result;

	sqlite3_clear_bindings(statement);
	sqlite3_bind_int64(statement, 1, t_ns);
	if (event->line != LINE_SESSION)
		sqlite3_bind_int64(statement, 2, event->line);
	bind_foreign(statement, 3, event->category);
	bind_foreign(statement, 4, event->label);
	if (event->kind == EVENT_SPAN_END) {
		bind_count(statement, 5, event->duration_ns);
		bind_known(statement, 7, event->rss_end);
	}
	bind_known(statement, 6, event->rss);
	if (event->kind != EVENT_MARK)
		sqlite3_bind_int64(statement, 8, (sqlite3_int64)event->span);
	bind_begin(statement, 9, event);
	if (event->kind == EVENT_SPAN_END)
		bind_end(statement, 11, event);
	result = run(statement);
	*ret_row = sqlite3_last_insert_rowid(rows->database);
	return result;
}

static int end_span(sqlite3_stmt *statement, int64_t row, const struct event *event)
{
	sqlite3_bind_int64(statement, 1, row);
	bind_count(statement, 2, event->duration_ns);
	bind_known(statement, 3, event->rss_end);
	bind_end(statement, 4, event);
	return run(statement);
}

int rows_span_end(struct rows *rows, int64_t row, const struct event *event)
{
	return end_span(rows->statements[ROWS_SPAN_END], row, event);
}

int rows_span_left(struct rows *rows, int64_t row, const struct event *event)
{
	return end_span(rows->statements[ROWS_SPAN_LEFT], row, event);
}

int rows_process(struct rows *rows, int64_t t_ns, const struct process *process)
{
	sqlite3_stmt *statement = rows->statements[ROWS_PROCESS];

	sqlite3_bind_int64(statement, 1, process->line);
	sqlite3_bind_int64(statement, 2, process->pid);
	bind_known(statement, 3, process->start_ticks * schema_clock_tick_ns());
	sqlite3_bind_int64(statement, 4, process->ppid);
	bind_foreign(statement, 5, process->name);
	bind_foreign(statement, 6, process->command);
	sqlite3_bind_int64(statement, 7, t_ns);
	return run(statement);
}

int rows_named(struct rows *rows, int64_t t_ns, const struct process *process)
{
	sqlite3_stmt *statement = rows->statements[ROWS_NAMED];

	sqlite3_bind_int64(statement, 1, t_ns);
	sqlite3_bind_int64(statement, 2, process->line);
	sqlite3_bind_int64(statement, 3, process->ppid);
	bind_foreign(statement, 4, process->name);
	bind_foreign(statement, 5, process->command);
	return run(statement);
}

int rows_rename(struct rows *rows, const struct process *process)
{
	sqlite3_stmt *statement = rows->statements[ROWS_RENAME];

	sqlite3_bind_int64(statement, 1, process->line);
	sqlite3_bind_int64(statement, 2, process->ppid);
	bind_foreign(statement, 3, process->name);
	bind_foreign(statement, 4, process->command);
	sqlite3_bind_int64(statement, 5, process->pid);
	bind_known(statement, 6, process->start_ticks * schema_clock_tick_ns());
	return run(statement);
}

bool rows_is_called(struct rows *rows, const struct process *process)
{
	sqlite3_stmt *statement = rows->statements[ROWS_CALLED];
	bool is_called;

	sqlite3_bind_int64(statement, 1, process->line);
	sqlite3_bind_int64(statement, 2, process->ppid);
	bind_foreign(statement, 3, process->name);
	bind_foreign(statement, 4, process->command);
	is_called = sqlite3_step(statement) == SQLITE_ROW;
	sqlite3_reset(statement);
	return is_called;
}

int rows_end(struct rows *rows, int64_t t_ns, const char *ended, const struct end *end)
{
	sqlite3_stmt *statement = rows->statements[ROWS_END];

	sqlite3_clear_bindings(statement);
	sqlite3_bind_int64(statement, 1, end->line);
	sqlite3_bind_int64(statement, 2, t_ns);
	if (ended)
		bind_text(statement, 3, ended);
	if (ended && end->reason == END_EXITED)
		sqlite3_bind_int(statement, 4, end->code);
	if (ended && end_has_signal(end->reason))
		sqlite3_bind_int(statement, 5, end->code);
	bind_known(statement, 6, end->peak_rss);
	bind_known(statement, 7, end->max_rss);
	if (end->peak_rss)
		bind_text(statement, 8, peak_kind_text(end->peak_kind));
	return run(statement);
}

int rows_peak(struct rows *rows, uint32_t process, uint64_t peak_rss, bool family)
{
	sqlite3_stmt *statement = rows->statements[family ? ROWS_FAMILY_PEAK : ROWS_PEAK];

	sqlite3_bind_int64(statement, 1, process);
	bind_number(statement, 2, peak_rss);
	return run(statement);
}

int rows_gap(struct rows *rows, int64_t from_ns, int64_t to_ns, uint32_t process,
	     const char *reason, uint64_t count)
{
	sqlite3_stmt *statement = rows->statements[ROWS_GAP];

	sqlite3_bind_int64(statement, 1, from_ns);
	sqlite3_bind_int64(statement, 2, to_ns);
	if (process == LINE_SESSION)
		sqlite3_bind_null(statement, 3);
	else
		sqlite3_bind_int64(statement, 3, process);
	bind_text(statement, 4, reason);
	bind_count(statement, 5, count);
	return run(statement);
}

int rows_bound(struct rows *rows, int64_t t_ns, const struct limit *limit)
{
	sqlite3_stmt *statement = rows->statements[ROWS_BOUND];

	sqlite3_bind_int64(statement, 1, t_ns);
	if (limit->line == LINE_SESSION)
		sqlite3_bind_null(statement, 2);
	else
		sqlite3_bind_int64(statement, 2, limit->line);
	bind_text(statement, 3, limit_kind_text(limit->kind));
	bind_known(statement, 4, limit->limit);
	bind_number(statement, 5, limit->used);
	return run(statement);
}

int rows_inspection(struct rows *rows, int64_t t_ns, const struct inspection *inspection)
{
	sqlite3_stmt *statement = rows->statements[ROWS_INSPECTION];
	const struct memory_use *use = &inspection->use;

	sqlite3_bind_int64(statement, 1, t_ns);
	sqlite3_bind_int64(statement, 2, inspection->line);
	sqlite3_bind_int64(statement, 3, inspection->number);
	sqlite3_bind_int64(statement, 4, inspection->place);
	sqlite3_bind_int64(statement, 5, inspection->kinds);
	if (inspection->kinds)
		bind_text(statement, 6, memory_kind_text(inspection->kind));
	else
		sqlite3_bind_null(statement, 6);
	bind_foreign(statement, 7, inspection->name);
	bind_number(statement, 8, use->mappings);
	bind_number(statement, 9, use->size);
	bind_number(statement, 10, use->rss);
	bind_number(statement, 11, use->pss);
	bind_number(statement, 12, use->private_dirty);
	bind_number(statement, 13, use->swap);
	bind_number(statement, 14, use->hugetlb);
	bind_number(statement, 15, use->lazyfree);
	return run(statement);
}

int rows_metrics(struct rows *rows, int64_t t_ns, const struct metrics *metrics)
{
	sqlite3_stmt *statement = rows->statements[ROWS_METRIC];

	sqlite3_bind_int64(statement, 1, t_ns);
	sqlite3_bind_int64(statement, 2, metrics->line);
	for (enum metric i = METRIC_PSS; i < METRICS; i++)
		bind_told(statement, 2 + (int)i,
			  metrics->set & METRIC_BIT(i) ? metrics->values[i] : UINT64_MAX);
	bind_known(statement, 2 + METRICS, metrics->read_ns);
	bind_known(statement, 3 + METRICS, metrics->pss_anon);
	return run(statement);
}

int rows_clock(struct rows *rows, int64_t t_ns, uint64_t unix_ns)
{
	sqlite3_stmt *statement = rows->statements[ROWS_CLOCK];

	sqlite3_bind_int64(statement, 1, t_ns);
	sqlite3_bind_int64(statement, 2, (int64_t)unix_ns);
	return run(statement);
}

int rows_session_text(struct rows *rows, const char *key, const char *value)
{
	sqlite3_stmt *statement = rows->statements[ROWS_SESSION_TEXT];

	bind_text(statement, 1, key);
	bind_foreign(statement, 2, value);
	return run(statement);
}

int rows_session_number(struct rows *rows, const char *key, int64_t value)
{
	sqlite3_stmt *statement = rows->statements[ROWS_SESSION_NUMBER];

	bind_text(statement, 1, key);
	sqlite3_bind_int64(statement, 2, value);
	return run(statement);
}
