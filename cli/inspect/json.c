#include "cli/inspect/inspected.h"

#include "base/clock.h"
#include "base/digits.h"
#include "base/json.h"
#include "export/record_json.h"

#include <inttypes.h>
#include <stdlib.h>

static void put_seconds(FILE *out, const char *key, uint64_t from_ns, uint64_t t_ns)
{
	char text[DIGITS_ROOM];

	*digits_seconds(text, from_ns, t_ns) = '\0';
	fprintf(out, ",\"%s\":%s", key, text);
}

static void put_when(FILE *out, const struct inspected *inspected)
{
	const struct session_info *session = inspected->session;
	uint64_t wall_ns = wall_at(session, inspected->t_ns);

	json_number(out, "number", inspected->number);
	put_seconds(out, "t", session->start_ns, inspected->t_ns);
	put_seconds(out, "wall", 0, wall_ns);
}

static void put_who(FILE *out, const struct inspected *inspected)
{
	fprintf(out, "{\"pid\":%" PRIu32, inspected->pid);
	json_text(out, "name", inspected->name);
}

static void put_kind(FILE *out, const struct inspected_kind *kind)
{
	fputs("\n{\"kind\":", out);
	json_string(out, memory_kind_text(kind->kind));
	json_text(out, "what", kind->name);
}

void inspected_json(FILE *out, const struct inspected *inspected)
{
	put_who(out, inspected);
	put_when(out, inspected);
	record_json_use(out, &inspected->total);
	fputs(",\"kinds\":[", out);
	for (size_t i = 0; i < inspected->count; i++) {
		fputs(i ? "," : "", out);
		put_kind(out, &inspected->kinds[i]);
		record_json_use(out, &inspected->kinds[i].use);
		fputs("}", out);
	}
	fputs("\n]}", out);
}

/* --- growth */

static void put_growth(FILE *out, const char *key, uint64_t before, uint64_t after)
{
	fprintf(out, ",\"%s\":%" PRId64, key, inspected_growth(before, after));
}

static void put_change(FILE *out, const struct memory_use *before, const struct memory_use *after)
{
	record_json_use(out, after);
	put_growth(out, "mappings_growth", before->mappings, after->mappings);
	put_growth(out, "size_growth", before->size, after->size);
	put_growth(out, "rss_growth", before->rss, after->rss);
	put_growth(out, "pss_growth", before->pss, after->pss);
	put_growth(out, "private_dirty_growth", before->private_dirty, after->private_dirty);
	put_growth(out, "swap_growth", before->swap, after->swap);
	put_growth(out, "hugetlb_growth", before->hugetlb, after->hugetlb);
	put_growth(out, "lazyfree_growth", before->lazyfree, after->lazyfree);
}

int inspected_json_growth(FILE *out, const struct inspected *before, const struct inspected *after)
{
	struct inspected_change *changes;
	size_t count;
	int error = inspected_compare(before, after, &changes, &count);

	if (error)
		return error;
	put_who(out, after);
	put_when(out, after);
	put_seconds(out, "duration", before->t_ns, after->t_ns);
	put_change(out, &before->total, &after->total);
	fputs(",\"kinds\":[", out);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? "," : "", out);
		put_kind(out, changes[i].kind);
		put_change(out, &changes[i].before, &changes[i].after);
		fputs("}", out);
	}
	fputs("\n]}", out);
	free(changes);
	return 0;
}
