#include "session/writer_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A reader that folds or copies the file is waited for this long. */
#define BUSY_MS 2000

/* Pages that the log has before they are moved into the file. */
#define LOG_PAGES 1000

/* At the end there is nothing to go back to: who reads it may take longer. */
#define CLOSE_BUSY_MS 30000

static void remove_beside(const char *path, const char *ending)
{
	char beside[TEXT_PATH + 16];

	snprintf(beside, sizeof beside, "%s%s", path, ending);
	unlink(beside);
}

/* A stale one beside a new file would be taken for its own. */
static void remove_all_beside(const char *path)
{
	remove_beside(path, "-wal");
	remove_beside(path, "-shm");
	remove_beside(path, "-journal");
}

/* An empty file of that name, that was not there before. */
static int claim(struct writer *writer, bool force, char *why)
{
	struct stat status;
	int fd;

	/* SQLite gives the log beside it a longer name. */
	if (strlen(writer->path) + strlen("-journal") >=
	    (size_t)sqlite3_vfs_find(NULL)->mxPathname) {
		snprintf(why, TEXT_WHY, "%s", strerror(ENAMETOOLONG));
		return -ENAMETOOLONG;
	}
	if (force && lstat(writer->path, &status) == 0 && S_ISREG(status.st_mode) &&
	    unlink(writer->path) < 0 && errno != ENOENT) {
		int error = errno;

		snprintf(why, TEXT_WHY, "cannot be replaced: %s", strerror(error));
		return -error;
	}
	fd = open(writer->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0 && errno == EEXIST) {
		if (lstat(writer->path, &status) == 0 && !S_ISREG(status.st_mode))
			snprintf(why, TEXT_WHY, "is there already, and is no file");
		else
			snprintf(why, TEXT_WHY, "exists already; --force replaces it");
		return -EEXIST;
	}
	if (fd < 0 || fstat(fd, &status) < 0) {
		int error = errno;

		snprintf(why, TEXT_WHY, "cannot be created: %s", strerror(error));
		if (fd >= 0)
			close(fd);
		return -error;
	}
	writer->device = status.st_dev;
	writer->inode = status.st_ino;
	close(fd);
	remove_all_beside(writer->path);
	return 0;
}

static void describe(struct writer *writer)
{
	const struct session_info *session = &writer->session;
	struct rows *rows = &writer->rows;

	writer_check(writer, rows_session_number(rows, "format", TRACE_FORMAT));
	writer_check(writer, rows_session_text(rows, "version", MEMWATCH_VERSION));
	writer_check(writer, rows_session_text(rows, "name", session->name));
	writer_check(writer, rows_session_text(rows, "host", session->host));
	writer_check(writer, rows_session_number(rows, "watcher_pid", session->pid));
	writer_check(writer,
		     rows_session_number(rows, "interval_ns", (int64_t)session->interval_ns));
	if (session->metrics_interval_ns)
		writer_check(writer, rows_session_number(rows, "metrics_interval_ns",
							 (int64_t)session->metrics_interval_ns));
	writer_check(writer, rows_session_number(rows, "page_size", sysconf(_SC_PAGESIZE)));
	writer_check(writer,
		     rows_session_number(rows, "start_unix_ns", (int64_t)session->start_wall_ns));
	writer_check(writer,
		     rows_session_number(rows, "start_mono_ns", (int64_t)session->start_ns));
	writer_check(writer, rows_session_number(rows, "recorded_ns", 0));
	writer_check(writer, rows_clock(rows, 0, session->start_wall_ns));
	for (uint32_t i = 0; i < session->wall.count; i++) {
		const struct wall_jump *jump = &session->wall.jumps[i];

		writer_check(writer, rows_clock(rows, (int64_t)(jump->t_ns - session->start_ns),
						jump->unix_ns));
	}
}

/* Whether a log is kept now, and a transaction can be had. */
static int try_log(sqlite3 *database)
{
	return sqlite3_exec(database,
			    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
			    "BEGIN IMMEDIATE; COMMIT",
			    NULL, NULL, NULL);
}

static int open_database(struct writer *writer)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	int result = sqlite3_open_v2(writer->path, &writer->database, flags, NULL);

	if (result == SQLITE_OK)
		sqlite3_busy_timeout(writer->database, BUSY_MS);
	return result;
}

/*
 * Where memory can't be shared between programs, as on some network file systems and those in user
 * space, the log is for this program alone, which keeps the file locked then
 * (https://sqlite.org/wal.html, "Use of WAL Without Shared-Memory").
 */
static int begin_log(struct writer *writer)
{
	int result = try_log(writer->database);

	if (result == SQLITE_OK || result == SQLITE_FULL)
		return result;
	rows_close(&writer->rows);
	sqlite3_close(writer->database);
	remove_beside(writer->path, "-shm"); /* that was to be shared */
	result = open_database(writer);
	if (result == SQLITE_OK)
		result = sqlite3_exec(writer->database, "PRAGMA locking_mode = EXCLUSIVE", NULL,
				      NULL, NULL);
	if (result == SQLITE_OK)
		result = try_log(writer->database);
	return result == SQLITE_OK ? rows_open(&writer->rows, writer->database) : result;
}

static int count_log(void *arg, sqlite3 *database, const char *name, int pages)
{
	struct writer *writer = arg;

	(void)database;
	(void)name;
	writer->log_pages = pages;
	return SQLITE_OK;
}

/*
 * All of it, at once: SQLite would have it on the disk eight times until here. By its own
 * descriptor: to close another one of the same file takes its locks away
 * (https://sqlite.org/howtocorrupt.html, "Posix advisory locks canceled"), and the next reader then
 * removes the log at its end.
 */
static void sync_file(const struct writer *writer)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(writer->database, "main", SQLITE_FCNTL_FILE_POINTER, &file) ==
		    SQLITE_OK &&
	    file && file->pMethods)
		file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

/* The schema is written before the file has a log beside it, so that it is always found to be ours.
 */
static int create(struct writer *writer)
{
	if (writer_check(writer, open_database(writer)))
		return writer->error;
	writer_check(writer, sqlite3_exec(writer->database, "PRAGMA synchronous = OFF; BEGIN", NULL,
					  NULL, NULL));
	writer_check(writer, schema_create(writer->database));
	writer_check(writer, rows_open(&writer->rows, writer->database));
	if (!writer->error)
		describe(writer);
	if (!writer->error)
		writer_check(writer, rows_commit(&writer->rows));
	if (!writer->error)
		writer_check(writer, begin_log(writer));
	sync_file(writer);
	sqlite3_wal_hook(writer->database, count_log, writer);
	if (!writer->error)
		writer->error = writer_look(writer);
	return writer->error;
}

static void writer_free(struct writer *writer)
{
	rows_close(&writer->rows);
	sqlite3_close(writer->database);
	ticks_free(&writer->ticks);
	spanmap_free(&writer->spans);
	free(writer->lines);
	free(writer);
}

int writer_open(struct writer **ret_writer, const char *path, bool force,
		const struct session_info *session, char *why)
{
	struct writer *writer = calloc(1, sizeof *writer + strlen(path) + 1);
	int error;

	if (!writer) {
		snprintf(why, TEXT_WHY, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	memcpy(writer->path, path, strlen(path));
	writer->session = *session;
	writer->newest_ns = session->start_ns;
	writer->ticks = (struct ticks){
		.start_ns = session->start_ns,
		.interval_ns = session->interval_ns,
		.put = writer_put_sample,
		.late = writer_put_late,
		.empty = writer_put_empty,
		.arg = writer,
	};
	error = claim(writer, force, why);
	if (error) {
		free(writer);
		return error;
	}
	error = create(writer);
	if (error) {
		memcpy(why, writer->why, TEXT_WHY);
		writer_free(writer);
		unlink(path);
		remove_all_beside(path);
		return error;
	}
	*ret_writer = writer;
	return 0;
}

int writer_title(struct writer *writer, const char *title)
{
	return writer_check(writer, rows_session_text(&writer->rows, "title", title));
}

int writer_exact(struct writer *writer, uint64_t exact_ns)
{
	return writer_check(writer,
			    rows_session_number(&writer->rows, "exact_ns",
						(int64_t)(exact_ns - writer->session.start_ns)));
}

static void flush_peaks(struct writer *writer)
{
	for (uint32_t i = 1; i < writer->room; i++) {
		struct writer_line *line = &writer->lines[i];

		if (!line->peak_new)
			continue;
		line->peak_new = false;
		writer_check(writer, rows_peak(&writer->rows, i, line->peak_rss, false));
	}
	writer->peaks_new = false;
}

/* What the log has goes into the file now and then; but not into one that was cut short, which
 * would be as long again. */
static int move_log(struct writer *writer)
{
	if (writer->log_pages < LOG_PAGES)
		return 0;
	writer->log_pages = 0;
	writer->error = writer_look(writer);
	if (!writer->error)
		sqlite3_wal_checkpoint_v2(writer->database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
					  NULL);
	return writer->error;
}

int writer_commit(struct writer *writer)
{
	if (writer->error || !writer->dirty)
		return writer->error;
	if (writer->peaks_new)
		flush_peaks(writer);
	writer_check(writer, rows_session_number(&writer->rows, "recorded_ns",
						 writer_time(writer, writer->newest_ns)));
	if (!writer->error)
		writer_check(writer, rows_commit(&writer->rows));
	if (writer->error)
		return writer->error;
	writer->dirty = false;
	writer->kept = (struct writer_mark){ writer->seq, writer->newest_ns, writer->counts };
	return move_log(writer);
}

/* --- going on after a failure */

/* Who is in the file: what is known beyond that is to be told again. */
static void reload_lines(struct writer *writer)
{
	sqlite3_stmt *row = NULL;
	int result = sqlite3_prepare_v2(
		writer->database, "SELECT id, ended IS NOT NULL FROM process", -1, &row, NULL);

	for (size_t i = 0; i < writer->room; i++) {
		writer->lines[i].known = false;
		writer->lines[i].ended = false;
	}
	while (result == SQLITE_OK && (result = sqlite3_step(row)) == SQLITE_ROW) {
		uint64_t line = (uint64_t)sqlite3_column_int64(row, 0);

		result = SQLITE_OK;
		if (line >= writer->room)
			continue;
		writer->lines[line].known = true;
		writer->lines[line].ended = sqlite3_column_int(row, 1);
	}
	sqlite3_finalize(row);
	writer_check(writer, result == SQLITE_DONE ? SQLITE_OK : result);
}

/* Spans that are open in the file. */
static void reload_spans(struct writer *writer)
{
	sqlite3_stmt *row = NULL;
	int result = sqlite3_prepare_v2(writer->database,
					"SELECT process, span, rowid FROM event"
					" WHERE span IS NOT NULL AND duration_ns IS NULL",
					-1, &row, NULL);

	spanmap_free(&writer->spans);
	writer->spans = (struct spanmap){ 0 };
	while (result == SQLITE_OK && (result = sqlite3_step(row)) == SQLITE_ROW) {
		uint32_t line = (uint32_t)sqlite3_column_int64(row, 0);

		result = SQLITE_OK;
		if (line < writer->room && !writer->lines[line].ended)
			spanmap_put(&writer->spans, line, (uint64_t)sqlite3_column_int64(row, 1),
				    sqlite3_column_int64(row, 2));
	}
	sqlite3_finalize(row);
	writer_check(writer, result == SQLITE_DONE ? SQLITE_OK : result);
}

/* Each line's next sample is a row, the same or not. */
static void reload_ticks(struct writer *writer)
{
	for (uint32_t i = 0; i < writer->ticks.room; i++) {
		if (i >= writer->room || !writer->lines[i].known || writer->lines[i].ended)
			ticks_end(&writer->ticks, i);
	}
	ticks_again(&writer->ticks, writer->kept.newest_ns);
}

int writer_retry(struct writer *writer, uint64_t *ret_seq)
{
	bool was_dirty = writer->dirty;

	if (!sqlite3_get_autocommit(writer->database))
		sqlite3_exec(writer->database, "ROLLBACK", NULL, NULL, NULL);
	writer->error = 0;
	writer->why[0] = '\0';
	*ret_seq = writer->seq;
	if (!was_dirty)
		return 0;
	*ret_seq = writer->kept.seq;
	writer->seq = writer->kept.seq;
	writer->newest_ns = writer->kept.newest_ns;
	writer->counts = writer->kept.counts;
	reload_lines(writer);
	if (!writer->error)
		reload_spans(writer);
	reload_ticks(writer);
	writer->dirty = writer->error != 0;
	return writer->error;
}

int writer_look(struct writer *writer)
{
	struct stat status;

	if (stat(writer->path, &status) < 0 || status.st_dev != writer->device ||
	    status.st_ino != writer->inode) {
		writer->passes = false;
		snprintf(writer->why, sizeof writer->why, "the file was moved or removed");
		return -ENOENT;
	}
	if (status.st_size < writer->size) {
		writer->passes = false;
		snprintf(writer->why, sizeof writer->why,
			 "another program cut the file short: %lld bytes of %lld",
			 (long long)status.st_size, (long long)writer->size);
		return -EBADMSG;
	}
	writer->size = status.st_size;
	return 0;
}

/* --- the end */

/* Lines that live on: what is known of them. */
static void describe_living(struct writer *writer)
{
	const struct ticks *ticks = &writer->ticks;

	for (uint32_t i = 1; i < writer->room && !writer->error; i++) {
		struct writer_line *line = &writer->lines[i];
		struct end end = { .line = i, .peak_rss = line->peak_rss };

		if (!line->known || line->ended)
			continue;
		if (i < ticks->room)
			end.max_rss = ticks->lines[i].max_rss;
		if (end.max_rss > end.peak_rss)
			end.peak_rss = end.max_rss;
		line->peak_new = false;
		writer_check(writer, rows_end(&writer->rows, writer_time(writer, writer->newest_ns),
					      NULL, &end));
	}
}

static void finish(struct writer *writer, uint64_t end_wall_ns)
{
	if (!writer->error && !writer->dirty)
		writer_check(writer, rows_begin(&writer->rows));
	if (writer->error)
		return;
	writer->dirty = true;
	if (ticks_finish(&writer->ticks, writer->newest_ns))
		return;
	describe_living(writer);
	writer_check(writer,
		     rows_session_number(&writer->rows, "end_unix_ns", (int64_t)end_wall_ns));
	writer_commit(writer);
}

/* Whether another file has its name now. */
static bool is_replaced(const struct writer *writer)
{
	struct stat status;

	return stat(writer->path, &status) == 0 &&
	       (status.st_dev != writer->device || status.st_ino != writer->inode);
}

/*
 * One file again. A reader may keep it from that; then the last one to leave does it. The log is
 * taken away by name, which must not happen to the log of a file that took this one's place.
 */
static void fold(struct writer *writer)
{
	rows_close(&writer->rows);
	if (is_replaced(writer) || sqlite3_exec(writer->database, "PRAGMA journal_mode = DELETE",
						NULL, NULL, NULL) != SQLITE_OK)
		sqlite3_wal_checkpoint_v2(writer->database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
					  NULL);
}

int writer_close(struct writer *writer, uint64_t end_wall_ns, char *why)
{
	int error;

	if (!writer)
		return 0;
	sqlite3_busy_timeout(writer->database, CLOSE_BUSY_MS);
	finish(writer, end_wall_ns);
	if (!writer->error)
		writer->error = writer_look(writer);
	if (!sqlite3_get_autocommit(writer->database))
		sqlite3_exec(writer->database, "ROLLBACK", NULL, NULL, NULL);
	if (writer->error != -EBADMSG)
		fold(writer);
	error = writer->error;
	memcpy(why, writer->why, TEXT_WHY);
	writer_free(writer);
	return error;
}
