#include "trace/export/line_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct line_name unknown;

static int reserve(struct line_names *names, const struct reader *reader, char *why)
{
	const struct reader_process *process;
	size_t count = 1;

	for (size_t i = 0; (process = reader_process(reader, i)) != NULL; i++)
		count = process->line >= count ? process->line + (size_t)1 : count;
	names->count = 0;
	names->lines = calloc(count, sizeof *names->lines);
	if (!names->lines) {
		snprintf(why, TRACE_WHY, "the names of its processes: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	names->count = count;
	return 0;
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
		snprintf(why, TRACE_WHY, "%s", reader_error(reader));
	return error;
}

int line_names_open(struct line_names *ret_names, struct reader *reader,
		    const struct reader_query *query, char *why)
{
	const struct reader_process *process;
	int error = reserve(ret_names, reader, why);

	if (error)
		return error;
	text_copy(ret_names->lines[LINE_SESSION].name, sizeof ret_names->lines->name, "session");
	for (size_t i = 0; (process = reader_process(reader, i)) != NULL; i++) {
		struct line_name *name = &ret_names->lines[process->line];

		name->pid = process->pid;
		text_copy(name->name, sizeof name->name, process->name);
	}
	return query->from_ns ? skip(ret_names, reader, query, why) : 0;
}

void line_names_close(struct line_names *names)
{
	free(names->lines);
	*names = (struct line_names){ 0 };
}

const struct line_name *line_names_find(const struct line_names *names, uint32_t line)
{
	return line < names->count ? &names->lines[line] : &unknown;
}

bool line_names_join(struct line_names *names, const struct process *process)
{
	struct line_name *name;
	bool begins;

	if (process->line >= names->count)
		return true;
	name = &names->lines[process->line];
	begins = !name->begun;
	name->begun = true;
	name->pid = process->pid;
	text_copy(name->name, sizeof name->name, process->name);
	return begins;
}
