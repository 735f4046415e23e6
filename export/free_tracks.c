#include "export/free_tracks.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

/* Tracks that are looked at; only spans that come late find the first ones used since. */
#define TRIES 8

void free_tracks_free(struct free_tracks *free_tracks)
{
	free(free_tracks->tracks);
	*free_tracks = (struct free_tracks){ 0 };
}

static uint64_t remove_at(struct free_tracks *free_tracks, size_t i)
{
	struct free_track *tracks = free_tracks->tracks;
	uint64_t track = tracks[i].track;

	free_tracks->count--;
	memmove(&tracks[i], &tracks[i + 1], (free_tracks->count - i) * sizeof *tracks);
	return track;
}

uint64_t free_tracks_take(struct free_tracks *free_tracks, uint64_t from_ns)
{
	for (size_t i = 1; i <= TRIES && i <= free_tracks->count; i++) {
		size_t at = free_tracks->count - i;

		if (free_tracks->tracks[at].since_ns <= from_ns)
			return remove_at(free_tracks, at);
	}
	return 0;
}

void free_tracks_give(struct free_tracks *free_tracks, uint64_t track, uint64_t since_ns)
{
	if (array_reserve(&free_tracks->tracks, &free_tracks->room, free_tracks->count + 1))
		return;
	free_tracks->tracks[free_tracks->count++] = (struct free_track){ track, since_ns };
}
