#include "cli/report/report.h"

void report_copy(FILE *file)
{
	char buffer[1 << 16];
	size_t size;

	rewind(file);
	while ((size = fread(buffer, 1, sizeof buffer, file)) > 0)
		fwrite(buffer, 1, size, stdout);
}

bool report_inspect(struct report *report, uint64_t t_ns, const struct inspection *inspection)
{
	struct line_name who = line_names_find(&report->names, inspection->line);
	struct inspected *inspected = &report->inspected;

	inspected->session = &report->info->session;
	inspected->pid = who.pid;
	text_copy(inspected->name, sizeof inspected->name, who.name);
	inspected_take(inspected, t_ns, inspection);
	return inspected->whole && !inspected->failed;
}

bool report_is_whole(const struct report *report)
{
	return !report->recording.query.from_ns && !report->recording.query.to_ns;
}
