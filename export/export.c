#include "export/export.h"

#include "base/formats.h"
#include "base/target.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define EXPORTER(name) &export_##name,

static const struct exporter *const exporters[] = { EXPORT_FORMATS(EXPORTER) };

#define COUNT (sizeof exporters / sizeof *exporters)

const struct exporter *export_at(size_t index)
{
	return index < COUNT ? exporters[index] : NULL;
}

const struct exporter *export_find(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash + 1 : path, '.');

	for (size_t i = 0; dot && i < COUNT; i++) {
		if (strcasecmp(dot, exporters[i]->ending) == 0)
			return exporters[i];
	}
	return NULL;
}

/* --- exporting */

/* The caller's query, stopped also where nothing more can be written. */
struct guard {
	const struct reader_query *query;
	FILE *out;
};

static bool guard_wants(void *arg, const struct reader_process *process)
{
	const struct guard *guard = arg;

	return !guard->query->wants || guard->query->wants(guard->query->arg, process);
}

static bool guard_progress(void *arg, double done)
{
	const struct guard *guard = arg;

	if (ferror(guard->out))
		return false;
	return !guard->query->progress || guard->query->progress(guard->query->arg, done);
}

static int write_session(struct reader *reader, const struct exporter *exporter,
			 const struct export_options *options, struct target *target)
{
	struct guard guard = { .query = &options->query, .out = target->out };
	struct export_options guarded = *options;
	int error;

	guarded.query.wants = options->query.wants ? guard_wants : NULL;
	guarded.query.progress = guard_progress;
	guarded.query.arg = &guard;
	target->why[0] = '\0';
	error = exporter->write(reader, &guarded, target->out, target->why);
	if (ferror(target->out) || !error)
		return target_flush(target);
	if (error == -ECANCELED)
		return target_refuse(target, error, "stopped");
	if (!target->why[0])
		target_refuse(target, error, reader_error(reader));
	return error;
}

int export_file(struct reader *reader, const struct exporter *exporter,
		const struct export_options *options, const char *path, char *why)
{
	struct target target = { .why = why };
	int error;

	error = target_open(&target, path);
	if (!error)
		error = write_session(reader, exporter, options, &target);
	return target_close(&target, error);
}
