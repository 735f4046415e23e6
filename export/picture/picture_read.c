/* The passes over a file that a picture takes: one to find the largest lines where they are too
 * many to draw, and one to collect. */
#include "export/picture/picture.h"

#include "base/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct ranked {
	const struct reader_process *process;
	uint64_t most;
};

struct reading {
	struct reader *reader;
	const struct reader_query *query;
	struct ranked *ranked; /* lines wanted, in order of line; the largest of them in the end */
	size_t count;
	struct picture *picture;
	unsigned pass, passes;
	int error;
};

static uint64_t line_at(const void *reading, size_t index)
{
	return ((const struct reading *)reading)->ranked[index].process->line;
}

static struct ranked *find_ranked(const struct reading *reading, uint32_t line)
{
	size_t index = array_find(reading, reading->count, line_at, line);

	return index < reading->count ? &reading->ranked[index] : NULL;
}

static bool is_wanted(void *arg, const struct reader_process *process)
{
	return find_ranked(arg, process->line) != NULL;
}

static bool progress(void *arg, double done)
{
	const struct reading *reading = arg;
	const struct reader_query *query = reading->query;

	if (reading->error)
		return false;
	return !query->progress ||
	       query->progress(query->arg, (reading->pass + done) / reading->passes);
}

static int list_lines(struct reading *reading)
{
	const struct reader_query *query = reading->query;
	const struct reader_process *process;
	size_t count = 0;

	while (reader_process(reading->reader, count))
		count++;
	reading->ranked = calloc(count + 1, sizeof(reading->ranked[0]));
	if (!reading->ranked)
		return -ENOMEM;
	for (size_t i = 0; (process = reader_process(reading->reader, i)); i++) {
		bool alive = process->last_ns >= query->from_ns &&
			     (!query->to_ns || process->first_ns <= query->to_ns);

		if (alive && (!query->wants || query->wants(query->arg, process)))
			reading->ranked[reading->count++].process = process;
	}
	return 0;
}

static void rank(void *arg, const struct record *record)
{
	struct reading *reading = arg;

	if (record->type != RECORD_TICK)
		return;
	for (size_t i = 0; i < record->tick.count; i++) {
		const struct sample *sample = &record->tick.samples[i];
		struct ranked *ranked = find_ranked(reading, sample->line);

		if (ranked && sample->rss != READER_NONE && sample->rss >= ranked->most)
			ranked->most = sample->rss + 1; /* 0: it had none */
	}
}

static int by_size(const void *left, const void *right)
{
	const struct ranked *a = left;
	const struct ranked *b = right;

	if (a->most != b->most)
		return a->most > b->most ? -1 : 1;
	return a->process->line < b->process->line ? -1 : 1;
}

static int by_line(const void *left, const void *right)
{
	const struct ranked *a = left;
	const struct ranked *b = right;

	return a->process->line < b->process->line ? -1 : 1;
}

static int run_pass(struct reading *reading, record_fn each)
{
	struct reader_query query = *reading->query;
	int error;

	query.every = false;
	query.wants = is_wanted;
	query.progress = progress;
	query.arg = reading;
	error = reader_read(reading->reader, &query, each, reading);
	reading->pass++;
	return reading->error ? reading->error : error;
}

/* Keep the largest: how many others had samples. */
static int choose(struct reading *reading, uint64_t *ret_smaller)
{
	int error;

	*ret_smaller = 0;
	if (reading->count <= PICTURE_LINES)
		return 0;
	reading->passes = 2;
	error = run_pass(reading, rank);
	if (error)
		return error;
	qsort(reading->ranked, reading->count, sizeof(reading->ranked[0]), by_size);
	for (size_t i = PICTURE_LINES; i < reading->count; i++)
		*ret_smaller += reading->ranked[i].most > 0;
	reading->count = PICTURE_LINES;
	qsort(reading->ranked, reading->count, sizeof(reading->ranked[0]), by_line);
	return 0;
}

static void collect(void *arg, const struct record *record)
{
	struct reading *reading = arg;

	if (!reading->error)
		reading->error = picture_add(reading->picture, record);
}

static int open_picture(struct reading *reading)
{
	const struct reader_info *info = reader_info(reading->reader);
	uint64_t from_ns = reading->query->from_ns;
	uint64_t to_ns = reading->query->to_ns;
	int error;

	if (from_ns < info->begin_ns)
		from_ns = info->begin_ns;
	if (!to_ns || to_ns > info->end_ns)
		to_ns = info->end_ns;
	error = picture_open(&reading->picture, info->session.start_ns, from_ns, to_ns);
	for (size_t i = 0; i < reading->count && !error; i++)
		error = picture_line(reading->picture, reading->ranked[i].process);
	return error;
}

static int read_all(struct reading *reading)
{
	uint64_t smaller;
	int error = list_lines(reading);

	if (!error)
		error = choose(reading, &smaller);
	if (!error)
		error = open_picture(reading);
	if (error)
		return error;
	reading->picture->smaller = smaller;
	error = run_pass(reading, collect);
	if (error)
		return error;
	return picture_end(reading->picture);
}

int picture_read(struct picture **ret_picture, struct reader *reader,
		 const struct reader_query *query, char *why)
{
	struct reading reading = { .reader = reader, .query = query, .passes = 1 };
	int error = read_all(&reading);

	free(reading.ranked);
	if (error == -ENOMEM)
		snprintf(why, TEXT_WHY, "no memory for a picture");
	if (!error && reading.picture->count == 0) {
		snprintf(why, TEXT_WHY, "no samples in it to draw");
		error = -ENODATA;
	}
	if (error) {
		picture_free(reading.picture);
		return error;
	}
	*ret_picture = reading.picture;
	return 0;
}
