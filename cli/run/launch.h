/*
 * Launching a command from a process of its own that is small, cli/launcher/: the kernel's peak of
 * a process begins with the memory of what forked it and lives on through exec (kernel/fork.c;
 * fs/exec.c, setmax_mm_hiwater_rss), so what this program has itself would hide the peak of a small
 * command. The command is a child of this process all the same.
 */
#ifndef CLI_RUN_LAUNCH_H
#define CLI_RUN_LAUNCH_H

#include "cli/run/capture.h"
#include "cli/options.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * The command is forked before its session is, which is named after its PID: it waits until the
 * session has a name, and becomes the command then. All zeros but the descriptors, which are -1:
 * there is none.
 */
struct launch {
	struct capture capture; /* of its output, while a view has the terminal */
	bool to_stderr;		/* its standard output would spoil ours */
	pid_t pid;		/* 0: there is none, or it was waited for */
	int go;			/* takes the session's name */
	int words;		/* what it says: closed by its exec */
	uint64_t floor;		/* bytes that it had before it became the command */
};

/* What the process that becomes the command says, as it comes to it. */
struct launch_word {
	int32_t pid;
	int32_t error; /* an errno that keeps it from running; 0: none */
	uint64_t floor;
};

/* Whether the command can be run: 0, or an exit status after a message. */
int launch_check(const struct options *options);

/* Fork what becomes the command: 0, or an exit status after a message. */
int launch_begin(struct launch *launch, char **arguments);

/* Let it become the command: 0 once that runs; else an exit status after a message. */
int launch_go(struct launch *launch, const struct options *options);

/* One that was not let go ends. */
void launch_end(struct launch *launch);

#endif
