#include "trace/line_names.h"

#include <errno.h>
#include <stdlib.h>

static const struct line_name unknown;

int line_names_open(struct line_names *ret_names, const struct reader *reader)
{
	const struct reader_process *process;
	size_t count = 1;

	for (size_t i = 0; (process = reader_process(reader, i)) != NULL; i++)
		count = process->line >= count ? process->line + (size_t)1 : count;
	ret_names->count = count;
	ret_names->lines = calloc(count, sizeof *ret_names->lines);
	if (!ret_names->lines)
		return -ENOMEM;
	text_copy(ret_names->lines[LINE_SESSION].name, sizeof ret_names->lines->name, "session");
	for (size_t i = 0; (process = reader_process(reader, i)) != NULL; i++) {
		struct line_name *name = &ret_names->lines[process->line];

		name->pid = process->pid;
		text_copy(name->name, sizeof name->name, process->name);
	}
	return 0;
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
