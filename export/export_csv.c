#include "export/export.h"

#include "base/digits.h"
#include "export/csv.h"
#include "plotter/model/event_text.h"
#include "export/line_names.h"
#include "analysis/total.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a row says of its event, a process's command in it. */
#define WORDS (TEXT_COMMAND + TEXT_LABEL)

/* "pid,name," of a line, made once for each of its names. */
struct who {
	char *text; /* NULL: not made */
	size_t length;
};

/* The places of what only events have, in other rows. */
#define EVENT_TAIL ",,,\n"

#define TAIL_ROOM (METRICS + sizeof EVENT_TAIL + 3 * DIGITS_ROOM)

struct table {
	FILE *out;
	const struct session_info *session;
	uint32_t metrics; /* a set: those that have a column, behind the others */
	char tail[METRICS + sizeof EVENT_TAIL]; /* a comma for each of them, then EVENT_TAIL */
	struct line_names names;
	struct total total;
	struct who *whos; /* by line, and one more for lines that nobody knows */
	bool failed;	  /* out of memory */
};

static const struct who *make_who(struct table *table, struct who *who, uint32_t line)
{
	struct line_name name = line_names_find(&table->names, line);
	char text[DIGITS_ROOM + CSV_ROOM(TEXT_NAME)];
	char *end = digits_number(text, name.pid);

	*end++ = ',';
	end += csv_field(end, name.name);
	*end++ = ',';
	who->length = (size_t)(end - text);
	who->text = malloc(who->length);
	if (!who->text) {
		table->failed = true;
		who->length = 0;
		return who;
	}
	memcpy(who->text, text, who->length);
	return who;
}

static struct who *who_at(struct table *table, uint32_t line)
{
	size_t unknown = table->names.count;

	return &table->whos[line < unknown ? line : unknown];
}

static const struct who *find_who(struct table *table, uint32_t line)
{
	struct who *who = who_at(table, line);

	return who->text ? who : make_who(table, who, line);
}

static void forget_who(struct table *table, uint32_t line)
{
	struct who *who = who_at(table, line);

	free(who->text);
	who->text = NULL;
}

/* "t_s,wall," */
static size_t put_time(const struct table *table, char *to, uint64_t t_ns)
{
	char *end = digits_seconds(to, table->session->start_ns, t_ns);

	*end++ = ',';
	end = digits_seconds(end, 0, wall_at(table->session, t_ns));
	*end++ = ',';
	return (size_t)(end - to);
}

static void put_tick(struct table *table, uint64_t t_ns, const struct tick *tick)
{
	char row[2 * DIGITS_ROOM + DIGITS_ROOM + CSV_ROOM(TEXT_NAME) + DIGITS_ROOM + METRICS +
		 sizeof EVENT_TAIL];
	size_t time = put_time(table, row, t_ns);

	for (size_t i = 0; i < tick->count; i++) {
		const struct who *who = find_who(table, tick->samples[i].line);
		char *end = row + time;

		if (who->length)
			memcpy(end, who->text, who->length);
		end = digits_number(end + who->length, tick->samples[i].rss);
		*end++ = ',';
		end = stpcpy(end, table->tail);
		fwrite_unlocked(row, 1, (size_t)(end - row), table->out);
	}
}

/* @rss: 0 where nobody knows. */
static void put_words(struct table *table, uint64_t t_ns, uint32_t line, uint64_t rss,
		      const char *words, const char *tail)
{
	const struct who *who = find_who(table, line);
	char row[3 * DIGITS_ROOM + TAIL_ROOM + CSV_ROOM(WORDS)];
	size_t length = put_time(table, row, t_ns);
	char *end = row;

	fwrite_unlocked(row, 1, length, table->out);
	if (who->length)
		fwrite_unlocked(who->text, 1, who->length, table->out);
	if (rss)
		end = digits_number(row, rss);
	*end++ = ',';
	end += csv_field(end, words);
	end = stpcpy(end, tail);
	fwrite_unlocked(row, 1, (size_t)(end - row), table->out);
}

/* A row of its own, without an RSS: they are read at other times. */
static void put_metrics(struct table *table, uint64_t t_ns, const struct metrics *metrics)
{
	const struct who *who = find_who(table, metrics->line);
	char row[2 * DIGITS_ROOM + METRICS * DIGITS_ROOM + sizeof EVENT_TAIL];
	size_t time = put_time(table, row, t_ns);
	char *end = row;

	fwrite_unlocked(row, 1, time, table->out);
	if (who->length)
		fwrite_unlocked(who->text, 1, who->length, table->out);
	*end++ = ',';
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		if (!(table->metrics & METRIC_BIT(i)))
			continue;
		*end++ = ',';
		if (metrics->set & METRIC_BIT(i))
			end = digits_number(end, metrics->values[i]);
	}
	end = stpcpy(end, EVENT_TAIL);
	fwrite_unlocked(row, 1, (size_t)(end - row), table->out);
}

/* What only events have, behind the metrics' places: how old its memory is, and a span's peak. */
static void write_tail(const struct table *table, char tail[TAIL_ROOM], const struct event *event)
{
	size_t metrics = strlen(table->tail) - strlen(EVENT_TAIL);
	char *end = tail + metrics;

	memcpy(tail, table->tail, metrics);
	*end++ = ',';
	if (event_rss(event) && event->rss_age_ns != RSS_AGE_UNKNOWN)
		end = digits_seconds(end, 0, event->rss_age_ns);
	*end++ = ',';
	if (event->peak_rss)
		end = digits_number(end, event->peak_rss);
	*end++ = ',';
	if (event->peak_rss)
		*end++ = event->peak_exact ? '1' : '0';
	stpcpy(end, "\n");
}

static void put_event(struct table *table, uint64_t t_ns, const struct event *event)
{
	char words[EVENT_TEXT], tail[TAIL_ROOM];

	/* a row without words is a sample's */
	event_text(words, event);
	write_tail(table, tail, event);
	put_words(table, t_ns, event->line, event_rss(event), words[0] ? words : "(no label)",
		  tail);
}

static void put_process(struct table *table, uint64_t t_ns, const struct process *process)
{
	bool begins = line_names_join(&table->names, process);
	char words[WORDS + 1];

	forget_who(table, process->line);
	snprintf(words, sizeof words, "process %s: %s", begins ? "begins" : "is now",
		 process->command);
	put_words(table, t_ns, process->line, 0, words, table->tail);
}

static void put_end(struct table *table, uint64_t t_ns, const struct end *gone)
{
	char how[TEXT_NAME + 1];
	char peak[64] = "";
	char sampled[64] = "";
	char words[WORDS + 1];

	if (gone->peak_rss)
		snprintf(peak, sizeof peak, ", peak %" PRIu64 " bytes", gone->peak_rss);
	if (gone->peak_rss && gone->max_rss && gone->max_rss != gone->peak_rss)
		snprintf(sampled, sizeof sampled, ", sampled %" PRIu64 " bytes", gone->max_rss);
	snprintf(words, sizeof words, "%s%s%s%s",
		 gone->reason == END_DROPPED ? "followed no more: " : "process ends: ",
		 end_text(how, sizeof how, gone->reason, gone->code), peak, sampled);
	put_words(table, t_ns, gone->line, gone->last_rss, words, table->tail);
	forget_who(table, gone->line);
}

static void put_gap(struct table *table, uint64_t t_ns, const struct gap *gap)
{
	char from[DIGITS_ROOM];
	char text[GAP_TEXT];
	char words[WORDS + 1];

	*digits_seconds(from, table->session->start_ns, gap->from_ns) = '\0';
	snprintf(words, sizeof words, "gap: %s from %s", gap_text(text, gap), from);
	put_words(table, t_ns, gap->line, 0, words, table->tail);
}

static bool is_process(void *arg, uint32_t line)
{
	return line_names_find(arg, line).pid != 0;
}

/* The columns behind those of all rows, of which the first is that of the PSS where there is one.
 */
static char *put_total_pss(char *end, const struct table *table, const struct total_point *point)
{
	if (!(table->metrics & METRIC_BIT(METRIC_PSS)))
		return stpcpy(end, table->tail);
	*end++ = ',';
	if (point->has_pss)
		end = digits_number(end, point->pss);
	return stpcpy(end, table->tail + 1);
}

/* A row for each tick, where there is a total to tell. */
static void put_total(struct table *table, const struct record *record)
{
	struct total_point points[TOTAL_POINTS];
	size_t count = total_add(&table->total, record, points);
	char row[5 * DIGITS_ROOM + METRICS + sizeof EVENT_TAIL];

	for (size_t i = 0; i < count && total_tells(&table->total); i++) {
		char *end = row + put_time(table, row, points[i].t_ns);

		if (!points[i].tick)
			continue;
		end = stpcpy(end, "0," TOTAL_NAME ",");
		end = digits_number(end, points[i].rss);
		*end++ = ',';
		end = put_total_pss(end, table, &points[i]);
		fwrite_unlocked(row, 1, (size_t)(end - row), table->out);
	}
}

static void take_record(struct table *table, const struct record *record)
{
	switch (record->type) {
	case RECORD_TICK:
		put_tick(table, record->t_ns, &record->tick);
		break;
	case RECORD_EVENT:
		put_event(table, record->t_ns, &record->event);
		break;
	case RECORD_PROCESS:
		put_process(table, record->t_ns, &record->process);
		break;
	case RECORD_END:
		put_end(table, record->t_ns, &record->end);
		break;
	case RECORD_GAP:
		put_gap(table, record->t_ns, &record->gap);
		break;
	case RECORD_METRICS:
		put_metrics(table, record->t_ns, &record->metrics);
		break;
	case RECORD_PEAK:
	case RECORD_LIMIT:
	case RECORD_CLOCK:
	case RECORD_INSPECTION:
		break;
	}
}

static void take(void *arg, const struct record *record)
{
	struct table *table = arg;

	take_record(table, record);
	put_total(table, record);
}

static void put_titles(struct table *table)
{
	char *end = table->tail;

	fputs("t_s,wall,pid,name,rss_bytes,event", table->out);
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		if (!(table->metrics & METRIC_BIT(i)))
			continue;
		fprintf(table->out, ",%s_bytes", metric_name(i));
		*end++ = ',';
	}
	fputs(",rss_age_s,peak_rss_bytes,peak_exact\n", table->out);
	stpcpy(end, EVENT_TAIL);
}

static void close_table(struct table *table)
{
	for (size_t i = 0; table->whos && i <= table->names.count; i++)
		free(table->whos[i].text);
	free(table->whos);
	total_free(&table->total);
	line_names_close(&table->names);
}

static int write_csv(struct reader *reader, const struct export_options *options, FILE *out,
		     char *why)
{
	const struct session_info *session = &reader_info(reader)->session;
	struct reader_query query = options->query;
	struct table table = {
		.out = out,
		.session = session,
		.metrics = session->metrics,
	};
	int error = line_names_open(&table.names, reader, &query, why);

	table.total.counts = is_process;
	table.total.arg = &table.names;
	table.whos = calloc(table.names.count + 1, sizeof *table.whos);
	table.failed = !table.whos;
	query.every = true;
	put_titles(&table);
	if (!error && !table.failed)
		error = reader_read(reader, &query, take, &table);
	close_table(&table);
	if (error || !table.failed)
		return error;
	snprintf(why, TEXT_WHY, "the names of its processes: %s", strerror(ENOMEM));
	return -ENOMEM;
}

const struct exporter export_csv = {
	.ending = ".csv",
	.what = "a table: a row a sample and a row an event",
	.write = write_csv,
};
