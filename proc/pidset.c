#include "proc/pidset.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_LEAST 64

void pidset_free(struct pidset *set)
{
	free(set->at);
	*set = (struct pidset){ 0 };
}

/* Its place, or the free one where it would be. */
static struct pidmark *place(const struct pidset *set, pid_t pid)
{
	size_t index = (uint32_t)pid * 2654435761U & (set->room - 1);

	while (set->at[index].pid && set->at[index].pid != pid)
		index = (index + 1) & (set->room - 1);
	return &set->at[index];
}

struct pidmark *pidset_find(const struct pidset *set, pid_t pid)
{
	struct pidmark *mark = set->room ? place(set, pid) : NULL;

	return mark && mark->pid ? mark : NULL;
}

/* All that were met in @round or later, in @room places. */
static int rebuild(struct pidset *set, size_t room, uint64_t round)
{
	struct pidset next = { .at = calloc(room, sizeof *next.at), .room = room };

	if (!next.at)
		return -1;
	for (size_t i = 0; i < set->room; i++) {
		if (!set->at[i].pid || set->at[i].round < round)
			continue;
		*place(&next, set->at[i].pid) = set->at[i];
		next.count++;
	}
	free(set->at);
	*set = next;
	return 0;
}

struct pidmark *pidset_add(struct pidset *set, pid_t pid, uint64_t start_ticks, uint64_t round)
{
	struct pidmark *mark;

	if (2 * (set->count + 1) > set->room &&
	    rebuild(set, set->room ? 2 * set->room : ROOM_LEAST, 0) < 0)
		return NULL;
	mark = place(set, pid);
	set->count += mark->pid == 0;
	*mark = (struct pidmark){ pid, start_ticks, round, round, 0 };
	return mark;
}

/* Half of them may be used before there are more; of a storm's, most are given back. */
static size_t room_for(size_t count, size_t room)
{
	while (room > ROOM_LEAST && 8 * count < room)
		room /= 2;
	return room;
}

void pidset_sweep(struct pidset *set, uint64_t round)
{
	size_t stale = 0;
	size_t room;

	for (size_t i = 0; i < set->room; i++)
		stale += set->at[i].pid && set->at[i].round < round;
	room = room_for(set->count - stale, set->room);
	if (stale || room < set->room)
		rebuild(set, room, round);
}
