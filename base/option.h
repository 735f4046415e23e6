/*
 * The options of a command line: one row each, of which what reads them, --help and
 * completions consist. Alike
 * for memwatch and memwatchd.
 */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit statuses. */
#define EXIT_FAIL 1
#define EXIT_USAGE 2

/* What option_read returns beside exit statuses: an option that asks for nothing else. */
#define OPTION_HELP (-1)
#define OPTION_VERSION (-2)

struct option_row;

/* Take the value @text of an option, NULL where it has none, to @field: 0, or what option_read is
 * to return, after a message that names both where that is an exit status. */
typedef int option_parser(const struct option_row *row, void *field, const char *text);

struct option_row {
	const char *name;     /* without "--" */
	char letter;	      /* 0: none */
	const char *argument; /* as --help shows it; NULL: it takes none */
	int groups;	      /* those who take it, one bit each; 0: all do */
	option_parser *parse;
	size_t offset;	   /* of its field in what is filled */
	const char *help;  /* for --help, its lines parted by '\n'; NULL: it isn't shown */
	uint64_t least_ns; /* of option_time */
	/* For completions: the words that its value may be, parted by spaces. One in angle brackets
	 * stands for what is found then: <files>, <pids>, <users>, <sessions>; or for what the
	 * program knows. NULL: any. */
	const char *words;
};

/*
 * Whose options are read. The same name may have several rows, for several groups, which mean
 * different things; all of them have a value, or none has.
 */
struct option_line {
	const struct option_row *rows; /* a row without a name ends them */
	int groups;		       /* that it takes */
	bool is_command;	       /* the first argument ends its options */
	const char *program;	       /* "memwatch" */
	const char *command;	       /* "run"; "": it has none */
};

/* Whether it takes the option of this row. */
bool option_taken(const struct option_line *line, const struct option_row *row);

/* Fill the struct at @target: 0, and optind(3) is the first argument, behind which only arguments
 * are; OPTION_HELP; OPTION_VERSION; or an exit status after a message. */
int option_read(const struct option_line *line, void *target, int argc, char **argv);

/* Print what is shown of the options, one or more lines each. */
void option_print(const struct option_line *line);

/* Point to --help on standard error: EXIT_USAGE. */
int option_bad_usage(const struct option_line *line);

/* How messages call whose options they are: "run", "memwatchd". */
const char *option_command(const struct option_line *line);

/* --- parsers */

/* A bool: it is there. */
option_parser option_flag;
/* A const char *, any text. */
option_parser option_text;
/* A uint64_t: a length of time in ns, row->least_ns (0, 1 ms, 100 ms or 1 s) at least. */
option_parser option_time;
/* A uint64_t: an amount of memory in bytes, not 0, with its unit: 512 bytes of a program would
 * never be meant. */
option_parser option_size;
/* OPTION_HELP, OPTION_VERSION. */
option_parser option_help;
option_parser option_version;

#endif
