/*
 * What mprof plot reads (memory_profiler's mprof.py, read_mprofile_file): fields between single
 * spaces; MEM and CHLD are memory in MiB and unix time, FUNC is a name and memory and time at both
 * ends, then its depth in a stack. Its points are drawn on the curve of MEM as well, so only those
 * of the process that has that curve, and of the session, are written.
 */
#include "export/export.h"

#include "base/digits.h"
#include "plotter/model/event_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Room for a name as mprof can read it: of clean text, each byte may need one more. */
#define PLAIN_ROOM(length) (TEXT_CLEAN_ROOM(length) * 2)

/* Spans of the first process that are open at once; more are written as if they were not nested. */
#define OPEN_MOST 4096

struct open_span {
	uint64_t span;
	uint64_t t_ns; /* 0: this level is free */
	uint64_t rss;
	char *name;
};

struct profile {
	FILE *out;
	const struct session_info *session;
	struct reader *reader;
	const char *title; /* "": the first line's command */
	uint32_t first; /* the line whose curve is MEM, the first that has a sample; 0: none has */
	uint64_t rss;	/* its last sample */
	uint64_t newest_ns;
	char **children;	/* "CHLD NAME-PID " by line; NULL: not wanted */
	size_t count;		/* of those */
	struct open_span *open; /* by level */
	size_t levels;
	bool failed; /* out of memory */
};

/* --- texts */

/* @text so that mprof and matplotlib take it as one plain word: no spaces, no dots, before which
 * mprof cuts a name, and no mathematics between dollars. */
static void put_plain(char *to, const char *text)
{
	char clean[TEXT_CLEAN_ROOM(EVENT_TEXT)];

	text_clean(clean, sizeof clean, text, strlen(text));
	for (const char *next = clean; *next; next++) {
		if (*next == '$')
			*to++ = '\\';
		*to++ = *next;
		if (*next == ' ' || *next == '.')
			to[-1] = '_';
	}
	*to = '\0';
}

/* The same of a title, which may have spaces. */
static void put_title(FILE *out, const char *title)
{
	char clean[TEXT_CLEAN_ROOM(TEXT_COMMAND)];

	text_clean(clean, sizeof clean, title, strlen(title));
	fputs("CMDLINE ", out);
	for (const char *next = clean; *next; next++) {
		if (*next == '$')
			putc('\\', out);
		putc(*next, out);
	}
	putc('\n', out);
}

/* Unix time with microseconds, which a double still tells apart. */
static char *put_time(const struct profile *profile, char *to, uint64_t t_ns)
{
	return digits_seconds(to, 0, wall_at(profile->session, t_ns)) - 3;
}

/* --- curves */

static void begin_curve(struct profile *profile, uint32_t line)
{
	const struct reader_process *process = reader_line(profile->reader, line);
	char command[TEXT_COMMAND + 1];

	put_title(profile->out, profile->title[0] || !process
					? profile->title
					: reader_command(profile->reader, process, command));
	profile->first = line;
	free(profile->children[line]);
	profile->children[line] = strdup("MEM ");
	if (!profile->children[line])
		profile->failed = true;
}

static void put_sample(struct profile *profile, uint64_t t_ns, const struct sample *sample)
{
	const char *before = profile->children[sample->line];
	char row[PLAIN_ROOM(TEXT_NAME) + 4 * DIGITS_ROOM];
	size_t length = strlen(before);
	char *end = row + length;

	memcpy(row, before, length);
	end = digits_mib(end, sample->rss);
	*end++ = ' ';
	end = put_time(profile, end, t_ns);
	*end++ = '\n';
	fwrite_unlocked(row, 1, (size_t)(end - row), profile->out);
	if (sample->line == profile->first)
		profile->rss = sample->rss;
}

static void put_tick(struct profile *profile, uint64_t t_ns, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		uint32_t line = tick->samples[i].line;

		if (line >= profile->count)
			continue;
		if (!profile->first)
			begin_curve(profile, line);
		if (profile->children[line])
			put_sample(profile, t_ns, &tick->samples[i]);
	}
}

/* --- function marks */

static void put_function(struct profile *profile, const char *name, uint64_t from_ns,
			 uint64_t from_rss, uint64_t to_ns, uint64_t to_rss, size_t level)
{
	char row[6 * DIGITS_ROOM];
	char *end = row;

	*end++ = ' ';
	end = digits_mib(end, from_rss ? from_rss : profile->rss);
	*end++ = ' ';
	end = put_time(profile, end, from_ns);
	*end++ = ' ';
	end = digits_mib(end, to_rss ? to_rss : profile->rss);
	*end++ = ' ';
	end = put_time(profile, end, to_ns);
	*end++ = ' ';
	end = digits_number(end, level);
	*end++ = '\n';
	fprintf(profile->out, "FUNC %s", name[0] ? name : "_");
	fwrite_unlocked(row, 1, (size_t)(end - row), profile->out);
}

/* The lowest level that no open span has; a new one where there is none. */
static size_t find_level(const struct profile *profile)
{
	size_t level = 0;

	while (level < profile->levels && profile->open[level].t_ns)
		level++;
	return level;
}

static void open_span(struct profile *profile, uint64_t t_ns, const struct event *event,
		      const char *name)
{
	size_t level = find_level(profile);

	if (level == OPEN_MOST)
		return;
	profile->open[level] = (struct open_span){ event->span, t_ns, event->rss, strdup(name) };
	if (!profile->open[level].name)
		profile->failed = true;
	if (level == profile->levels)
		profile->levels++;
}

/* Its level; 0 where it was not seen to begin. */
static size_t close_span(struct profile *profile, const struct event *event)
{
	for (size_t i = 0; i < profile->levels; i++) {
		struct open_span *open = &profile->open[i];

		if (!open->t_ns || open->span != event->span)
			continue;
		free(open->name);
		*open = (struct open_span){ 0 };
		return i;
	}
	return 0;
}

static void put_event(struct profile *profile, uint64_t t_ns, const struct event *event)
{
	char text[EVENT_TEXT], name[PLAIN_ROOM(EVENT_TEXT)];

	if (event->line != profile->first && event->line != LINE_SESSION)
		return;
	put_plain(name, event_name(text, event));
	if (event->kind == EVENT_SPAN_BEGIN)
		open_span(profile, t_ns, event, name);
	else if (event->kind == EVENT_SPAN_END)
		put_function(profile, name, t_ns - event->duration_ns, event->rss, t_ns,
			     event->rss_end, close_span(profile, event));
	else
		put_function(profile, name, t_ns, event->rss, t_ns, event->rss,
			     find_level(profile));
}

/* Spans that don't end in what is exported: until its end. */
static void put_open(struct profile *profile)
{
	for (size_t i = 0; i < profile->levels; i++) {
		const struct open_span *open = &profile->open[i];
		char name[PLAIN_ROOM(EVENT_TEXT) + 16];

		if (!open->t_ns || !open->name)
			continue;
		snprintf(name, sizeof name, "%s_(unfinished)", open->name);
		put_function(profile, name, open->t_ns, open->rss, profile->newest_ns, 0, i);
	}
}

static void take(void *arg, const struct record *record)
{
	struct profile *profile = arg;

	if (record->t_ns > profile->newest_ns)
		profile->newest_ns = record->t_ns;
	if (record->type == RECORD_TICK)
		put_tick(profile, record->t_ns, &record->tick);
	else if (record->type == RECORD_EVENT)
		put_event(profile, record->t_ns, &record->event);
}

/* --- who is who */

static bool is_wanted(const struct reader_query *query, const struct reader_process *process)
{
	uint64_t to_ns = query->to_ns ? query->to_ns : UINT64_MAX;

	return process->first_ns <= to_ns && process->last_ns >= query->from_ns &&
	       (!query->wants || query->wants(query->arg, process));
}

static int compare_lives(const void *a, const void *b)
{
	const struct reader_process *first = *(const struct reader_process *const *)a;
	const struct reader_process *second = *(const struct reader_process *const *)b;

	if (first->pid != second->pid)
		return first->pid < second->pid ? -1 : 1;
	return first->line < second->line ? -1 : first->line > second->line;
}

/* "CHLD NAME-PID ", and from the second life of a PID on its number: "CHLD NAME-PID-2 ". */
static void name_child(struct profile *profile, const struct reader_process *process, unsigned life)
{
	char name[PLAIN_ROOM(TEXT_NAME)], number[16] = "";
	char *text = NULL;

	put_plain(name, process->name);
	if (life > 1)
		snprintf(number, sizeof number, "-%u", life);
	if (asprintf(&text, "CHLD %s-%u%s ", name, (unsigned)process->pid, number) < 0) {
		text = NULL;
		profile->failed = true;
	}
	profile->children[process->line] = text;
}

static void name_children(struct profile *profile, const struct reader_process **processes,
			  size_t count)
{
	unsigned life = 0;

	for (size_t i = 0; i < count; i++) {
		bool again = i > 0 && processes[i - 1]->pid == processes[i]->pid;

		life = again ? life + 1 : 1;
		name_child(profile, processes[i], life);
	}
}

static int find_children(struct profile *profile, const struct reader_query *query)
{
	const struct reader *reader = profile->reader;
	const struct reader_process **processes;
	const struct reader_process *process;
	size_t count = 0;
	size_t wanted = 0;

	while ((process = reader_process(reader, count)) != NULL && ++count)
		profile->count = process->line + (size_t)1;
	processes = calloc(count + 1, sizeof *processes);
	profile->children = calloc(profile->count + 1, sizeof *profile->children);
	profile->open = calloc(OPEN_MOST, sizeof *profile->open);
	if (!processes || !profile->children || !profile->open) {
		free(processes);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		process = reader_process(reader, i);
		if (is_wanted(query, process))
			processes[wanted++] = process;
	}
	qsort(processes, wanted, sizeof *processes, compare_lives);
	name_children(profile, processes, wanted);
	free(processes);
	return profile->failed ? -ENOMEM : 0;
}

static void close_profile(struct profile *profile)
{
	for (size_t i = 0; profile->children && i < profile->count; i++)
		free(profile->children[i]);
	for (size_t i = 0; profile->open && i < profile->levels; i++)
		free(profile->open[i].name);
	free(profile->children);
	free(profile->open);
}

static int write_profile(struct profile *profile, const struct export_options *options,
			 struct reader *reader)
{
	struct reader_query query = options->query;
	int error;

	query.every = true;
	error = reader_read(reader, &query, take, profile);
	if (!profile->first)
		put_title(profile->out, options->title);
	put_open(profile);
	return error ? error : profile->failed ? -ENOMEM : 0;
}

static int write_dat(struct reader *reader, const struct export_options *options, FILE *out,
		     char *why)
{
	struct profile profile = {
		.out = out,
		.reader = reader,
		.title = options->title,
		.session = &reader_info(reader)->session,
	};
	int error = find_children(&profile, &options->query);

	if (!error)
		error = write_profile(&profile, options, reader);
	if (error == -ENOMEM)
		snprintf(why, TEXT_WHY, "the names of its processes: %s", strerror(ENOMEM));
	close_profile(&profile);
	return error;
}

const struct exporter export_dat = {
	.ending = ".dat",
	.what = "what mprof plot of memory_profiler draws",
	.write = write_dat,
};
