#include "base/log.h"
#include "cli/command.h"
#include "cli/session.h"

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
	&command_follow, &command_run,	 &command_record,  &command_list,   &command_add,
	&command_drop,	 &command_event, &command_inspect, &command_status, &command_sessions,
	&command_wait,	 &command_stop,	 &command_replay,  &command_report, &command_compare,
	&command_export, &command_demo,
};

#define COMMANDS (sizeof commands / sizeof *commands)

static void print_commands(void)
{
	puts("\nCommands:");
	for (size_t i = 1; i < COMMANDS; i++)
		printf("  %-8s %-21s %s\n", commands[i]->name, commands[i]->arguments,
		       commands[i]->summary);
	puts("\n'memwatch COMMAND --help' tells a command's options.");
}

static bool wants_help(int argc, char **argv)
{
	return argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
}

/* The command that is named first; the one without a name where an option or nothing is. NULL:
 * there is none. */
static const struct command *find(int argc, char **argv)
{
	if (argc < 2 || argv[1][0] == '-')
		return commands[0];
	for (size_t i = 1; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, argv[1]) == 0)
			return commands[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command = find(argc, argv);
	struct options options;
	char program[] = "memwatch";
	int skip;
	int status;

	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	log_open("memwatch");
	if (!command) {
		log_error("'%s': there is no such command; --help lists them (to run a program: "
			  "memwatch "
			  "run -- %s)",
			  argv[1], argv[1]);
		return EXIT_USAGE;
	}
	/* getopt names its messages by argv[0] */
	skip = command == commands[0] ? 0 : 1;
	argv[skip] = program;
	status = options_parse(&options, command, argc - skip, argv + skip);
	if (status < 0 && wants_help(argc, argv))
		print_commands();
	if (status == 0 && (command->groups & OPTIONS_SESSION))
		status = session_choose(&options, command->session);
	if (status == 0)
		status = command->run(&options);
	options_free(&options);
	if (status < 0)
		status = 0;
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
		log_error("cannot write the output: %s", strerror(errno));
		status = EXIT_FAIL;
	}
	return status;
}
