/*
 * What views say of records in words, the same in each. Pure. Texts are as they came: make them
 * safe before showing.
 */
#ifndef PLOTTER_MODEL_WORDING_H
#define PLOTTER_MODEL_WORDING_H

#include "base/units.h"
#include "plotter/model/history.h"
#include "plotter/model/event_text.h"

/* Room for a sentence about a record. */
#define WORDING_TEXT (TEXT_LABEL + TEXT_CATEGORY + 96)

/* "category: label", "label"; a span's begin "begin I/O: read", its end
 * "end I/O: read (1.20 s, peak 20.0 MiB)", or "peak >=20.0 MiB" where that is a lower bound.
 */
char *wording_event(char text[WORDING_TEXT], const struct history_event *event);

/* The event alone, without what it does: "I/O: read". */
char *wording_name(char text[EVENT_TEXT], const struct history_event *event);

/* A span that is still open: "in I/O: read (1.20 s so far)". */
char *wording_open(char text[WORDING_TEXT], const struct history_event *event, uint64_t now_ns);

/* The same of a record. */
char *wording_event_record(char text[WORDING_TEXT], const struct event *event);

/* "exited with status 0, last 12.3 MiB, peak 20.0 MiB"; what nobody knows is left out. */
char *wording_end(char text[WORDING_TEXT], const struct end *end, uint64_t peak_rss);

/* Room for a length of time, a moment. */
#define WORDING_TIME 32

/* A window as people name it: "60 s", "5 min", "1 h". */
char *wording_window(char text[WORDING_TIME], uint64_t window_ns);

/* Seconds from @start_ns to @t_ns with @decimals, 9 at most: "12.345", "-0.100". */
char *wording_seconds(char text[WORDING_TIME], uint64_t start_ns, uint64_t t_ns, int decimals);

#define WORDING_PEAK (2 * UNITS_TEXT + 16)

/* "peak 210 MiB, sampled 12.0 MiB": the kernel's, and the highest sample where it is another; 0:
 * not known. */
char *wording_peak(char text[WORDING_PEAK], uint64_t peak_rss, uint64_t max_rss);

/*
 * "pss read 2.10 ms, 0.021 % of its time": how long the last read of smaps_rollup took, where one
 * is wanted each @interval_ns (0: the default); "" where there was none.
 */
char *wording_cost(char text[WORDING_TEXT], const struct metrics *metrics, uint64_t interval_ns);

#endif
