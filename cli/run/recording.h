/*
 * The part of a session file that a person asks for, and how reading it is shown and stopped. Each
 * function says what is wrong before it fails, and gives an exit status.
 */
#ifndef CLI_RUN_RECORDING_H
#define CLI_RUN_RECORDING_H

#include "cli/options.h"
#include "session/reader.h"

#include <regex.h>

struct recording {
	const struct options *options;
	const char *path; /* as it was given */
	struct reader *reader;
	struct reader_query query; /* what to read; `every` is the reader's of it to say */
	regex_t pattern;	   /* of --name, where options has one */
	bool has_pattern;
	uint64_t begin_ns;  /* of the reading */
	uint64_t redraw_ns; /* when the progress is shown next */
	bool shown;	    /* the progress is on the screen */
};

/*
 * Open @path for what OPTIONS_PART ask for: 0; EXIT_USAGE where that makes no sense; EXIT_FAIL
 * where the file can't be read or no process of it matches. @options and @path must live until
 * recording_close, which is to be called in any case.
 */
int recording_open(struct recording *ret_recording, const struct options *options,
		   const char *path);
void recording_close(struct recording *recording);

/* From now on ^C, SIGTERM and SIGHUP don't end this program but stop what uses the query
 * (-ECANCELED); SIGPIPE becomes a failed write. */
void recording_catch_signals(void);

/* 128 + N where signal N has stopped it; 0: none has. */
int recording_stopped(void);

/* Take what was shown of the progress off the screen, before anything else is printed. */
void recording_hide_progress(struct recording *recording);

#endif
