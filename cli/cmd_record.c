#include "base/log.h"
#include "cli/command.h"
#include "cli/follow.h"
#include "cli/keep.h"

/* --- a view of nothing */

static int nothing_open(void **ret_state, const struct view_options *options)
{
	(void)options;
	*ret_state = NULL;
	return 0;
}

static int nothing_draw(void *state, const struct view_frame *frame)
{
	(void)state;
	(void)frame;
	return VIEW_STAY;
}

static void nothing_close(void *state)
{
	(void)state;
}

static const struct view nothing = {
	.name = "nothing",
	.fps = 4, /* how soon it sees that it is over */
	.open = nothing_open,
	.draw = nothing_draw,
	.close = nothing_close,
};

/* --- the command */

static int record_session(const struct options *options, struct source *source)
{
	if (options->argument_count > 0)
		return follow_command(options, source, &nothing);
	log_error("recording to %s; ^C ends it", options->output);
	return follow_processes(options, source, &nothing);
}

static int run(const struct options *options)
{
	if (!options->output) {
		log_error("'record' needs --output FILE, where to record");
		return EXIT_USAGE;
	}
	if (options->argument_count > 0 && options->pid_count > 0) {
		log_error("'record' follows processes by --pid, or runs a command, not both");
		return EXIT_USAGE;
	}
	return follow_attached(options, record_session, true);
}

const struct command command_record = {
	.name = "record",
	.arguments = "[-- COMMAND [ARG]...]",
	.summary = "Record with no display, until ^C, --duration, or the last process ends.",
	.groups = OPTIONS_RECORD | OPTIONS_PID | OPTIONS_TIME | OPTIONS_COMMAND,
	.most = -1,
	.run = run,
};
