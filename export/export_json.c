#include "export/export.h"

#include "base/json.h"
#include "export/chrome.h"
#include "session/spanmap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Chrome's trace event format knows processes by number only, so the second life of a PID needs
 * another: this plus its line, which is beyond what Linux gives (2^22). The session, line 0, has
 * one too.
 */
#define MADE_UP_PID 10000000

#define NAME_ROOM 64

/* For members of an event beside its memory. */
#define MORE_ROOM 160

/* Longest character of UTF-8. */
#define CHARACTER_MAX 4

struct line {
	uint32_t pid; /* in the trace; 0: no process of the file */
	bool told;
	bool has; /* its counter isn't at 0 for want of a value */
};

struct json {
	struct chrome chrome;
	struct reader *reader;
	uint64_t from_ns;
	struct line *lines; /* by line */
	size_t count;
	struct spanmap open; /* spans: the id of each */
	int64_t last_id;
};

/* --- who it is of */

static void tell_of(struct json *json, const struct line *line,
		    const struct reader_process *process)
{
	char text[TEXT_COMMAND + NAME_ROOM], command[TEXT_COMMAND + 1];

	reader_command(json->reader, process, command);
	chrome_order(&json->chrome, line->pid, process->line);
	if (line->pid == process->pid) {
		chrome_metadata(&json->chrome, line->pid, "process_name", "name", process->name);
		chrome_metadata(&json->chrome, line->pid, "process_labels", "labels", command);
		return;
	}
	snprintf(text, sizeof text, "%s (pid %" PRIu32 ", reused)", process->name, process->pid);
	chrome_metadata(&json->chrome, line->pid, "process_name", "name", text);
	snprintf(text, sizeof text, "pid %" PRIu32 ", reused: %s", process->pid, command);
	chrome_metadata(&json->chrome, line->pid, "process_labels", "labels", text);
}

/* NULL for the session, and for a line that the file doesn't tell of. */
static struct line *find_line(struct json *json, uint32_t number)
{
	struct line *line = number < json->count ? &json->lines[number] : NULL;

	if (!line || !line->pid)
		return NULL;
	if (!line->told)
		tell_of(json, line, reader_line(json->reader, number));
	line->told = true;
	return line;
}

static uint32_t pid_of(struct json *json, uint32_t number)
{
	const struct line *line = find_line(json, number);

	return line ? line->pid : MADE_UP_PID;
}

/* --- memory */

/* A counter is 0 where no value is known. */
static void count(struct json *json, uint64_t t_ns, struct line *line, uint64_t rss)
{
	bool has = rss != READER_NONE;

	if (!has && !line->has)
		return;
	line->has = has;
	chrome_counter(&json->chrome, "RSS", line->pid, t_ns, has ? rss : 0);
}

static void put_tick(struct json *json, uint64_t t_ns, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		struct line *line = find_line(json, tick->samples[i].line);

		if (line)
			count(json, t_ns, line, tick->samples[i].rss);
	}
}

static void put_metrics(struct json *json, uint64_t t_ns, const struct metrics *metrics)
{
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		if (metrics->set & METRIC_BIT(i))
			chrome_counter(&json->chrome, metric_title(i), pid_of(json, metrics->line),
				       t_ns, metrics->values[i]);
	}
}

/* --- events */

static const char *name_of(const struct event *event)
{
	return event->label[0] ? event->label : event->category;
}

/* What stands beside the memory of another moment than the event's, and "" beside its own. */
static const char *age_of(char more[MORE_ROOM], const struct event *event)
{
	more[0] = '\0';
	if (event_rss(event) && event->rss_age_ns == RSS_AGE_UNKNOWN)
		snprintf(more, MORE_ROOM, "\"rss_age_ns\":null");
	else if (event_rss(event) && event_is_stale(event))
		snprintf(more, MORE_ROOM, "\"rss_age_ns\":%" PRIu64, event->rss_age_ns);
	return more;
}

static void put_mark(struct json *json, uint64_t t_ns, const struct event *event)
{
	char more[MORE_ROOM];

	chrome_event(&json->chrome, 'i', pid_of(json, event->line), t_ns);
	fputs(",\"s\":\"p\"", json->chrome.out);
	json_text(json->chrome.out, "cat", event->category);
	json_text(json->chrome.out, "name", name_of(event));
	chrome_end_args(&json->chrome, "rss", event->rss, age_of(more, event));
}

/* The spans of threads overlap, so they are asynchronous events: each has an id of its own. */
static void begin_async(struct json *json, char phase, uint64_t t_ns, const struct event *event,
			const char *name, int64_t id)
{
	chrome_event(&json->chrome, phase, pid_of(json, event->line), t_ns);
	fprintf(json->chrome.out, ",\"id2\":{\"local\":\"0x%" PRIx64 "\"}", (uint64_t)id);
	json_text(json->chrome.out, "cat", event->category);
	if (name[0])
		json_text(json->chrome.out, "name", name);
}

static void put_span_begin(struct json *json, uint64_t t_ns, const struct event *event)
{
	char more[MORE_ROOM];
	int64_t id = ++json->last_id;

	begin_async(json, 'b', t_ns, event, name_of(event), id);
	chrome_end_args(&json->chrome, "rss", event->rss, age_of(more, event));
	spanmap_put(&json->open, event->line, event->span, id);
}

/* A span that began before the part that is asked for begins with it. */
static int64_t begin_late(struct json *json, uint64_t t_ns, const struct event *event,
			  const char *name)
{
	char more[NAME_ROOM];

	if (t_ns - event->duration_ns >= json->from_ns)
		return 0;
	begin_async(json, 'b', json->from_ns, event, name[0] ? name : event->label,
		    ++json->last_id);
	snprintf(more, sizeof more, "\"duration_ns\":%" PRIu64, event->duration_ns);
	chrome_end_args(&json->chrome, "rss", event->rss, more);
	return json->last_id;
}

/*
 * The name that a span had at its begin. Where death cut it short a suffix tells so, behind a label
 * that may have been cut for it: "" where that can't be known, which ends the id's span too.
 */
static const char *begun_name(char name[TEXT_LABEL + 1], const struct event *event)
{
	size_t length = strlen(event->label);
	size_t suffix = strlen(SPAN_UNFINISHED);

	if (!event->unfinished || length < suffix)
		return name_of(event);
	if (length + CHARACTER_MAX > TEXT_LABEL)
		return "";
	text_copy(name, length - suffix + 1, event->label);
	return name[0] ? name : event->category;
}

/* The members of an end beside its memory. */
static const char *end_of(char more[MORE_ROOM], const struct event *event)
{
	size_t used = strlen(age_of(more, event));

	if (event->peak_rss)
		used += (size_t)snprintf(more + used, MORE_ROOM - used,
					 "%s\"peak_rss\":%" PRIu64 ",\"peak_exact\":%s",
					 used ? "," : "", event->peak_rss,
					 event->peak_exact ? "true" : "false");
	if (event->unfinished)
		snprintf(more + used, MORE_ROOM - used, "%s\"unfinished\":true", used ? "," : "");
	return more;
}

static void put_span_end(struct json *json, uint64_t t_ns, const struct event *event)
{
	int64_t id = spanmap_take(&json->open, event->line, event->span);
	char text[TEXT_LABEL + 1], more[MORE_ROOM];
	const char *name = begun_name(text, event);

	if (!id)
		id = begin_late(json, t_ns, event, name);
	if (!id)
		return;
	begin_async(json, 'e', t_ns, event, name, id);
	chrome_end_args(&json->chrome, "rss_end", event->rss_end, end_of(more, event));
}

static void put_event(struct json *json, uint64_t t_ns, const struct event *event)
{
	switch (event->kind) {
	case EVENT_MARK:
		put_mark(json, t_ns, event);
		break;
	case EVENT_SPAN_BEGIN:
		put_span_begin(json, t_ns, event);
		break;
	case EVENT_SPAN_END:
		put_span_end(json, t_ns, event);
		break;
	}
}

/* --- what else is told of a process */

static void begin_instant(struct json *json, uint64_t t_ns, uint32_t pid, const char *name)
{
	chrome_event(&json->chrome, 'i', pid, t_ns);
	fputs(",\"s\":\"p\",\"cat\":\"memwatch\"", json->chrome.out);
	json_text(json->chrome.out, "name", name);
	fputs(",\"args\":{", json->chrome.out);
}

static void put_name(struct json *json, uint64_t t_ns, const struct process *process)
{
	const struct reader_process *known = reader_line(json->reader, process->line);
	bool renamed = known && t_ns > known->first_ns;

	begin_instant(json, t_ns, pid_of(json, process->line),
		      renamed ? "is now called" : "joins as");
	fputs("\"name\":", json->chrome.out);
	json_string(json->chrome.out, process->name);
	json_text(json->chrome.out, "command", process->command);
	json_number(json->chrome.out, "pid", process->pid);
	json_number(json->chrome.out, "ppid", process->ppid);
	fputs("}}", json->chrome.out);
}

static void put_end(struct json *json, uint64_t t_ns, const struct end *end)
{
	struct line *line = find_line(json, end->line);
	char name[NAME_ROOM];

	if (!line)
		return;
	count(json, t_ns, line, READER_NONE);
	begin_instant(json, t_ns, line->pid, end_text(name, sizeof name, end->reason, end->code));
	fprintf(json->chrome.out, "\"max_rss\":%" PRIu64, end->max_rss);
	if (end->peak_rss)
		json_number(json->chrome.out, "peak_rss", end->peak_rss);
	fputs("}}", json->chrome.out);
}

static void put_gap(struct json *json, uint64_t t_ns, const struct gap *gap)
{
	char name[GAP_TEXT];

	gap_text(name, gap);
	begin_instant(json, t_ns, pid_of(json, gap->line), name);
	fprintf(json->chrome.out, "\"count\":%" PRIu64, gap->count);
	json_number(json->chrome.out, "from_ns", gap->from_ns);
	json_number(json->chrome.out, "to_ns", gap->to_ns);
	fputs("}}", json->chrome.out);
}

static void put(void *arg, const struct record *record)
{
	struct json *json = arg;

	switch (record->type) {
	case RECORD_TICK:
		put_tick(json, record->t_ns, &record->tick);
		break;
	case RECORD_EVENT:
		put_event(json, record->t_ns, &record->event);
		break;
	case RECORD_PROCESS:
		put_name(json, record->t_ns, &record->process);
		break;
	case RECORD_END:
		put_end(json, record->t_ns, &record->end);
		break;
	case RECORD_GAP:
		put_gap(json, record->t_ns, &record->gap);
		break;
	case RECORD_PEAK:
		if (record->peak.family) /* whose it is no track shows */
			break;
		chrome_counter(&json->chrome, "RSS peak", pid_of(json, record->peak.line),
			       record->t_ns, record->peak.peak_rss);
		break;
	case RECORD_METRICS:
		put_metrics(json, record->t_ns, &record->metrics);
		break;
	case RECORD_LIMIT:
	case RECORD_CLOCK:
	case RECORD_INSPECTION:
		break;
	}
}

/* --- the whole */

static int compare_pids(const void *a, const void *b)
{
	const struct reader_process *const *first = a;
	const struct reader_process *const *second = b;

	if ((*first)->pid != (*second)->pid)
		return (*first)->pid < (*second)->pid ? -1 : 1;
	return (*first)->line < (*second)->line ? -1 : (*first)->line > (*second)->line;
}

/* The first life of a PID has it in the trace too, whichever lives are asked for. */
static int give_pids(struct json *json, size_t count)
{
	const struct reader_process **sorted = calloc(count + 1, sizeof *sorted);

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		sorted[i] = reader_process(json->reader, i);
	qsort(sorted, count, sizeof *sorted, compare_pids);
	for (size_t i = 0; i < count; i++) {
		bool reused = i > 0 && sorted[i]->pid == sorted[i - 1]->pid;
		uint32_t line = sorted[i]->line;

		json->lines[line].pid = reused ? MADE_UP_PID + line : sorted[i]->pid;
	}
	free(sorted);
	return 0;
}

static int open_lines(struct json *json)
{
	const struct reader_process *process;
	size_t count = 0;

	json->count = 1;
	for (; (process = reader_process(json->reader, count)) != NULL; count++)
		json->count = process->line + (size_t)1;
	json->lines = calloc(json->count, sizeof *json->lines);
	return json->lines ? give_pids(json, count) : -ENOMEM;
}

/* Where the wall clock stood after each of its jumps. */
static void put_jumps(FILE *out, const struct session_info *session)
{
	const struct wall *wall = &session->wall;

	for (uint32_t i = 0; i < wall->count; i++)
		fprintf(out, "%s{\"mono_ns\":\"%" PRIu64 "\",\"unix_ns\":\"%" PRIu64 "\"}",
			i ? "," : ",\"clock_jumps\":[", wall->jumps[i].t_ns,
			wall->jumps[i].unix_ns);
	if (wall->count)
		putc(']', out);
}

/* What a viewer shows of the whole, and where the trace's clock stood by the wall's. */
static void put_session(struct json *json, const char *title)
{
	const struct reader_info *info = reader_info(json->reader);
	FILE *out = json->chrome.out;

	fputs("{\"displayTimeUnit\":\"ms\",\"otherData\":{\"recorder\":\"memwatch\"", out);
	json_text(out, "version", info->version);
	json_text(out, "session", info->session.name);
	json_text(out, "host", info->session.host);
	fprintf(out, ",\"interval_ns\":\"%" PRIu64 "\"", info->session.interval_ns);
	fprintf(out, ",\"start_mono_ns\":\"%" PRIu64 "\"", info->session.start_ns);
	fprintf(out, ",\"start_unix_ns\":\"%" PRIu64 "\"", info->session.start_wall_ns);
	put_jumps(out, &info->session);
	fputs("},\"traceEvents\":[", out);
	chrome_order(&json->chrome, MADE_UP_PID, LINE_SESSION);
	chrome_metadata(&json->chrome, MADE_UP_PID, "process_name", "name",
			title && title[0] ? title : info->title);
	chrome_metadata(&json->chrome, MADE_UP_PID, "process_labels", "labels",
			"the session itself");
}

static int write_json(struct reader *reader, const struct export_options *options, FILE *out,
		      char *why)
{
	struct json json = { .chrome = { .out = out },
			     .reader = reader,
			     .from_ns = options->query.from_ns };
	struct reader_query query = options->query;
	int error = open_lines(&json);

	query.every = false;
	if (error) {
		snprintf(why, TEXT_WHY, "no memory for its processes");
	} else {
		put_session(&json, options->title);
		error = reader_read(reader, &query, put, &json);
		fputs("\n]}\n", out);
	}
	spanmap_free(&json.open);
	free(json.lines);
	return error;
}

const struct exporter export_json = {
	.ending = ".json",
	.what = "Chrome's trace events, for chrome://tracing, Perfetto and Speedscope",
	.write = write_json,
};
