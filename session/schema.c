#include "session/schema.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* At most, at a time: the index beside a file grows by 32 KiB, the rest by pages. */
#define GROWS_BY 65536

static const char schema[] =
	"CREATE TABLE session(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE process("
	" id INTEGER PRIMARY KEY,"
	" pid INTEGER NOT NULL,"
	" start_ns INTEGER,"
	" ppid INTEGER,"
	" name TEXT NOT NULL,"
	" command TEXT NOT NULL,"
	" first_ns INTEGER NOT NULL,"
	" last_ns INTEGER,"
	" ended TEXT,"
	" exit_code INTEGER,"
	" signal INTEGER,"
	" peak_rss INTEGER,"
	" max_rss INTEGER,"
	" peak_kind TEXT,"
	" family_peak INTEGER);"
	"CREATE TABLE named("
	" t_ns INTEGER NOT NULL,"
	" process INTEGER NOT NULL REFERENCES process(id),"
	" ppid INTEGER,"
	" name TEXT NOT NULL,"
	" command TEXT NOT NULL);"
	"CREATE TABLE sample("
	" t_ns INTEGER NOT NULL,"
	" process INTEGER NOT NULL REFERENCES process(id),"
	" rss INTEGER,"
	" pss INTEGER,"
	" swap INTEGER,"
	" shared INTEGER);"
	"CREATE TABLE event("
	" t_ns INTEGER NOT NULL,"
	" process INTEGER REFERENCES process(id),"
	" category TEXT NOT NULL,"
	" label TEXT NOT NULL,"
	" duration_ns INTEGER,"
	" rss INTEGER,"
	" rss_end INTEGER,"
	" span INTEGER,"
	" shared INTEGER,"
	" peak_rss INTEGER,"
	" peak_exact INTEGER,"
	" rss_age_ns INTEGER,"
	" shared_end INTEGER,"
	" rss_end_age_ns INTEGER);"
	"CREATE TABLE gap("
	" from_ns INTEGER NOT NULL,"
	" to_ns INTEGER NOT NULL,"
	" process INTEGER REFERENCES process(id),"
	" reason TEXT NOT NULL,"
	" count INTEGER NOT NULL);"
	"CREATE TABLE bound("
	" t_ns INTEGER NOT NULL,"
	" process INTEGER REFERENCES process(id),"
	" kind TEXT NOT NULL,"
	" limit_bytes INTEGER,"
	" used_bytes INTEGER NOT NULL);"
	"CREATE TABLE inspection("
	" t_ns INTEGER NOT NULL,"
	" process INTEGER NOT NULL REFERENCES process(id),"
	" number INTEGER NOT NULL,"
	" place INTEGER NOT NULL,"
	" kinds INTEGER NOT NULL,"
	" kind TEXT,"
	" name TEXT NOT NULL,"
	" mappings INTEGER NOT NULL,"
	" size_bytes INTEGER NOT NULL,"
	" rss_bytes INTEGER NOT NULL,"
	" pss_bytes INTEGER NOT NULL,"
	" private_dirty_bytes INTEGER NOT NULL,"
	" swap_bytes INTEGER NOT NULL,"
	" hugetlb_bytes INTEGER NOT NULL,"
	" lazyfree_bytes INTEGER NOT NULL DEFAULT 0);"
	"CREATE TABLE metric("
	" t_ns INTEGER NOT NULL,"
	" process INTEGER NOT NULL REFERENCES process(id),"
	" pss INTEGER,"
	" uss INTEGER,"
	" swap INTEGER,"
	" anon INTEGER,"
	" file INTEGER,"
	" shmem INTEGER,"
	" read_ns INTEGER,"
	" hugetlb INTEGER,"
	" lazyfree INTEGER,"
	" pss_anon INTEGER);"
	"CREATE TABLE clock("
	" t_ns INTEGER NOT NULL,"
	" unix_ns INTEGER NOT NULL);"
	"CREATE VIEW memory AS"
	" SELECT sample.t_ns / 1e9 AS seconds, process.name AS name, process.pid AS pid,"
	" sample.rss / 1048576.0 AS rss_mib"
	" FROM sample JOIN process ON process.id = sample.process"
	" WHERE sample.rss IS NOT NULL;"
	"CREATE VIEW milestone AS"
	" SELECT event.t_ns / 1e9 AS seconds, coalesce(process.name, 'session') AS name,"
	" coalesce(process.pid, 0) AS pid, event.category AS category, event.label AS label,"
	" event.rss / 1048576.0 AS rss_mib"
	" FROM event LEFT JOIN process ON process.id = event.process"
	" WHERE event.span IS NULL;";

int schema_create(sqlite3 *database)
{
	char pragmas[80];
	int result;

	snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
		 TRACE_APPLICATION_ID, TRACE_FORMAT);
	result = sqlite3_exec(database, pragmas, NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_exec(database, schema, NULL, NULL, NULL);
	return result;
}

/* The number that a query gives: an SQLite result. */
static int ask_number(sqlite3 *database, const char *query, int *ret_number)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(database, query, -1, &statement, NULL);

	*ret_number = 0;
	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW) {
		*ret_number = sqlite3_column_int(statement, 0);
		result = SQLITE_OK;
	}
	sqlite3_finalize(statement);
	return result;
}

/* The version of memwatch that wrote it, as it says itself. */
static void ask_version(sqlite3 *database, char *version, int size)
{
	sqlite3_stmt *statement = NULL;

	snprintf(version, (size_t)size, "?");
	if (sqlite3_prepare_v2(database, "SELECT value FROM session WHERE key = 'version'", -1,
			       &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		snprintf(version, (size_t)size, "%.20s",
			 (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
}

int schema_check(sqlite3 *database, char *why)
{
	char version[32];
	int id, format;

	if (ask_number(database, "PRAGMA application_id", &id) != SQLITE_OK ||
	    ask_number(database, "PRAGMA user_version", &format) != SQLITE_OK)
		return schema_explain(database, why);
	if (id != TRACE_APPLICATION_ID) {
		snprintf(why, TEXT_WHY, "is no session that memwatch recorded");
		return -EBADMSG;
	}
	if (format == TRACE_FORMAT)
		return 0;
	ask_version(database, version, sizeof version);
	snprintf(why, TEXT_WHY,
		 "was written by memwatch %s in format %d; this memwatch " MEMWATCH_VERSION
		 " reads format %d",
		 version, format, TRACE_FORMAT);
	return -EPROTO;
}

uint64_t schema_clock_tick_ns(void)
{
	return 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);
}

struct explanation {
	int result;
	int error;
	const char *text;
};

static const struct explanation explanations[] = {
	{ SQLITE_FULL, -ENOSPC, "no space left on the disk" },
	{ SQLITE_READONLY, -EROFS, "cannot be written (read-only)" },
	{ SQLITE_NOTADB, -EBADMSG, "is no session that memwatch recorded" },
	{ SQLITE_CORRUPT, -EBADMSG, "is damaged or cut short" },
	{ SQLITE_TOOBIG, -EBADMSG, "is damaged: a text in it is longer than any should be" },
	{ SQLITE_NOMEM, -ENOMEM, "no memory" },
	{ SQLITE_BUSY, -EBUSY, "another program holds it" },
	{ SQLITE_CANTOPEN, -EACCES, "cannot be opened" },
};

/* SQLite keeps no EFBIG: what it does after a write that failed has another number, or none. */
static bool is_at_size_limit(sqlite3 *database)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	const char *file = sqlite3_db_filename(database, "main");
	struct rlimit limit;
	struct stat status;
	char path[PATH_MAX];

	if (!file || getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return false;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		uint64_t size;

		snprintf(path, sizeof path, "%s%s", file, endings[i]);
		size = stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
		if (size + GROWS_BY > limit.rlim_cur)
			return true;
	}
	return false;
}

int schema_explain(sqlite3 *database, char *why)
{
	int result = sqlite3_errcode(database) & 0xff;
	int error = sqlite3_system_errno(database);

	for (size_t i = 0; i < sizeof explanations / sizeof *explanations; i++) {
		if (explanations[i].result != result)
			continue;
		snprintf(why, TEXT_WHY, "%s%s%s", explanations[i].text,
			 result == SQLITE_CANTOPEN && error ? ": " : "",
			 result == SQLITE_CANTOPEN && error ? strerror(error) : "");
		return explanations[i].error;
	}
	if (error == EFBIG || (result == SQLITE_IOERR && is_at_size_limit(database))) {
		snprintf(why, TEXT_WHY, "file size limit reached (ulimit -f)");
		return -EFBIG;
	}
	snprintf(why, TEXT_WHY, "%s%s%s", sqlite3_errmsg(database), error ? ": " : "",
		 error ? strerror(error) : "");
	return -EIO;
}
