/*
 * The command's subcommands: one file each, and one line in main.c's table.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/options.h"

/* The session that a command means where --session names none. */
enum command_session {
	SESSION_TALK = 0, /* the running one, of which there must be one */
	SESSION_SHOW,	  /* the same, or `default` where none runs */
	SESSION_LATE,	  /* the command finds it when it looks for it */
	SESSION_OWN,	  /* one of its own, named after what it runs */
	SESSION_NAMED,	  /* where processes are named: of the environment, else `default`, running
			     or not; where a command is: its own; else as SESSION_SHOW */
};

struct command {
	const char *name;      /* "" for the one without a name: follow */
	const char *arguments; /* as the usage line shows them */
	const char *summary;
	uint64_t window_ns;			   /* where none is asked for; 0: a minute */
	int groups;				   /* of its options */
	int least, most;			   /* arguments; most -1: any number */
	enum command_session session;		   /* with OPTIONS_SESSION */
	int (*run)(const struct options *options); /* an exit status */
};

extern const struct command command_follow;
extern const struct command command_run;
extern const struct command command_record;
extern const struct command command_list;
extern const struct command command_add;
extern const struct command command_drop;
extern const struct command command_event;
extern const struct command command_inspect;
extern const struct command command_status;
extern const struct command command_sessions;
extern const struct command command_stop;
extern const struct command command_wait;
extern const struct command command_replay;
extern const struct command command_report;
extern const struct command command_compare;
extern const struct command command_export;
extern const struct command command_demo;

#endif
