#include "export/line_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Without memory for another name, a line is called this. */
static const char no_name[] = "";

static int reserve(struct line_names *names, const struct reader *reader, char *why)
{
	names->reader = reader;
	names->count = reader_lines(reader);
	names->names = calloc(names->count, sizeof *names->names);
	if (names->names)
		return 0;
	snprintf(why, TEXT_WHY, "the names of its processes: %s", strerror(ENOMEM));
	return -ENOMEM;
}

static void take(void *arg, const struct record *record)
{
	if (record->type == RECORD_PROCESS)
		line_names_join(arg, &record->process);
}

/* What is done of the query itself is nothing yet. */
static bool skip_progress(void *arg, double done)
{
	const struct reader_query *query = arg;

	(void)done;
	return query->progress(query->arg, 0);
}

static bool skip_wants(void *arg, const struct reader_process *process)
{
	const struct reader_query *query = arg;

	return query->wants(query->arg, process);
}

static int skip(struct line_names *names, struct reader *reader, const struct reader_query *query,
		char *why)
{
	int error;
	struct reader_query copy = *query;
	struct reader_query before = {
		.to_ns = query->from_ns - 1,
		.wants = query->wants ? skip_wants : NULL,
		.progress = query->progress ? skip_progress : NULL,
		.arg = &copy,
	};

	error = reader_read(reader, &before, take, names);
	if (error)
		snprintf(why, TEXT_WHY, "%s", reader_error(reader));
	return error;
}

int line_names_open(struct line_names *ret_names, struct reader *reader,
		    const struct reader_query *query, char *why)
{
	int error = reserve(ret_names, reader, why);

	return error || !query->from_ns ? error : skip(ret_names, reader, query, why);
}

/* Most lines have one name, which the reader has; others are copies. */
static void forget(const struct line_names *names, uint32_t line)
{
	const char *name = names->names[line];
	const struct reader_process *process = reader_line(names->reader, line);

	if (name != no_name && (!process || name != process->name))
		free((char *)name);
}

static const char *keep(const struct line_names *names, const struct process *process)
{
	const struct reader_process *known = reader_line(names->reader, process->line);
	const char *copy;

	if (known && strcmp(known->name, process->name) == 0)
		return known->name;
	copy = strdup(process->name);
	return copy ? copy : no_name;
}

void line_names_close(struct line_names *names)
{
	for (size_t i = 0; names->names && i < names->count; i++)
		forget(names, (uint32_t)i);
	free(names->names);
	*names = (struct line_names){ 0 };
}

struct line_name line_names_find(const struct line_names *names, uint32_t line)
{
	const struct reader_process *process = reader_line(names->reader, line);
	const char *name = line < names->count ? names->names[line] : NULL;

	if (line == LINE_SESSION)
		return (struct line_name){ .name = "session" };
	if (!process)
		return (struct line_name){ .name = "" };
	return (struct line_name){ process->pid, name != NULL, name ? name : process->name };
}

bool line_names_join(struct line_names *names, const struct process *process)
{
	bool begins;

	if (process->line >= names->count)
		return true;
	begins = !names->names[process->line];
	forget(names, process->line);
	names->names[process->line] = keep(names, process);
	return begins;
}
