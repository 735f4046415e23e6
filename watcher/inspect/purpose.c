#include "watcher/inspect/purpose.h"

#include <stdio.h>
#include <string.h>

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

static bool has_pointer(const struct partition_threads *threads, const struct mapping *mapping)
{
	size_t low = 0;
	size_t high = threads->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (threads->pointers[middle] < mapping->from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < threads->count && threads->pointers[low] < mapping->to;
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

enum memory_kind purpose_find(struct purpose *purpose, const struct mapping *mapping,
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
