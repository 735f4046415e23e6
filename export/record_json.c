#include "export/record_json.h"

#include "base/digits.h"
#include "base/json.h"

#include <string.h>

/* Room for what each sample of a tick starts with, and a number and a key more. */
#define HEAD_ROOM 160

static void put_seconds(FILE *out, const char *key, uint64_t from_ns, uint64_t t_ns)
{
	char text[DIGITS_ROOM];

	*digits_seconds(text, from_ns, t_ns) = '\0';
	fprintf(out, ",\"%s\":%s", key, text);
}

/* Bytes of memory, of which 0 means that nobody knows. */
static void put_known(FILE *out, const char *key, uint64_t bytes)
{
	if (bytes)
		json_number(out, key, bytes);
	else
		json_null(out, key);
}

/* What every object starts with. */
static void begin(const struct record_json *json, const char *type, uint64_t t_ns,
		  const struct record_who *who)
{
	const struct session_info *session = json->session;

	fprintf(json->out, "{\"type\":\"%s\"", type);
	put_seconds(json->out, "t", session->start_ns, t_ns);
	put_seconds(json->out, "wall", 0, wall_at(session, t_ns));
	json_number(json->out, "pid", who->pid);
	json_text(json->out, "name", who->name);
}

static void begin_of(const struct record_json *json, const char *type, uint64_t t_ns, uint32_t line)
{
	struct record_who who = { .name = "" };

	json->find(json->arg, line, &who);
	begin(json, type, t_ns, &who);
}

static void end(const struct record_json *json)
{
	fputs("}\n", json->out);
}

/* The same as begin writes, up to the pid: the tick's samples share it. */
static size_t put_head(const struct record_json *json, char head[HEAD_ROOM], uint64_t t_ns)
{
	const struct session_info *session = json->session;
	char *end = stpcpy(head, "{\"type\":\"sample\",\"t\":");

	end = digits_seconds(end, session->start_ns, t_ns);
	end = stpcpy(end, ",\"wall\":");
	end = digits_seconds(end, 0, wall_at(session, t_ns));
	end = stpcpy(end, ",\"pid\":");
	return (size_t)(end - head);
}

/* Of which there may be millions: without printf. */
static void put_tick(const struct record_json *json, uint64_t t_ns, const struct tick *tick)
{
	char head[HEAD_ROOM];
	char tail[2 * DIGITS_ROOM];
	size_t length = put_head(json, head, t_ns);

	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];
		struct record_who who;
		char *end;

		if (!json->find(json->arg, sample->line, &who))
			continue;
		end = stpcpy(digits_number(head + length, who.pid), ",\"name\":");
		fwrite_unlocked(head, 1, (size_t)(end - head), json->out);
		json_string(json->out, who.name);
		end = stpcpy(digits_number(stpcpy(tail, ",\"rss\":"), sample->rss), "}\n");
		fwrite_unlocked(tail, 1, (size_t)(end - tail), json->out);
	}
}

/* Seconds, null where nobody knows. */
static void put_age(FILE *out, const struct event *event)
{
	if (event_rss(event) && event->rss_age_ns != RSS_AGE_UNKNOWN)
		put_seconds(out, "rss_age", 0, event->rss_age_ns);
	else
		json_null(out, "rss_age");
}

static void put_event(const struct record_json *json, uint64_t t_ns, const struct event *event)
{
	static const char *const kinds[] = { "milestone", "begin", "end" };

	begin_of(json, "event", t_ns, event->line);
	json_text(json->out, "kind", kinds[event->kind <= EVENT_SPAN_END ? event->kind : 0]);
	json_text(json->out, "category", event->category);
	json_text(json->out, "label", event->label);
	put_known(json->out, "rss", event->rss);
	if (event->kind == EVENT_SPAN_END) {
		put_seconds(json->out, "duration", 0, event->duration_ns);
		put_known(json->out, "rss_end", event->rss_end);
		put_known(json->out, "peak_rss", event->peak_rss);
		record_json_exact(json->out, event->peak_rss, event->peak_exact);
	}
	put_known(json->out, "shared", event->shared);
	put_age(json->out, event);
	end(json);
}

static void put_process(const struct record_json *json, uint64_t t_ns,
			const struct process *process, bool begins)
{
	begin_of(json, "process", t_ns, process->line);
	json_text(json->out, "state", begins ? "begin" : "change");
	json_number(json->out, "ppid", process->ppid);
	json_text(json->out, "command", process->command);
	end(json);
}

static void put_code(FILE *out, const char *key, bool known, int32_t code)
{
	if (known)
		fprintf(out, ",\"%s\":%d", key, (int)code);
	else
		json_null(out, key);
}

static void put_end(const struct record_json *json, uint64_t t_ns, const struct end *gone)
{
	char reason[TEXT_NAME + 1];

	begin_of(json, "process", t_ns, gone->line);
	json_text(json->out, "state", "end");
	json_text(json->out, "reason", end_text(reason, sizeof reason, gone->reason, gone->code));
	put_code(json->out, "exit_code", gone->reason == END_EXITED, gone->code);
	put_code(json->out, "signal", end_has_signal(gone->reason), gone->code);
	put_known(json->out, "rss", gone->last_rss);
	put_known(json->out, "max_rss", gone->max_rss);
	put_known(json->out, "peak_rss", gone->peak_rss);
	if (gone->peak_rss)
		json_text(json->out, "peak_kind", peak_kind_text(gone->peak_kind));
	end(json);
}

static void put_gap(const struct record_json *json, uint64_t t_ns, const struct gap *gap)
{
	begin_of(json, "gap", t_ns, gap->line);
	json_text(json->out, "reason", gap_reason_text(gap->reason));
	put_seconds(json->out, "from", json->session->start_ns, gap->from_ns);
	put_seconds(json->out, "to", json->session->start_ns, gap->to_ns);
	json_number(json->out, "count", gap->count);
	end(json);
}

static void put_limit(const struct record_json *json, uint64_t t_ns, const struct limit *limit)
{
	begin_of(json, "limit", t_ns, limit->line);
	json_text(json->out, "kind", limit_kind_text(limit->kind));
	put_known(json->out, "limit", limit->limit);
	json_number(json->out, "used", limit->used);
	end(json);
}

static void put_inspection(const struct record_json *json, uint64_t t_ns,
			   const struct inspection *inspection)
{
	const struct memory_use *use = &inspection->use;

	begin_of(json, "inspection", t_ns, inspection->line);
	json_number(json->out, "number", inspection->number);
	json_number(json->out, "index", inspection->place);
	json_number(json->out, "kinds", inspection->kinds);
	if (inspection->kinds) {
		json_text(json->out, "kind", memory_kind_text(inspection->kind));
		json_text(json->out, "what", inspection->name);
		record_json_use(json->out, use);
	}
	end(json);
}

void record_json_exact(FILE *out, uint64_t peak_rss, bool exact)
{
	if (peak_rss)
		fprintf(out, ",\"peak_exact\":%s", exact ? "true" : "false");
	else
		json_null(out, "peak_exact");
}

void record_json_use(FILE *out, const struct memory_use *use)
{
	json_number(out, "mappings", use->mappings);
	json_number(out, "size", use->size);
	json_number(out, "rss", use->rss);
	json_number(out, "pss", use->pss);
	json_number(out, "private_dirty", use->private_dirty);
	json_number(out, "swap", use->swap);
	json_number(out, "hugetlb", use->hugetlb);
	json_number(out, "lazyfree", use->lazyfree);
}

static void put_metrics(const struct record_json *json, uint64_t t_ns,
			const struct metrics *metrics)
{
	begin_of(json, "metrics", t_ns, metrics->line);
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		if (metrics->set & METRIC_BIT(i))
			json_number(json->out, metric_name(i), metrics->values[i]);
	}
	if (metrics->read_ns)
		put_seconds(json->out, "read", 0, metrics->read_ns);
	end(json);
}

void record_json_write(const struct record_json *json, const struct record *record, bool begins)
{
	switch (record->type) {
	case RECORD_TICK:
		put_tick(json, record->t_ns, &record->tick);
		break;
	case RECORD_EVENT:
		put_event(json, record->t_ns, &record->event);
		break;
	case RECORD_PROCESS:
		put_process(json, record->t_ns, &record->process, begins);
		break;
	case RECORD_END:
		put_end(json, record->t_ns, &record->end);
		break;
	case RECORD_GAP:
		put_gap(json, record->t_ns, &record->gap);
		break;
	case RECORD_LIMIT:
		put_limit(json, record->t_ns, &record->limit);
		break;
	case RECORD_INSPECTION:
		put_inspection(json, record->t_ns, &record->inspection);
		break;
	case RECORD_METRICS:
		put_metrics(json, record->t_ns, &record->metrics);
		break;
	case RECORD_PEAK:
	case RECORD_CLOCK: /* its gap tells of it, and each wall time from here on has it */
		break;
	}
}

void record_json_total(const struct record_json *json, struct total *total,
		       const struct record *record)
{
	const struct record_who who = { 0, TOTAL_NAME };
	struct total_point points[TOTAL_POINTS];
	size_t count = total_add(total, record, points);

	for (size_t i = 0; i < count && total_tells(total); i++) {
		if (!points[i].tick)
			continue;
		begin(json, "sample", points[i].t_ns, &who);
		json_number(json->out, "rss", points[i].rss);
		if (points[i].has_pss)
			json_number(json->out, "pss", points[i].pss);
		end(json);
	}
}
