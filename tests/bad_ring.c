/*
 * bad_ring KIND FILE PID INSTANCE: write a ring as that process could have, in which one thing is
 * wrong (KIND); a `good` one has an event "good" at its start.
 */
#include "base/clock.h"
#include "wire/ring.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CELLS 64

struct file {
	struct ring_header header;
	uint8_t rest[RING_HEADER - sizeof(struct ring_header)];
	uint8_t cells[CELLS][RING_CELL];
};

_Static_assert(sizeof(struct file) == RING_HEADER + CELLS * RING_CELL, "as it lies in the file");

static void put_event(struct file *file, uint64_t position, const char *label)
{
	const struct event event = { .category = "", .label = label };
	uint8_t *cells[RING_EVENT_CELLS];
	uint64_t word = ring_word(position, RING_CELL_FIRST | 1 << 4);

	for (unsigned i = 0; i < RING_EVENT_CELLS; i++)
		cells[i] = file->cells[(position + i) % CELLS];
	ring_put(cells, position, clock_mono_ns(), &event, 0, strlen(label));
	memcpy(cells[0], &word, sizeof(word));
}

/* Memory that no machine has, and a time before all. */
static void say_absurd(struct file *file)
{
	const uint64_t rss = 1ULL << 60;
	const uint64_t t_ns = 0;
	const uint32_t shared = UINT32_MAX;

	memcpy(file->cells[0] + offsetof(struct ring_event, rss), &rss, sizeof(rss));
	memcpy(file->cells[0] + offsetof(struct ring_event, shared), &shared, sizeof(shared));
	memcpy(file->cells[1] + offsetof(struct ring_event, t_ns), &t_ns, sizeof(t_ns));
}

/* Each KIND breaks one field; the size of the file is returned. */
static size_t spoil(struct file *file, const char *kind)
{
	struct ring_header *header = &file->header;
	size_t size = sizeof(*file);

	if (strcmp(kind, "magic") == 0)
		header->magic++;
	else if (strcmp(kind, "version") == 0)
		header->version = 99;
	else if (strcmp(kind, "cells-none") == 0)
		header->cells = 0;
	else if (strcmp(kind, "cells-odd") == 0)
		header->cells = CELLS + 1;
	else if (strcmp(kind, "cells-many") == 0)
		header->cells = 1U << 31;
	else if (strcmp(kind, "pid-none") == 0)
		header->pid = 0;
	else if (strcmp(kind, "instance-other") == 0)
		header->instance++;
	else if (strcmp(kind, "header-cut") == 0)
		size = 100;
	else if (strcmp(kind, "cells-cut") == 0)
		size = RING_HEADER + 3 * RING_CELL + 17;
	else if (strcmp(kind, "head-far") == 0)
		header->head = UINT64_MAX - 1;
	else if (strcmp(kind, "sparse") == 0)
		header->cells = RING_CELLS_MAX;
	else if (strcmp(kind, "merged-beyond") == 0)
		header->merged = header->head + 1000;
	else if (strcmp(kind, "dropped-many") == 0)
		header->dropped = UINT64_MAX;
	else if (strcmp(kind, "absurd") == 0)
		say_absurd(file);
	else if (strcmp(kind, "noise") == 0)
		memset(file->cells[1], 0xa5, sizeof(file->cells) - RING_CELL);
	return size;
}

int main(int argc, char **argv)
{
	static struct file file;
	size_t size;
	int fd;

	if (argc != 5)
		return 2;
	file.header = (struct ring_header){
		.magic = RING_MAGIC,
		.version = RING_VERSION,
		.cells = CELLS,
		.pid = (uint32_t)strtoul(argv[3], NULL, 10),
		.instance = strtoull(argv[4], NULL, 16),
		.name = "made up",
		.head = 2,
	};
	put_event(&file, 0, "good");
	put_event(&file, 1, "better");
	size = spoil(&file, argv[1]);
	if (file.header.cells == RING_CELLS_MAX)
		file.header.head = RING_CELLS_MAX;
	fd = open(argv[2], O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || write(fd, &file, size) != (ssize_t)size) {
		perror(argv[2]);
		return 1;
	}
	if (file.header.cells == RING_CELLS_MAX &&
	    ftruncate(fd, RING_HEADER + (off_t)RING_CELLS_MAX * RING_CELL) < 0)
		return 1;
	return 0;
}
