#include "base/log.h"
#include "cli/command.h"
#include "cli/follow.h"
#include "cli/session.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* *pid becomes the number that the session has for it, where that is another one. */
static int register_one(const struct options *options, pid_t *pid)
{
	struct request request = { .op = REQUEST_REGISTER,
				   .pid = (uint32_t)*pid,
				   .since = options->family ? REGISTER_FAMILY : 0 };
	struct reply reply;
	int status;

	text_copy(request.text, sizeof request.text, options->as);
	status = session_ask(options, &request, &reply, NULL, NULL);
	if (!status && reply.value)
		*pid = (pid_t)reply.value;
	return status;
}

/* Those that can be followed are, whatever becomes of the others: *ret_count of them, moved to the
 * front of @pids. */
static int register_all(const struct options *options, pid_t *pids, size_t *ret_count)
{
	*ret_count = 0;
	for (size_t i = 0; i < options->pid_count; i++) {
		pid_t pid = options->pids[i];

		if (register_one(options, &pid) == 0)
			pids[(*ret_count)++] = pid;
	}
	return options->pid_count > 0 && *ret_count == 0 ? EXIT_FAIL : 0;
}

int follow_processes(const struct options *options, struct source *source, const struct view *view,
		     size_t count)
{
	struct limiter limiter = { .options = options, .targets = options->pids, .output = -1 };
	int null = view->stays ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
	struct follow follow = {
		.options = options,
		.source = source,
		.view = view,
		.targets = options->pids,
		.target_count = count,
		.until_ended = !view->stays && !options_have_rules(options),
		.limiter = &limiter,
	};
	int status;

	limiter.target_count = count;
	limiter.output = null;
	status = limiter_ask(&limiter);
	if (!status)
		status = follow_run(&follow);
	limiter_close(&limiter);
	follow_close(&follow);
	if (null >= 0)
		close(null);
	return status;
}

int follow_attach(struct options *options, struct source **ret_source, void *arg)
{
	size_t *ret_count = arg;
	int status = session_attach(options, ret_source);

	*ret_count = 0;
	if (!status && session_names_processes(options) && !options->all)
		status = session_select(options, *ret_source);
	if (!status)
		status = register_all(options, options->pids, ret_count);
	return status ? status : session_add_rules(options);
}

static int follow_session(const struct options *options, struct source *source, void *arg)
{
	const size_t *count = arg;

	return follow_processes(options, source, options_view(options), *count);
}

static int run(const struct options *options)
{
	size_t count;
	const struct follow_session session = { follow_attach, follow_session, &count, false };

	return follow_attached(options, &session);
}

const struct command command_follow = {
	.name = "",
	.arguments = "[PID]...",
	.summary = "Show the memory of processes as it happens, with the milestones that programs "
		   "push.\n"
		   "With nobody named: what the running session follows. Keys in the terminal: ? "
		   "tells.",
	.groups = OPTIONS_LIVE | OPTIONS_LIMIT | OPTIONS_PIDS | OPTIONS_FAMILY | OPTIONS_RULE |
		  OPTIONS_AS | OPTIONS_RECORD | OPTIONS_OTHERS | OPTIONS_SESSION,
	.most = -1,
	.session = SESSION_NAMED,
	.run = run,
};
