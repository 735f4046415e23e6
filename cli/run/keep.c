#include "cli/run/keep.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "cli/follow.h"
#include "cli/session.h"
#include "session/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Until a recording is whole, which takes a few ms of a disk that has little else to do. */
#define LOOK_NS NS_PER_MS
#define LOOK_MOST_NS (16 * NS_PER_MS)

/* The newest recording to the file at @path; NULL where none is told of. */
static const struct recording_info *find(const struct reply *reply, const char *path)
{
	for (uint32_t i = reply->status.recording_count; i-- > 0;) {
		if (strcmp(reply->status.recordings[i].path, path) == 0)
			return &reply->status.recordings[i];
	}
	return NULL;
}

/* Whether the session is recorded in the file at @path already. */
static bool is_recorded(const struct options *options, const char *path)
{
	struct request request = { .op = REQUEST_STATUS };
	const struct recording_info *info;
	struct reply reply;

	if (session_try(options, &request, &reply, NULL, NULL) != 0)
		return false;
	info = find(&reply, path);
	return info && info->state == RECORDING_ON;
}

int keep_begin(const struct options *options, bool *ret_joined)
{
	struct request request = { .op = REQUEST_RECORD, .since = options->force };
	struct reply reply;
	int error;

	*ret_joined = false;
	if (!options->output)
		return 0;
	text_copy(request.text, sizeof request.text, options->title);
	error = control_path(request.path, options->output);
	if (!error)
		*ret_joined = is_recorded(options, request.path);
	if (!error)
		return session_ask(options, &request, &reply, NULL, NULL);
	log_error("%s: %s", options->output, strerror(-error));
	return EXIT_FAIL;
}

/* "1 event", "2 events" */
static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void tell_done(const struct options *options, const struct reply *reply,
		      const struct recording_info *info)
{
	uint64_t start_ns = reply->session.start_ns;
	uint64_t elapsed_ns = info->until_ns > start_ns ? info->until_ns - start_ns : 0;
	char elapsed[UNITS_TEXT], lost[64] = "";

	if (info->lost)
		snprintf(lost, sizeof lost, "; %" PRIu64 " record%s lost: the disk is slow",
			 info->lost, plural(info->lost));
	log_error("recorded %s: %s, %" PRIu64 " process%s, %" PRIu64 " change%s of memory, %" PRIu64
		  " event%s%s",
		  options->output, units_format_clock(elapsed, elapsed_ns), info->processes,
		  info->processes == 1 ? "" : "es", info->samples, plural(info->samples),
		  info->events, plural(info->events), lost);
}

/* A watcher that was stopped has closed the file; one that died has not. */
static int look_into_file(const struct options *options)
{
	struct reader *reader;
	char why[TEXT_WHY];
	bool whole;

	if (reader_open(&reader, options->output, why) != 0) {
		log_error("recording to %s failed: %s", options->output, why);
		return EXIT_FAIL;
	}
	whole = reader_info(reader)->end_wall_ns != 0;
	reader_close(reader);
	if (whole)
		return 0;
	log_error("recording to %s was cut off; what was recorded before is kept", options->output);
	return EXIT_FAIL;
}

static bool is_empty(const struct reply *reply, const struct recording_info *info)
{
	return !reply->status.processes && !reply->status.ended && !info->samples &&
	       !info->events && !info->lost;
}

/* The file's recording is over: 0, or EXIT_FAIL after a message. */
static int tell_end(const struct options *options, const struct reply *reply,
		    const struct recording_info *info, bool failed)
{
	if (info->state == RECORDING_FAILED) {
		log_error("recording to %s stopped: %s; what was recorded before is kept",
			  options->output, info->error);
		return EXIT_FAIL;
	}
	if (failed && is_empty(reply, info) && unlink(options->output) == 0)
		log_error("%s: nothing to record: not kept", options->output);
	else
		tell_done(options, reply, info);
	return 0;
}

/* Wait until the file, whose absolute path @path is, is whole. */
static int wait_for_end(const struct options *options, const char *path, bool failed)
{
	struct request request = { .op = REQUEST_STATUS };
	const struct recording_info *info;
	uint64_t pause_ns = LOOK_NS;
	struct reply reply;

	/* Who has had enough of waiting may go: the watcher finishes the file by itself. */
	loop_unblock_signals();
	for (;;) {
		if (session_try(options, &request, &reply, NULL, NULL) != 0)
			return session_wait_end(options) != 0 ? EXIT_FAIL : look_into_file(options);
		info = find(&reply, path);
		if (!info) /* told no more: others have begun and ended since */
			return look_into_file(options);
		if (info->state != RECORDING_ON)
			return tell_end(options, &reply, info, failed);
		clock_sleep_ns(pause_ns);
		if (pause_ns < LOOK_MOST_NS)
			pause_ns *= 2;
	}
}

int keep_end(const struct options *options, bool always, bool failed)
{
	struct request request = { .op = REQUEST_RECORD_END,
				   .pid = always ? 0 : (uint32_t)getpid() };
	struct reply reply;

	if (!options->output)
		return 0;
	if (!session_runs(options) || control_path(request.path, options->output) != 0)
		return look_into_file(options);
	if (session_try(options, &request, &reply, NULL, NULL) != 0)
		return session_wait_end(options) != 0 ? EXIT_FAIL : look_into_file(options);
	if (reply.value)
		return wait_for_end(options, request.path, failed);
	log_error("session '%s' goes on recording %s; 'memwatch stop%s%s' ends it",
		  options->session, options->output, options->session_given ? " --session " : "",
		  options->session_given ? options->session : "");
	return 0;
}
