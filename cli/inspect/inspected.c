#include "cli/inspect/inspected.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void inspected_free(struct inspected *inspected)
{
	free(inspected->kinds);
	inspected->kinds = NULL;
	inspected->count = 0;
}

static void begin(struct inspected *inspected, uint64_t t_ns, const struct inspection *inspection)
{
	inspected_free(inspected);
	inspected->number = inspection->number;
	inspected->t_ns = t_ns;
	inspected->total = (struct memory_use){ 0 };
	inspected->failed = inspection->kinds == 0;
	inspected->whole = inspected->failed;
	if (inspected->failed)
		return;
	inspected->kinds = calloc(inspection->kinds, sizeof *inspected->kinds);
	inspected->failed = !inspected->kinds;
}

void inspected_take(struct inspected *inspected, uint64_t t_ns, const struct inspection *inspection)
{
	struct inspected_kind *kind;

	if (inspection->place == 0)
		begin(inspected, t_ns, inspection);
	if (inspected->failed || inspected->whole || inspection->number != inspected->number ||
	    inspection->place != inspected->count)
		return;
	kind = &inspected->kinds[inspected->count++];
	kind->kind = inspection->kind;
	kind->use = inspection->use;
	text_copy(kind->name, sizeof kind->name, inspection->name);
	memory_use_add(&inspected->total, &kind->use);
	inspected->whole = inspected->count == inspection->kinds;
}

static const char *kind_words(enum memory_kind kind)
{
	switch (kind) {
	case MEMORY_STACK:
		return "stacks";
	case MEMORY_SHARED:
		return "shared memory";
	case MEMORY_HUGE:
		return "huge pages of";
	case MEMORY_HUGETLB:
		return "huge pages (hugetlb)";
	case MEMORY_KERNEL:
		return "the kernel's";
	default:
		return memory_kind_text(kind);
	}
}

char *inspected_text(char text[INSPECTED_TEXT], const struct inspected_kind *kind)
{
	const char *name = kind->name;
	char clean[TEXT_CLEAN_ROOM(TEXT_LABEL)];

	/* of itself "stack" */
	if (kind->kind == MEMORY_HUGE && memory_kind_find(name))
		name = kind_words(memory_kind_find(name));
	text_clean(clean, sizeof clean, name, strlen(name));
	snprintf(text, INSPECTED_TEXT, "%s%s%s", kind_words(kind->kind), clean[0] ? " " : "",
		 clean);
	return text;
}

/* --- growth */

int64_t inspected_growth(uint64_t before, uint64_t after)
{
	return (int64_t)(after - before);
}

bool inspected_grew(const struct inspected_change *change)
{
	int64_t rss = inspected_growth(change->before.rss, change->after.rss);

	return rss > 0 || (rss == 0 && change->after.mappings > change->before.mappings);
}

static int compare_growth(const void *left, const void *right)
{
	const struct inspected_change *a = left;
	const struct inspected_change *b = right;
	int64_t a_rss = inspected_growth(a->before.rss, a->after.rss);
	int64_t b_rss = inspected_growth(b->before.rss, b->after.rss);
	int64_t a_count = inspected_growth(a->before.mappings, a->after.mappings);
	int64_t b_count = inspected_growth(b->before.mappings, b->after.mappings);

	if (a_rss != b_rss)
		return a_rss < b_rss ? 1 : -1;
	if (a_count != b_count)
		return a_count < b_count ? 1 : -1;
	return strcmp(a->kind->name, b->kind->name);
}

static int compare_names(const void *left, const void *right)
{
	const struct inspected_change *a = left;
	const struct inspected_change *b = right;

	if (a->kind->kind != b->kind->kind)
		return a->kind->kind < b->kind->kind ? -1 : 1;
	return strcmp(a->kind->name, b->kind->name);
}

/* What follows one another is of one kind: the two become one. */
static size_t join(struct inspected_change *changes, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && compare_names(&changes[kept - 1], &changes[i]) == 0) {
			memory_use_add(&changes[kept - 1].before, &changes[i].before);
			memory_use_add(&changes[kept - 1].after, &changes[i].after);
		} else {
			changes[kept++] = changes[i];
		}
	}
	return kept;
}

int inspected_compare(const struct inspected *before, const struct inspected *after,
		      struct inspected_change **ret_changes, size_t *ret_count)
{
	struct inspected_change *changes;
	size_t count = 0;

	changes = calloc(before->count + after->count + 1, sizeof *changes);
	if (!changes)
		return -ENOMEM;
	for (size_t i = 0; i < before->count; i++)
		changes[count++] = (struct inspected_change){ .kind = &before->kinds[i],
							      .before = before->kinds[i].use };
	for (size_t i = 0; i < after->count; i++)
		changes[count++] = (struct inspected_change){ .kind = &after->kinds[i],
							      .after = after->kinds[i].use };
	qsort(changes, count, sizeof *changes, compare_names);
	count = join(changes, count);
	qsort(changes, count, sizeof *changes, compare_growth);
	*ret_changes = changes;
	*ret_count = count;
	return 0;
}
