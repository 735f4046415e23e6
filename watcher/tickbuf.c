#include "watcher/tickbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct tick_head {
	uint64_t t_ns;
	uint64_t missed;
	uint64_t count;
};

int tickbuf_grow(struct tickbuf *buffer, size_t room)
{
	unsigned char *bytes;

	if (buffer->room >= room)
		return 0;
	bytes = realloc(buffer->bytes, room);
	if (!bytes)
		return -ENOMEM;
	buffer->bytes = bytes;
	buffer->room = room;
	return 0;
}

size_t tickbuf_size(size_t ticks, size_t lines)
{
	return ticks * (sizeof(struct tick_head) + lines * sizeof(struct sample));
}

bool tickbuf_put(struct tickbuf *buffer, uint64_t t_ns, const struct tick *tick)
{
	struct tick_head head = { t_ns, tick->missed, tick->count };
	unsigned char *at = buffer->bytes + buffer->used;

	if (buffer->room - buffer->used < tickbuf_size(1, tick->count))
		return false;
	memcpy(at, &head, sizeof head);
	if (tick->count)
		memcpy(at + sizeof head, tick->samples, tick->count * sizeof(struct sample));
	buffer->used += tickbuf_size(1, tick->count);
	return true;
}

void tickbuf_each(const struct tickbuf *buffer, record_fn each, void *arg)
{
	const unsigned char *at = buffer->bytes;
	const unsigned char *end = at + buffer->used;
	struct record record = { .type = RECORD_TICK };
	struct tick_head head;

	while (at < end) {
		memcpy(&head, at, sizeof head);
		at += sizeof head;
		record.t_ns = head.t_ns;
		record.tick.missed = head.missed;
		record.tick.count = head.count;
		record.tick.samples = (const struct sample *)(const void *)at;
		each(arg, &record);
		at += head.count * sizeof(struct sample);
	}
}
