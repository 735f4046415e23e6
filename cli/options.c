#include "cli/options.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/rules.h"
#include "cli/values.h"
#include "plotter/view.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_DEFAULT (60 * NS_PER_S)

enum option_key {
	KEY_SESSION = 1000,
	KEY_VIEW,
	KEY_TITLE,
	KEY_LIMIT,
	KEY_GLYPHS,
	KEY_JSON,
	KEY_ALL,
	KEY_AS,
	KEY_FORCE,
	KEY_FROM,
	KEY_TO,
	KEY_NAME,
	KEY_FULL,
	KEY_USER,
	KEY_CGROUP,
	KEY_UNIT,
	KEY_AT,
	KEY_SPEED,
	KEY_FAIL_ABOVE,
	KEY_METRICS,
	KEY_METRICS_INTERVAL,
	KEY_TERM,
	KEY_OUT,
	KEY_FPS
};

static const struct option long_options[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "include-children", no_argument, NULL, 'C' },
	{ "interval", required_argument, NULL, 'i' },
	{ "window", required_argument, NULL, 'w' },
	{ "duration", required_argument, NULL, 'd' },
	{ "view", required_argument, NULL, KEY_VIEW },
	{ "term", required_argument, NULL, KEY_TERM },
	{ "out", required_argument, NULL, KEY_OUT },
	{ "fps", required_argument, NULL, KEY_FPS },
	{ "title", required_argument, NULL, KEY_TITLE },
	{ "limit", required_argument, NULL, KEY_LIMIT },
	{ "glyphs", required_argument, NULL, KEY_GLYPHS },
	{ "session", required_argument, NULL, KEY_SESSION },
	{ "json", no_argument, NULL, KEY_JSON },
	{ "all", no_argument, NULL, KEY_ALL },
	{ "as", required_argument, NULL, KEY_AS },
	{ "output", required_argument, NULL, 'o' },
	{ "force", no_argument, NULL, KEY_FORCE },
	{ "from", required_argument, NULL, KEY_FROM },
	{ "to", required_argument, NULL, KEY_TO },
	{ "name", required_argument, NULL, KEY_NAME },
	{ "full", no_argument, NULL, KEY_FULL },
	{ "user", required_argument, NULL, KEY_USER },
	{ "cgroup", required_argument, NULL, KEY_CGROUP },
	{ "unit", required_argument, NULL, KEY_UNIT },
	{ "at", required_argument, NULL, KEY_AT },
	{ "speed", required_argument, NULL, KEY_SPEED },
	{ "fail-above", required_argument, NULL, KEY_FAIL_ABOVE },
	{ "metrics", required_argument, NULL, KEY_METRICS },
	{ "metrics-interval", required_argument, NULL, KEY_METRICS_INTERVAL },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

/* What each option says of itself, and which group it is of; 0: every command takes it. */
static const struct {
	int key;
	int group;
	const char *help;
} helps[] = {
	{ 'p', OPTIONS_PID | OPTIONS_PART,
	  "  -p, --pid PID[,PID]   a process; may be given several times\n" },
	{ 'C', OPTIONS_FAMILY, "  -C, --include-children  their descendants too, as they come\n" },
	{ KEY_NAME, OPTIONS_RULE,
	  "      --name PATTERN    processes whose name matches (a regular expression), also later "
	  "ones\n" },
	{ KEY_FULL, OPTIONS_RULE,
	  "      --full            match the command line, not the name\n" },
	{ KEY_USER, OPTIONS_RULE,
	  "      --user USER       only this user's; without --name all of them\n" },
	{ KEY_CGROUP, OPTIONS_RULE,
	  "      --cgroup PATH     who is in this cgroup (v2), and what memory it has\n" },
	{ KEY_UNIT, OPTIONS_RULE, "      --unit NAME       the same of this systemd unit\n" },
	{ 'i', OPTIONS_LIVE | OPTIONS_TIME,
	  "  -i, --interval TIME   between samples: 1s (the default), 100ms, 0.1, 10Hz; 1ms at the "
	  "least\n" },
	{ KEY_METRICS, OPTIONS_LIVE | OPTIONS_TIME,
	  "      --metrics LIST    sample these too, of rss,pss,uss,swap,anon,file,shmem\n" },
	{ KEY_METRICS_INTERVAL, OPTIONS_LIVE | OPTIONS_TIME,
	  "      --metrics-interval TIME  between reads of pss and uss, which cost the process "
	  "(10s)\n" },
	{ 'w', OPTIONS_LIVE | OPTIONS_VIEW,
	  "  -w, --window TIME     how much of the past is shown (60s)\n" },
	{ 'd', OPTIONS_LIVE | OPTIONS_TIME, "  -d, --duration TIME   end after this long\n" },
	{ KEY_VIEW, OPTIONS_LIVE | OPTIONS_VIEW,
	  "      --view NAME       auto (the default), ncurses, gnuplot, text or json (JSON "
	  "Lines)\n" },
	{ KEY_TERM, OPTIONS_LIVE | OPTIONS_VIEW,
	  "      --term NAME       gnuplot's terminal: qt, x11, wxt, dumb, sixelgd ...\n" },
	{ KEY_OUT, OPTIONS_LIVE | OPTIONS_VIEW,
	  "      --out FILE        what gnuplot draws, again and again: .png, .svg or .pdf\n" },
	{ KEY_FPS, OPTIONS_LIVE | OPTIONS_VIEW,
	  "      --fps N           frames a second, at most (10)\n" },
	{ KEY_GLYPHS, OPTIONS_LIVE | OPTIONS_VIEW,
	  "      --glyphs NAME     what ncurses draws lines with: auto, braille, blocks or "
	  "ascii\n" },
	{ KEY_TITLE, OPTIONS_LIVE | OPTIONS_VIEW, "      --title TEXT      shown in the header\n" },
	{ KEY_LIMIT, OPTIONS_LIVE | OPTIONS_VIEW,
	  "      --limit SIZE      mark this much memory, and foretell when it is reached: 512M, "
	  "2GiB\n" },
	{ KEY_TITLE, OPTIONS_TITLE, "      --title TEXT      what it is called\n" },
	{ KEY_AT, OPTIONS_VIEW,
	  "      --at TIME         begin this long after the session's start: 12.5s, 2min\n" },
	{ KEY_SPEED, OPTIONS_VIEW,
	  "      --speed FACTOR    play this much faster (10) or slower (0.5) than it was\n" },
	{ 'o', OPTIONS_RECORD, "  -o, --output FILE     record the session in FILE\n" },
	{ 'o', OPTIONS_EXPORT, "  -o, --output FILE     where to; its ending tells the format\n" },
	{ KEY_FORCE, OPTIONS_RECORD, "      --force           replace FILE where it exists\n" },
	{ KEY_FROM, OPTIONS_PART,
	  "      --from TIME       only what is later than this after the session's start\n" },
	{ KEY_TO, OPTIONS_PART, "      --to TIME         only what is earlier than this\n" },
	{ KEY_NAME, OPTIONS_PART,
	  "      --name PATTERN    only processes whose name matches (a regular expression)\n" },
	{ KEY_FAIL_ABOVE, OPTIONS_GATE,
	  "      --fail-above N%   exit with 3 where a peak grew by more than this\n" },
	{ KEY_JSON, OPTIONS_JSON, "      --json            print JSON\n" },
	{ KEY_ALL, OPTIONS_ALL, "      --all             ended processes too\n" },
	{ KEY_AS, OPTIONS_AS, "      --as NAME         what their lines are called\n" },
	{ KEY_SESSION, OPTIONS_SESSION, "      --session NAME    the session meant (default)\n" },
	{ 'v', 0, "  -v, --verbose         say more\n" },
	{ 'h', 0, "  -h, --help\n" },
	{ 'V', 0, "      --version\n" },
};

static bool shown(const struct command *command, size_t i)
{
	return !helps[i].group || (command->groups & helps[i].group);
}

static bool takes(const struct command *command, int key)
{
	for (size_t i = 0; i < sizeof helps / sizeof *helps; i++) {
		if (helps[i].key == key && shown(command, i))
			return true;
	}
	return false;
}

static const char *long_name(int key)
{
	const struct option *option = long_options;

	while (option->val != key)
		option++;
	return option->name;
}

static void print_help(const struct command *command)
{
	printf("Usage: memwatch%s%s [option]...%s%s\n%s\n\n", command->name[0] ? " " : "",
	       command->name, command->arguments[0] ? " " : "", command->arguments,
	       command->summary);
	for (size_t i = 0; i < sizeof helps / sizeof *helps; i++) {
		if (shown(command, i))
			fputs(helps[i].help, stdout);
	}
}

static int bad_usage(const struct command *command)
{
	fprintf(stderr, "Try 'memwatch%s%s --help'.\n", command->name[0] ? " " : "", command->name);
	return EXIT_USAGE;
}

int options_parse_pid(const char *text, pid_t *ret_pid)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno || end == text || *end || pid <= 0 || pid > INT32_MAX) {
		log_error("pid '%s': is no process id, which is a positive number", text);
		return EXIT_USAGE;
	}
	*ret_pid = (pid_t)pid;
	return 0;
}

static int add_pid(struct options *options, const char *text)
{
	pid_t *pids = realloc(options->pids, (options->pid_count + 1) * sizeof *pids);
	int status;

	if (!pids) {
		log_error("pid '%s': %s", text, strerror(ENOMEM));
		return EXIT_FAIL;
	}
	options->pids = pids;
	status = options_parse_pid(text, &pids[options->pid_count]);
	if (!status)
		options->pid_count++;
	return status;
}

/* "12,34" */
static int add_pids(struct options *options, const char *text)
{
	char *list = strdup(text);
	char *rest = list;
	char *item;
	int status = list ? 0 : EXIT_FAIL;

	while (!status && (item = strsep(&rest, ",")) != NULL)
		status = add_pid(options, item);
	free(list);
	return status;
}

static int set_view(struct options *options, const char *name)
{
	options->view = name;
	options->shown = view_find(name, stdout);
	if (options->shown)
		return 0;
	log_error("view '%s': there is none of that name; the views are %s", name, view_names());
	return EXIT_USAGE;
}

static int take_part(struct options *options, int key)
{
	switch (key) {
	case 'o':
		options->output = optarg;
		return 0;
	case KEY_FORCE:
		options->force = true;
		return 0;
	case KEY_TERM:
		options->term = optarg;
		return 0;
	case KEY_OUT:
		options->out = optarg;
		return 0;
	case KEY_FPS:
		return values_fps(&options->fps, optarg);
	case KEY_FROM:
		return values_time(&options->from_ns, "from", optarg, 0);
	case KEY_TO:
		return values_time(&options->to_ns, "to", optarg, 0);
	case KEY_AT:
		return values_time(&options->at_ns, "at", optarg, 0);
	case KEY_LIMIT:
		return values_size(&options->limit_bytes, "limit", optarg);
	case KEY_SPEED:
		return values_speed(&options->speed, optarg);
	case KEY_METRICS:
		return values_metrics(&options->metrics, optarg);
	case KEY_METRICS_INTERVAL:
		return values_time(&options->metrics_interval_ns, "metrics-interval", optarg,
				   100 * NS_PER_MS);
	case KEY_FAIL_ABOVE:
		return values_percentage(&options->fail_above, "fail-above", optarg);
	default:
		return EXIT_USAGE;
	}
}

static int take(struct options *options, int key)
{
	switch (key) {
	case 'p':
		return add_pids(options, optarg);
	case 'C':
		options->family = true;
		return 0;
	case 'i':
		return values_time(&options->interval_ns, "interval", optarg, NS_PER_MS);
	case 'w':
		return values_time(&options->window_ns, "window", optarg, NS_PER_S);
	case 'd':
		return values_time(&options->duration_ns, "duration", optarg, NS_PER_MS);
	case KEY_VIEW:
		return set_view(options, optarg);
	case KEY_TITLE:
		options->title = optarg;
		return 0;
	case KEY_GLYPHS:
		return values_glyphs(&options->glyphs, optarg);
	case KEY_SESSION:
		options->session = optarg;
		options->session_given = true;
		return 0;
	case KEY_JSON:
		options->json = true;
		return 0;
	case KEY_AS:
		options->as = optarg;
		return 0;
	case KEY_ALL:
		options->all = true;
		return 0;
	case 'v':
		log_set_verbose(1);
		return 0;
	default:
		return take_part(options, key);
	}
}

static int take_rule(struct options *options, const struct command *command, int key)
{
	switch (key) {
	case KEY_NAME:
		if (command->groups & OPTIONS_RULE)
			return rules_take_name(&options->rules, optarg);
		options->name = optarg;
		return 0;
	case KEY_FULL:
		options->rules.full = true;
		return 0;
	case KEY_USER:
		return rules_take_user(&options->rules, optarg);
	case KEY_CGROUP:
	case KEY_UNIT:
		return rules_take_cgroup(&options->rules, optarg, key == KEY_UNIT);
	default:
		return take(options, key);
	}
}

static int take_all(struct options *options, const struct command *command, int argc, char **argv)
{
	/* '+': the options of a command that is run are its own */
	const char *letters =
		command->groups & OPTIONS_COMMAND ? "+p:Ci:w:d:o:vh" : "p:Ci:w:d:o:vh";
	int status;
	int key;

	optind = 0;
	while ((key = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (key == 'h') {
			print_help(command);
			return -1;
		}
		if (key == 'V') {
			puts("memwatch " MEMWATCH_VERSION);
			return -1;
		}
		if (key != '?' && !takes(command, key)) {
			log_error("--%s: is no option of '%s'", long_name(key),
				  command->name[0] ? command->name : "memwatch");
			return bad_usage(command);
		}
		status = take_rule(options, command, key);
		if (status)
			return key == '?' ? bad_usage(command) : status;
	}
	return 0;
}

int options_parse(struct options *ret_options, const struct command *command, int argc, char **argv)
{
	const char *session = getenv("MEMWATCH_SESSION");
	int status;

	*ret_options = (struct options){
		.session = session && session[0] ? session : "default",
		.view = "auto",
		.glyphs = -1,
		.title = "",
		.to_ns = UINT64_MAX,
		.as = "",
		.fail_above = -1,
	};
	status = take_all(ret_options, command, argc, argv);
	if (status)
		return status;
	if (!ret_options->window_ns)
		ret_options->window_ns = command->window_ns ? command->window_ns : WINDOW_DEFAULT;
	ret_options->arguments = argv + optind;
	ret_options->argument_count = argc - optind;
	if (ret_options->argument_count < command->least) {
		log_error("'%s' needs %s", command->name[0] ? command->name : "memwatch",
			  command->arguments);
		return bad_usage(command);
	}
	if (command->most >= 0 && ret_options->argument_count > command->most) {
		log_error("'%s': is too much for '%s'%s", ret_options->arguments[command->most],
			  command->name[0] ? command->name : "memwatch",
			  command->name[0] ? "" : "; a command comes before its options");
		return bad_usage(command);
	}
	return options_find_view(ret_options);
}

void options_free(struct options *options)
{
	free(options->pids);
}
