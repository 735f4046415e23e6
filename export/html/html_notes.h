/*
 * What happened in a session, as far as a page has room for it: its first milestones and spans,
 * each span one with its end, and its first gaps.
 */
#ifndef EXPORT_HTML_HTML_NOTES_H
#define EXPORT_HTML_HTML_NOTES_H

#include "session/spanmap.h"
#include "wire/record.h"

/* More are counted, and left out. */
#define NOTES_EVENTS 20000
#define NOTES_GAPS 1000

enum note_kind {
	NOTE_MARK = 0,
	NOTE_SPAN,	 /* it ended */
	NOTE_UNFINISHED, /* its process ended in it */
	NOTE_OPEN,	 /* no end is known */
};

struct note {
	enum note_kind kind;
	uint32_t line;
	uint64_t t_ns;
	uint64_t end_ns; /* of a span that is not open */
	uint64_t rss;	 /* 0: not known */
	uint64_t rss_end;
	bool stale;	   /* that memory is of another moment */
	uint64_t peak_rss; /* of a span that ended, or was cut short; 0: not known */
	bool peak_exact;
	size_t order;	/* in which they came */
	char *category; /* owned, with the label behind its NUL */
	const char *label;
};

/* All zeros is an empty one. */
struct notes {
	struct note *events;
	size_t count;
	size_t room;
	uint64_t left_out;
	struct gap *gaps;
	size_t gap_count;
	uint64_t gaps_left_out;
	struct spanmap open;
	bool failed; /* no memory */
};

/* Keep what @record tells, if it is an event or a gap. @from_ns: what began before it was not told,
 * so that an end without a begin is a span of its own. */
void notes_add(struct notes *notes, const struct record *record, uint64_t from_ns);

/* Put the events in order of time. Nothing may be added after that. */
void notes_sort(struct notes *notes);

void notes_free(struct notes *notes);

#endif
