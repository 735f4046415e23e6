/*
 * A client's ring, from the watcher's side: read and marked with pread and pwrite, so that nothing
 * its owner does to the file can hurt the reader. Everything in it is checked; see wire/ring.h for
 * the layout.
 */
#ifndef WATCHER_RINGFILE_H
#define WATCHER_RINGFILE_H

#include "wire/message.h"
#include "wire/ring.h"
#include "wire/rundir.h"

struct ringfile {
	int fd; /* -1: it is not kept open, and opened anew for each use, while its file is there */
	const struct rundir *dir;
	uint32_t cells;
	uint64_t device; /* identity, so that only this file is ever removed */
	uint64_t inode;
	char name[40]; /* in rings/ */
};

/*
 * Open rings/@name of @dir, which outlives it: 0 with who emits in *ret_emitter (from and to are
 * the range that is not merged); or a negative errno, -EBADMSG for a file that is no ring (or a
 * link, a directory, another user's).
 */
int ringfile_open(struct ringfile *ret_ring, const struct rundir *dir, const char *name,
		  struct emitter *ret_emitter);
void ringfile_close(struct ringfile *ring);

/* Keep it open no longer: it is used as before, at a higher cost. */
void ringfile_park(struct ringfile *ring);

/* The name that a ring of this pid and instance has. */
void ringfile_name(char name[40], uint32_t pid, uint64_t instance);

/* The name that its owner gives itself now; "" where it can't be read. */
void ringfile_said_name(const struct ringfile *ring, char name[TEXT_NAME + 1]);

/* Write who merges, and through which gate. */
void ringfile_attach(const struct ringfile *ring, uint64_t watcher, uint64_t gate);

/* Write how far its events are merged. */
void ringfile_mark(const struct ringfile *ring, uint64_t merged);

struct ringfile_rest {
	uint64_t torn;	  /* events cut short by the death */
	uint64_t dropped; /* that the client could not keep, since its start */
};

/* After its owner's death: each whole event from @merged on, in the order they were begun. */
void ringfile_drain(const struct ringfile *ring, uint64_t merged, record_fn each, void *arg,
		    struct ringfile_rest *ret_rest);

/* Remove rings/@name, a hidden file, if the process that was making a ring of it is gone. */
void ringfile_sweep(const struct rundir *dir, const char *name);

/* Remove the file, if it is still this one. */
void ringfile_remove(const struct ringfile *ring, const struct rundir *dir);

#endif
