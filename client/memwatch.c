#include "client/memwatch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "client/client.h"

#define FLUSH_LOOK_NS NS_PER_MS

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

/* The length to keep, without reading further than it takes to tell. */
static size_t bounded(const char *text, size_t max)
{
	size_t length = text[0] ? strnlen(text, max + 1) : 0;

	return length <= max ? length : text_cut(text, length, max);
}

static inline void emit(struct client *client, uint64_t t_ns, const struct event *event)
{
	enum ring_result result =
		ring_emit(&client->ring, t_ns, event, bounded(event->category, TEXT_CATEGORY),
			  bounded(event->label, TEXT_LABEL));

	pump_notice(&client->pump, result == RING_FILLS);
}

static void emit_mark(struct client *client, const char *category, const char *label)
{
	uint64_t now = clock_mono_ns();
	struct rss_reading reading = rss_recent(client->rss, now);
	struct event event; /* zeros in what only spans have would cost as much as its copy */

	event.kind = EVENT_MARK;
	event.rss = reading.rss;
	event.shared = reading.shared;
	event.rss_age_ns = reading.age_ns;
	event.category = text_or_empty(category);
	event.label = text_or_empty(label);
	emit(client, now, &event);
}

int mw_register(const char *name)
{
	int kept_errno = errno;
	int error = client_name(text_or_empty(name));

	errno = kept_errno;
	return error;
}

void mw_event(const char *label)
{
	struct client *client = client_get();

	if (client)
		emit_mark(client, "", label);
}

void mw_eventf(const char *category, const char *format, ...)
{
	int kept_errno = errno;
	struct client *client = client_get_live();
	char label[TEXT_LABEL + 2] = ""; /* with one byte more than fits, to see where to cut */
	va_list arguments;

	if (!client)
		return;
	va_start(arguments, format);
	if (format)
		vsnprintf(label, sizeof label, format, arguments);
	va_end(arguments);
	emit_mark(client, category, label);
	errno = kept_errno;
}

mw_span mw_begin(const char *category, const char *name)
{
	struct client *client = client_get();
	struct rss_reading reading;
	mw_span span = { 0 };

	if (!client)
		return span;
	span.id = atomic_fetch_add_explicit(&client->spans, 1, memory_order_relaxed) + 1;
	if (span.id == 0)
		span.id = atomic_fetch_add_explicit(&client->spans, 1, memory_order_relaxed) + 1;
	span.category = text_or_empty(category);
	span.name = text_or_empty(name);
	span.begin_ns = clock_mono_ns();
	reading = rss_read(client->rss, span.begin_ns);
	span.rss = reading.rss;
	emit(client, span.begin_ns,
	     &(struct event){
		     .kind = EVENT_SPAN_BEGIN,
		     .span = span.id,
		     .rss = reading.rss,
		     .shared = reading.shared,
		     .peak_rss = rss_peak(),
		     .category = span.category,
		     .label = span.name,
	     });
	return span;
}

void mw_end(mw_span span)
{
	struct client *client = span.id ? client_get() : NULL;
	struct rss_reading reading;
	uint64_t now;

	if (!client)
		return;
	now = clock_mono_ns();
	reading = rss_read(client->rss, now);
	emit(client, now,
	     &(struct event){
		     .kind = EVENT_SPAN_END,
		     .span = span.id,
		     .duration_ns = now - span.begin_ns,
		     .rss = span.rss,
		     .rss_end = reading.rss,
		     .shared = reading.shared,
		     .peak_rss = rss_peak(),
		     .category = span.category,
		     .label = span.name,
	     });
}

/* 0 when all below @end is merged, -EAGAIN while that may come, -ENOTCONN when it will not. */
static int look_flushed(const struct client *client, uint64_t end)
{
	if (!client_is_watched())
		return -ENOTCONN;
	return atomic_load(&client->ring.merged) >= end ? 0 : -EAGAIN;
}

static int flush(int timeout_ms)
{
	struct client *client = client_get_live();
	uint64_t deadline =
		clock_mono_ns() + (uint64_t)(timeout_ms > 0 ? timeout_ms : 0) * NS_PER_MS;
	uint64_t end;
	int error;

	if (!client)
		return -ENOTCONN;
	end = atomic_load(&client->ring.header->head);
	while ((error = look_flushed(client, end)) == -EAGAIN) {
		if (timeout_ms >= 0 && clock_mono_ns() >= deadline)
			return -ETIMEDOUT;
		pump_wake(&client->pump);
		clock_sleep_ns(FLUSH_LOOK_NS);
	}
	return error;
}

int mw_flush(int timeout_ms)
{
	int kept_errno = errno;
	int error = flush(timeout_ms);

	errno = kept_errno;
	return error;
}

uint64_t mw_dropped(void)
{
	struct client *client = client_get();

	return client ? atomic_load(&client->ring.header->dropped) : 0;
}
