/*
 * The epoll loop between a view, the terminal, signals and whatever has something to show: a live
 * session (follow) or a recorded one (replay).
 */
#ifndef CLI_LOOP_H
#define CLI_LOOP_H

#include "plotter/view.h"

#include <signal.h>
#include <sys/signalfd.h>

/* Room for what a view tells the person in one line. */
#define LOOP_NOTICE 256

/* What the loop asks of who runs it; @arg is loop->arg. */
struct loop_calls {
	/* Fill what is to be drawn now: history, now_ns and end_ns. */
	void (*frame)(void *arg, struct view_frame *frame);

	/* loop->source is readable. */
	void (*read)(void *arg);

	/* Once a frame's time, before it is drawn; and after. NULL: nothing is to be done. */
	void (*before_frame)(void *arg);
	void (*after_frame)(void *arg);

	/* The person asks for an event with this label, now. NULL: that can't be. */
	void (*mark)(void *arg, const char *label);

	/* Whether nothing changes until a key or a signal comes. NULL: it never is so. */
	bool (*stands_still)(void *arg);

	/* A signal that asks for an end; NULL: the loop ends. SIGCHLD; NULL: it is ignored. */
	void (*end_signal)(void *arg, const struct signalfd_siginfo *info);
	void (*child_signal)(void *arg);
};

struct loop {
	const struct view *view;
	const struct view_options *view_options; /* with settings */
	const struct loop_calls *calls;
	void *arg;
	int source; /* a descriptor to be read; -1: none */

	bool quit;  /* set it to end the loop */
	int status; /* an exit status */

	void *state;
	int epoll;
	int signals;
	int timer;
	bool ticking; /* the timer is set */
	char notice[LOOP_NOTICE];
	uint64_t notice_until_ns;
	bool left; /* the view has ended by itself */
};

/* Open the loop and the view: 0, or EXIT_FAIL after a message. loop_close in any case. */
int loop_open(struct loop *loop);

/* Until something sets quit. */
void loop_run(struct loop *loop);

/* Give the terminal back. */
void loop_close(struct loop *loop);

/* Draw @record at once, for views that show each. */
void loop_show(struct loop *loop, const struct record *record);

/* Show this for some seconds. */
void loop_notice(struct loop *loop, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Signals that the loop handles must be blocked before it is opened, and before any thread starts
 * (nanomsg has one).
 */
void loop_block_signals(void);

/* In a child of fork: signals as they were for us. */
void loop_unblock_signals(void);

/* Those signals. */
void loop_signals(sigset_t *ret_set);

#endif
