/*
 * An event in words. Pure.
 */
#ifndef PLOTTER_MODEL_EVENT_TEXT_H
#define PLOTTER_MODEL_EVENT_TEXT_H

#include "wire/record.h"

/* Room for any of these. */
#define EVENT_TEXT (TEXT_CATEGORY + TEXT_LABEL + 16)

/* "category: label"; just one of them where the other is "". As they came: clean before showing. */
char *event_name(char text[EVENT_TEXT], const struct event *event);

/* The same with "begin " or "end " before it, where it is a span's. */
char *event_text(char text[EVENT_TEXT], const struct event *event);

#endif
