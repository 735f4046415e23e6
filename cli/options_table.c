#include "cli/options_table.h"

#include <stdio.h>

const struct option options_table[] = {
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
	{ "limit-total", required_argument, NULL, KEY_LIMIT_TOTAL },
	{ "on-limit", required_argument, NULL, KEY_ON_LIMIT },
	{ "kill-on-limit", no_argument, NULL, KEY_KILL_ON_LIMIT },
	{ "event", required_argument, NULL, KEY_EVENT },
	{ "rss-above", required_argument, NULL, KEY_RSS_ABOVE },
	{ "timeout", required_argument, NULL, KEY_TIMEOUT },
	{ "new", no_argument, NULL, KEY_NEW },
	{ "diff", required_argument, NULL, KEY_DIFF },
	{ "on-event", required_argument, NULL, KEY_ON_EVENT },
	{ "machine", no_argument, NULL, KEY_MACHINE },
	{ "glyphs", required_argument, NULL, KEY_GLYPHS },
	{ "session", required_argument, NULL, KEY_SESSION },
	{ "json", no_argument, NULL, KEY_JSON },
	{ "all", no_argument, NULL, KEY_ALL },
	{ "as", required_argument, NULL, KEY_AS },
	{ "output", required_argument, NULL, 'o' },
	{ "format", required_argument, NULL, KEY_FORMAT },
	{ "force", no_argument, NULL, KEY_FORCE },
	{ "stay", no_argument, NULL, KEY_STAY },
	{ "from", required_argument, NULL, KEY_FROM },
	{ "to", required_argument, NULL, KEY_TO },
	{ "name", required_argument, NULL, KEY_NAME },
	{ "full", no_argument, NULL, KEY_FULL },
	{ "user", required_argument, NULL, KEY_USER },
	{ "cgroup", required_argument, NULL, KEY_CGROUP },
	{ "unit", required_argument, NULL, KEY_UNIT },
	{ "at", required_argument, NULL, KEY_AT },
	{ "speed", required_argument, NULL, KEY_SPEED },
	{ "fail-on-growth", required_argument, NULL, KEY_FAIL_ON_GROWTH },
	{ "fail-above", required_argument, NULL, KEY_FAIL_ABOVE },
	{ "if-unjudged", required_argument, NULL, KEY_IF_UNJUDGED },
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
	{ KEY_EVENT, OPTIONS_WAIT,
	  "      --event LABEL     wait for a milestone, or the end of a span, called so\n" },
	{ KEY_RSS_ABOVE, OPTIONS_WAIT,
	  "      --rss-above SIZE  wait until a process has more memory than this\n" },
	{ KEY_TIMEOUT, OPTIONS_WAIT,
	  "      --timeout TIME    exit with 124 after this long (never)\n" },
	{ KEY_NEW, OPTIONS_WAIT, "      --new             what came before doesn't count\n" },
	{ 'p', OPTIONS_PID | OPTIONS_PIDS | OPTIONS_PART | OPTIONS_WAIT,
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
	  "      --metrics LIST    sample these too, of rss,pss,uss,swap,anon,file,shmem,\n"
	  "                        hugetlb,lazyfree\n" },
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
	{ KEY_STAY, OPTIONS_STAY,
	  "      --stay            keep the last screen when COMMAND has ended, until q\n" },
	{ KEY_TITLE, OPTIONS_LIVE | OPTIONS_VIEW, "      --title TEXT      shown in the header\n" },
	{ KEY_LIMIT, OPTIONS_LIMIT | OPTIONS_VIEW,
	  "      --limit SIZE      mark this much memory of a process, and tell when it is "
	  "reached: "
	  "512M, 2GiB\n" },
	{ KEY_LIMIT_TOTAL, OPTIONS_LIMIT,
	  "      --limit-total SIZE  the same for all that are followed, together\n" },
	{ KEY_ON_LIMIT, OPTIONS_LIMIT,
	  "      --on-limit COMMAND  run this with sh where a limit is crossed; MEMWATCH_PID, "
	  "_NAME, _RSS, _LIMIT\n" },
	{ KEY_KILL_ON_LIMIT, OPTIONS_KILL,
	  "      --kill-on-limit   end COMMAND and all that it started where a limit is "
	  "crossed\n" },
	{ KEY_TITLE, OPTIONS_TITLE, "      --title TEXT      what it is called\n" },
	{ KEY_AT, OPTIONS_VIEW,
	  "      --at TIME         begin this long after the session's start: 12.5s, 2min\n" },
	{ KEY_SPEED, OPTIONS_VIEW,
	  "      --speed FACTOR    play this much faster (10) or slower (0.5) than it was\n" },
	{ 'o', OPTIONS_RECORD, "  -o, --output FILE     record the session in FILE\n" },
	{ 'o', OPTIONS_EXPORT,
	  "  -o, --output FILE     where to; its ending tells the format; -: standard output\n" },
	{ KEY_FORMAT, OPTIONS_FORMAT,
	  "      --format NAME     csv, jsonl, html ... whatever the file's name; csv for -\n" },
	{ KEY_FORCE, OPTIONS_RECORD, "      --force           replace FILE where it exists\n" },
	{ KEY_FORCE, OPTIONS_EXPORT | OPTIONS_VIEW,
	  "      --force           also a file whose few rows claim to be very many samples\n" },
	{ KEY_FROM, OPTIONS_PART,
	  "      --from TIME       only what is later than this after the session's start\n" },
	{ KEY_TO, OPTIONS_PART, "      --to TIME         only what is earlier than this\n" },
	{ KEY_NAME, OPTIONS_PART,
	  "      --name PATTERN    only processes whose name matches (a regular expression)\n" },
	{ KEY_FAIL_ON_GROWTH, OPTIONS_GROWTH,
	  "      --fail-on-growth RATE  exit with 3 where memory leaks faster: 1M/min, 10MiB/h\n" },
	{ KEY_FAIL_ABOVE, OPTIONS_GATE,
	  "      --fail-above N%[,SIZE]  exit with 3 where a peak, or the total, grew by more\n"
	  "                        than this, and by more than SIZE (1MiB)\n" },
	{ KEY_IF_UNJUDGED, OPTIONS_UNJUDGED,
	  "      --if-unjudged WHAT  pass, or fail with 1 (the default), where a gate can't "
	  "judge\n" },
	{ KEY_MACHINE, OPTIONS_MACHINE,
	  "      --machine         columns for scripts, by tabs, with no header\n" },
	{ KEY_JSON, OPTIONS_JSON, "      --json            print JSON\n" },
	{ KEY_ALL, OPTIONS_ALL, "      --all             ended processes too\n" },
	{ KEY_ALL, OPTIONS_OTHERS, "      --all             the session's other processes too\n" },
	{ KEY_ALL, OPTIONS_INSPECT, "      --all             every kind, not the ten largest\n" },
	{ KEY_DIFF, OPTIONS_INSPECT,
	  "      --diff TIME       look twice, this far apart, and show what grew\n" },
	{ KEY_ON_EVENT, OPTIONS_INSPECT,
	  "      --on-event LABEL  look when this milestone happens, in the process or the "
	  "session\n" },
	{ KEY_TIMEOUT, OPTIONS_INSPECT,
	  "      --timeout TIME    wait for that no longer than this\n" },
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

bool options_takes(const struct command *command, int key)
{
	for (size_t i = 0; i < sizeof helps / sizeof *helps; i++) {
		if (helps[i].key == key && shown(command, i))
			return true;
	}
	return false;
}

const char *options_long_name(int key)
{
	const struct option *option = options_table;

	while (option->val != key)
		option++;
	return option->name;
}

void options_print_help(const struct command *command)
{
	printf("Usage: memwatch%s%s [option]...%s%s\n%s\n\n", command->name[0] ? " " : "",
	       command->name, command->arguments[0] ? " " : "", command->arguments,
	       command->summary);
	for (size_t i = 0; i < sizeof helps / sizeof *helps; i++) {
		if (shown(command, i))
			fputs(helps[i].help, stdout);
	}
}
