/*
 * A recording: a thread of its own that takes merged records, encoded as the backlog gives them, and
 * writes them to a session file. Nobody waits for it: what it has no time for stays in the backlog,
 * and is lost only when that forgets it. One thread at a time may call.
 */
#ifndef WATCHER_RECORDER_H
#define WATCHER_RECORDER_H

#include "session/writer.h"

struct recorder;

/* Most bytes that it takes at once. */
#define RECORDER_BYTES (256 * 1024)

/* What is to be recorded, where. */
struct recorder_order {
	const char *path;   /* absolute */
	const char *title;  /* "" for none */
	bool force;	    /* in place of a file that is there */
	uint64_t exact_ns;  /* what it is given of ticks before this is rolled up; 0: none is */
	uint32_t selection; /* of the lines to be recorded; 0: all. recorder_resync says which */
};

/* Create the file and start: 0, or as writer_open, with why in @why of TEXT_WHY bytes. */
int recorder_start(struct recorder **ret_recorder, const struct recorder_order *order,
		   const struct session_info *session, char *why);

/* Wait for the thread, which writes what it was given and closes the file. NULL is allowed. */
void recorder_free(struct recorder *recorder);

/* A descriptor for poll: readable when the thread has taken what it was given, has failed, or is
 * done; until recorder_hear. */
int recorder_fd(const struct recorder *recorder);
void recorder_hear(struct recorder *recorder);

/* Where to put what comes next, of RECORDER_BYTES; NULL while the last of it is being written, and
 * after the end. */
unsigned char *recorder_room(struct recorder *recorder);

/* Whether what was given was undone by a failure that may pass: then true, once, and what is behind
 * *ret_seq is to be given again, with a recorder_resync; of all there is for 0. */
bool recorder_again(struct recorder *recorder, uint64_t *ret_seq);

/* Give the Records message of @size bytes that was put there. */
void recorder_give(struct recorder *recorder, size_t size);

/* What is so now. */
struct recorder_state {
	struct writer_process *processes; /* as writer_resync's */
	size_t count;
	uint32_t *lines; /* all that are in the selection, where there is one */
	size_t line_count;
};

/* Before what is given next: @state, of which both pieces are taken over, and freed. */
void recorder_resync(struct recorder *recorder, const struct recorder_state *state);

/* The session ends: what fails from now on is given up, after a while. */
void recorder_hurry(struct recorder *recorder);

/* Nothing more comes: the file is closed once all is written. Does nothing where recorder_again has
 * to be looked at first. */
void recorder_finish(struct recorder *recorder);

/* How it fares: where it is RECORDING_ON and has an error, it waits for that to pass. Its path is
 * that of recorder_start. */
void recorder_info(struct recorder *recorder, struct recording_info *ret_info);

#endif
