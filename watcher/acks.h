/*
 * Until when which events are let go by the merge: only then may a ring be told that they are
 * merged, or a watcher that is killed meanwhile would take them with it. Pure.
 */
#ifndef WATCHER_ACKS_H
#define WATCHER_ACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The events of @instance below @number are let go when all up to @t_ns are. */
struct mark {
	uint64_t instance;
	uint64_t number;
	uint64_t t_ns;
};

/* First in, first out; all zeros is an empty one. */
struct marks {
	struct mark *at;
	size_t head;
	size_t count;
	size_t room;
};

void marks_free(struct marks *marks);

/* One that is older than the last one waits for that. 0 or -ENOMEM. */
int marks_add(struct marks *marks, const struct mark *mark);

/* Take the first one, if it is of before @until_ns. */
bool marks_take(struct marks *marks, uint64_t until_ns, struct mark *ret_mark);

#endif
