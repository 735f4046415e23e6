#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/session.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define DEMO_SECONDS 20.0

/* A build has it beside the programs, an installation in PREFIX/lib/memwatch. */
static bool find_recorder(char *path, size_t size)
{
	static const char *const places[] = { "examples/recorder", "../lib/memwatch/recorder" };

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		session_program(path, size, places[i]);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static int run(const struct options *options)
{
	char path[PATH_MAX + 32];
	char seconds[32];
	char *arguments[] = { path, "--seconds", seconds, NULL };
	struct options recorder = *options;

	if (!find_recorder(path, sizeof path)) {
		log_error("examples/recorder: is not there; 'make' builds it");
		return EXIT_FAIL;
	}
	snprintf(seconds, sizeof seconds, "%g",
		 options->duration_ns ? (double)options->duration_ns / NS_PER_S : DEMO_SECONDS);
	recorder.duration_ns = 0;
	recorder.arguments = arguments;
	recorder.argument_count = 3;
	if (!recorder.interval_ns)
		recorder.interval_ns = 100 * NS_PER_MS;
	if (!recorder.title[0])
		recorder.title = "a recorder that saves camera frames";
	return command_run.run(&recorder);
}

const struct command command_demo = {
	.name = "demo",
	.arguments = "",
	.summary = "The example recorder, followed live for 20 seconds.",
	.window_ns = 30 * NS_PER_S,
	.groups = OPTIONS_LIVE | OPTIONS_LIMIT | OPTIONS_RECORD | OPTIONS_STAY | OPTIONS_SESSION,
	.session = SESSION_OWN,
	.run = run,
};
