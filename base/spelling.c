#include "base/spelling.h"

#include "base/minmax.h"

#include <stddef.h>
#include <string.h>

/* Longer than any name here; what is longer still is none of them. */
#define LONGEST 32

/* The optimal string alignment distance: edits, where a change of neighbours is one. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= a_length; i++)
		rows[i][0] = (unsigned)i;
	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		for (size_t j = 1; j <= b_length; j++) {
			unsigned other = a[i - 1] != b[j - 1];

			rows[i][j] = min_unsigned(min_unsigned(rows[i - 1][j], rows[i][j - 1]) + 1,
						  rows[i - 1][j - 1] + other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				rows[i][j] = min_unsigned(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_length][b_length];
}

void spelling_try(struct spelling *spelling, const char *known)
{
	size_t length = strlen(spelling->typed);
	size_t known_length = strlen(known);
	unsigned most = length < 5 ? 1 : 2;
	unsigned edits;

	if (length < 2 || length > LONGEST || known_length > LONGEST)
		return;
	edits = distance(spelling->typed, length, known, known_length);
	if (strncmp(spelling->typed, known, length) == 0)
		edits = min_unsigned(edits, most);
	if (edits > most || (spelling->meant && edits >= spelling->distance))
		return;
	spelling->meant = known;
	spelling->distance = edits;
}
