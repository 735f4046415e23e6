#include "cli/options.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/naming.h"
#include "base/option.h"
#include "cli/command.h"
#include "cli/values.h"
#include "export/export.h"
#include "plotter/view.h"
#include "wire/rundir.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_DEFAULT (60 * NS_PER_S)

#define AT(field) offsetof(struct options, field)

/* --help shows them in this order. */
static const struct option_row rows[] = {
	{ "event", 0, "LABEL", OPTIONS_WAIT, option_text, AT(event),
	  .help = "wait for a milestone, or the end of a span, called so" },
	{ "rss-above", 0, "SIZE", OPTIONS_WAIT, option_size, AT(rss_above_bytes),
	  .help = "wait until a process has more memory than this" },
	{ "timeout", 0, "TIME", OPTIONS_WAIT, option_time, AT(timeout_ns),
	  .help = "exit with 124 after this long (never)", .least_ns = NS_PER_MS },
	{ "new", 0, NULL, OPTIONS_WAIT, option_flag, AT(new),
	  .help = "what came before doesn't count" },
	{ "pid", 'p', "PID[,PID]", OPTIONS_PID | OPTIONS_PIDS | OPTIONS_PART | OPTIONS_WAIT,
	  values_pids, 0, .help = "a process; may be given several times", .words = "<pids>" },
	{ "include-children", 'C', NULL, OPTIONS_FAMILY, option_flag, AT(family),
	  .help = "their descendants too, as they come" },
	{ "name", 0, "PATTERN", OPTIONS_RULE, values_name, AT(rules),
	  .help = "processes whose name matches (a regular expression), also later ones" },
	{ "full", 0, NULL, OPTIONS_RULE, option_flag, AT(rules.full),
	  .help = "match the command line, not the name" },
	{ "user", 0, "USER", OPTIONS_RULE, values_user, AT(rules),
	  .help = "only this user's; without --name all of them", .words = "<users>" },
	{ "cgroup", 0, "PATH", OPTIONS_RULE, values_cgroup, AT(rules),
	  .help = "who is in this cgroup (v2), and what memory it has" },
	{ "unit", 0, "NAME", OPTIONS_RULE, values_unit, AT(rules),
	  .help = "the same of this systemd unit" },
	{ "interval", 'i', "TIME", OPTIONS_LIVE | OPTIONS_TIME, option_time, AT(interval_ns),
	  .help = "between samples: 1s (the default), 100ms, 0.1, 10Hz; 1ms at the least",
	  .least_ns = NS_PER_MS },
	{ "metrics", 0, "LIST", OPTIONS_LIVE | OPTIONS_TIME, values_metrics, AT(metrics),
	  .help = "sample these too, of rss,pss,uss,swap,anon,file,shmem,\nhugetlb,lazyfree",
	  .words = "<metrics>" },
	{ "metrics-interval", 0, "TIME", OPTIONS_LIVE | OPTIONS_TIME, option_time,
	  AT(metrics_interval_ns),
	  .help = "between reads of pss and uss, which cost the process (10s)",
	  .least_ns = 100 * NS_PER_MS },
	{ "window", 'w', "TIME", OPTIONS_LIVE | OPTIONS_VIEW, option_time, AT(window_ns),
	  .help = "how much of the past is shown (60s)", .least_ns = NS_PER_S },
	{ "duration", 'd', "TIME", OPTIONS_LIVE | OPTIONS_TIME, option_time, AT(duration_ns),
	  .help = "end after this long", .least_ns = NS_PER_MS },
	{ "view", 0, "NAME", OPTIONS_LIVE | OPTIONS_VIEW, values_view, 0,
	  .help = "auto (the default), ncurses, gnuplot, text or json (JSON Lines)",
	  .words = "<views>" },
	{ "term", 0, "NAME", OPTIONS_LIVE | OPTIONS_VIEW, option_text, AT(term),
	  .help = "gnuplot's terminal: qt, x11, wxt, dumb, sixelgd ...",
	  .words = "qt x11 wxt dumb sixelgd" },
	{ "out", 0, "FILE", OPTIONS_LIVE | OPTIONS_VIEW, option_text, AT(out),
	  .help = "what gnuplot draws, again and again: .png, .svg or .pdf", .words = "<files>" },
	{ "fps", 0, "N", OPTIONS_LIVE | OPTIONS_VIEW, values_fps, AT(fps),
	  .help = "frames a second, at most (10)" },
	{ "glyphs", 0, "NAME", OPTIONS_LIVE | OPTIONS_VIEW, values_glyphs, AT(glyphs),
	  .help = "what ncurses draws lines with: auto, braille, blocks or ascii",
	  .words = "auto braille blocks ascii" },
	{ "stay", 0, NULL, OPTIONS_STAY, option_flag, AT(stay),
	  .help = "keep the last screen when COMMAND has ended, until q" },
	{ "title", 0, "TEXT", OPTIONS_LIVE | OPTIONS_VIEW, option_text, AT(title),
	  .help = "shown in the header" },
	{ "limit", 0, "SIZE", OPTIONS_LIMIT | OPTIONS_VIEW, option_size, AT(limit_bytes),
	  .help = "mark this much memory of a process, and tell when it is reached: 512M, 2GiB" },
	{ "limit-total", 0, "SIZE", OPTIONS_LIMIT, option_size, AT(limit_total_bytes),
	  .help = "the same for all that are followed, together" },
	{ "on-limit", 0, "COMMAND", OPTIONS_LIMIT, option_text, AT(on_limit),
	  .help = "run this with sh where a limit is crossed; MEMWATCH_PID, _NAME, _RSS, _LIMIT" },
	{ "kill-on-limit", 0, NULL, OPTIONS_KILL, option_flag, AT(kill_on_limit),
	  .help = "end COMMAND and all that it started where a limit is crossed" },
	{ "title", 0, "TEXT", OPTIONS_TITLE, option_text, AT(title), .help = "what it is called" },
	{ "at", 0, "TIME", OPTIONS_VIEW, option_time, AT(at_ns),
	  .help = "begin this long after the session's start: 12.5s, 2min" },
	{ "speed", 0, "FACTOR", OPTIONS_VIEW, values_speed, AT(speed),
	  .help = "play this much faster (10) or slower (0.5) than it was" },
	{ "output", 'o', "FILE", OPTIONS_RECORD, option_text, AT(output),
	  .help = "record the session in FILE", .words = "<files>" },
	{ "output", 'o', "FILE", OPTIONS_EXPORT, option_text, AT(output),
	  .help = "where to; its ending tells the format; -: standard output", .words = "<files>" },
	{ "format", 0, "NAME", OPTIONS_FORMAT, option_text, AT(format),
	  .help = "csv, jsonl, html ... whatever the file's name; csv for -",
	  .words = "<formats>" },
	{ "force", 0, NULL, OPTIONS_RECORD, option_flag, AT(force),
	  .help = "replace FILE where it exists" },
	{ "force", 0, NULL, OPTIONS_EXPORT | OPTIONS_VIEW, option_flag, AT(force),
	  .help = "also a file whose few rows claim to be very many samples" },
	{ "from", 0, "TIME", OPTIONS_PART, option_time, AT(from_ns),
	  .help = "only what is later than this after the session's start" },
	{ "to", 0, "TIME", OPTIONS_PART, option_time, AT(to_ns),
	  .help = "only what is earlier than this" },
	{ "name", 0, "PATTERN", OPTIONS_PART, option_text, AT(name),
	  .help = "only processes whose name matches (a regular expression)" },
	{ "fail-on-growth", 0, "RATE", OPTIONS_GROWTH, values_rate, AT(fail_on_growth),
	  .help = "exit with 3 where memory leaks faster: 1M/min, 10MiB/h" },
	{ "fail-above", 0, "N%[,SIZE]", OPTIONS_GATE, values_growth, 0,
	  .help = "exit with 3 where a peak, or the total, grew by more\nthan this, and by more "
		  "than SIZE (1MiB)" },
	{ "if-unjudged", 0, "WHAT", OPTIONS_UNJUDGED, values_unjudged, AT(if_unjudged),
	  .help = "pass, or fail with 1 (the default), where a gate can't judge",
	  .words = "pass fail" },
	{ "machine", 0, NULL, OPTIONS_MACHINE, option_flag, AT(machine),
	  .help = "columns for scripts, by tabs, with no header" },
	{ "json", 0, NULL, OPTIONS_JSON, option_flag, AT(json), .help = "print JSON" },
	{ "all", 0, NULL, OPTIONS_ALL, option_flag, AT(all), .help = "ended processes too" },
	{ "all", 0, NULL, OPTIONS_OTHERS, option_flag, AT(all),
	  .help = "the session's other processes too" },
	{ "all", 0, NULL, OPTIONS_INSPECT, option_flag, AT(all),
	  .help = "every kind, not the ten largest" },
	{ "diff", 0, "TIME", OPTIONS_INSPECT, option_time, AT(diff_ns),
	  .help = "look twice, this far apart, and show what grew", .least_ns = NS_PER_MS },
	{ "on-event", 0, "LABEL", OPTIONS_INSPECT, option_text, AT(on_event),
	  .help = "look when this milestone happens, in the process or the session" },
	{ "timeout", 0, "TIME", OPTIONS_INSPECT, option_time, AT(timeout_ns),
	  .help = "wait for that no longer than this", .least_ns = NS_PER_MS },
	{ "as", 0, "NAME", OPTIONS_AS, option_text, AT(as), .help = "what their lines are called" },
	{ "session", 0, "NAME", OPTIONS_SESSION, values_session, 0,
	  .help = "the session meant (default)", .words = "<sessions>" },
	{ "verbose", 'v', NULL, 0, values_verbose, AT(verbose), .help = "say more" },
	{ "help", 'h', NULL, 0, option_help, 0, .help = "" },
	{ "version", 0, NULL, 0, option_version, 0, .help = "" },
	{ 0 },
};

struct option_line options_line(const struct command *command)
{
	return (struct option_line){
		.rows = rows,
		.groups = command->groups,
		.is_command = command->groups & OPTIONS_COMMAND,
		.program = "memwatch",
		.command = command->name,
	};
}

void options_print_help(const struct command *command)
{
	const struct option_line line = options_line(command);

	printf("Usage: memwatch%s%s [option]...%s%s\n%s\n\n", command->name[0] ? " " : "",
	       command->name, command->arguments[0] ? " " : "", command->arguments,
	       command->summary);
	option_print(&line);
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
static int check_unjudged(const struct options *options, int groups)
{
	bool has_gate = options->limit_bytes || options->limit_total_bytes ||
			options->fail_on_growth >= 0 || options->fail_above >= 0 ||
			(groups & OPTIONS_WAIT);

	if (has_gate || options->if_unjudged == UNJUDGED_FAILS)
		return 0;
	log_error("--if-unjudged: needs %s, which may be what can't be judged",
		  groups & OPTIONS_GATE	    ? "--fail-above"
		  : groups & OPTIONS_GROWTH ? "--limit, --limit-total or --fail-on-growth"
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

static int check_rules(const struct options *options)
{
	int status = 0;

	for (size_t i = 0; i < options->rules.name_count && !status; i++)
		status = naming_pattern(options->rules.names[i]) ? 0 : EXIT_USAGE;
	if (!status && options->rules.full && options->rules.name_count == 0) {
		log_error("--full: is about --name, which is not there");
		status = EXIT_USAGE;
	}
	return status;
}

static int check(const struct options *options, const struct option_line *line)
{
	int status = check_limits(options);

	if (!status)
		status = check_unjudged(options, line->groups);
	if (!status && (line->groups & (OPTIONS_SESSION | OPTIONS_COMMAND)))
		status = check_session(options);
	if (!status && (line->groups & OPTIONS_RECORD))
		status = check_recording(options);
	return status ? option_bad_usage(line) : 0;
}

/* Find options->shown, and with the gnuplot view options->term: 0, or an exit status after a
 * message. */
static int find_view(struct options *options)
{
	int error;

	if (!options->shown)
		options->shown = view_find(options->view, stdout);
	if (options->shown != &view_gnuplot) {
		if (!options->term && !options->out)
			return 0;
		log_error("--%s: is for --view gnuplot", options->out ? "out" : "term");
		return EXIT_USAGE;
	}
	error = view_gnuplot_find(&options->shown, &options->term, options->out, stdout);
	if (!error)
		return 0;
	return error == -EINVAL ? EXIT_USAGE : EXIT_FAIL;
}

/* --- arguments */

static int take_pids(struct options *options, const struct option_line *line)
{
	int status = 0;

	for (int i = 0; i < options->argument_count && !status; i++) {
		const char *text = options->arguments[i];

		/* of the command without a name, which others may have been meant by */
		if (!line->command[0] && !strchr("0123456789-", text[0])) {
			log_error("'%s': is no PID; a command comes before its options", text);
			return option_bad_usage(line);
		}
		status = values_add_pids(options, text);
	}
	return status;
}

static int say_too_few(const struct command *command, const struct option_line *line)
{
	log_error("'%s' needs %s", option_command(line), command->arguments);
	return option_bad_usage(line);
}

static int take_arguments(struct options *options, const struct command *command,
			  const struct option_line *line, int argc, char **argv)
{
	int status = 0;

	options->arguments = argv + optind;
	options->argument_count = argc - optind;
	if (line->groups & OPTIONS_PIDS)
		status = take_pids(options, line);
	if (status)
		return status;
	if (line->groups & OPTIONS_PIDS && options->pid_count < (size_t)command->least)
		return say_too_few(command, line);
	if (!(line->groups & OPTIONS_PIDS) && options->argument_count < command->least)
		return say_too_few(command, line);
	if (command->most < 0 || options->argument_count <= command->most)
		return 0;
	log_error("'%s': is too much for '%s'", options->arguments[command->most],
		  option_command(line));
	return option_bad_usage(line);
}

int options_parse(struct options *ret_options, const struct command *command, int argc, char **argv)
{
	const struct option_line line = options_line(command);
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
	status = option_read(&line, ret_options, argc, argv);
	if (!status)
		status = take_arguments(ret_options, command, &line, argc, argv);
	if (!status && (command->groups & OPTIONS_RULE))
		status = check_rules(ret_options);
	if (!status)
		status = check(ret_options, &line);
	if (status == OPTION_HELP)
		options_print_help(command);
	if (status == OPTION_VERSION)
		puts("memwatch " MEMWATCH_VERSION);
	if (status)
		return status;
	if (!ret_options->window_ns)
		ret_options->window_ns = command->window_ns ? command->window_ns : WINDOW_DEFAULT;
	return find_view(ret_options);
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

const struct view *options_view(const struct options *options)
{
	const char *problem = strcmp(options->view, "auto") == 0 ? view_auto_problem(stdout) : NULL;

	if (problem)
		log_error("%s: showing text (--view text asks for it)", problem);
	return options->shown;
}
