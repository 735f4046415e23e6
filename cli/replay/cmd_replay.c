#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/replay/replay.h"

#include <string.h>

/* Where the replay begins: --at, which may lie beyond the end. */
static uint64_t find_begin(const struct options *options, const struct recording *recording)
{
	const struct reader_info *info = reader_info(recording->reader);
	uint64_t start_ns = info->session.start_ns;
	uint64_t length_ns = info->end_ns > start_ns ? info->end_ns - start_ns : 0;

	if (options->at_ns <= length_ns)
		return start_ns + options->at_ns;
	log_error("%s: ends %.9g s after the session's start, before --at: begins at its end",
		  recording->path, (double)length_ns / NS_PER_S);
	return start_ns + length_ns;
}

/* Beside the session's name, which the header has anyway. */
static const char *find_title(const struct options *options, const struct reader_info *info)
{
	if (options->title[0])
		return options->title;
	return strcmp(info->title, info->session.name) == 0 ? "" : info->title;
}

static int run(const struct options *options)
{
	const struct view *view = options_view(options);
	struct recording recording;
	struct replay replay = { .options = options, .recording = &recording, .view = view };
	int status = recording_open(&recording, options, options->arguments[0]);

	if (!status) {
		recording_catch_signals();
		replay.title = find_title(options, reader_info(recording.reader));
		replay.at_ns = find_begin(options, &recording);
		status = view->every ? replay_print(&replay) : replay_show(&replay);
	}
	recording_close(&recording);
	return status;
}

const struct command command_replay = {
	.name = "replay",
	.arguments = "FILE",
	.summary = "Show a recorded session as it was live, and go about in it. Keys in the "
		   "terminal: ? tells.",
	.groups = OPTIONS_VIEW,
	.least = 1,
	.most = 1,
	.run = run,
};
