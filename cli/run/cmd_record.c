#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/follow.h"
#include "cli/run/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- a view of nothing but what the watcher has to say */

struct nothing {
	uint64_t since_ns; /* what was said before is nobody's concern here */
};

static int nothing_open(void **ret_state, const struct view_options *options)
{
	struct nothing *state = malloc(sizeof *state);

	(void)options;
	if (!state) {
		log_error("cannot record: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	state->since_ns = clock_mono_ns();
	*ret_state = state;
	return 0;
}

static bool is_notice(const struct record *record)
{
	return record->type == RECORD_EVENT && record->event.line == LINE_SESSION &&
	       strcmp(record->event.category, "memwatch") == 0;
}

static int nothing_draw(void *state, const struct view_frame *frame)
{
	const struct nothing *nothing = state;

	for (size_t i = 0; i < frame->count; i++) {
		const struct record *record = &frame->records[i];

		if (is_notice(record) && record->t_ns >= nothing->since_ns)
			log_error("%s", record->event.label);
	}
	return VIEW_STAY;
}

static void nothing_close(void *state)
{
	free(state);
}

static const struct view nothing = {
	.name = "nothing",
	.every = true,
	.fps = 4, /* how soon it sees that it is over */
	.open = nothing_open,
	.draw = nothing_draw,
	.close = nothing_close,
};

/* --- the command */

static int record_session(const struct options *options, struct source *source, void *arg)
{
	const size_t *count = arg;

	log_error("recording to %s; ^C ends it", options->output);
	return follow_processes(options, source, &nothing, *count);
}

static int run(const struct options *options)
{
	size_t count;
	const struct follow_session session = { follow_attach, record_session, &count, true };

	if (!options->output) {
		log_error("'record' needs --output FILE, where to record");
		return EXIT_USAGE;
	}
	if (options->argument_count > 0 &&
	    (options->pid_count > 0 || options_have_rules(options))) {
		log_error("'record' follows processes by --pid and the like, or runs a command, "
			  "not both");
		return EXIT_USAGE;
	}
	if (options->argument_count > 0)
		return follow_command(options, &nothing, true);
	return follow_attached(options, &session);
}

const struct command command_record = {
	.name = "record",
	.arguments = "[-- COMMAND [ARG]...]",
	.summary = "Record with no display, until ^C, --duration, or the last process ends.",
	.groups = OPTIONS_LIMIT | OPTIONS_RECORD | OPTIONS_PID | OPTIONS_FAMILY | OPTIONS_RULE |
		  OPTIONS_TIME | OPTIONS_AS | OPTIONS_COMMAND | OPTIONS_TITLE | OPTIONS_OTHERS |
		  OPTIONS_UNJUDGED | OPTIONS_SESSION,
	.most = -1,
	.session = SESSION_NAMED,
	.run = run,
};
