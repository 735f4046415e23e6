/*
 * Asking a running watcher, one question at a time.
 */
#ifndef WIRE_CONTROL_H
#define WIRE_CONTROL_H

#include "wire/codec.h"
#include "wire/endpoint.h"

struct control {
	struct rundir dir;
	struct endpoint req;
	int owner;     /* a pidfd of the watcher, whose end ends the wait for an answer; or -1 */
	int answer_ms; /* an answer is waited for this long; may be set before control_ask */
};

/* 0; -ENOENT where no watcher runs in @dir; or as endpoint_open. */
int control_open(struct control *control, const struct rundir *dir);
void control_close(struct control *control);

/*
 * Ask, and wait for the answer: 0 with *ret_reply, whose ok tells whether it was done; or a
 * negative errno: -EPIPE the watcher is gone, -ETIMEDOUT it says nothing for that long (some
 * seconds, where nothing else is set), -EPROTO it speaks another version. A question that is
 * repeated on its way (a gate died) is carried out once. @request->id is set here. The callbacks
 * may be NULL.
 */
int control_ask(struct control *control, struct request *request, struct reply *ret_reply,
		process_info_fn each_process, record_fn each_record, void *arg);

/* @path as REQUEST_RECORD needs it, absolute, to @to: 0, or -ENAMETOOLONG, or another negative
 * errno. */
int control_path(char to[TEXT_PATH + 1], const char *path);

/* What a failed control_open or control_ask means, in words. */
const char *control_error(int error);

#endif
