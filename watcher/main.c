#include "base/clock.h"
#include "base/formats.h"
#include "base/log.h"
#include "base/option.h"
#include "base/stack.h"
#include "watcher/core.h"
#include "watcher/gate/gate.h"
#include "wire/control.h"
#include "wire/sessions.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#define GATE_FD 3
#define ENDING(name) "." #name,

struct settings {
	struct core_options core;
	bool foreground;
	bool gate;
	struct wanted wanted;
	char output[TEXT_PATH + 1];
};

static int parse_metrics(const struct option_row *row, void *field, const char *text)
{
	char names[METRIC_NAMES_ROOM];

	if (metric_parse(text, field) == 0)
		return 0;
	log_error("%s '%s': is no list of %s", row->name, text, metric_names(names, METRICS_ALL));
	return EXIT_USAGE;
}

/* Whether it ends as a page or a picture does, which is made of a recording. */
static bool is_export(const char *path)
{
	static const char *const endings[] = { EXPORT_FORMATS(ENDING) };
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++) {
		if (strcasecmp(dot, endings[i]) == 0)
			return true;
	}
	return false;
}

/* In the background it runs in another directory. */
static int parse_output(const struct option_row *row, void *field, const char *path)
{
	struct settings *settings = field;
	int error;

	(void)row;
	if (is_export(path)) {
		log_error("-o %s: a recording is no %s; record to a .mwdb, which 'memwatch export' "
			  "makes that of",
			  path, strrchr(path, '.'));
		return EXIT_USAGE;
	}
	error = control_path(settings->output, path);
	settings->core.output = settings->output;
	if (!error)
		return 0;
	log_error("%s: %s", path, strerror(-error));
	return EXIT_FAIL;
}

static int parse_ready_fd(const struct option_row *row, void *field, const char *text)
{
	struct settings *settings = field;

	(void)row;
	settings->core.ready_fd = atoi(text);
	settings->core.detach = true;
	return 0;
}

#define AT(field) offsetof(struct settings, field)

/* --help shows them in this order. */
static const struct option_row rows[] = {
	{ "session", 0, "NAME", 0, option_text, AT(core.session),
	  .help = "the session it serves (default)" },
	{ "pid", 'p', "PID[,PID]", 0, wanted_pids, AT(wanted),
	  .help = "follow these from the start" },
	{ "name", 0, "PATTERN", 0, wanted_name, AT(wanted),
	  .help = "and whoever's name matches (a regular expression), also later" },
	{ "full", 0, NULL, 0, option_flag, AT(wanted.full),
	  .help = "match the command line, not the name" },
	{ "user", 0, "USER", 0, wanted_user, AT(wanted),
	  .help = "only this user's; without --name all of them" },
	{ "cgroup", 0, "PATH", 0, wanted_cgroup, AT(wanted),
	  .help = "and who is in this cgroup (v2), and what memory it has" },
	{ "unit", 0, "NAME", 0, wanted_unit, AT(wanted), .help = "the same of this systemd unit" },
	{ "include-children", 'C', NULL, 0, option_flag, AT(wanted.family),
	  .help = "of those by --pid, --name and --user: their descendants too" },
	{ "as", 0, "NAME", 0, option_text, AT(wanted.as),
	  .help = "what the lines of all these are called" },
	{ "limit", 0, "SIZE", 0, option_size, AT(wanted.limit),
	  .help = "tell when a process reaches this much memory: 512M, 2GiB" },
	{ "limit-total", 0, "SIZE", 0, option_size, AT(wanted.limit_total),
	  .help = "the same for all that are followed, together" },
	{ "interval", 'i', "TIME", 0, option_time, AT(core.interval_ns),
	  .help = "between samples: 1s (the default), 100ms, 0.1, 10Hz; 1ms at the least",
	  .least_ns = NS_PER_MS },
	{ "duration", 'd', "TIME", 0, option_time, AT(core.duration_ns),
	  .help = "end after this long", .least_ns = NS_PER_MS },
	{ "output", 'o', "FILE", 0, parse_output, 0, .help = "record the session in FILE" },
	{ "force", 0, NULL, 0, option_flag, AT(core.force),
	  .help = "replace FILE where it exists" },
	{ "title", 0, "TEXT", 0, option_text, AT(core.title),
	  .help = "what the recording is called" },
	{ "metrics", 0, "LIST", 0, parse_metrics, AT(core.metrics),
	  .help = "sample these too, of rss,pss,uss,swap,anon,file,shmem,\nhugetlb,lazyfree" },
	{ "metrics-interval", 0, "TIME", 0, option_time, AT(core.metrics_interval_ns),
	  .help = "between reads of pss and uss (10s)", .least_ns = 100 * NS_PER_MS },
	{ "foreground", 0, NULL, 0, option_flag, AT(foreground),
	  .help = "stay in the foreground, until SIGTERM, SIGINT or `memwatch stop`" },
	{ "private", 0, NULL, 0, option_flag, AT(core.private_session),
	  .help = "end with the last memwatch command attached to it" },
	{ "help", 'h', NULL, 0, option_help, 0, .help = "" },
	{ "version", 0, NULL, 0, option_version, 0, .help = "" },
	/* of memwatch, which starts it */
	{ "gate", 0, NULL, 0, option_flag, AT(gate), .help = NULL },
	{ "ready-fd", 0, "FD", 0, parse_ready_fd, 0, .help = NULL },
	{ 0 },
};

static const struct option_line line = { rows, .program = "memwatchd", .command = "" };

static int check_session(const char *name)
{
	if (rundir_name_valid(name))
		return 0;
	log_error("session '%s': %s", name, rundir_error(-EINVAL));
	return option_bad_usage(&line);
}

static void print_help(void)
{
	puts("Usage: memwatchd [--session NAME] [--interval 1s] [-o FILE] [--foreground]\n"
	     "The watcher of memwatch: samples processes, takes their events, serves plotters.\n"
	     "memwatch starts one by itself; start one by hand to keep a session for several of "
	     "them.\n");
	option_print(&line);
	puts("\nIts sockets are in $XDG_RUNTIME_DIR/memwatch/NAME, else in "
	     "/tmp/memwatch-UID/NAME.");
}

/* 0; negative where all is said; or an exit status. */
static int take_options(struct settings *settings, int argc, char **argv)
{
	int status = option_read(&line, settings, argc, argv);

	if (status == OPTION_HELP)
		print_help();
	if (status == OPTION_VERSION)
		puts("memwatchd " MEMWATCH_VERSION);
	if (status)
		return status;
	if (optind < argc) {
		log_error("'%s': memwatchd takes no arguments; memwatch follows processes",
			  argv[optind]);
		return option_bad_usage(&line);
	}
	status = wanted_check(&settings->wanted);
	return status ? status : check_session(settings->core.session);
}

/* The exit status where all is said on standard output. */
static int end_output(void)
{
	int error = log_flush(stdout);

	if (error)
		log_error("cannot write the output: %s", strerror(-error));
	return error ? EXIT_FAIL : 0;
}

/* 0, or the exit status of a child that ended before. */
static int wait_until_ready(pid_t child, int ready_fd)
{
	char byte;
	int status;

	if (read(ready_fd, &byte, 1) == 1)
		return 0;
	if (waitpid(child, &status, 0) == child && WIFEXITED(status))
		return WEXITSTATUS(status);
	return 1;
}

/*
 * Run in the background: the parent waits until the child is ready, so that its errors are seen,
 * and what is started next finds it.
 */
static int run_in_background(struct settings *settings)
{
	int fds[2];
	pid_t child = -1;

	if (pipe2(fds, O_CLOEXEC) == 0)
		child = fork();
	if (child < 0) {
		log_error("cannot start in the background: %s", strerror(errno));
		return 1;
	}
	if (child > 0) {
		close(fds[1]);
		return wait_until_ready(child, fds[0]);
	}
	close(fds[0]);
	setsid();
	if (chdir("/") < 0)
		log_error("/: %s", strerror(errno));
	settings->core.detach = true;
	settings->core.ready_fd = fds[1];
	return core_run(&settings->core);
}

static int run_gate(const struct settings *settings)
{
	struct rundir dir;
	int error = rundir_open(&dir, settings->core.session, false);

	if (error) {
		log_error("%s: %s", dir.path, rundir_error(error));
		return 1;
	}
	return gate_run(&dir, GATE_FD);
}

/* Names are UTF-8 whatever this program's locale: patterns of names match characters, not bytes. */
static void take_utf8(void)
{
	if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "en_US.UTF-8"))
		setlocale(LC_CTYPE, "");
}

/* One that a command started has had that command say so. */
static void say_fallback(void)
{
	char text[512];

	if (rundir_explain_fallback(text, sizeof text))
		log_error("%s", text);
}

int main(int argc, char **argv)
{
	struct settings settings = {
		.core = { .session = SESSION_DEFAULT,
			  .interval_ns = NS_PER_S,
			  .title = "",
			  .ready_fd = -1 },
	};
	const char *session = getenv("MEMWATCH_SESSION");
	int status;

	log_open("memwatchd");
	if (stack_check() < 0)
		return 1;
	take_utf8();
	/* A command's own is not to be started again by its number. */
	if (session && session[0] && !sessions_is_own(session))
		settings.core.session = session;
	status = take_options(&settings, argc, argv);
	if (status)
		return status < 0 ? end_output() : status;
	settings.core.wanted = &settings.wanted;
	if (settings.gate)
		return run_gate(&settings);
	if (!settings.core.private_session)
		say_fallback();
	if (settings.core.ready_fd >= 0)
		setsid();
	if (settings.foreground)
		return core_run(&settings.core);
	return run_in_background(&settings);
}
