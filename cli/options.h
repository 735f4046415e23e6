/*
 * What a person asks for. One parser for all commands: each names the options that it takes.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/option.h"
#include "wire/message.h"
#include "wire/rundir.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* An exit status, beside those of base/option.h. */
#define EXIT_LIMIT 3 /* a limit that was asked for was exceeded */

struct view;

/* Whom to follow without a PID. */
struct rule_options {
	const char *names[RULES_MOST]; /* extended regular expressions */
	size_t name_count;
	bool full; /* on command lines */
	bool has_user;
	uint32_t user;
	const char *cgroups[RULES_MOST];
	bool is_unit[RULES_MOST];
	size_t cgroup_count;
};

/* What becomes of a gate that could not judge. */
enum if_unjudged {
	UNJUDGED_FAILS = 0,
	UNJUDGED_PASSES,
	UNJUDGED_FAILS_ASKED, /* as if nothing was said, and it was */
};

struct options {
	const char *session; /* what --session names; else what cli/session.h finds */
	bool session_given;
	char session_name[RUNDIR_NAME]; /* room for that */
	uint32_t selection;		/* the command's own in the session; 0: none */
	uint64_t interval_ns;		/* 0: not asked for */
	uint64_t window_ns;
	uint64_t duration_ns; /* 0: no end */
	const char *view;
	const struct view *shown; /* the view of that name */
	const char *term;	  /* of the gnuplot view; NULL: any */
	const char *out;	  /* a file that it writes; NULL: none */
	unsigned fps;		  /* frames a second at most; 0: not asked for */
	const char *title;
	uint64_t limit_bytes;	    /* marked, and forecast to; 0: not asked for */
	uint64_t limit_total_bytes; /* of all processes together; 0: not asked for */
	const char *on_limit;	    /* a command for sh; NULL: none */
	bool kill_on_limit;
	const char *event;	      /* to wait for; NULL: none */
	uint64_t rss_above_bytes;     /* to wait for; 0: none */
	uint64_t timeout_ns;	      /* 0: none */
	bool new;		      /* only what comes from now on */
	uint32_t metrics;	      /* a set: what to sample beside the RSS; 0: not asked for */
	uint64_t metrics_interval_ns; /* between reads of PSS and USS; 0: not asked for */
	int glyphs;		      /* an enum chart_glyphs; -1: as the locale says */
	bool json;
	bool machine; /* for programs: no header, tabs */
	bool verbose;
	bool all;
	struct rule_options rules;
	bool family;	    /* of the processes: their descendants too */
	const char *as;	    /* a line's name; "": the process's own */
	const char *output; /* a file to write; NULL: none */
	const char *format; /* of an export; NULL: by the output's ending */
	bool stay;	    /* the last screen, until q */
	bool force;	    /* write it in place of one that is there */
	uint64_t from_ns;   /* since the session's start */
	uint64_t to_ns;	    /* UINT64_MAX: to the end */
	const char *name; /* of a part: an extended regular expression on lines' names; NULL: any */
	uint64_t at_ns;	  /* where a replay begins, since the session's start */
	double speed;	  /* of a replay; 0: not asked for */
	uint64_t diff_ns; /* between two inspections; 0: there is one */
	const char *on_event; /* a milestone's label that is waited for; NULL: none */
	enum if_unjudged if_unjudged;
	double fail_on_growth;	   /* bytes a minute; negative: not asked for */
	double fail_above;	   /* percent; negative: not asked for */
	uint64_t fail_above_bytes; /* and more than this */
	pid_t *pids;
	size_t pid_count, pid_capacity;
	char **arguments; /* what is no option, NULL-ended */
	int argument_count;
};

/* Options beyond --help and --session that a command takes. */
enum option_group {
	OPTIONS_LIVE = 1,	/* --interval --window --duration --view --title */
	OPTIONS_PID = 2,	/* --pid */
	OPTIONS_JSON = 4,	/* --json */
	OPTIONS_ALL = 8,	/* --all */
	OPTIONS_COMMAND = 16,	/* the first argument ends the options, since it is a command's */
	OPTIONS_AS = 32,	/* --as */
	OPTIONS_RECORD = 64,	/* --output --force: the file of a recording */
	OPTIONS_EXPORT = 128,	/* --output: the file of an export */
	OPTIONS_PART = 256,	/* --from --to --pid --name: part of a recording */
	OPTIONS_VIEW = 512,	/* --window --view --title --limit, --at --speed: of a replay */
	OPTIONS_GATE = 1024,	/* --fail-above */
	OPTIONS_TIME = 2048,	/* --interval --duration */
	OPTIONS_TITLE = 4096,	/* --title: of what is written */
	OPTIONS_SESSION = 8192, /* --session: it talks to a running one */
	OPTIONS_UNJUDGED = 1 << 15, /* --if-unjudged: its gates fail, or pass */
	OPTIONS_LIMIT = 1 << 20,    /* --limit --limit-total --on-limit */
	OPTIONS_KILL = 1 << 21,	    /* --kill-on-limit */
	OPTIONS_WAIT = 1 << 22,	    /* --event --rss-above --pid --timeout --new */
	OPTIONS_MACHINE = 1 << 23,  /* --machine */
	OPTIONS_INSPECT = 16384,    /* --diff --on-event --timeout --all */
	OPTIONS_GROWTH = 1 << 24,   /* --fail-on-growth */
	OPTIONS_FAMILY = 1 << 25,   /* --include-children */
	OPTIONS_RULE = 1 << 26,	    /* --name --full --user --cgroup --unit: whom to follow */
	OPTIONS_PIDS = 1 << 27,	    /* --pid; and its arguments are PIDs too, added to these */
	OPTIONS_FORMAT = 1 << 28,   /* --format: of an export */
	OPTIONS_STAY = 1 << 29,	    /* --stay */
	OPTIONS_OTHERS = 1 << 30,   /* --all: what others follow in the session, too */
};

struct command;

/* The rows of the options, and which of them the command takes. */
struct option_line options_line(const struct command *command);

/* What `memwatch help COMMAND` prints. */
void options_print_help(const struct command *command);

/*
 * Parse the arguments behind the command's name: 0; negative where all is said (help) and the exit
 * status is 0; or an exit status after a message. To be given to options_free in any case.
 */
int options_parse(struct options *ret_options, const struct command *command, int argc,
		  char **argv);
void options_free(struct options *options);

/* The view that is asked for; says so where that is text only because of the terminal. */
const struct view *options_view(const struct options *options);

/* Whether they say whom to follow by a rule: a name, a user, a cgroup or a unit. */
bool options_have_rules(const struct options *options);

#endif
