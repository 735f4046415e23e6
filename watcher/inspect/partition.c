#include "watcher/inspect/partition.h"

#include "watcher/inspect/purpose.h"

#include <stdlib.h>
#include <string.h>

/* Kinds that are told apart while mappings come; any further ones are others. */
#define KINDS_MOST 8192
#define SLOTS (2 * KINDS_MOST)

struct partition {
	struct purpose purpose;
	struct mapping pending; /* the last one that came: what it is for tells the next one too */
	bool has_pending;
	bool failed; /* no memory */
	char path[SMAPS_LINE];
	struct memory_use others;
	struct part *parts;
	size_t count;
	size_t room;
	uint16_t slots[SLOTS]; /* 1 + the index of a part, by hash; 0: free */
};

struct partition *partition_new(const struct partition_threads *threads)
{
	struct partition *partition = calloc(1, sizeof *partition);

	if (partition)
		partition->purpose.threads = threads;
	return partition;
}

void partition_free(struct partition *partition)
{
	if (!partition)
		return;
	free(partition->parts);
	free(partition);
}

/* --- kinds */

static uint32_t hash(enum memory_kind kind, const char *name)
{
	uint32_t value = 2166136261u ^ (uint32_t)kind;

	for (; *name; name++)
		value = (value ^ (unsigned char)*name) * 16777619u;
	return value;
}

static struct part *add_part(struct partition *partition, uint16_t *slot, enum memory_kind kind,
			     const char *name)
{
	size_t room = partition->room ? 2 * partition->room : 64;
	struct part *parts = partition->parts;

	if (partition->count == partition->room) {
		parts = partition->count < KINDS_MOST ? realloc(parts, room * sizeof *parts) : NULL;
		if (!parts) {
			partition->failed |= partition->count < KINDS_MOST;
			return NULL;
		}
		partition->parts = parts;
		partition->room = room;
	}
	parts = &parts[partition->count++];
	*parts = (struct part){ .kind = kind };
	text_copy(parts->name, sizeof parts->name, name);
	*slot = (uint16_t)partition->count;
	return parts;
}

/* The part of a kind; NULL where there are too many. */
static struct part *find_part(struct partition *partition, enum memory_kind kind, const char *name)
{
	for (uint32_t at = hash(kind, name) % SLOTS;; at = (at + 1) % SLOTS) {
		uint16_t *slot = &partition->slots[at];
		struct part *part;

		if (!*slot)
			return add_part(partition, slot, kind, name);
		part = &partition->parts[*slot - 1];
		if (part->kind == kind && strcmp(part->name, name) == 0)
			return part;
	}
}

static void count_use(struct partition *partition, enum memory_kind kind, const char *name,
		      const struct memory_use *use)
{
	struct part *part = find_part(partition, kind, name);

	memory_use_add(part ? &part->use : &partition->others, use);
}

/* --- mappings */

/* That much of @figure as @part is of @whole; exact where it is all that counts. */
static uint64_t share(uint64_t figure, uint64_t part, uint64_t whole)
{
	if (figure >= whole)
		return part;
	return figure / 1024 * (part / 1024) / (whole / 1024) * 1024;
}

/*
 * What of a mapping is in huge pages is a kind of its own. Its PSS and what is dirty are not told
 * apart by the kernel: where others share some of the mapping, they are taken in proportion.
 */
static void split_huge(struct partition *partition, enum memory_kind kind, struct mapping *mapping)
{
	struct memory_use *rest = &mapping->use;
	uint64_t bytes = mapping->huge < rest->rss ? mapping->huge : rest->rss;
	struct memory_use huge = { .rss = bytes };

	if (bytes == 0)
		return;
	huge.pss = share(rest->pss, bytes, rest->rss);
	huge.private_dirty = share(rest->private_dirty, bytes, rest->rss);
	rest->rss -= huge.rss;
	rest->pss -= huge.pss;
	rest->private_dirty -= huge.private_dirty;
	/* It counts where most of it is. */
	if (huge.rss > rest->rss) {
		huge.mappings = rest->mappings;
		huge.size = rest->size;
		rest->mappings = 0;
		rest->size = 0;
	}
	count_use(partition, MEMORY_HUGE, memory_kind_text(kind), &huge);
}

static bool is_empty(const struct memory_use *use)
{
	return !use->mappings && !use->rss && !use->pss && !use->private_dirty && !use->swap &&
	       !use->hugetlb;
}

static void settle(struct partition *partition, const struct mapping *next)
{
	struct mapping *mapping = &partition->pending;
	char name[TEXT_LABEL + 1];
	enum memory_kind kind;

	if (!partition->has_pending)
		return;
	kind = purpose_find(&partition->purpose, mapping, next, name);
	split_huge(partition, kind, mapping);
	if (!is_empty(&mapping->use))
		count_use(partition, kind, name, &mapping->use);
	partition->has_pending = false;
}

void partition_take(void *arg, const struct mapping *mapping)
{
	struct partition *partition = arg;

	settle(partition, mapping);
	partition->pending = *mapping;
	text_copy(partition->path, sizeof partition->path, mapping->path);
	partition->pending.path = partition->path;
	partition->has_pending = true;
}

/* --- the end */

static int compare(const void *left, const void *right)
{
	const struct part *a = left;
	const struct part *b = right;

	if (a->use.rss != b->use.rss)
		return a->use.rss < b->use.rss ? 1 : -1;
	if (a->use.size != b->use.size)
		return a->use.size < b->use.size ? 1 : -1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void sort(struct partition *partition)
{
	qsort(partition->parts, partition->count, sizeof *partition->parts, compare);
}

const struct part *partition_end(struct partition *partition, size_t *ret_count)
{
	struct part *others;

	*ret_count = 0;
	settle(partition, NULL);
	if (partition->failed)
		return NULL;
	/* In the order of their size; the slots are good for nothing from now on. */
	if (partition->count > 0)
		sort(partition);
	if (partition->count > INSPECTION_KINDS || partition->others.mappings > 0) {
		while (partition->count >= INSPECTION_KINDS)
			memory_use_add(&partition->others,
				       &partition->parts[--partition->count].use);
		others = &partition->parts[partition->count++];
		*others = (struct part){ .kind = MEMORY_OTHERS, .use = partition->others };
		sort(partition);
	}
	*ret_count = partition->count;
	return partition->parts;
}
