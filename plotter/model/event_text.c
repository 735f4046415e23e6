#include "plotter/model/event_text.h"

#include <stdio.h>

static char *write(char text[EVENT_TEXT], const char *before, const struct event *event)
{
	const char *colon = event->category[0] && event->label[0] ? ": " : "";

	snprintf(text, EVENT_TEXT, "%s%s%s%s", before, event->category, colon, event->label);
	return text;
}

char *event_name(char text[EVENT_TEXT], const struct event *event)
{
	return write(text, "", event);
}

char *event_text(char text[EVENT_TEXT], const struct event *event)
{
	static const char *const kinds[] = { "", "begin ", "end " };

	return write(text, kinds[event->kind <= EVENT_SPAN_END ? event->kind : 0], event);
}
