#include "base/clock.h"
#include "base/json.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *state_text(const struct recording_info *recording)
{
	switch (recording->state) {
	case RECORDING_ON:
		return "goes on";
	case RECORDING_DONE:
		return "ended";
	case RECORDING_FAILED:
		return "failed";
	case RECORDING_NONE:
		break;
	}
	return "none";
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void print_recording(const struct recording_info *recording)
{
	char path[TEXT_CLEAN_ROOM(TEXT_PATH)];

	text_clean(path, sizeof path, recording->path, strlen(recording->path));
	printf("recording    %s: %s%s%s, %" PRIu64 " change%s of memory, %" PRIu64
	       " event%s, %" PRIu64 " record%s lost\n",
	       path, state_text(recording), recording->error[0] ? ": " : "", recording->error,
	       recording->samples, plural(recording->samples), recording->events,
	       plural(recording->events), recording->lost, plural(recording->lost));
}

/* What is sampled beside the RSS, and what that costs the processes. */
static void print_metrics(const struct session_info *session, const struct status_info *status)
{
	char names[METRIC_NAMES_ROOM], mean[UNITS_TEXT], max[UNITS_TEXT], interval[UNITS_TEXT];

	if (session->metrics == METRIC_BIT(METRIC_RSS))
		return;
	printf("metrics      %s", metric_names(names, session->metrics));
	if (session->metrics_interval_ns)
		printf("; pss and uss each %s",
		       units_format_duration(interval, session->metrics_interval_ns));
	if (status->rollup_reads)
		printf(": %s a read, %s the longest, %.2g %% of a process's time at most",
		       units_format_duration(mean, status->rollup_total_ns / status->rollup_reads),
		       units_format_duration(max, status->rollup_max_ns),
		       status->rollup_share * 100);
	fputs("\n", stdout);
}

static void print_rules(const struct status_info *status)
{
	char text[TEXT_CLEAN_ROOM(RULE_TEXT)];

	for (size_t i = 0; i < status->rule_count; i++) {
		text_clean(text, sizeof text, status->rules[i], strlen(status->rules[i]));
		printf("follows      %s\n", text);
	}
}

/* How many, and who is not among them. */
static void print_processes(const struct status_info *status)
{
	printf("processes    %" PRIu64 " followed, %" PRIu64 " ended", status->processes,
	       status->ended - status->dropped_processes);
	if (status->dropped_processes)
		printf(", %" PRIu64 " dropped", status->dropped_processes);
	fputs("\n", stdout);
	if (status->lean)
		printf("descriptors  are few (ulimit -n): the files of %" PRIu64
		       " processes are opened anew for each sample\n",
		       status->lean);
	if (status->unfollowed)
		printf("not followed %" PRIu64 " processes, for want of descriptors (ulimit -n)\n",
		       status->unfollowed);
	if (status->unseen)
		printf("unseen       %s%" PRIu64 " process%s came and went\n",
		       status->unseen_at_least ? "at least " : "", status->unseen,
		       status->unseen == 1 ? "" : "es");
}

static void print_text(const struct session_info *session, const struct status_info *status)
{
	char elapsed[UNITS_TEXT], interval[UNITS_TEXT];

	printf("session      %s, watcher pid %" PRIu32 " on %s\n", session->name, session->pid,
	       session->host);
	printf("running      %s, a sample each %s\n",
	       units_format_clock(elapsed, clock_mono_ns() - session->start_ns),
	       units_format_duration(interval, session->interval_ns));
	print_processes(status);
	print_rules(status);
	printf("ticks        %" PRIu64 " taken, %" PRIu64 " missed\n", status->ticks,
	       status->missed);
	printf("events       %" PRIu64 " merged, %" PRIu64 " dropped\n", status->events,
	       status->dropped);
	if (status->exact_ns)
		printf("history      exact since %s, older samples rolled up\n",
		       units_format_clock(elapsed, status->exact_ns - session->start_ns));
	printf("plotters     %" PRIu64 "\n", status->subscribers);
	print_metrics(session, status);
	for (uint32_t i = 0; i < status->recording_count; i++)
		print_recording(&status->recordings[i]);
	printf("gate         restarted %" PRIu64 " times, %" PRIu64 " messages not understood\n",
	       status->gate_restarts, status->bad_messages);
}

static void print_recording_json(const struct recording_info *recording)
{
	fputs("{\"state\":", stdout);
	json_string(stdout, state_text(recording));
	json_text(stdout, "path", recording->path);
	if (recording->error[0])
		json_text(stdout, "error", recording->error);
	else
		json_null(stdout, "error");
	json_number(stdout, "samples", recording->samples);
	json_number(stdout, "events", recording->events);
	json_number(stdout, "lost", recording->lost);
	fputs("}", stdout);
}

/* All of them, and apart the newest that goes on, or of those that have ended. */
static void print_recordings_json(const struct status_info *status)
{
	const struct recording_info *newest = NULL;

	fputs(",\"recordings\":[", stdout);
	for (uint32_t i = 0; i < status->recording_count; i++) {
		fputs(i ? "," : "", stdout);
		print_recording_json(&status->recordings[i]);
		if (!newest || newest->state != RECORDING_ON ||
		    status->recordings[i].state == RECORDING_ON)
			newest = &status->recordings[i];
	}
	fputs("]", stdout);
	if (!newest) {
		json_null(stdout, "recording");
		return;
	}
	fputs(",\"recording\":", stdout);
	print_recording_json(newest);
}

static void print_metrics_json(const struct session_info *session, const struct status_info *status)
{
	bool any = false;

	fputs(",\"metrics\":[", stdout);
	for (enum metric i = METRIC_RSS; i < METRICS; i++) {
		if (!(session->metrics & METRIC_BIT(i)))
			continue;
		fputs(any ? "," : "", stdout);
		json_string(stdout, metric_name(i));
		any = true;
	}
	fputs("]", stdout);
	if (!session->metrics_interval_ns) {
		json_null(stdout, "rollup");
		return;
	}
	printf(",\"rollup\":{\"interval\":%.9g,\"reads\":%" PRIu64
	       ",\"mean\":%.6f,\"longest\":%.6f,\"share\":%.6f}",
	       (double)session->metrics_interval_ns / NS_PER_S, status->rollup_reads,
	       status->rollup_reads
		       ? (double)status->rollup_total_ns / (double)status->rollup_reads / NS_PER_S
		       : 0,
	       (double)status->rollup_max_ns / NS_PER_S, status->rollup_share);
}

static void print_json(const struct session_info *session, const struct status_info *status)
{
	uint64_t now_ns = clock_mono_ns();

	fputs("{\"session\":", stdout);
	json_string(stdout, session->name);
	json_text(stdout, "host", session->host);
	json_number(stdout, "watcher_pid", session->pid);
	printf(",\"interval\":%.9g,\"t\":%.6f,\"wall\":%.6f,\"start_wall\":%.6f",
	       (double)session->interval_ns / NS_PER_S,
	       (double)(now_ns - session->start_ns) / NS_PER_S,
	       (double)wall_at(session, now_ns) / NS_PER_S,
	       (double)session->start_wall_ns / NS_PER_S);
	json_number(stdout, "processes", status->processes);
	json_number(stdout, "ended", status->ended - status->dropped_processes);
	json_number(stdout, "dropped_processes", status->dropped_processes);
	json_number(stdout, "lean", status->lean);
	json_number(stdout, "unfollowed", status->unfollowed);
	json_number(stdout, "unseen", status->unseen);
	printf(",\"unseen_at_least\":%s", status->unseen_at_least ? "true" : "false");
	fputs(",\"rules\":[", stdout);
	for (size_t i = 0; i < status->rule_count; i++) {
		fputs(i ? "," : "", stdout);
		json_string(stdout, status->rules[i]);
	}
	fputs("]", stdout);
	json_number(stdout, "ticks", status->ticks);
	json_number(stdout, "missed", status->missed);
	json_number(stdout, "events", status->events);
	json_number(stdout, "dropped", status->dropped);
	if (status->exact_ns)
		printf(",\"exact_since\":%.9f",
		       (double)(status->exact_ns - session->start_ns) / NS_PER_S);
	else
		json_null(stdout, "exact_since");
	json_number(stdout, "history_bytes", status->history_bytes);
	json_number(stdout, "plotters", status->subscribers);
	json_number(stdout, "gate_restarts", status->gate_restarts);
	json_number(stdout, "bad_messages", status->bad_messages);
	print_metrics_json(session, status);
	print_recordings_json(status);
	fputs("}\n", stdout);
}

static int run(const struct options *options)
{
	struct request request = { .op = REQUEST_STATUS };
	struct reply reply;
	int status = session_ask(options, &request, &reply, NULL, NULL);

	if (status)
		return status;
	if (options->json)
		print_json(&reply.session, &reply.status);
	else
		print_text(&reply.session, &reply.status);
	return 0;
}

const struct command command_status = {
	.name = "status",
	.arguments = "",
	.summary = "How a running session fares: ticks, events, what was missed.",
	.groups = OPTIONS_JSON | OPTIONS_SESSION,
	.run = run,
};
