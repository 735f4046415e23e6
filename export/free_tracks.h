/*
 * The tracks of one process on which spans are drawn, each with one span at a time: those that are
 * free. Pure.
 */
#ifndef EXPORT_FREE_TRACKS_H
#define EXPORT_FREE_TRACKS_H

#include <stddef.h>
#include <stdint.h>

struct free_track {
	uint64_t track;
	uint64_t since_ns; /* the end of the last span on it */
};

/* All zeros is an empty one. */
struct free_tracks {
	struct free_track *tracks;
	size_t count;
	size_t room;
};

void free_tracks_free(struct free_tracks *free_tracks);

/* One that has been free since @from_ns at least, which is no longer; 0: take a new one. */
uint64_t free_tracks_take(struct free_tracks *free_tracks, uint64_t from_ns);

/* A span on it ended. Without memory it is not used again. */
void free_tracks_give(struct free_tracks *free_tracks, uint64_t track, uint64_t since_ns);

#endif
