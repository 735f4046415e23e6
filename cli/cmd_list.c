#include "base/array.h"
#include "base/cells.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct list {
	const struct options *options;
	struct session_info session;
	struct process_info *processes;
	size_t count, capacity;
	uint32_t last;
	bool failed;
};

static void take(void *arg, const struct process_info *info)
{
	struct list *list = arg;

	list->last = info->line;
	if (info->ended && !list->options->all)
		return;
	list->failed |= array_reserve(&list->processes, &list->capacity, list->count + 1) != 0;
	if (!list->failed)
		list->processes[list->count++] = *info;
}

static int ask(struct list *list)
{
	struct request request = { .op = REQUEST_STATUS };
	struct reply reply;
	int status = session_ask(list->options, &request, &reply, NULL, NULL);

	list->session = reply.session;
	do {
		if (status)
			return status;
		request = (struct request){ .op = REQUEST_LIST, .since = list->last };
		status = session_ask(list->options, &request, &reply, take, list);
	} while (!status && reply.value);
	return list->failed ? EXIT_FAIL : status;
}

/* --- columns */

#define NAME_WIDTH 16
#define COMMAND_WIDTH 200

/* "live", "ended", or "dropped": that is followed no more, and may live. */
static const char *state_of(const struct process_info *info)
{
	if (!info->ended)
		return "live";
	return info->dropped_by_hand ? "dropped" : "ended";
}

static void print_row(const struct process_info *info)
{
	char rss[UNITS_TEXT], max[UNITS_TEXT], peak[UNITS_TEXT], since[UNITS_TEXT];
	char name[CELLS_ROOM], command[TEXT_CLEAN_ROOM(TEXT_COMMAND)];
	uint64_t now_ns = clock_mono_ns();

	text_clean(command, sizeof command, info->command, strlen(info->command));
	printf("%7" PRIu32 " %s %10s %10s %10s %7" PRIu64 " %8s %s\n", info->pid,
	       cells_fit(name, info->name, NAME_WIDTH, 0),
	       info->ended ? state_of(info) : units_format_bytes(rss, info->rss),
	       info->max_rss ? units_format_bytes(max, info->max_rss) : "-",
	       info->peak_rss ? units_format_bytes(peak, info->peak_rss) : "-", info->events,
	       units_format_clock(since, now_ns - info->since_ns), command);
}

static void print_columns(const struct list *list)
{
	printf("%7s %-*s %10s %10s %10s %7s %8s %s\n", "PID", NAME_WIDTH, "NAME", "RSS", "MAX",
	       "PEAK", "EVENTS", "SINCE", "COMMAND");
	for (size_t i = 0; i < list->count; i++)
		print_row(&list->processes[i]);
}

/* --- for scripts */

static void print_clean(const char *text, char end)
{
	char clean[TEXT_CLEAN_ROOM(TEXT_COMMAND)];

	text_clean(clean, sizeof clean, text, strlen(text));
	printf("%s%c", clean, end);
}

static double seconds_since_start(const struct list *list, const struct process_info *info)
{
	return ((double)info->since_ns - (double)list->session.start_ns) / NS_PER_S;
}

/* The manual promises these columns in this order; new ones come last. */
static void print_machine(const struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct process_info *info = &list->processes[i];

		printf("%" PRIu32 "\t%" PRIu32 "\t%s\t", info->pid, info->ppid, state_of(info));
		print_clean(info->name, '\t');
		printf("%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%.6f\t",
		       info->rss, info->max_rss, info->peak_rss, info->events, info->dropped,
		       seconds_since_start(list, info));
		print_clean(info->command, '\n');
	}
}

/* --- JSON */

static void print_json(const struct list *list)
{
	fputs("[", stdout);
	for (size_t i = 0; i < list->count; i++) {
		const struct process_info *info = &list->processes[i];
		double since = seconds_since_start(list, info);

		printf("%s\n{\"pid\":%" PRIu32, i ? "," : "", info->pid);
		json_text(stdout, "name", info->name);
		json_text(stdout, "command", info->command);
		json_number(stdout, "ppid", info->ppid);
		json_number(stdout, "rss", info->rss);
		json_number(stdout, "max_rss", info->max_rss);
		json_number(stdout, "peak_rss", info->peak_rss);
		json_number(stdout, "events", info->events);
		json_number(stdout, "dropped", info->dropped);
		json_text(stdout, "state", state_of(info));
		printf(",\"t\":%.6f,\"wall\":%.6f,\"ended\":%s}", since,
		       (double)wall_at(&list->session, info->since_ns) / NS_PER_S,
		       info->ended && !info->dropped_by_hand ? "true" : "false");
	}
	fputs(list->count ? "\n]\n" : "]\n", stdout);
}

static int run(const struct options *options)
{
	struct list list = { .options = options };
	int status = ask(&list);

	if (!status && options->machine)
		print_machine(&list);
	else if (!status && options->json)
		print_json(&list);
	else if (!status)
		print_columns(&list);
	free(list.processes);
	return status;
}

const struct command command_list = {
	.name = "list",
	.arguments = "",
	.summary = "The processes that a running session follows.",
	.groups = OPTIONS_JSON | OPTIONS_MACHINE | OPTIONS_ALL | OPTIONS_SESSION,
	.run = run,
};
