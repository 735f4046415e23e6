/*
 * The numbers that people look for in a line: how fast it grows, and when it will reach what holds
 * it: the limit that the person named, its cgroup's, or the machine's memory. Pure.
 */
#ifndef PLOTTER_MODEL_FORECAST_H
#define PLOTTER_MODEL_FORECAST_H

#include "plotter/model/rows.h"
#include "plotter/model/trend.h"
#include "plotter/model/wording.h"

enum outlook_limit {
	OUTLOOK_NONE = 0,
	OUTLOOK_ASKED,	 /* --limit */
	OUTLOOK_CGROUP,	 /* memory.max */
	OUTLOOK_MACHINE, /* MemAvailable */
};

struct outlook {
	struct trend trend;
	enum outlook_limit limit; /* the one that will be reached first */
	uint64_t limit_bytes;	  /* of it */
	bool over;		  /* OUTLOOK_ASKED is exceeded now */
	uint64_t reached_ns; /* from the screen's time on; UINT64_MAX: nothing can be foretold */
};

/*
 * Of @row with its @columns, axis->width of them. @limit_bytes: what the person named; 0: what the
 * session was asked for.
 */
void outlook_set(struct outlook *ret_outlook, const struct history *history, const struct row *row,
		 const struct axis *axis, const struct history_column *columns,
		 uint64_t limit_bytes);

/* "+12.3 MiB/min"; "" where it isn't known. */
char *outlook_rate(char text[WORDING_TEXT], const struct outlook *outlook);

/* "limit 2.0 GiB in 3 min 20 s", "over the limit 2.0 GiB", "cgroup limit 512 MiB in 20 s", "the
 * machine's memory full in 2 h 05 min"; "" for nothing. */
char *outlook_reach(char text[WORDING_TEXT], const struct outlook *outlook);

#endif
