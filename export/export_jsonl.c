#include "export/export.h"

#include "export/line_names.h"
#include "export/record_json.h"

static bool find(void *arg, uint32_t line, struct record_who *ret_who)
{
	struct line_name name = line_names_find(arg, line);

	ret_who->pid = name.pid;
	ret_who->name = name.name;
	return name.pid != 0 || name.begun;
}

struct lines_out {
	struct record_json json;
	struct total total;
};

static bool is_process(void *arg, uint32_t line)
{
	return line_names_find(arg, line).pid != 0;
}

static void take(void *arg, const struct record *record)
{
	struct lines_out *lines = arg;
	const struct record_json *json = &lines->json;
	bool begins =
		record->type == RECORD_PROCESS && line_names_join(json->arg, &record->process);

	record_json_write(json, record, begins);
	record_json_total(json, &lines->total, record);
}

static int write_jsonl(struct reader *reader, const struct export_options *options, FILE *out,
		       char *why)
{
	struct reader_query query = options->query;
	struct line_names names;
	struct lines_out lines = {
		.json = { .out = out,
			  .session = &reader_info(reader)->session,
			  .find = find,
			  .arg = &names },
		.total = { .counts = is_process, .arg = &names },
	};
	int error = line_names_open(&names, reader, &query, why);

	query.every = true;
	if (!error)
		error = reader_read(reader, &query, take, &lines);
	total_free(&lines.total);
	line_names_close(&names);
	return error;
}

const struct exporter export_jsonl = {
	.ending = ".jsonl",
	.what = "JSON Lines: the same objects as the json view prints live",
	.write = write_jsonl,
};
