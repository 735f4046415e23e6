#include "base/clock.h"
#include "base/log.h"
#include "base/stack.h"
#include "base/units.h"
#include "base/formats.h"
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

static const char usage[] =
	"Usage: memwatchd [--session NAME] [--interval 1s] [-o FILE] [--foreground]\n"
	"The watcher of memwatch: samples processes, takes their events, serves plotters.\n"
	"memwatch starts one by itself; start one by hand to keep a session for several of them.\n"
	"\n"
	"  --session NAME    the session it serves (default)\n"
	"  --pid PID[,PID]   follow these from the start\n"
	"  --name PATTERN    and whoever's name matches (a regular expression), also later\n"
	"  --full            match the command line, not the name\n"
	"  --user USER       only this user's; without --name all of them\n"
	"  --cgroup PATH     and who is in this cgroup (v2), and what memory it has\n"
	"  --unit NAME       the same of this systemd unit\n"
	"  --include-children  of those by --pid, --name and --user: their descendants too\n"
	"  --as NAME         what the lines of all these are called\n"
	"  --limit SIZE      tell when a process reaches this much memory: 512M, 2GiB\n"
	"  --limit-total SIZE\n"
	"                    the same for all that are followed, together\n"
	"  --interval TIME   between samples: 1s (the default), 100ms, 0.1, 10Hz; 1ms at the "
	"least\n"
	"  --duration TIME   end after this long\n"
	"  -o, --output FILE record the session in FILE\n"
	"  --force           replace FILE where it exists\n"
	"  --title TEXT      what the recording is called\n"
	"  --metrics LIST    sample these too, of rss,pss,uss,swap,anon,file,shmem,\n"
	"                    hugetlb,lazyfree\n"
	"  --metrics-interval TIME\n"
	"                    between reads of pss and uss (10s)\n"
	"  --foreground      stay in the foreground, until SIGTERM, SIGINT or `memwatch stop`\n"
	"  --private         end with the last memwatch command attached to it\n"
	"  --version, --help\n"
	"\n"
	"-p, -C, -i and -d are short for --pid, --include-children, --interval, --duration.\n"
	"Its sockets are in $XDG_RUNTIME_DIR/memwatch/NAME, else in /tmp/memwatch-UID/NAME.\n";

enum option_key {
	OPTION_SESSION = 1000,
	OPTION_FOREGROUND,
	OPTION_PRIVATE,
	OPTION_GATE,
	OPTION_READY,
	OPTION_FORCE,
	OPTION_METRICS,
	OPTION_METRICS_INTERVAL,
	OPTION_NAME,
	OPTION_AS,
	OPTION_FULL,
	OPTION_USER,
	OPTION_CGROUP,
	OPTION_UNIT,
	OPTION_LIMIT,
	OPTION_LIMIT_TOTAL,
	OPTION_TITLE,
};

struct settings {
	struct core_options core;
	bool foreground;
	bool gate;
	struct wanted wanted;
	char output[TEXT_PATH + 1];
};

static const struct option long_options[] = {
	{ "session", required_argument, NULL, OPTION_SESSION },
	{ "pid", required_argument, NULL, 'p' },
	{ "include-children", no_argument, NULL, 'C' },
	{ "name", required_argument, NULL, OPTION_NAME },
	{ "as", required_argument, NULL, OPTION_AS },
	{ "full", no_argument, NULL, OPTION_FULL },
	{ "user", required_argument, NULL, OPTION_USER },
	{ "cgroup", required_argument, NULL, OPTION_CGROUP },
	{ "unit", required_argument, NULL, OPTION_UNIT },
	{ "limit", required_argument, NULL, OPTION_LIMIT },
	{ "limit-total", required_argument, NULL, OPTION_LIMIT_TOTAL },
	{ "duration", required_argument, NULL, 'd' },
	{ "title", required_argument, NULL, OPTION_TITLE },
	{ "interval", required_argument, NULL, 'i' },
	{ "output", required_argument, NULL, 'o' },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "metrics", required_argument, NULL, OPTION_METRICS },
	{ "metrics-interval", required_argument, NULL, OPTION_METRICS_INTERVAL },
	{ "foreground", no_argument, NULL, OPTION_FOREGROUND },
	{ "private", no_argument, NULL, OPTION_PRIVATE },
	{ "gate", no_argument, NULL, OPTION_GATE },
	{ "ready-fd", required_argument, NULL, OPTION_READY },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int bad_usage(void)
{
	fputs("Try 'memwatchd --help'.\n", stderr);
	return 2;
}

static int check_session(const char *name)
{
	if (rundir_name_valid(name))
		return 0;
	log_error("session '%s': %s", name, rundir_error(-EINVAL));
	return bad_usage();
}

static int set_metrics(struct settings *settings, const char *text)
{
	if (metric_parse(text, &settings->core.metrics) == 0)
		return 0;
	log_error("metrics '%s': is no list of rss,pss,uss,swap,anon,file,shmem,hugetlb,lazyfree",
		  text);
	return bad_usage();
}

static int set_metrics_interval(struct settings *settings, const char *text)
{
	uint64_t *interval_ns = &settings->core.metrics_interval_ns;

	if (units_parse_duration(text, interval_ns) == 0 && *interval_ns >= 100 * NS_PER_MS)
		return 0;
	log_error("metrics-interval '%s': is no length of time of 100ms or more", text);
	return bad_usage();
}

static int set_duration(struct settings *settings, const char *text)
{
	uint64_t *duration_ns = &settings->core.duration_ns;

	if (units_parse_duration(text, duration_ns) == 0 && *duration_ns >= NS_PER_MS)
		return 0;
	log_error("duration '%s': is no length of time of 1ms or more (90s, 1m30s, 8h, 1d)", text);
	return bad_usage();
}

static int set_interval(struct settings *settings, const char *text)
{
	if (units_parse_duration(text, &settings->core.interval_ns) < 0) {
		log_error("interval '%s': is no length of time (1s, 100ms, 0.1, 10Hz)", text);
		return bad_usage();
	}
	if (settings->core.interval_ns < NS_PER_MS) {
		log_error("interval '%s': the shortest is 1ms", text);
		return bad_usage();
	}
	return 0;
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
static int set_output(struct settings *settings, const char *path)
{
	int error;

	if (is_export(path)) {
		log_error("-o %s: a recording is no %s; record to a .mwdb, which 'memwatch export' "
			  "makes that of",
			  path, strrchr(path, '.'));
		return bad_usage();
	}
	error = control_path(settings->output, path);
	settings->core.output = settings->output;
	if (!error)
		return 0;
	log_error("%s: %s", path, strerror(-error));
	return 1;
}

/* Whom to follow: 0, or an exit status. */
static int take_wanted(struct wanted *wanted, int key)
{
	switch (key) {
	case 'p':
		return wanted_pids(wanted, optarg);
	case 'C':
		wanted->family = true;
		return 0;
	case OPTION_NAME:
		return wanted_name(wanted, optarg);
	case OPTION_AS:
		wanted->as = optarg;
		return 0;
	case OPTION_FULL:
		wanted->full = true;
		return 0;
	case OPTION_USER:
		return wanted_user(wanted, optarg);
	case OPTION_CGROUP:
	case OPTION_UNIT:
		return wanted_cgroup(wanted, optarg, key == OPTION_UNIT);
	case OPTION_LIMIT:
		return wanted_limit(&wanted->limit, "limit", optarg);
	case OPTION_LIMIT_TOTAL:
		return wanted_limit(&wanted->limit_total, "limit-total", optarg);
	default:
		return bad_usage();
	}
}

/* 0, or an exit status. */
static int take_option(struct settings *settings, int key)
{
	switch (key) {
	case OPTION_SESSION:
		settings->core.session = optarg;
		return 0;
	case 'i':
		return set_interval(settings, optarg);
	case 'o':
		return set_output(settings, optarg);
	case OPTION_FORCE:
		settings->core.force = true;
		return 0;
	case OPTION_METRICS:
		return set_metrics(settings, optarg);
	case OPTION_METRICS_INTERVAL:
		return set_metrics_interval(settings, optarg);
	case OPTION_FOREGROUND:
		settings->foreground = true;
		return 0;
	case OPTION_PRIVATE:
		settings->core.private_session = true;
		return 0;
	case OPTION_GATE:
		settings->gate = true;
		return 0;
	case OPTION_READY:
		settings->core.ready_fd = atoi(optarg);
		settings->core.detach = true;
		return 0;
	case 'd':
		return set_duration(settings, optarg);
	case OPTION_TITLE:
		settings->core.title = optarg;
		return 0;
	default:
		return take_wanted(&settings->wanted, key);
	}
}

static void print_and_exit(const char *text)
{
	int error;

	fputs(text, stdout);
	error = log_flush(stdout);
	if (error)
		log_error("cannot write the output: %s", strerror(-error));
	exit(error ? 1 : 0);
}

static int take_options(struct settings *settings, int argc, char **argv)
{
	int key;
	int status;

	while ((key = getopt_long(argc, argv, "p:Ci:d:o:h", long_options, NULL)) != -1) {
		if (key == 'V')
			print_and_exit("memwatchd " MEMWATCH_VERSION "\n");
		if (key == 'h')
			print_and_exit(usage);
		status = take_option(settings, key);
		if (status)
			return status;
	}
	if (optind < argc) {
		log_error("'%s': memwatchd takes no arguments; memwatch follows processes",
			  argv[optind]);
		return bad_usage();
	}
	return wanted_check(&settings->wanted);
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
	if (!status)
		status = check_session(settings.core.session);
	if (status)
		return status;
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
