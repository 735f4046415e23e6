#include "trace/export/export.h"

#include "trace/export/line_names.h"
#include "trace/export/record_json.h"

static bool find(void *arg, uint32_t line, struct record_who *ret_who)
{
	const struct line_name *name = line_names_find(arg, line);

	ret_who->pid = name->pid;
	ret_who->name = name->name;
	return name->pid != 0;
}

static void take(void *arg, const struct record *record)
{
	const struct record_json *json = arg;
	bool begins =
		record->type == RECORD_PROCESS && line_names_join(json->arg, &record->process);

	record_json_write(json, record, begins);
}

static int write_jsonl(struct reader *reader, const struct export_options *options, FILE *out,
		       char *why)
{
	struct reader_query query = options->query;
	struct line_names names;
	struct record_json json = {
		.out = out,
		.session = &reader_info(reader)->session,
		.find = find,
		.arg = &names,
	};
	int error = line_names_open(&names, reader, &query, why);

	query.every = true;
	if (!error)
		error = reader_read(reader, &query, take, &json);
	line_names_close(&names);
	return error;
}

const struct exporter export_jsonl = {
	.ending = ".jsonl",
	.what = "JSON Lines: the same objects as the json view prints live",
	.write = write_jsonl,
};
