/*
 * A recording made hostile, by a string of bytes: each says what is done to the schema and the rows
 * of a sound one, then to the file's own bytes; and which program reads it then, and how. The same
 * bytes do the same. For the fuzzer that is led by coverage and the one that isn't.
 */
#ifndef TESTS_FUZZ_HOSTILE_RECORDING_H
#define TESTS_FUZZ_HOSTILE_RECORDING_H

#include "base/clock.h"
#include "cli/command.h"
#include "cli/options.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOSTILE_SQL 1024
#define HOSTILE_BASE_MOST (1 << 20)

/* Where it is made: a directory of this process's own. */
struct hostile {
	char path[512];	 /* of the recording */
	char sound[512]; /* of one that nothing was done to */
	char out[512];	 /* of an export, without its ending */
	unsigned char *base;
	size_t base_size;
};

/* The bytes that are left. */
struct hostile_bytes {
	const unsigned char *data;
	size_t size;
};

static inline unsigned hostile_byte(struct hostile_bytes *bytes)
{
	if (!bytes->size)
		return 0;
	bytes->size--;
	return *bytes->data++;
}

static inline uint64_t hostile_number(struct hostile_bytes *bytes, unsigned count)
{
	uint64_t number = 0;

	while (count-- > 0)
		number = number << 8 | hostile_byte(bytes);
	return number;
}

/* --- values */

/* One as SQL. */
static inline const char *hostile_value(struct hostile_bytes *bytes, char text[96])
{
	static const char *const fixed[] = {
		"NULL",
		"0",
		"1",
		"2",
		"3",
		"4",
		"-1",
		"100000000",
		"1000000000",
		"2000000000",
		"2147483647",
		"4294967294",
		"4294967295",
		"4294967296",
		"67108863",
		"1 << 60",
		"1 << 61",
		"(1 << 61) + 1",
		"-(1 << 61)",
		"-1000000000000",
		"9223372036854775807",
		"-9223372036854775807 - 1",
		"1e300",
		"0.5",
		"'9'",
		"'-5'",
		"''",
		"x''",
		"x'00ff'",
		"'exited'",
		"'killed'",
		"'dropped'",
		"'missed ticks'",
		"'late tick'",
		"'empty ticks'",
		"'recorder behind'",
		"'dropped events'",
		"'torn events'",
		"'cgroup'",
		"'machine'",
		"'asked'",
		"'heap'",
		"char(27) || '[2J' || char(8238) || '</script>'",
		"cast(x'ff80c0c1f5' as text)",
		"'a' || char(0) || 'b'",
		"printf('%.*c', 300, 'x')",
		"printf('%.*c', 70000, char(9))",
		"random()",
	};
	unsigned which = hostile_byte(bytes);

	if (which < sizeof fixed / sizeof *fixed)
		return fixed[which];
	if (which < 128)
		snprintf(text, 96, "%u", which - 48);
	else if (which < 176)
		snprintf(text, 96, "%lld", (long long)(hostile_number(bytes, 2) * 1000000));
	else if (which < 208)
		snprintf(text, 96, "%lld", (long long)hostile_number(bytes, 4));
	else
		snprintf(text, 96, "%lld * 1", (long long)(hostile_number(bytes, 8) >> 1));
	return text;
}

/* --- what is done to the tables */

struct hostile_table {
	const char *name;
	unsigned count;
	const char *columns[14];
};

static const struct hostile_table hostile_tables[] = {
	{ "process",
	  13,
	  { "id", "pid", "start_ns", "ppid", "name", "command", "first_ns", "last_ns", "ended",
	    "exit_code", "signal", "peak_rss", "max_rss" } },
	{ "named", 5, { "t_ns", "process", "ppid", "name", "command" } },
	{ "sample", 6, { "t_ns", "process", "rss", "pss", "swap", "shared" } },
	{ "event",
	  8,
	  { "t_ns", "process", "category", "label", "duration_ns", "rss", "rss_end", "span" } },
	{ "gap", 5, { "from_ns", "to_ns", "process", "reason", "count" } },
	{ "bound", 5, { "t_ns", "process", "kind", "limit_bytes", "used_bytes" } },
	{ "inspection",
	  14,
	  { "t_ns", "process", "number", "place", "kinds", "kind", "name", "mappings", "size_bytes",
	    "rss_bytes", "pss_bytes", "private_dirty_bytes", "swap_bytes", "hugetlb_bytes" } },
	{ "metric",
	  9,
	  { "t_ns", "process", "pss", "uss", "swap", "anon", "file", "shmem", "read_ns" } },
	{ "clock", 2, { "t_ns", "unix_ns" } },
};

static inline const struct hostile_table *hostile_table(struct hostile_bytes *bytes)
{
	return &hostile_tables[hostile_byte(bytes) %
			       (sizeof hostile_tables / sizeof *hostile_tables)];
}

static inline void hostile_insert(struct hostile_bytes *bytes, char sql[HOSTILE_SQL])
{
	const struct hostile_table *table = hostile_table(bytes);
	char value[96];
	size_t used = (size_t)snprintf(sql, HOSTILE_SQL, "INSERT INTO %s(", table->name);

	for (unsigned i = 0; i < table->count; i++)
		used += (size_t)snprintf(sql + used, HOSTILE_SQL - used, "%s%s", i ? ", " : "",
					 table->columns[i]);
	used += (size_t)snprintf(sql + used, HOSTILE_SQL - used, ") VALUES(");
	for (unsigned i = 0; i < table->count; i++)
		used += (size_t)snprintf(sql + used, HOSTILE_SQL - used, "%s%s", i ? ", " : "",
					 hostile_value(bytes, value));
	snprintf(sql + used, HOSTILE_SQL - used, ")");
}

static inline void hostile_update(struct hostile_bytes *bytes, char sql[HOSTILE_SQL])
{
	const struct hostile_table *table = hostile_table(bytes);
	const char *column = table->columns[hostile_byte(bytes) % table->count];
	unsigned row = hostile_byte(bytes) % 32;
	char value[96];

	if (row)
		snprintf(sql, HOSTILE_SQL, "UPDATE OR REPLACE %s SET %s = %s WHERE rowid = %u",
			 table->name, column, hostile_value(bytes, value), row);
	else
		snprintf(sql, HOSTILE_SQL, "UPDATE OR REPLACE %s SET %s = %s", table->name, column,
			 hostile_value(bytes, value));
}

static inline void hostile_session(struct hostile_bytes *bytes, char sql[HOSTILE_SQL])
{
	static const char *const keys[] = { "interval_ns", "start_unix_ns", "start_mono_ns",
					    "recorded_ns", "end_unix_ns",   "metrics_interval_ns",
					    "watcher_pid", "version",	    "name",
					    "title",	   "host",	    "format" };
	const char *key = keys[hostile_byte(bytes) % (sizeof keys / sizeof *keys)];
	char value[96];

	snprintf(sql, HOSTILE_SQL, "INSERT OR REPLACE INTO session VALUES('%s', %s)", key,
		 hostile_value(bytes, value));
}

/* Many rows at once: the same ones as there are, later. */
static inline void hostile_multiply(struct hostile_bytes *bytes, char sql[HOSTILE_SQL])
{
	const struct hostile_table *table = hostile_table(bytes);
	char value[96];
	size_t used = (size_t)snprintf(sql, HOSTILE_SQL, "INSERT OR IGNORE INTO %s SELECT %s + %s",
				       table->name, table->columns[0], hostile_value(bytes, value));

	for (unsigned i = 1; i < table->count; i++)
		used += (size_t)snprintf(sql + used, HOSTILE_SQL - used, ", %s", table->columns[i]);
	snprintf(sql + used, HOSTILE_SQL - used, " FROM %s LIMIT 2000", table->name);
}

static inline void hostile_schema(struct hostile_bytes *bytes, char sql[HOSTILE_SQL])
{
	static const char *const changes[] = {
		"DROP TABLE %s",
		"ALTER TABLE %s RENAME TO was",
		"CREATE TABLE was AS SELECT * FROM %1$s; DROP TABLE %1$s; ALTER TABLE was RENAME "
		"TO "
		"%1$s",
		"CREATE TABLE was AS SELECT rowid AS r, * FROM %1$s; DROP TABLE %1$s; CREATE VIEW "
		"%1$s AS SELECT * FROM was",
		"CREATE TRIGGER t AFTER INSERT ON %s BEGIN SELECT 1; END",
		"CREATE INDEX i ON %s(1)",
		"ALTER TABLE %s ADD COLUMN more DEFAULT 5",
		"DELETE FROM %s",
		"DELETE FROM %s WHERE rowid %% 2",
		"UPDATE %s SET rowid = -rowid",
		"PRAGMA writable_schema = 1; UPDATE sqlite_master SET rootpage = 2 WHERE name = "
		"'%s'",
		"PRAGMA writable_schema = 1; UPDATE sqlite_master SET type = 'index' WHERE name = "
		"'%s'",
		"PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = 'CREATE TABLE x(a)' "
		"WHERE "
		"name = '%s'",
		"PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = replace(sql, "
		"'INTEGER', "
		"'TEXT') WHERE name = '%s'",
		"PRAGMA user_version = 1; PRAGMA default_cache_size = 1000000000",
	};
	const char *change = changes[hostile_byte(bytes) % (sizeof changes / sizeof *changes)];
	const char *name = hostile_table(bytes)->name;
	const char *hole;

	/* each of its holes is that name */
	for (size_t used = 0; used + 64 < HOSTILE_SQL; change = hole + 1) {
		hole = strchr(change, '%');
		if (!hole) {
			snprintf(sql + used, HOSTILE_SQL - used, "%s", change);
			return;
		}
		used += (size_t)snprintf(sql + used, HOSTILE_SQL - used, "%.*s%s",
					 (int)(hole - change), change, hole[1] == '%' ? "%" : name);
		while (hole[1] == '1' || hole[1] == '$')
			hole++;
		hole++;
	}
}

static inline void hostile_change(struct hostile_bytes *bytes, sqlite3 *database)
{
	char sql[HOSTILE_SQL] = "";
	unsigned what = hostile_byte(bytes);

	if (what < 96)
		hostile_update(bytes, sql);
	else if (what < 160)
		hostile_insert(bytes, sql);
	else if (what < 200)
		hostile_session(bytes, sql);
	else if (what < 220)
		hostile_multiply(bytes, sql);
	else
		hostile_schema(bytes, sql);
	sqlite3_exec(database, sql, NULL, NULL, NULL);
}

/* --- what is done to the file */

static inline int hostile_write(const char *path, const unsigned char *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t written = fd < 0 ? -1 : write(fd, data, size);

	if (fd >= 0)
		close(fd);
	return written == (ssize_t)size ? 0 : -1;
}

static inline void hostile_patch(struct hostile_bytes *bytes, const char *path)
{
	unsigned count = hostile_byte(bytes) % 16;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	for (; fd >= 0 && count > 0; count--) {
		off_t size = lseek(fd, 0, SEEK_END);
		off_t at = size > 0 ? (off_t)(hostile_number(bytes, 3) % (uint64_t)size) : 0;
		unsigned char value = (unsigned char)hostile_byte(bytes);

		if (hostile_byte(bytes) == 255 && ftruncate(fd, at) < 0)
			break;
		if (pwrite(fd, &value, 1, at) != 1)
			break;
	}
	if (fd >= 0)
		close(fd);
}

/* Half of them leave the rows alone, half the bytes. */
static inline int hostile_make(const struct hostile *hostile, struct hostile_bytes *bytes)
{
	unsigned how = hostile_byte(bytes);
	unsigned changes = how < 224 ? 1 + hostile_byte(bytes) % 12 : 0;
	char log[544];
	sqlite3 *database;

	snprintf(log, sizeof log, "%s-wal", hostile->path);
	unlink(log);
	snprintf(log, sizeof log, "%s-journal", hostile->path);
	unlink(log);
	if (hostile_write(hostile->path, hostile->base, hostile->base_size) < 0)
		return -1;
	if (sqlite3_open(hostile->path, &database) == SQLITE_OK && changes)
		sqlite3_exec(database, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF", NULL,
			     NULL, NULL);
	for (; changes > 0; changes--)
		hostile_change(bytes, database);
	sqlite3_close(database);
	if (how % 2)
		hostile_patch(bytes, hostile->path);
	return 0;
}

/* --- who reads it */

static inline void hostile_run(const struct command *command, char **argv)
{
	struct options options;
	int count = 0;

	while (argv[count])
		count++;
	if (options_parse(&options, command, count, argv) == 0)
		command->run(&options);
	options_free(&options);
}

static inline void hostile_read(const struct hostile *hostile, struct hostile_bytes *bytes)
{
	static char *const endings[] = { "csv", "jsonl", "json", "pftrace", "dat", "html", "gp" };
	char out[544];
	char *path = (char *)hostile->path;
	unsigned which = hostile_byte(bytes) % 12;
	bool part = hostile_byte(bytes) % 4 == 0;
	char *argv[10] = { "memwatch", path };
	int count = 2;

	if (which >= 5) {
		snprintf(out, sizeof out, "%s.%s", hostile->out, endings[which - 5]);
		argv[count++] = "-o";
		argv[count++] = out;
	}
	if (part && (which < 2 || which >= 5)) {
		argv[count++] = "--from";
		argv[count++] = "0.75";
		argv[count++] = "--to";
		argv[count++] = "1.5";
	}
	if (which == 1 || which == 3)
		argv[count++] = "--json";
	if (which == 4) {
		argv[count++] = "--view";
		argv[count++] = part ? "text" : "json";
	}
	if (which == 2 || which == 3)
		argv[count++] = (char *)hostile->sound;
	hostile_run(which < 2	 ? &command_report
		    : which < 4	 ? &command_compare
		    : which == 4 ? &command_replay
				 : &command_export,
		    argv);
	fflush(stdout);
	if (which >= 5)
		unlink(out);
}

/* --- the whole */

/* In @dir, from the sound recording @base: 0, or -1. */
static inline int hostile_open(struct hostile *ret_hostile, const char *dir, const char *base)
{
	FILE *file = fopen(base, "rb");

	*ret_hostile = (struct hostile){ .base = malloc(HOSTILE_BASE_MOST) };
	snprintf(ret_hostile->path, sizeof ret_hostile->path, "%s/hostile.mwdb", dir);
	snprintf(ret_hostile->sound, sizeof ret_hostile->sound, "%s/sound.mwdb", dir);
	snprintf(ret_hostile->out, sizeof ret_hostile->out, "%s/hostile", dir);
	if (file && ret_hostile->base)
		ret_hostile->base_size = fread(ret_hostile->base, 1, HOSTILE_BASE_MOST, file);
	if (file)
		fclose(file);
	return ret_hostile->base_size && hostile_write(ret_hostile->sound, ret_hostile->base,
						       ret_hostile->base_size) == 0
		       ? 0
		       : -1;
}

static inline void hostile_try(const struct hostile *hostile, const unsigned char *data,
			       size_t size)
{
	struct hostile_bytes bytes = { data, size };

	if (hostile_make(hostile, &bytes) == 0)
		hostile_read(hostile, &bytes);
}

#endif
