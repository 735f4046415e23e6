#include "base/log.h"
#include "base/spelling.h"
#include "base/stack.h"
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/session.h"

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int print_completion(const struct options *options);

static const struct command command_completion = {
	.name = "completion",
	.arguments = "SHELL",
	.summary = "What bash, zsh or fish completes of these commands and their options.",
	.least = 1,
	.most = 1,
	.run = print_completion,
};

static const struct command *const commands[] = {
	&command_follow, &command_run,	 &command_record,     &command_list,   &command_add,
	&command_drop,	 &command_event, &command_inspect,    &command_status, &command_sessions,
	&command_wait,	 &command_stop,	 &command_replay,     &command_report, &command_compare,
	&command_export, &command_demo,	 &command_completion,
};

#define HELP_SUMMARY "The commands, or what one does and its options."
#define COMMANDS (sizeof commands / sizeof *commands)

static int print_completion(const struct options *options)
{
	return completion_print(options->arguments[0], commands, COMMANDS);
}

static void print_commands(void)
{
	puts("\nCommands:");
	for (size_t i = 1; i < COMMANDS; i++)
		printf("  %-10s %-21s %s\n", commands[i]->name, commands[i]->arguments,
		       commands[i]->summary);
	printf("  %-10s %-21s %s\n", "help", "[COMMAND]", HELP_SUMMARY);
}

static const struct command *find_name(const char *name)
{
	for (size_t i = 1; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

/* The command that is named first; the one without a name where an option, a PID or nothing is.
 * NULL: there is none. */
static const struct command *find(int argc, char **argv)
{
	if (argc < 2 || strchr("-0123456789", argv[1][0]))
		return commands[0];
	return find_name(argv[1]);
}

static bool is_recording(const char *name)
{
	size_t length = strlen(name);

	return length > 5 && strcmp(name + length - 5, ".mwdb") == 0;
}

static int say_unknown(const char *name)
{
	struct spelling spelling = { .typed = name };

	for (size_t i = 1; i < COMMANDS; i++)
		spelling_try(&spelling, commands[i]->name);
	spelling_try(&spelling, "help");
	if (is_recording(name))
		log_error("'%s': is a recording: 'memwatch replay %s' shows it, 'memwatch report "
			  "%s' sums it up",
			  name, name, name);
	else if (spelling.meant)
		log_error("'%s': there is no such command: did you mean %s?", name, spelling.meant);
	else
		log_error("'%s': there is no such command; 'memwatch help' lists them (to run a "
			  "program: memwatch run -- %s; to follow one: memwatch --name %s)",
			  name, name, name);
	return EXIT_USAGE;
}

/* memwatch help [COMMAND] */
static int help(int argc, char **argv)
{
	const struct command *command = argc > 2 ? find_name(argv[2]) : commands[0];

	if (argc > 3) {
		log_error("'%s': is too much for 'help'", argv[3]);
		return EXIT_USAGE;
	}
	if (argc > 2 && (argv[2][0] == '-' || strcmp(argv[2], "help") == 0)) {
		puts("Usage: memwatch help [COMMAND]\n" HELP_SUMMARY);
		return 0;
	}
	if (!command)
		return say_unknown(argv[2]);
	options_print_help(command);
	if (command == commands[0])
		print_commands();
	return 0;
}

static void say_fallback(void)
{
	char text[512];

	if (rundir_explain_fallback(text, sizeof text))
		log_error("%s", text);
}

static int run(int argc, char **argv)
{
	const struct command *command = find(argc, argv);
	struct options options;
	char program[] = "memwatch";
	int skip = command == commands[0] ? 0 : 1;
	int status;

	if (argc > 1 && strcmp(argv[1], "help") == 0)
		return help(argc, argv);
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return help(1, argv);
	if (!command)
		return say_unknown(argv[1]);
	/* getopt names its messages by argv[0] */
	argv[skip] = program;
	status = options_parse(&options, command, argc - skip, argv + skip);
	if (status == 0 && (command->groups & OPTIONS_SESSION))
		say_fallback();
	if (status == 0 && (command->groups & OPTIONS_SESSION))
		status = session_choose(&options, command->session);
	if (status == 0)
		status = command->run(&options);
	options_free(&options);
	return status < 0 ? 0 : status;
}

int main(int argc, char **argv)
{
	int status;
	int error;

	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	log_open("memwatch");
	if (stack_check() < 0)
		return EXIT_FAIL;
	status = run(argc, argv);
	error = log_flush(stdout);
	session_tell_own();
	if (error && status == 0) {
		log_error("cannot write the output: %s", strerror(-error));
		status = EXIT_FAIL;
	}
	return status;
}
