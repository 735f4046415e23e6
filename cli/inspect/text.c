#include "cli/inspect/inspected.h"

#include "base/units.h"
#include "base/cells.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Kinds that are named of those that have some of what is in no RSS. */
#define BESIDE_MOST 3

static unsigned percent(uint64_t part, uint64_t whole)
{
	return whole ? (unsigned)((double)part * 100 / (double)whole + 0.5) : 0;
}

/* As wide as the largest, which is the last of its column or not above @most. */
static int width_of(uint64_t most, int least)
{
	int width = snprintf(NULL, 0, "%" PRIu64, most);

	return width > least ? width : least;
}

static size_t rows_of(size_t count, size_t most)
{
	return count < most ? count : most;
}

static void print_more(FILE *out, size_t count, size_t rows, const char *where)
{
	if (rows < count)
		fprintf(out, "<%zu more row%s: %s shows %s>\n", count - rows,
			count - rows == 1 ? "" : "s", where, count - rows == 1 ? "it" : "them");
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void print_name(FILE *out, const struct inspected *inspected)
{
	char name[TEXT_CLEAN_ROOM(TEXT_NAME)];

	text_clean(name, sizeof name, inspected->name, strlen(inspected->name));
	fprintf(out, "%s (%" PRIu32 ")", name, inspected->pid);
}

/* --- what is in no RSS: a figure of each kind, by its offset in a struct memory_use */

static uint64_t figure_of(const struct memory_use *use, size_t offset)
{
	return *(const uint64_t *)(const void *)((const char *)use + offset);
}

/* The kind with the next smaller figure than @last, one of several with the same in their order:
 * NULL: there is none, but of 0. */
static const struct inspected_kind *next_smaller(const struct inspected *inspected, size_t offset,
						 const struct inspected_kind *last)
{
	uint64_t most = last ? figure_of(&last->use, offset) : UINT64_MAX;
	const struct inspected_kind *found = NULL;

	for (size_t i = 0; i < inspected->count; i++) {
		const struct inspected_kind *kind = &inspected->kinds[i];
		uint64_t figure = figure_of(&kind->use, offset);

		if (figure == 0 || figure > most || (figure == most && kind <= last))
			continue;
		if (!found || figure > figure_of(&found->use, offset))
			found = kind;
	}
	return found;
}

/* "heap 1.2 MiB, anonymous 80 KiB, ..." */
static void print_beside(FILE *out, const char *what, const struct inspected *inspected,
			 size_t offset)
{
	uint64_t total = figure_of(&inspected->total, offset);
	const struct inspected_kind *kind = NULL;
	char bytes[UNITS_TEXT], text[INSPECTED_TEXT];

	if (total == 0)
		return;
	fprintf(out, "%s: %" PRIu64 " bytes (%s):", what, total, units_format_bytes(bytes, total));
	for (int i = 0; i < BESIDE_MOST; i++) {
		kind = next_smaller(inspected, offset, kind);
		if (!kind)
			break;
		fprintf(out, "%s %s %s", i ? "," : "", inspected_text(text, kind),
			units_format_bytes(bytes, figure_of(&kind->use, offset)));
	}
	fputs(kind && next_smaller(inspected, offset, kind) ? ", ...\n" : "\n", out);
}

void inspected_print(FILE *out, const struct inspected *inspected, size_t most, const char *where)
{
	const struct memory_use *total = &inspected->total;
	int width = width_of(total->rss, 9);
	int count_width = width_of(total->mappings, 6);
	size_t rows = rows_of(inspected->count, most);
	char bytes[UNITS_TEXT], text[INSPECTED_TEXT];
	uint64_t sum = 0;

	fprintf(out, "Partition of %" PRIu64 " mapping%s of ", total->mappings,
		plural(total->mappings));
	print_name(out, inspected);
	fprintf(out, ". Total RSS = %" PRIu64 " bytes (%s).\n", total->rss,
		units_format_bytes(bytes, total->rss));
	fprintf(out, " Index %*s   %% %*s   %% %*s   %% %*s %13s  Kind\n", count_width, "Count",
		width, "Size", width + 1, "Cumulative", width, "PSS", "Private dirty");
	for (size_t i = 0; i < rows; i++) {
		const struct memory_use *use = &inspected->kinds[i].use;

		sum += use->rss;
		fprintf(out,
			"%6zu %*" PRIu64 " %3u %*" PRIu64 " %3u %*" PRIu64 " %3u %*" PRIu64
			" %13" PRIu64 "  %s\n",
			i, count_width, use->mappings, percent(use->mappings, total->mappings),
			width, use->rss, percent(use->rss, total->rss), width + 1, sum,
			percent(sum, total->rss), width, use->pss, use->private_dirty,
			inspected_text(text, &inspected->kinds[i]));
	}
	print_more(out, inspected->count, rows, where);
	print_beside(out, "Swap, which is in no RSS", inspected, offsetof(struct memory_use, swap));
	print_beside(out, "Huge pages of hugetlbfs, which is in no RSS", inspected,
		     offsetof(struct memory_use, hugetlb));
	print_beside(out, "Given back (MADV_FREE), in the RSS until the kernel takes it", inspected,
		     offsetof(struct memory_use, lazyfree));
}

/* --- growth */

static void print_growth_head(FILE *out, const struct inspected *before,
			      const struct inspected *after, bool grew)
{
	char length[UNITS_TEXT], was[UNITS_TEXT], is[UNITS_TEXT], change[UNITS_TEXT];

	fputs(grew ? "Growth of " : "Nothing grew in ", out);
	print_name(out, after);
	fprintf(out, " in %s: RSS %s to %s, %s (%+" PRId64 " bytes).\n",
		units_format_duration(length, after->t_ns - before->t_ns),
		units_format_bytes(was, before->total.rss),
		units_format_bytes(is, after->total.rss),
		units_format_delta(change, inspected_growth(before->total.rss, after->total.rss)),
		inspected_growth(before->total.rss, after->total.rss));
}

static void print_change(FILE *out, const struct inspected_change *change, const int widths[3])
{
	char text[INSPECTED_TEXT];
	int pad;

	inspected_text(text, change->kind);
	pad = widths[0] - (int)cells_width(text);
	fprintf(out, "%s%*s %*" PRIu64 " %+*" PRId64 " %*" PRIu64 " %+*" PRId64 "\n", text,
		pad > 0 ? pad : 0, "", widths[1], change->after.rss, widths[1] + 1,
		inspected_growth(change->before.rss, change->after.rss), widths[2],
		change->after.mappings, widths[2] + 1,
		inspected_growth(change->before.mappings, change->after.mappings));
}

static void print_changes(FILE *out, const struct inspected_change *changes, size_t rows)
{
	uint64_t most = 0, most_mappings = 0;
	char text[INSPECTED_TEXT];
	int widths[3] = { 12 };

	for (size_t i = 0; i < rows; i++) {
		int width = (int)cells_width(inspected_text(text, changes[i].kind));

		widths[0] = width > widths[0] ? width : widths[0];
		if (changes[i].after.rss > most)
			most = changes[i].after.rss;
		if (changes[i].after.mappings > most_mappings)
			most_mappings = changes[i].after.mappings;
	}
	widths[1] = width_of(most, 9);
	widths[2] = width_of(most_mappings, 6);
	fprintf(out, "%-*s %*s %*s %*s %*s\n", widths[0], "Kind", widths[1], "Size", widths[1] + 1,
		"Growth", widths[2], "Count", widths[2] + 1, "Growth");
	for (size_t i = 0; i < rows; i++)
		print_change(out, &changes[i], widths);
}

int inspected_print_growth(FILE *out, const struct inspected *before, const struct inspected *after,
			   size_t most)
{
	struct inspected_change *changes;
	size_t count, grown = 0;
	int error = inspected_compare(before, after, &changes, &count);

	if (error)
		return error;
	while (grown < count && inspected_grew(&changes[grown]))
		grown++;
	print_growth_head(out, before, after, grown > 0);
	if (grown > 0)
		print_changes(out, changes, rows_of(grown, most));
	print_more(out, grown, rows_of(grown, most), "--all");
	free(changes);
	return 0;
}
