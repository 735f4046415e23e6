#include "cli/completion.h"

#include "base/log.h"
#include "export/export.h"
#include "plotter/view.h"
#include "wire/metric.h"

#include <stdio.h>
#include <string.h>

struct commands {
	const struct command *const *at;
	size_t count;
};

/* --- what values are */

static void print_list(const char *list)
{
	for (; *list; list++) {
		if (*list != ',')
			putchar(*list);
		else if (list[1] != ' ')
			putchar(' ');
	}
}

static void print_formats(void)
{
	for (size_t i = 0; export_at(i); i++)
		printf("%s%s", i ? " " : "", export_at(i)->ending + 1);
}

/* What `words` of a row says, where this program knows it; else as it is. */
static void print_words(const char *words)
{
	char metrics[METRIC_NAMES_ROOM];

	if (strcmp(words, "<views>") == 0)
		print_list(view_names());
	else if (strcmp(words, "<metrics>") == 0)
		print_list(metric_names(metrics, METRICS_ALL));
	else if (strcmp(words, "<formats>") == 0)
		print_formats();
	else
		fputs(words, stdout);
}

/* Of a command's arguments. */
static const char *argument_words(const struct command *command)
{
	const char *arguments = command->arguments;

	if (command->groups & OPTIONS_COMMAND)
		return "<commands>";
	if (strstr(arguments, "PID"))
		return "<pids>";
	if (strstr(arguments, "SHELL"))
		return "bash zsh fish";
	return strstr(arguments, "FILE") || strstr(arguments, "A B") ? "<files>" : "";
}

/* The first row of each name says what its value may be, as all of them do. */
static bool is_first(const struct option_row *rows, const struct option_row *row)
{
	while (strcmp(rows->name, row->name) != 0)
		rows++;
	return rows == row;
}

static void print_names(const struct commands *commands)
{
	for (size_t i = 1; i < commands->count; i++)
		printf("%s ", commands->at[i]->name);
	printf("help");
}

/* In single quotes of a shell, with a backslash before each of @special. */
static void print_quoted(const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\''");
		else if (*text == '\n')
			putchar(' ');
		else
			printf("%s%c", strchr(special, *text) ? "\\" : "", *text);
	}
}

/* --- bash */

static const char bash_functions[] =
	"# Completions of memwatch in bash, made by `memwatch completion bash`.\n"
	"_memwatch_reply() # WORDS, or what stands for words\n"
	"{\n"
	"	local words=$1\n"
	"\n"
	"	COMPREPLY=()\n"
	"	case $words in\n"
	"	'<files>')\n"
	"		compopt -o filenames 2>/dev/null\n"
	"		mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
	"		return ;;\n"
	"	'<commands>')\n"
	"		mapfile -t COMPREPLY < <(compgen -c -- \"$word\")\n"
	"		return ;;\n"
	"	'<users>') words=$(compgen -u) ;;\n"
	"	'<pids>') words=$(cd /proc && echo [0-9]*) ;;\n"
	"	'<sessions>') words=$(memwatch sessions 2>/dev/null | sed '1d; s/ .*//') ;;\n"
	"	esac\n"
	"	mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	"}\n"
	"\n"
	"_memwatch()\n"
	"{\n"
	"	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"	local command=${COMP_WORDS[1]} options= arguments= i\n"
	"\n"
	"	# bash parts --view=text into three words\n"
	"	if [[ $before == '=' ]]; then\n"
	"		before=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"	elif [[ $word == '=' ]]; then\n"
	"		word=\n"
	"	fi\n"
	"	for ((i = 1; i < COMP_CWORD; i++)); do\n"
	"		[[ ${COMP_WORDS[i]} == -- ]] || continue\n"
	"		_memwatch_reply \"$([[ $before == -- ]] && echo '<commands>' || echo "
	"'<files>')\"\n"
	"		return\n"
	"	done\n";

static void print_bash_value(const struct option_row *row)
{
	printf("\t");
	if (row->letter)
		printf("-%c | ", row->letter);
	printf("--%s) _memwatch_reply '", row->name);
	print_words(row->words ? row->words : "");
	puts("'; return ;;");
}

static void print_bash_command(const struct command *command)
{
	const struct option_line line = options_line(command);

	printf("\t%s)\n\t\targuments='%s'\n\t\toptions='", command->name[0] ? command->name : "*",
	       argument_words(command));
	for (const struct option_row *row = line.rows; row->name; row++) {
		if (option_taken(&line, row))
			printf("--%s ", row->name);
	}
	puts("' ;;");
}

static void print_bash(const struct commands *commands)
{
	const struct option_row *rows = options_line(commands->at[0]).rows;

	printf("%s\tcase $before in\n", bash_functions);
	for (const struct option_row *row = rows; row->name; row++) {
		if (row->argument && is_first(rows, row))
			print_bash_value(row);
	}
	printf("\tesac\n\t((COMP_CWORD > 1)) || command=\n\tcase $command in\n\thelp) arguments='");
	print_names(commands);
	puts("' ;;");
	for (size_t i = 1; i < commands->count; i++)
		print_bash_command(commands->at[i]);
	print_bash_command(commands->at[0]);
	printf("\tesac\n\t((COMP_CWORD > 1)) || [[ $word == [0-9]* ]] || arguments='");
	print_names(commands);
	puts("'\n\t[[ $word != -* ]] || arguments=$options\n\t_memwatch_reply \"$arguments\"\n}\n\n"
	     "complete -F _memwatch memwatch");
}

/* --- zsh */

static const char zsh_functions[] =
	"#compdef memwatch\n"
	"# Completions of memwatch in zsh, made by `memwatch completion zsh`.\n"
	"_memwatch_sessions() {\n"
	"	local -a sessions\n"
	"	sessions=(${(f)\"$(memwatch sessions 2>/dev/null | sed '1d; s/ .*//')\"})\n"
	"	compadd -a sessions\n"
	"}\n"
	"\n"
	"_memwatch() {\n"
	"	local command= curcontext=$curcontext\n"
	"	local -a commands\n";

/* What completes values, as _arguments wants it. */
static void print_zsh_action(const char *words)
{
	static const char *const found[][2] = {
		{ "", " " },
		{ "<files>", "_files" },
		{ "<users>", "_users" },
		{ "<pids>", "_pids" },
		{ "<sessions>", "_memwatch_sessions" },
		{ "<commands>", "_normal" },
	};

	for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
		if (strcmp(words, found[i][0]) == 0) {
			fputs(found[i][1], stdout);
			return;
		}
	}
	putchar('(');
	print_words(words);
	putchar(')');
}

static void print_zsh_option(const struct option_row *row)
{
	if (row->letter)
		printf("\t\t\t'(-%c --%s)'{-%c%s,--%s%s}'", row->letter, row->name, row->letter,
		       row->argument ? "+" : "", row->name, row->argument ? "=" : "");
	else
		printf("\t\t\t'--%s%s", row->name, row->argument ? "=" : "");
	putchar('[');
	print_quoted(row->help, "[]:\\");
	putchar(']');
	if (row->argument) {
		printf(":%s:", row->name);
		print_zsh_action(row->words ? row->words : "");
	}
	puts("' \\");
}

static void print_zsh_command(const struct command *command)
{
	const struct option_line line = options_line(command);

	printf("\t%s)\n\t\t_arguments -s -S \\\n", command->name[0] ? command->name : "*");
	for (const struct option_row *row = line.rows; row->name; row++) {
		if (option_taken(&line, row))
			print_zsh_option(row);
	}
	printf("\t\t\t'*:%s:argument:", line.is_command ? ":" : "");
	print_zsh_action(argument_words(command));
	puts("' ;;");
}

static void print_zsh(const struct commands *commands)
{
	printf("%s\tcommands=(\n", zsh_functions);
	for (size_t i = 1; i < commands->count; i++) {
		printf("\t\t'%s:", commands->at[i]->name);
		print_quoted(commands->at[i]->summary, "\\");
		puts("'");
	}
	puts("\t\t'help:The commands, or what one does and its options.'\n"
	     "\t)\n"
	     "\tif ((CURRENT == 2)) && [[ $words[2] != [-0-9]* ]]; then\n"
	     "\t\t_describe command commands\n"
	     "\t\treturn\n"
	     "\tfi\n"
	     "\tif ((CURRENT > 2 && ${commands[(I)$words[2]:*]})); then\n"
	     "\t\tcommand=$words[2]\n"
	     "\t\tshift words\n"
	     "\t\t((CURRENT--))\n"
	     "\tfi\n"
	     "\tcase $command in\n"
	     "\thelp) _describe command commands ;;");
	for (size_t i = 1; i < commands->count; i++)
		print_zsh_command(commands->at[i]);
	print_zsh_command(commands->at[0]);
	puts("\tesac\n}\n\nif [ \"$funcstack[1]\" = _memwatch ]; then\n\t_memwatch \"$@\"\nelse\n"
	     "\tcompdef _memwatch memwatch\nfi");
}

/* --- fish */

static void print_fish_functions(const struct commands *commands)
{
	printf("# Completions of memwatch in fish, made by `memwatch completion fish`.\n"
	       "function __memwatch_in # COMMAND...: it is one of these; follow: none is named\n"
	       "\tset -l words (commandline -opc)\n"
	       "\tcontains -- -- $words; and return 1\n"
	       "\tset -l command follow\n"
	       "\tcontains -- \"$words[2]\" ");
	print_names(commands);
	puts("; and set command $words[2]\n"
	     "\tcontains -- $command $argv\n"
	     "end\n"
	     "\n"
	     "function __memwatch_first\n"
	     "\ttest (count (commandline -opc)) -eq 1\n"
	     "end\n"
	     "\n"
	     "function __memwatch_behind\n"
	     "\tcontains -- -- (commandline -opc)\n"
	     "end\n"
	     "\n"
	     "complete -c memwatch -f\n"
	     "complete -c memwatch -n __memwatch_behind -F -a '(__fish_complete_command)'");
}

/* What completes values, as -a wants it. */
static void print_fish_words(const char *words)
{
	static const char *const found[][2] = {
		{ "<users>", "(__fish_complete_users)" },
		{ "<pids>", "(__fish_complete_pids)" },
		{ "<sessions>", "(memwatch sessions 2>/dev/null | string replace -r \" .*\" \"\" | "
				"tail -n +2)" },
	};

	for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
		if (strcmp(words, found[i][0]) == 0) {
			printf(" -x -a '%s'", found[i][1]);
			return;
		}
	}
	if (strcmp(words, "<files>") == 0) {
		printf(" -r -F");
		return;
	}
	printf(" -x -a '");
	print_words(words);
	putchar('\'');
}

static void print_fish_option(const struct commands *commands, const struct option_row *row)
{
	printf("complete -c memwatch -n '__memwatch_in");
	for (size_t i = 0; i < commands->count; i++) {
		const struct option_line line = options_line(commands->at[i]);

		if (option_taken(&line, row))
			printf(" %s", line.command[0] ? line.command : "follow");
	}
	printf("' -l %s", row->name);
	if (row->letter)
		printf(" -s %c", row->letter);
	if (row->argument)
		print_fish_words(row->words ? row->words : "");
	printf(" -d '");
	print_quoted(row->help, "\\");
	puts("'");
}

static void print_fish_command(const struct command *command)
{
	const char *words = argument_words(command);

	if (command->name[0]) {
		printf("complete -c memwatch -n __memwatch_first -a %s -d '", command->name);
		print_quoted(command->summary, "\\");
		puts("'");
	}
	if (!words[0] || strcmp(words, "<commands>") == 0)
		return;
	printf("complete -c memwatch -n '__memwatch_in %s'",
	       command->name[0] ? command->name : "follow");
	print_fish_words(words);
	putchar('\n');
}

static void print_fish(const struct commands *commands)
{
	print_fish_functions(commands);
	for (size_t i = 0; i < commands->count; i++)
		print_fish_command(commands->at[i]);
	printf("complete -c memwatch -n __memwatch_first -a help\n"
	       "complete -c memwatch -n '__memwatch_in help' -a '");
	print_names(commands);
	puts("'");
	for (const struct option_row *row = options_line(commands->at[0]).rows; row->name; row++)
		print_fish_option(commands, row);
}

int completion_print(const char *shell, const struct command *const *commands, size_t count)
{
	static const struct {
		const char *shell;
		void (*print)(const struct commands *commands);
	} shells[] = { { "bash", print_bash }, { "zsh", print_zsh }, { "fish", print_fish } };
	const struct commands all = { commands, count };

	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
		if (strcmp(shell, shells[i].shell) == 0) {
			shells[i].print(&all);
			return 0;
		}
	}
	log_error("'%s': there are completions for bash, zsh and fish", shell);
	return EXIT_USAGE;
}
