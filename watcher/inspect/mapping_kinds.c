#include "watcher/inspect/mapping_kinds.h"

#include "base/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a mapping is for, as far as it and its neighbours tell. All zeros but for `threads`: before
 * the first mapping. */
struct purpose {
	const struct mapping_threads *threads;
	uint64_t guard_to; /* where the guard before ended; 0: that was none */
	uint64_t arena_to; /* where the heap of malloc that was found last ends */
};

/*
 * A heap of malloc's, but for the main one, is aligned to this and as long: at first all of it may
 * not be touched, but for its begin (glibc, malloc/arena.c, HEAP_MAX_SIZE on 64 bits).
 */
#define ARENA_BYTES (64ULL << 20)

/* A guard is some pages; more is something else that is kept free. */
#define GUARD_MOST (1ULL << 20)

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* --- of no file */

static bool is_closed(const struct mapping *mapping)
{
	return !mapping->readable && !mapping->writable && !mapping->executable && !mapping->shared;
}

static bool is_plain(const struct mapping *mapping)
{
	return mapping->path[0] == '\0' && !mapping->shared && mapping->readable &&
	       mapping->writable;
}

/* What malloc has not grown into yet lies right above, up to where the heap's room ends. */
static bool is_arena(const struct mapping *mapping, const struct mapping *next)
{
	uint64_t end = (mapping->to + ARENA_BYTES - 1) / ARENA_BYTES * ARENA_BYTES;

	if (mapping->from % ARENA_BYTES != 0)
		return false;
	if (mapping->to == end)
		return mapping->to - mapping->from == ARENA_BYTES;
	return next && next->from == mapping->to && next->to >= end && is_closed(next) &&
	       next->path[0] == '\0';
}

static uint64_t pointer_at(const void *threads, size_t index)
{
	return ((const struct mapping_threads *)threads)->pointers[index];
}

static bool has_pointer(const struct mapping_threads *threads, const struct mapping *mapping)
{
	size_t first = array_lower_bound(threads, threads->count, pointer_at, mapping->from);

	return first < threads->count && threads->pointers[first] < mapping->to;
}

static bool is_stack(const struct purpose *purpose, const struct mapping *mapping)
{
	if (!is_plain(mapping))
		return false;
	return has_pointer(purpose->threads, mapping) ||
	       (purpose->threads->several && purpose->guard_to == mapping->from);
}

/* Where nothing may be touched: the rest of a heap, a guard, or kept free by the program. */
static enum memory_kind closed_kind(struct purpose *purpose, const struct mapping *mapping,
				    const struct mapping *next)
{
	struct purpose after = *purpose;
	uint64_t from = mapping->from;

	if (purpose->arena_to > from)
		from = purpose->arena_to;
	if (mapping->to > from && mapping->to - from <= GUARD_MOST)
		purpose->guard_to = mapping->to;
	if (purpose->arena_to > mapping->from)
		return MEMORY_HEAP;
	after.guard_to = purpose->guard_to;
	return next && is_stack(&after, next) && next->from == mapping->to ? MEMORY_STACK
									   : MEMORY_ANONYMOUS;
}

static enum memory_kind nameless_kind(struct purpose *purpose, const struct mapping *mapping,
				      const struct mapping *next)
{
	enum memory_kind kind = MEMORY_ANONYMOUS;

	if (mapping->shared)
		return MEMORY_SHARED;
	if (is_closed(mapping))
		return closed_kind(purpose, mapping, next);
	if (is_plain(mapping) && is_arena(mapping, next)) {
		purpose->arena_to = (mapping->to + ARENA_BYTES - 1) / ARENA_BYTES * ARENA_BYTES;
		kind = MEMORY_HEAP;
	} else if (is_stack(purpose, mapping)) {
		kind = MEMORY_STACK;
	}
	purpose->guard_to = 0;
	return kind;
}

/* --- by the name that the kernel gives */

static enum memory_kind bracket_kind(const char *path)
{
	static const struct {
		const char *prefix;
		enum memory_kind kind;
	} kinds[] = {
		{ "[heap]", MEMORY_HEAP },
		{ "[stack", MEMORY_STACK },
		{ "[anon: glibc: malloc", MEMORY_HEAP },
		{ "[anon: glibc: pthread stack", MEMORY_STACK },
		{ "[anon:stack", MEMORY_STACK },
		{ "[anon:", MEMORY_ANONYMOUS },
		{ "[anon_shmem:", MEMORY_SHARED },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (begins(path, kinds[i].prefix))
			return kinds[i].kind;
	}
	return MEMORY_KERNEL;
}

static bool is_shared_memory(const char *path)
{
	return begins(path, "/dev/shm/") || begins(path, "/memfd:") || begins(path, "/SYSV") ||
	       begins(path, "/dev/zero");
}

/* libc.so.6, ld-linux-x86-64.so.2, _json.cpython-311-x86_64-linux-gnu.so, any of them deleted. */
static bool is_library(const char *path)
{
	const char *name = strrchr(path, '/');
	const char *at = strstr(name ? name : path, ".so");

	for (; at; at = strstr(at + 1, ".so")) {
		if (at[3] == '\0' || at[3] == '.' || strcmp(at + 3, " (deleted)") == 0)
			return true;
	}
	return false;
}

static enum memory_kind file_kind(const struct mapping *mapping)
{
	if (begins(mapping->path, "/dev/zero") && !mapping->shared)
		return MEMORY_ANONYMOUS;
	if (is_shared_memory(mapping->path))
		return MEMORY_SHARED;
	return is_library(mapping->path) ? MEMORY_LIBRARY : MEMORY_FILE;
}

/* The end of a path tells more than its beginning. */
static void name_path(char *name, const char *path)
{
	size_t length = strlen(path);
	const char *from = path;

	if (length > TEXT_LABEL) {
		from = path + length - (TEXT_LABEL - 3);
		while ((*from & 0xc0) == 0x80)
			from++;
	}
	snprintf(name, TEXT_LABEL + 1, "%s%s", from > path ? "..." : "", from);
}

/* Whether mappings of that kind are told apart by their paths. */
static bool is_named(enum memory_kind kind, const char *path)
{
	switch (kind) {
	case MEMORY_FILE:
	case MEMORY_LIBRARY:
		return true;
	case MEMORY_SHARED:
		return !begins(path, "/dev/zero");
	case MEMORY_HUGETLB:
		return !begins(path, "/anon_hugepage");
	case MEMORY_ANONYMOUS:
		return path[0] == '[';
	default:
		return false;
	}
}

/*
 * The kind of @mapping, and to @ret_name which one of that kind, "" where that is all one. @next is
 * the one above it; NULL: it is the last. To be called for each, in ascending order.
 */
static enum memory_kind purpose_find(struct purpose *purpose, const struct mapping *mapping,
				     const struct mapping *next, char ret_name[TEXT_LABEL + 1])
{
	enum memory_kind kind;

	ret_name[0] = '\0';
	if (mapping->hugetlb)
		kind = MEMORY_HUGETLB;
	else if (mapping->path[0] == '\0')
		kind = nameless_kind(purpose, mapping, next);
	else if (mapping->path[0] == '[')
		kind = bracket_kind(mapping->path);
	else
		kind = file_kind(mapping);
	if (mapping->path[0] != '\0')
		purpose->guard_to = 0;
	if (is_named(kind, mapping->path))
		name_path(ret_name, mapping->path);
	return kind;
}

/* Kinds that are told apart while mappings come; any further ones are others. */
#define KINDS_MOST 8192
#define SLOTS (2 * KINDS_MOST)

struct mapping_kinds {
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

struct mapping_kinds *mapping_kinds_new(const struct mapping_threads *threads)
{
	struct mapping_kinds *mapping_kinds = calloc(1, sizeof *mapping_kinds);

	if (mapping_kinds)
		mapping_kinds->purpose.threads = threads;
	return mapping_kinds;
}

void mapping_kinds_free(struct mapping_kinds *mapping_kinds)
{
	if (!mapping_kinds)
		return;
	free(mapping_kinds->parts);
	free(mapping_kinds);
}

/* --- kinds */

static uint32_t hash(enum memory_kind kind, const char *name)
{
	uint32_t value = 2166136261u ^ (uint32_t)kind;

	for (; *name; name++)
		value = (value ^ (unsigned char)*name) * 16777619u;
	return value;
}

static struct part *add_part(struct mapping_kinds *mapping_kinds, uint16_t *slot,
			     enum memory_kind kind, const char *name)
{
	struct part *part;

	if (mapping_kinds->count == KINDS_MOST)
		return NULL;
	if (array_reserve(&mapping_kinds->parts, &mapping_kinds->room, mapping_kinds->count + 1)) {
		mapping_kinds->failed = true;
		return NULL;
	}
	part = &mapping_kinds->parts[mapping_kinds->count++];
	*part = (struct part){ .kind = kind };
	text_copy(part->name, sizeof part->name, name);
	*slot = (uint16_t)mapping_kinds->count;
	return part;
}

/* The part of a kind; NULL where there are too many. */
static struct part *find_part(struct mapping_kinds *mapping_kinds, enum memory_kind kind,
			      const char *name)
{
	for (uint32_t at = hash(kind, name) % SLOTS;; at = (at + 1) % SLOTS) {
		uint16_t *slot = &mapping_kinds->slots[at];
		struct part *part;

		if (!*slot)
			return add_part(mapping_kinds, slot, kind, name);
		part = &mapping_kinds->parts[*slot - 1];
		if (part->kind == kind && strcmp(part->name, name) == 0)
			return part;
	}
}

static void count_use(struct mapping_kinds *mapping_kinds, enum memory_kind kind, const char *name,
		      const struct memory_use *use)
{
	struct part *part = find_part(mapping_kinds, kind, name);

	memory_use_add(part ? &part->use : &mapping_kinds->others, use);
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
static void split_huge(struct mapping_kinds *mapping_kinds, enum memory_kind kind,
		       struct mapping *mapping)
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
	count_use(mapping_kinds, MEMORY_HUGE, memory_kind_text(kind), &huge);
}

static bool is_empty(const struct memory_use *use)
{
	return !use->mappings && !use->rss && !use->pss && !use->private_dirty && !use->swap &&
	       !use->hugetlb;
}

static void settle(struct mapping_kinds *mapping_kinds, const struct mapping *next)
{
	struct mapping *mapping = &mapping_kinds->pending;
	char name[TEXT_LABEL + 1];
	enum memory_kind kind;

	if (!mapping_kinds->has_pending)
		return;
	kind = purpose_find(&mapping_kinds->purpose, mapping, next, name);
	split_huge(mapping_kinds, kind, mapping);
	if (!is_empty(&mapping->use))
		count_use(mapping_kinds, kind, name, &mapping->use);
	mapping_kinds->has_pending = false;
}

void mapping_kinds_take(void *arg, const struct mapping *mapping)
{
	struct mapping_kinds *mapping_kinds = arg;

	settle(mapping_kinds, mapping);
	mapping_kinds->pending = *mapping;
	text_copy(mapping_kinds->path, sizeof mapping_kinds->path, mapping->path);
	mapping_kinds->pending.path = mapping_kinds->path;
	mapping_kinds->has_pending = true;
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

static void sort(struct mapping_kinds *mapping_kinds)
{
	qsort(mapping_kinds->parts, mapping_kinds->count, sizeof *mapping_kinds->parts, compare);
}

const struct part *mapping_kinds_end(struct mapping_kinds *mapping_kinds, size_t *ret_count)
{
	struct part *others;

	*ret_count = 0;
	settle(mapping_kinds, NULL);
	if (mapping_kinds->failed)
		return NULL;
	/* In the order of their size; the slots are good for nothing from now on. */
	if (mapping_kinds->count > 0)
		sort(mapping_kinds);
	if (mapping_kinds->count > INSPECTION_KINDS || mapping_kinds->others.mappings > 0) {
		while (mapping_kinds->count >= INSPECTION_KINDS)
			memory_use_add(&mapping_kinds->others,
				       &mapping_kinds->parts[--mapping_kinds->count].use);
		others = &mapping_kinds->parts[mapping_kinds->count++];
		*others = (struct part){ .kind = MEMORY_OTHERS, .use = mapping_kinds->others };
		sort(mapping_kinds);
	}
	*ret_count = mapping_kinds->count;
	return mapping_kinds->parts;
}
