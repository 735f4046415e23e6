/*
 * Spans that have begun and not ended, so that a process's death can end them. Pure.
 */
#ifndef WATCHER_SPANS_H
#define WATCHER_SPANS_H

#include "wire/record.h"

#include <stdbool.h>

/* More open ones are not remembered. */
#define SPANS_MAX 4096

struct open_span {
	uint32_t line;
	uint64_t span;
	uint64_t begin_ns;
	uint64_t rss; /* when it began; 0: not known */
	char category[TEXT_CATEGORY + 1];
	char label[TEXT_LABEL + 1];
};

/* All zeros is none. */
struct spans {
	struct open_span *at;
	size_t count;
	size_t room;
};

void spans_free(struct spans *spans);

/* Take note of an event, whatever its kind. Without memory a span is not remembered. */
void spans_note(struct spans *spans, uint64_t t_ns, const struct event *event);

/* Take an open span of @line out, the one that began last first: false where there is none. */
bool spans_take(struct spans *spans, uint32_t line, struct open_span *ret_span);

#endif
