#include "session/reader_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A recorder that ends and another reader that folds the file are waited for this long. */
#define BUSY_MS 2000

static int explain(char *why, int error)
{
	snprintf(why, TEXT_WHY, "%s", strerror(error));
	return -error;
}

static bool has_beside(const char *path, const char *ending)
{
	char beside[TEXT_PATH + 16];

	snprintf(beside, sizeof beside, "%s%s", path, ending);
	return access(beside, F_OK) == 0;
}

static bool has_log(const char *path)
{
	return has_beside(path, "-wal");
}

static uint32_t big_endian(const unsigned char *bytes, int count)
{
	uint32_t number = 0;

	for (int i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* Bytes that the database's head says there are; 0 where it doesn't. */
static uint64_t size_said(const unsigned char *head)
{
	uint64_t page = big_endian(head + 16, 2);

	if (big_endian(head + 24, 4) != big_endian(head + 92, 4))
		return 0;
	return (page == 1 ? 65536 : page) * big_endian(head + 28, 4);
}

/*
 * Whether it begins as an SQLite database of ours does, so that nothing is done to a file of
 * somebody else's, and is as long as that says (https://sqlite.org/fileformat.html, 1.3).
 */
static int look(const char *path, uint64_t *ret_size, char *why)
{
	static const char magic[] = "SQLite format 3";
	unsigned char head[100];
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t size;

	if (fd < 0)
		return explain(why, errno);
	*ret_size = 0;
	size = fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ? -1
								  : read(fd, head, sizeof head);
	close(fd);
	if (size < 0) {
		snprintf(why, TEXT_WHY, "%s",
			 S_ISDIR(status.st_mode) ? "is a directory" : "is no file");
		return -EBADMSG;
	}
	if (size != sizeof head || memcmp(head, magic, sizeof magic) != 0 ||
	    big_endian(head + 68, 4) != TRACE_APPLICATION_ID) {
		snprintf(why, TEXT_WHY, "is no session that memwatch recorded");
		return -EBADMSG;
	}
	if ((uint64_t)status.st_size < size_said(head) && !has_log(path)) {
		snprintf(why, TEXT_WHY, "is cut short: %lld bytes of %lld",
			 (long long)status.st_size, (long long)size_said(head));
		return -EBADMSG;
	}
	*ret_size = (uint64_t)status.st_size;
	return 0;
}

/* Bytes of what a recorder keeps beside the file. */
static uint64_t log_size(const char *path)
{
	char beside[TEXT_PATH + 16];
	struct stat status;

	snprintf(beside, sizeof beside, "%s-wal", path);
	return stat(beside, &status) == 0 ? (uint64_t)status.st_size : 0;
}

/*
 * SQLite as for a file of a stranger's (https://sqlite.org/security.html): nothing of the file's
 * own runs, nothing grows by what it says. No row of ours is near the longest that is taken.
 */
static int harden(sqlite3 *database)
{
	static const struct {
		int what;
		int value;
	} switches[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 0 },
	};
	static const struct {
		int what;
		int most;
	} limits[] = {
		{ SQLITE_LIMIT_LENGTH, 1 << 20 },    { SQLITE_LIMIT_SQL_LENGTH, 1 << 16 },
		{ SQLITE_LIMIT_COLUMN, 100 },	     { SQLITE_LIMIT_EXPR_DEPTH, 20 },
		{ SQLITE_LIMIT_VDBE_OP, 25000 },     { SQLITE_LIMIT_FUNCTION_ARG, 8 },
		{ SQLITE_LIMIT_ATTACHED, 0 },	     { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },   { SQLITE_LIMIT_WORKER_THREADS, 0 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 2 },
	};

	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		sqlite3_db_config(database, switches[i].what, switches[i].value, NULL);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		sqlite3_limit(database, limits[i].what, limits[i].most);
	/* a file may say how much of it is to be kept in memory */
	return sqlite3_exec(database,
			    "PRAGMA cell_size_check = ON; PRAGMA cache_size = -2000;"
			    "PRAGMA mmap_size = 0",
			    NULL, NULL, NULL);
}

/* What a killed recorder has left beside the file goes into it; one that records keeps it from
 * that. */
static void fold(sqlite3 *database)
{
	harden(database);
	sqlite3_exec(database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
}

static int open_database(struct reader *reader, const char *path, char *why)
{
	int flags = SQLITE_OPEN_NOMUTEX;
	/* a rollback journal, which no recording has, may name files to be deleted */
	bool log = has_log(path) && !has_beside(path, "-journal");

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

/* @path: without links, since the log lies beside the file itself. */
static int open_real(struct reader *reader, const char *path, char *why)
{
	int error = look(path, &reader->size, why);

	if (!error)
		error = open_database(reader, path, why);
	if (error)
		return error;
	reader->size += log_size(path);
	sqlite3_busy_timeout(reader->database, BUSY_MS);
	harden(reader->database);
	error = schema_check(reader->database, why);
	if (error != -EACCES && error != -EROFS)
		return error;
	if (has_log(path)) {
		snprintf(why, TEXT_WHY,
			 "its recorder left a part of it in a file beside it, ending in -wal: copy "
			 "both to where you can write");
		return error;
	}
	error = open_immutable(reader, path, why);
	harden(reader->database);
	return error ? error : schema_check(reader->database, why);
}

int reader_open_file(struct reader *reader, const char *path, char *why)
{
	/* Also, SQLite gives a meaning of its own to relative ones such as ":memory:" and "file:x".
	 */
	char *real = realpath(path, NULL);
	int error = real ? open_real(reader, real, why) : explain(why, errno);

	free(real);
	return error;
}
