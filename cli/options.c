#include "cli/options.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/naming.h"
#include "cli/command.h"
#include "cli/options_table.h"
#include "cli/rules.h"
#include "cli/spelling.h"
#include "cli/values.h"
#include "export/export.h"
#include "plotter/view.h"
#include "wire/rundir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_DEFAULT (60 * NS_PER_S)

static int bad_usage(const struct command *command)
{
	fprintf(stderr, "Try 'memwatch%s%s --help'.\n", command->name[0] ? " " : "", command->name);
	return EXIT_USAGE;
}

static int add_pid(struct options *options, const char *text)
{
	if (array_reserve(&options->pids, &options->pid_capacity, options->pid_count + 1)) {
		log_error("pid '%s': %s", text, strerror(ENOMEM));
		return EXIT_FAIL;
	}
	if (!naming_pid(text, &options->pids[options->pid_count]))
		return EXIT_USAGE;
	options->pid_count++;
	return 0;
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

static int take_limit(struct options *options, int key)
{
	switch (key) {
	case KEY_LIMIT:
		return values_size(&options->limit_bytes, "limit", optarg);
	case KEY_LIMIT_TOTAL:
		return values_size(&options->limit_total_bytes, "limit-total", optarg);
	case KEY_ON_LIMIT:
		options->on_limit = optarg;
		return 0;
	case KEY_KILL_ON_LIMIT:
		options->kill_on_limit = true;
		return 0;
	case KEY_EVENT:
		options->event = optarg;
		return 0;
	case KEY_RSS_ABOVE:
		return values_size(&options->rss_above_bytes, "rss-above", optarg);
	case KEY_TIMEOUT:
		return values_time(&options->timeout_ns, "timeout", optarg, NS_PER_MS);
	case KEY_NEW:
		options->new = true;
		return 0;
	default:
		return EXIT_USAGE;
	}
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
	case KEY_STAY:
		options->stay = true;
		return 0;
	case KEY_FORMAT:
		options->format = optarg;
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
	case KEY_NAME:
		options->name = optarg;
		return rules_take_name(&options->rules, optarg);
	case KEY_FULL:
		options->rules.full = true;
		return 0;
	case KEY_USER:
		return rules_take_user(&options->rules, optarg);
	case KEY_CGROUP:
	case KEY_UNIT:
		return rules_take_cgroup(&options->rules, optarg, key == KEY_UNIT);
	case KEY_AT:
		return values_time(&options->at_ns, "at", optarg, 0);
	case KEY_SPEED:
		return values_speed(&options->speed, optarg);
	case KEY_DIFF:
		return values_time(&options->diff_ns, "diff", optarg, NS_PER_MS);
	case KEY_ON_EVENT:
		options->on_event = optarg;
		return 0;
	case KEY_FAIL_ON_GROWTH:
		return values_rate(&options->fail_on_growth, "fail-on-growth", optarg);
	case KEY_METRICS:
		return values_metrics(&options->metrics, optarg);
	case KEY_METRICS_INTERVAL:
		return values_time(&options->metrics_interval_ns, "metrics-interval", optarg,
				   100 * NS_PER_MS);
	case KEY_IF_UNJUDGED:
		return values_unjudged(&options->if_unjudged, optarg);
	case KEY_FAIL_ABOVE:
		return values_growth(&options->fail_above, &options->fail_above_bytes, "fail-above",
				     optarg);
	default:
		return take_limit(options, key);
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
	case KEY_MACHINE:
		options->machine = true;
		return 0;
	case KEY_ALL:
		options->all = true;
		return 0;
	case 'v':
		options->verbose = true;
		log_set_verbose(1);
		return 0;
	default:
		return take_part(options, key);
	}
}

/* --- what getopt_long(3) doesn't take, said as it would, and what may have been meant */

static const char *name_of(const struct command *command)
{
	return command->name[0] ? command->name : "memwatch";
}

static void say_unknown(const struct command *command, const char *text)
{
	size_t length = strcspn(text + 2, "=");
	char typed[64];
	struct spelling spelling = { .typed = typed };

	text_copy(typed, length < sizeof typed ? length + 1 : sizeof typed, text + 2);
	for (const struct option *option = options_table; option->name; option++) {
		if (options_takes(command, option->val))
			spelling_try(&spelling, option->name);
	}
	log_error("unrecognized option '%.*s'%s%s%s", (int)length + 2, text,
		  spelling.meant ? ": did you mean --" : "", spelling.meant ? spelling.meant : "",
		  spelling.meant ? "?" : "");
}

/* An abbreviation of more than one. */
static bool is_ambiguous(const char *text)
{
	size_t length = strcspn(text + 2, "=");
	int count = 0;

	for (const struct option *option = options_table; option->name; option++)
		count += length > 0 && strncmp(option->name, text + 2, length) == 0;
	return count > 1;
}

static int say_not_taken(const struct command *command, const char *text, int key)
{
	bool is_long = strncmp(text, "--", 2) == 0;

	if (key == ':')
		log_error("option '%s' requires an argument", text);
	else if (is_long && optopt)
		log_error("option '%.*s' doesn't allow an argument", (int)strcspn(text, "="), text);
	else if (is_long && is_ambiguous(text))
		log_error("option '%s' is ambiguous: write it in full", text);
	else if (is_long)
		say_unknown(command, text);
	else
		log_error("invalid option -- '%c'", optopt);
	return bad_usage(command);
}

static int take_all(struct options *options, const struct command *command, int argc, char **argv)
{
	/* '+': the options of a command that is run are its own */
	const char *letters =
		command->groups & OPTIONS_COMMAND ? "+:p:Ci:w:d:o:vh" : ":p:Ci:w:d:o:vh";
	int status;
	int key;

	optind = 0;
	opterr = 0;
	while ((key = getopt_long(argc, argv, letters, options_table, NULL)) != -1) {
		if (key == 'h') {
			options_print_help(command);
			return -1;
		}
		if (key == 'V') {
			puts("memwatch " MEMWATCH_VERSION);
			return -1;
		}
		if (key == '?' || key == ':')
			return say_not_taken(command, argv[optind - 1], key);
		if (!options_takes(command, key)) {
			log_error("--%s: is no option of '%s'", options_long_name(key),
				  name_of(command));
			return bad_usage(command);
		}
		status = take(options, key);
		if (status)
			return status;
	}
	return 0;
}

/* --- what is wrong with all of them together */

static int check_limits(const struct options *options)
{
	if (options->limit_bytes || options->limit_total_bytes ||
	    (!options->on_limit && !options->kill_on_limit))
		return 0;
	log_error("--%s: needs --limit or --limit-total, which says of how much memory",
		  options->on_limit ? "on-limit" : "kill-on-limit");
	return EXIT_USAGE;
}

/* What it says of is to be there; 'wait' is a gate by itself. */
static int check_unjudged(const struct options *options, const struct command *command)
{
	bool has_gate = options->limit_bytes || options->limit_total_bytes ||
			options->fail_on_growth >= 0 || options->fail_above >= 0 ||
			(command->groups & OPTIONS_WAIT);

	if (has_gate || options->if_unjudged == UNJUDGED_FAILS)
		return 0;
	log_error("--if-unjudged: needs %s, which may be what can't be judged",
		  command->groups & OPTIONS_GATE     ? "--fail-above"
		  : command->groups & OPTIONS_GROWTH ? "--limit, --limit-total or --fail-on-growth"
						     : "--limit or --limit-total");
	return EXIT_USAGE;
}

static int check_session(const struct options *options)
{
	if (rundir_name_valid(options->session))
		return 0;
	log_error("session '%s': %s", options->session, rundir_error(-EINVAL));
	return EXIT_USAGE;
}

/* Who wants a page or a picture has it made of a recording. */
static int check_recording(const struct options *options)
{
	const char *output = options->output;
	const char *dot = output ? strrchr(output, '.') : NULL;

	if (!output || !export_find(output))
		return 0;
	log_error("-o %s: a recording is no %s; record to %.*s.mwdb, then 'memwatch export "
		  "%.*s.mwdb %s'",
		  output, dot, (int)(dot - output), output, (int)(dot - output), output, output);
	return EXIT_USAGE;
}

static int check(const struct options *options, const struct command *command)
{
	int status = check_limits(options);

	if (!status)
		status = check_unjudged(options, command);
	if (!status && (command->groups & (OPTIONS_SESSION | OPTIONS_COMMAND)))
		status = check_session(options);
	if (!status && (command->groups & OPTIONS_RECORD))
		status = check_recording(options);
	return status ? bad_usage(command) : 0;
}

/* --- arguments */

static int take_pids(struct options *options, const struct command *command)
{
	int status = 0;

	for (int i = 0; i < options->argument_count && !status; i++) {
		const char *text = options->arguments[i];

		/* of the command without a name, which others may have been meant by */
		if (!command->name[0] && !strchr("0123456789-", text[0])) {
			log_error("'%s': is no PID; a command comes before its options", text);
			return bad_usage(command);
		}
		status = add_pids(options, text);
	}
	return status;
}

static int say_too_few(const struct command *command)
{
	log_error("'%s' needs %s", name_of(command), command->arguments);
	return bad_usage(command);
}

static int take_arguments(struct options *options, const struct command *command, int argc,
			  char **argv)
{
	int status = 0;

	options->arguments = argv + optind;
	options->argument_count = argc - optind;
	if (command->groups & OPTIONS_PIDS)
		status = take_pids(options, command);
	if (status)
		return status;
	if (command->groups & OPTIONS_PIDS && options->pid_count < (size_t)command->least)
		return say_too_few(command);
	if (!(command->groups & OPTIONS_PIDS) && options->argument_count < command->least)
		return say_too_few(command);
	if (command->most < 0 || options->argument_count <= command->most)
		return 0;
	log_error("'%s': is too much for '%s'", options->arguments[command->most],
		  name_of(command));
	return bad_usage(command);
}

int options_parse(struct options *ret_options, const struct command *command, int argc, char **argv)
{
	int status;

	*ret_options = (struct options){
		.session = SESSION_DEFAULT,
		.view = "auto",
		.glyphs = -1,
		.title = "",
		.to_ns = UINT64_MAX,
		.as = "",
		.fail_on_growth = -1,
		.fail_above = -1,
	};
	status = take_all(ret_options, command, argc, argv);
	if (!status)
		status = take_arguments(ret_options, command, argc, argv);
	if (!status && (command->groups & OPTIONS_RULE))
		status = rules_check(ret_options);
	if (!status)
		status = check(ret_options, command);
	if (status)
		return status;
	if (!ret_options->window_ns)
		ret_options->window_ns = command->window_ns ? command->window_ns : WINDOW_DEFAULT;
	return options_find_view(ret_options);
}

void options_free(struct options *options)
{
	free(options->pids);
}

bool options_have_rules(const struct options *options)
{
	const struct rule_options *rules = &options->rules;

	return rules->name_count > 0 || rules->cgroup_count > 0 || rules->has_user;
}
