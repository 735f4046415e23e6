#include "plotter/gnuplot/datablock.h"

#include <string.h>

#define MARK "END_OF_TEXTS"

/* Underscores behind MARK without which one of the lines would begin with it. */
static int underscores(const char *const *texts, size_t count)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		const char *text = texts[i];

		if (strncmp(text, MARK, strlen(MARK)) != 0)
			continue;
		text += strlen(MARK);
		if (strspn(text, "_") + 1 > most)
			most = strspn(text, "_") + 1;
	}
	return (int)most;
}

static void write_mark(FILE *out, int length)
{
	fputs(MARK, out);
	while (length-- > 0)
		fputc('_', out);
	fputc('\n', out);
}

void datablock_write(FILE *out, const char *name, const char *const *texts, size_t count)
{
	int length = underscores(texts, count);

	fprintf(out, "$%s << ", name);
	write_mark(out, length);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s\n", texts[i]);
	write_mark(out, length);
	fputc('\n', out);
}
