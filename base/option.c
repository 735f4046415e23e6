#include "base/option.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/spelling.h"
#include "base/text.h"
#include "base/units.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What getopt_long(3) gives for the name of a row: this, and its number. */
#define KEY_NAME 256

/* Room for what getopt_long(3) is told of the letters: "+:", and "p:" each. */
#define LETTERS_ROOM (2 + 2 * 52 + 1)

/* --help has what they do behind this column. */
#define HELP_COLUMN 24

bool option_taken(const struct option_line *line, const struct option_row *row)
{
	return !row->groups || (line->groups & row->groups);
}

const char *option_command(const struct option_line *line)
{
	return line->command[0] ? line->command : line->program;
}

int option_bad_usage(const struct option_line *line)
{
	fprintf(stderr, "Try '%s%s%s --help'.\n", line->program, line->command[0] ? " " : "",
		line->command);
	return EXIT_USAGE;
}

/* --- rows for getopt_long(3) */

/* The first row of this name. */
static const struct option_row *first_of(const struct option_line *line, const char *name)
{
	const struct option_row *row = line->rows;

	while (strcmp(row->name, name) != 0)
		row++;
	return row;
}

static bool is_first(const struct option_line *line, const struct option_row *row)
{
	return first_of(line, row->name) == row;
}

static void list_letters(const struct option_line *line, char letters[LETTERS_ROOM])
{
	size_t length = 0;

	/* '+': the options of a command that is run are its own */
	if (line->is_command)
		letters[length++] = '+';
	letters[length++] = ':';
	for (const struct option_row *row = line->rows; row->name; row++) {
		if (!row->letter || !is_first(line, row) || length + 3 > LETTERS_ROOM)
			continue;
		letters[length++] = row->letter;
		if (row->argument)
			letters[length++] = ':';
	}
	letters[length] = '\0';
}

/* Each name once; NULL: no memory. */
static struct option *list_names(const struct option_line *line)
{
	size_t count = 0;
	struct option *names;

	while (line->rows[count].name)
		count++;
	names = calloc(count + 1, sizeof *names);
	for (size_t i = 0, to = 0; names && i < count; i++) {
		const struct option_row *row = &line->rows[i];

		if (is_first(line, row))
			names[to++] =
				(struct option){ row->name,
						 row->argument ? required_argument : no_argument,
						 NULL, KEY_NAME + (int)i };
	}
	return names;
}

/* The first row that getopt_long(3) means. */
static const struct option_row *row_of(const struct option_line *line, int key)
{
	const struct option_row *row = line->rows;

	if (key >= KEY_NAME)
		return &line->rows[key - KEY_NAME];
	while (row->letter != key)
		row++;
	return row;
}

/* --- what getopt_long(3) doesn't take, said as it would, and what may have been meant */

static void say_unknown(const struct option_line *line, const char *text)
{
	size_t length = strcspn(text + 2, "=");
	char typed[64];
	struct spelling spelling = { .typed = typed };

	text_copy(typed, length < sizeof typed ? length + 1 : sizeof typed, text + 2);
	for (const struct option_row *row = line->rows; row->name; row++) {
		if (row->help && option_taken(line, row))
			spelling_try(&spelling, row->name);
	}
	log_error("unrecognized option '%.*s'%s%s%s", (int)length + 2, text,
		  spelling.meant ? ": did you mean --" : "", spelling.meant ? spelling.meant : "",
		  spelling.meant ? "?" : "");
}

/* An abbreviation of more than one. */
static bool is_ambiguous(const struct option_line *line, const char *text)
{
	size_t length = strcspn(text + 2, "=");
	int count = 0;

	for (const struct option_row *row = line->rows; row->name; row++)
		count += length > 0 && is_first(line, row) &&
			 strncmp(row->name, text + 2, length) == 0;
	return count > 1;
}

static int say_not_taken(const struct option_line *line, const char *text, int key)
{
	bool is_long = strncmp(text, "--", 2) == 0;

	if (key == ':')
		log_error("option '%s' requires an argument", text);
	else if (is_long && optopt)
		log_error("option '%.*s' doesn't allow an argument", (int)strcspn(text, "="), text);
	else if (is_long && is_ambiguous(line, text))
		log_error("option '%s' is ambiguous: write it in full", text);
	else if (is_long)
		say_unknown(line, text);
	else
		log_error("invalid option -- '%c'", optopt);
	return option_bad_usage(line);
}

/* --- reading them */

static int take(const struct option_line *line, void *target, int key)
{
	const char *name = row_of(line, key)->name;

	for (const struct option_row *row = line->rows; row->name; row++) {
		if (strcmp(row->name, name) == 0 && option_taken(line, row))
			return row->parse(row, (char *)target + row->offset, optarg);
	}
	log_error("--%s: is no option of '%s'", name, option_command(line));
	return option_bad_usage(line);
}

int option_read(const struct option_line *line, void *target, int argc, char **argv)
{
	struct option *names = list_names(line);
	char letters[LETTERS_ROOM];
	int status = 0;
	int key;

	if (!names) {
		log_error("%s", strerror(ENOMEM));
		return EXIT_FAIL;
	}
	list_letters(line, letters);
	optind = 0;
	opterr = 0;
	while (!status && (key = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		if (key == '?' || key == ':')
			status = say_not_taken(line, argv[optind - 1], key);
		else
			status = take(line, target, key);
	}
	free(names);
	return status;
}

/* --- printing them */

static void print_help(const char *help)
{
	for (; *help; help++) {
		putchar(*help);
		if (*help == '\n')
			printf("%*s", HELP_COLUMN, "");
	}
}

static void print_row(const struct option_row *row)
{
	char letter[] = { '-', row->letter, ',', '\0' };
	int used = printf("  %3s --%s%s%s", row->letter ? letter : "", row->name,
			  row->argument ? " " : "", row->argument ? row->argument : "");

	if (row->help[0])
		printf("%*s", used + 2 < HELP_COLUMN ? HELP_COLUMN - used : 2, "");
	print_help(row->help);
	putchar('\n');
}

void option_print(const struct option_line *line)
{
	for (const struct option_row *row = line->rows; row->name; row++) {
		if (row->help && option_taken(line, row))
			print_row(row);
	}
}

/* --- parsers */

int option_flag(const struct option_row *row, void *field, const char *text)
{
	(void)row;
	(void)text;
	*(bool *)field = true;
	return 0;
}

int option_text(const struct option_row *row, void *field, const char *text)
{
	(void)row;
	*(const char **)field = text;
	return 0;
}

int option_time(const struct option_row *row, void *field, const char *text)
{
	uint64_t *ret_ns = field;
	uint64_t least_ns = row->least_ns;

	if (units_parse_duration(text, ret_ns) < 0) {
		log_error("%s '%s': is no length of time (1s, 100ms, 0.1, 10Hz, 1m30s)", row->name,
			  text);
		return EXIT_USAGE;
	}
	if (*ret_ns >= least_ns)
		return 0;
	log_error("%s '%s': the shortest is %s", row->name, text,
		  least_ns == NS_PER_MS	 ? "1ms"
		  : least_ns == NS_PER_S ? "1s"
					 : "100ms");
	return EXIT_USAGE;
}

int option_size(const struct option_row *row, void *field, const char *text)
{
	uint64_t *ret_bytes = field;
	const char *unit = units_missing(text, strlen(text));

	if (unit) {
		log_error("%s '%s': needs a unit; %s%s?", row->name, text, text, unit);
		return EXIT_USAGE;
	}
	if (units_parse_size(text, ret_bytes) == 0 && *ret_bytes > 0)
		return 0;
	log_error("%s '%s': is no size of memory (512M, 2GiB, 1.5G)", row->name, text);
	return EXIT_USAGE;
}

int option_help(const struct option_row *row, void *field, const char *text)
{
	(void)row;
	(void)field;
	(void)text;
	return OPTION_HELP;
}

int option_version(const struct option_row *row, void *field, const char *text)
{
	(void)row;
	(void)field;
	(void)text;
	return OPTION_VERSION;
}
