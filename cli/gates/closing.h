/*
 * What is said of a command when it has ended and its view is gone from the screen: some lines on
 * the plain terminal, of how it ended, what memory it and what it started had at most and when, and
 * whether that grew. Figures are kept as the records come, so that processes which the history
 * forgets count.
 */
#ifndef CLI_GATES_CLOSING_H
#define CLI_GATES_CLOSING_H

#include "plotter/model/history.h"

#include <stdbool.h>
#include <stddef.h>

/* All zeros to begin with. */
struct closing {
	bool alone; /* the command's own process counts, no other of its session */
	uint32_t pid;

	uint64_t most; /* the highest sample of all together */
	uint64_t most_ns;
	uint32_t largest; /* PID of the process with the highest peak; 0: none had any */
	uint64_t largest_peak;
	char largest_name[TEXT_NAME + 1];
};

/* A record came, and is in @history. */
void closing_take(struct closing *closing, const struct history *history,
		  const struct record *record);

/* How it went. */
struct closing_end {
	const char *name;
	const char *growth; /* the verdict in words; "": none is to be said */
	uint64_t peak; /* the kernel's, of the command and all that it waited for; 0: not known */
	uint64_t began_ns, ended_ns;
	uint64_t unseen; /* of its processes came and went so */
	bool unseen_at_least;
	int status;   /* as wait(2) has it */
	bool limited; /* a limit has ended it, where a signal did */
};

/* Say it, by log_error and on the lines below. */
void closing_say(const struct closing *closing, const struct history *history,
		 const struct closing_end *end);

#endif
