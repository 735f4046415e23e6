#include "cli/run/recording.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_AFTER_NS NS_PER_S
#define PROGRESS_EACH_NS (100 * NS_PER_MS)
#define PROGRESS_CELLS 30

static volatile sig_atomic_t stop_signal;

static void take_signal(int number)
{
	stop_signal = number;
}

void recording_catch_signals(void)
{
	/* no SA_RESTART: what waits for a reader of its output ends too */
	struct sigaction action = { .sa_handler = take_signal };
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction before;

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		sigaction(numbers[i], NULL, &before);
		if (before.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

int recording_stopped(void)
{
	return stop_signal ? 128 + stop_signal : 0;
}

/* --- progress */

static void show_progress(struct recording *recording, double done)
{
	char bar[PROGRESS_CELLS + 1];
	int cells = done < 0 ? 0 : done > 1 ? PROGRESS_CELLS : (int)(done * PROGRESS_CELLS);

	memset(bar, '.', PROGRESS_CELLS);
	memset(bar, '#', (size_t)cells);
	bar[PROGRESS_CELLS] = '\0';
	fprintf(stderr, "\r[%s] %3d %%", bar, (int)(done * 100));
	fflush(stderr);
	recording->shown = true;
}

void recording_hide_progress(struct recording *recording)
{
	if (!recording->shown)
		return;
	fprintf(stderr, "\r%*s\r", PROGRESS_CELLS + 8, "");
	fflush(stderr);
	recording->shown = false;
	recording->redraw_ns = UINT64_MAX;
}

static bool take_progress(void *arg, double done)
{
	struct recording *recording = arg;
	uint64_t now_ns = clock_mono_ns();

	if (now_ns >= recording->redraw_ns) {
		show_progress(recording, done);
		recording->redraw_ns = now_ns + PROGRESS_EACH_NS;
	}
	return stop_signal == 0;
}

/* --- which part */

static bool wants(void *arg, const struct reader_process *process)
{
	const struct recording *recording = arg;
	const struct options *options = recording->options;

	for (size_t i = 0; i < options->pid_count; i++) {
		if (process->pid == (uint32_t)options->pids[i])
			return true;
	}
	return recording->has_pattern &&
	       regexec(&recording->pattern, process->name, 0, NULL, 0) == 0;
}

static int compile_pattern(struct recording *recording)
{
	const char *name = recording->options->name;
	char why[TEXT_WHY];
	int error;

	if (!name)
		return 0;
	error = regcomp(&recording->pattern, name, REG_EXTENDED | REG_NOSUB);
	if (!error) {
		recording->has_pattern = true;
		return 0;
	}
	regerror(error, &recording->pattern, why, sizeof why);
	log_error("name '%s': is no regular expression: %s", name, why);
	return EXIT_USAGE;
}

static int check_times(const struct options *options)
{
	if (options->from_ns <= options->to_ns)
		return 0;
	log_error("from %.9g s, to %.9g s: there is nothing between; --from is the earlier one",
		  (double)options->from_ns / NS_PER_S, (double)options->to_ns / NS_PER_S);
	return EXIT_USAGE;
}

static void set_query(struct recording *recording)
{
	const struct options *options = recording->options;
	uint64_t start_ns = reader_info(recording->reader)->session.start_ns;

	recording->query = (struct reader_query){
		.from_ns = options->from_ns ? start_ns + options->from_ns : 0,
		.to_ns = options->to_ns < UINT64_MAX ? start_ns + options->to_ns : 0,
		.force = options->force,
		.wants = options->pid_count || recording->has_pattern ? wants : NULL,
		.progress = take_progress,
		.arg = recording,
	};
}

static int check_any(struct recording *recording)
{
	const struct options *options = recording->options;
	const struct reader_process *process;

	if (!recording->query.wants)
		return 0;
	for (size_t i = 0; (process = reader_process(recording->reader, i)) != NULL; i++) {
		if (wants(recording, process))
			return 0;
	}
	log_error("%s: has no process with %s%s%s%s; without --pid and --name all are taken",
		  recording->path, options->pid_count ? "such a pid" : "",
		  options->pid_count && options->name ? " or " : "",
		  options->name ? "a name that matches " : "", options->name ? options->name : "");
	return EXIT_FAIL;
}

static int check_from(const struct recording *recording)
{
	const struct reader_info *info = reader_info(recording->reader);
	uint64_t length_ns =
		info->end_ns > info->session.start_ns ? info->end_ns - info->session.start_ns : 0;

	if (recording->options->from_ns <= length_ns)
		return 0;
	log_error("%s: ends %.9g s after the session's start, before --from", recording->path,
		  (double)length_ns / NS_PER_S);
	return EXIT_FAIL;
}

int recording_open(struct recording *ret_recording, const struct options *options, const char *path)
{
	char why[TEXT_WHY];
	int status;

	*ret_recording = (struct recording){
		.options = options,
		.path = path,
		.begin_ns = clock_mono_ns(),
	};
	ret_recording->redraw_ns =
		isatty(STDERR_FILENO) ? ret_recording->begin_ns + PROGRESS_AFTER_NS : UINT64_MAX;
	status = check_times(options);
	if (!status)
		status = compile_pattern(ret_recording);
	if (status)
		return status;
	if (reader_open(&ret_recording->reader, path, why) < 0) {
		log_error("%s: %s", path, why);
		return EXIT_FAIL;
	}
	set_query(ret_recording);
	status = check_from(ret_recording);
	return status ? status : check_any(ret_recording);
}

void recording_close(struct recording *recording)
{
	recording_hide_progress(recording);
	if (recording->has_pattern)
		regfree(&recording->pattern);
	reader_close(recording->reader);
	recording->reader = NULL;
	recording->has_pattern = false;
}
