/*
 * An inspection, put together from its records; and what grew from one to another.
 */
#ifndef CLI_INSPECT_INSPECTED_H
#define CLI_INSPECT_INSPECTED_H

#include "wire/message.h"

#include <stdbool.h>
#include <stdio.h>

/* Rows of a table where not all are asked for. */
#define INSPECTED_ROWS 10

struct inspected_kind {
	enum memory_kind kind;
	char name[TEXT_LABEL + 1]; /* as it came: clean before showing */
	struct memory_use use;
};

/* All zeros: none. Freed by inspected_free. */
struct inspected {
	const struct session_info *session; /* set by the caller */
	uint32_t number;
	uint32_t pid; /* set by the caller, with the name */
	char name[TEXT_NAME + 1];
	uint64_t t_ns;
	bool whole;  /* all of its records came */
	bool failed; /* it could not be read; or no memory was left here */
	struct inspected_kind *kinds;
	size_t count;
	struct memory_use total;
};

void inspected_free(struct inspected *inspected);

/* Take the next record of an inspection; its first one empties @inspected. */
void inspected_take(struct inspected *inspected, uint64_t t_ns,
		    const struct inspection *inspection);

/* "heap", "library /usr/lib/libc.so.6"; to @text, clean, which is returned. */
#define INSPECTED_TEXT (TEXT_CLEAN_ROOM(TEXT_LABEL) + 32)
char *inspected_text(char text[INSPECTED_TEXT], const struct inspected_kind *kind);

/* A kind in two inspections, of which one may not have it: then it has all zeros there. */
struct inspected_change {
	const struct inspected_kind *kind; /* of either one */
	struct memory_use before;
	struct memory_use after;
};

/*
 * All kinds of both, in order of how much their RSS grew, of their mappings where that is the same:
 * *ret_changes, to be freed. 0 or -ENOMEM.
 */
int inspected_compare(const struct inspected *before, const struct inspected *after,
		      struct inspected_change **ret_changes, size_t *ret_count);

/* Whether there is more of it than before: RSS, or mappings without less RSS. */
bool inspected_grew(const struct inspected_change *change);

/* @after - @before */
int64_t inspected_growth(uint64_t before, uint64_t after);

/* As a table of the @most largest, where @where shows the others; or as one JSON object without a
 * newline. */
void inspected_print(FILE *out, const struct inspected *inspected, size_t most, const char *where);
void inspected_json(FILE *out, const struct inspected *inspected);

/* What grew: 0 or -ENOMEM. */
int inspected_print_growth(FILE *out, const struct inspected *before, const struct inspected *after,
			   size_t most);
int inspected_json_growth(FILE *out, const struct inspected *before, const struct inspected *after);

#endif
