#include "cli/report/report.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/report/verdict.h"
#include "export/record_json.h"

#include <inttypes.h>

static bool find(void *arg, uint32_t line, struct record_who *ret_who)
{
	const struct report *report = arg;
	struct line_name name = line_names_find(&report->names, line);

	ret_who->pid = name.pid;
	ret_who->name = name.name;
	return true;
}

static void take(struct report *report, FILE *out, uint64_t *count, const struct record *record)
{
	struct record_json json = {
		.out = out, .session = &report->info->session, .find = find, .arg = report
	};

	if ((*count)++ > 0)
		putc(',', out);
	record_json_write(&json, record, false);
}

static void take_inspection(struct report *report, uint64_t t_ns,
			    const struct inspection *inspection)
{
	if (!report_inspect(report, t_ns, inspection))
		return;
	if (report->inspection_count++ > 0)
		putc(',', report->inspections);
	inspected_json(report->inspections, &report->inspected);
	putc('\n', report->inspections);
}

void report_json_take(void *arg, const struct record *record)
{
	struct report *report = arg;

	if (record->type == RECORD_PROCESS)
		line_names_join(&report->names, &record->process);
	else if (record->type == RECORD_EVENT)
		take(report, report->events, &report->event_count, record);
	else if (record->type == RECORD_GAP)
		take(report, report->gaps, &report->gap_count, record);
	else if (record->type == RECORD_INSPECTION)
		take_inspection(report, record->t_ns, &record->inspection);
}

/* --- values */

static void put_seconds(const char *key, uint64_t from_ns, uint64_t t_ns)
{
	uint64_t ns = t_ns < from_ns ? from_ns - t_ns : t_ns - from_ns;

	printf(",\"%s\":%s%" PRIu64 ".%09" PRIu64, key, t_ns < from_ns ? "-" : "",
	       (uint64_t)(ns / NS_PER_S), (uint64_t)(ns % NS_PER_S));
}

static void put_bytes(const char *key, bool known, uint64_t bytes)
{
	if (known)
		json_number(stdout, key, bytes);
	else
		json_null(stdout, key);
}

static void put_signed(const char *key, int64_t bytes)
{
	printf(",\"%s\":%" PRId64, key, bytes);
}

static void put_bool(const char *key, bool value)
{
	printf(",\"%s\":%s", key, value ? "true" : "false");
}

static void put_code(const char *key, bool known, int32_t code)
{
	if (known)
		put_signed(key, code);
	else
		json_null(stdout, key);
}

/* --- the object */

static void put_session(const struct report *report)
{
	const struct reader_info *info = report->info;
	const struct session_info *session = &info->session;
	const struct summary *summary = &report->summary;

	fputs("{\"session\":{\"name\":", stdout);
	json_string(stdout, session->name);
	json_text(stdout, "title", info->title);
	if (info->exact_ns > info->begin_ns)
		printf(",\"exact_since\":%.9f",
		       (double)(info->exact_ns - info->session.start_ns) / NS_PER_S);
	json_text(stdout, "host", session->host);
	json_text(stdout, "version", info->version);
	put_seconds("interval", 0, session->interval_ns);
	put_seconds("wall", 0, session->start_wall_ns);
	put_seconds("from", session->start_ns, info->begin_ns);
	put_seconds("to", session->start_ns, info->end_ns);
	put_seconds("duration", info->begin_ns, info->end_ns);
	put_bool("complete", info->end_wall_ns != 0);
	if (info->end_wall_ns)
		put_seconds("end_wall", 0, info->end_wall_ns);
	else
		json_null(stdout, "end_wall");
	json_number(stdout, "milestones", summary->milestones);
	json_number(stdout, "missed", summary->missed);
	json_number(stdout, "dropped", summary->dropped);
	json_number(stdout, "lost", summary->lost);
	json_number(stdout, "unfollowed", summary->unfollowed);
	fputs("}", stdout);
}

static void put_growth(const struct growth *growth)
{
	if (growth->known)
		printf(",\"growth\":{\"per_minute\":%.0f,\"low\":%.0f,\"high\":%.0f}",
		       growth->per_minute, growth->low, growth->high);
	else
		json_null(stdout, "growth");
}

static void put_reason(const struct reader_process *process)
{
	char reason[TEXT_NAME + 1];

	put_bool("ended", process->ended);
	if (process->ended)
		json_text(stdout, "reason",
			  end_text(reason, sizeof reason, process->reason, process->code));
	else
		json_null(stdout, "reason");
	put_code("exit_code", process->ended && process->reason == END_EXITED, process->code);
	put_code("signal", process->ended && end_has_signal(process->reason), process->code);
}

/* Of each figure beside the RSS that was read, the last and the highest. */
static void put_metrics(uint64_t start_ns, const struct summary_process *shown)
{
	const struct summary_more *more = summary_more(shown);

	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		char key[32];

		if (!(more->metrics & METRIC_BIT(i)))
			continue;
		snprintf(key, sizeof key, "last_%s", metric_name(i));
		json_number(stdout, key, more->metric[i].last);
		snprintf(key, sizeof key, "last_%s_t", metric_name(i));
		put_seconds(key, start_ns, more->metric[i].last_ns);
		snprintf(key, sizeof key, "max_%s", metric_name(i));
		json_number(stdout, key, more->metric[i].max);
	}
}

static void put_process(const struct report *report, const struct summary_process *shown)
{
	const struct session_info *session = &report->info->session;
	const struct reader_process *process = shown->process;
	struct grown grown = summary_grown(shown);
	char command[TEXT_COMMAND + 1];
	bool sampled = shown->sampled;

	printf("{\"pid\":%" PRIu32, process->pid);
	json_text(stdout, "name", process->name);
	json_text(stdout, "command", reader_command(report->recording.reader, process, command));
	json_number(stdout, "ppid", process->ppid);
	put_seconds("t", session->start_ns, process->first_ns);
	put_seconds("wall", 0, wall_at(session, process->first_ns));
	put_seconds("duration", process->first_ns, process->last_ns);
	put_reason(process);
	put_bytes("first_rss", sampled, shown->first_rss);
	put_bytes("last_rss", sampled, shown->last_rss);
	put_bytes("mean_rss", sampled, (uint64_t)(shown->mean_rss + 0.5));
	put_bytes("max_rss", sampled, shown->max_rss);
	if (sampled)
		put_seconds("max_t", session->start_ns, shown->max_ns);
	else
		json_null(stdout, "max_t");
	put_bytes("peak_rss", summary_peak_known(shown), summary_peak(shown));
	if (summary_peak_known(shown))
		json_text(stdout, "peak_kind", peak_kind_text(process->peak_kind));
	else
		json_null(stdout, "peak_kind");
	put_metrics(session->start_ns, shown);
	put_growth(&grown.verdict.slope);
	verdict_text_json(&grown, shown);
	json_number(stdout, "events", summary_more(shown)->events);
	json_number(stdout, "missed", shown->missed);
	json_number(stdout, "dropped", summary_more(shown)->dropped);
	fputs("}\n", stdout);
}

/* @named: of one name, not of a whole category. */
static void put_span(const struct summary_span *span, bool named)
{
	fputs("{\"category\":", stdout);
	json_string(stdout, span->category);
	if (named)
		json_text(stdout, "name", span->name);
	json_number(stdout, "calls", span->calls);
	json_number(stdout, "unfinished", span->unfinished);
	put_seconds("duration", 0, span->total_ns);
	put_seconds("mean", 0, span->mean_ns);
	put_seconds("longest", 0, span->max_ns);
	put_bytes("peak_rss", span->peak_rss > 0, span->peak_rss);
	record_json_exact(stdout, span->peak_rss, span->peak_exact);
	if (span->age_ns == RSS_AGE_UNKNOWN)
		json_null(stdout, "rss_age");
	else
		put_seconds("rss_age", 0, span->age_ns);
	put_signed("gained", span->gained);
	put_signed("kept", span->kept);
	fputs("}\n", stdout);
}

static void put_figure(const struct report *report, const struct total_figure *figure,
		       const char *name)
{
	const struct total_tally *total = &report->summary.total;
	char key[32];

	snprintf(key, sizeof key, "mean_%s", name);
	printf(",\"%s\":%.0f", key, total_tally_mean(total, figure));
	snprintf(key, sizeof key, "max_%s", name);
	json_number(stdout, key, figure->max);
}

/* null where there are not two processes to sum up. */
static void put_total(const struct report *report)
{
	const struct summary *summary = &report->summary;
	const struct total_tally *total = &summary->total;

	fputs(",\n\"total\":", stdout);
	if (!total_tells(&total->total)) {
		fputs("null", stdout);
		return;
	}
	printf("{\"mean_rss\":%.0f", total_tally_mean(total, &total->rss));
	json_number(stdout, "max_rss", total->rss.max);
	put_seconds("max_t", report->info->session.start_ns, total->rss.max_ns);
	put_bytes("peak_rss", report_is_whole(report), total->total.peak);
	if (total->has_pss) {
		put_figure(report, &total->pss, "pss");
		put_seconds("max_pss_t", report->info->session.start_ns, total->pss.max_ns);
	}
	if (total->has_shared) {
		put_figure(report, &total->once, "shared_once");
		json_number(stdout, "shared_repeated", total->repeated);
	}
	put_growth(&summary->total_grown.verdict.slope);
	verdict_text_json(&summary->total_grown, NULL);
	fputs("}", stdout);
}

static void open_list(const char *key)
{
	printf(",\n\"%s\":[\n", key);
}

void report_json_print(const struct report *report)
{
	const struct summary *summary = &report->summary;

	put_session(report);
	open_list("processes");
	for (size_t i = 0; i < summary->process_count; i++) {
		fputs(i ? "," : "", stdout);
		put_process(report, &summary->processes[i]);
	}
	fputs("]", stdout);
	put_total(report);
	open_list("categories");
	for (size_t i = 0; i < summary->category_count; i++) {
		fputs(i ? "," : "", stdout);
		put_span(&summary->categories[i], false);
	}
	fputs("]", stdout);
	open_list("spans");
	for (size_t i = 0; i < summary->span_count; i++) {
		fputs(i ? "," : "", stdout);
		put_span(&summary->spans[i], true);
	}
	fputs("]", stdout);
	open_list("events");
	report_copy(report->events);
	fputs("]", stdout);
	open_list("gaps");
	report_copy(report->gaps);
	fputs("]", stdout);
	open_list("inspections");
	report_copy(report->inspections);
	fputs("]}\n", stdout);
}
