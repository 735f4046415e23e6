#include "analysis/crowd.h"

#include "base/temporary.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK_ENTRIES 31

/* As it stands in the file. */
struct block {
	uint64_t next; /* its number; it is there once this one is full */
	uint32_t count;
	struct crowd_entry entries[BLOCK_ENTRIES];
};

struct group {
	uint64_t first; /* block */
	uint64_t number;
	struct block *block; /* the last, of that number; NULL: there is none */
};

struct crowd {
	int entries;
	int kept;
	int error;
	uint64_t blocks;
	size_t group_count;
	struct group groups[];
};

int crowd_open(struct crowd **ret_crowd, size_t lives)
{
	size_t groups = lives / CROWD_GROUP + 1;
	struct crowd *crowd = calloc(1, sizeof *crowd + groups * sizeof *crowd->groups);
	int error;

	if (!crowd)
		return -ENOMEM;
	crowd->group_count = groups;
	crowd->entries = temporary_fd();
	crowd->kept = temporary_fd();
	error = crowd->entries < 0 ? crowd->entries : crowd->kept < 0 ? crowd->kept : 0;
	if (error) {
		crowd_close(crowd);
		return error;
	}
	*ret_crowd = crowd;
	return 0;
}

void crowd_close(struct crowd *crowd)
{
	if (!crowd)
		return;
	for (size_t i = 0; i < crowd->group_count; i++)
		free(crowd->groups[i].block);
	if (crowd->entries >= 0)
		close(crowd->entries);
	if (crowd->kept >= 0)
		close(crowd->kept);
	free(crowd);
}

/* 0, or a negative errno: also where less is written or read than that. */
static int write_at(int fd, const void *data, size_t size, uint64_t offset)
{
	ssize_t written = pwrite(fd, data, size, (off_t)offset);

	if (written == (ssize_t)size)
		return 0;
	return written < 0 ? -errno : -ENOSPC;
}

static int read_at(int fd, void *data, size_t size, uint64_t offset)
{
	ssize_t count = pread(fd, data, size, (off_t)offset);

	if (count == (ssize_t)size)
		return 0;
	return count < 0 ? -errno : -EIO;
}

/* --- what happens */

/* One more block, at the end of the file. */
static struct block *begin_block(struct crowd *crowd, struct group *group)
{
	if (!group->block) {
		group->block = calloc(1, sizeof *group->block);
		group->first = group->number = crowd->blocks++;
	}
	return group->block;
}

/* The block is full: the group's next is begun. */
static int turn_block(struct crowd *crowd, struct group *group)
{
	int error;

	group->block->next = crowd->blocks++;
	error = write_at(crowd->entries, group->block, sizeof *group->block,
			 group->number * sizeof *group->block);
	group->number = group->block->next;
	group->block->count = 0;
	return error;
}

void crowd_add(struct crowd *crowd, const struct crowd_entry *entry)
{
	struct group *group = &crowd->groups[entry->place / CROWD_GROUP];
	struct block *block;

	if (crowd->error)
		return;
	block = begin_block(crowd, group);
	if (!block) {
		crowd->error = -ENOMEM;
		return;
	}
	block->entries[block->count++] = *entry;
	if (block->count == BLOCK_ENTRIES)
		crowd->error = turn_block(crowd, group);
}

int crowd_read(struct crowd *crowd, size_t group_number,
	       void (*each)(void *arg, const struct crowd_entry *entry), void *arg)
{
	struct group *group = &crowd->groups[group_number];
	struct block block;

	for (uint64_t number = group->first; !crowd->error && group->block; number = block.next) {
		if (number == group->number)
			block = *group->block;
		else
			crowd->error = read_at(crowd->entries, &block, sizeof block,
					       number * sizeof block);
		for (uint32_t i = 0; !crowd->error && i < block.count; i++)
			each(arg, &block.entries[i]);
		if (number == group->number)
			break;
	}
	free(group->block);
	group->block = NULL;
	return crowd->error;
}

/* --- what that comes to */

int crowd_keep(struct crowd *crowd, uint32_t place, const struct grown *grown)
{
	return write_at(crowd->kept, grown, sizeof *grown, place * sizeof *grown);
}

int crowd_kept(const struct crowd *crowd, uint32_t place, struct grown *ret_grown)
{
	return read_at(crowd->kept, ret_grown, sizeof *ret_grown, place * sizeof *ret_grown);
}
