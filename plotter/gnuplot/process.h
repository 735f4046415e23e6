/*
 * gnuplot as a process of our own: started without a shell, without its start-up files and without
 * what the environment says to it, in a process group of its own, and reaped in any case; where we
 * are killed it is killed as well, once the thread that started it has ended. What it says on its
 * standard error is read all the time, so that it never waits for us, and its beginning is kept.
 */
#ifndef PLOTTER_GNUPLOT_PROCESS_H
#define PLOTTER_GNUPLOT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What is kept of what it says, in bytes. */
#define GNUPLOT_SAID 2048

struct gnuplot {
	pid_t pid; /* and its process group; 0: none runs. Its keeper's, where it has one */
	bool kept;
	int pidfd;
	int error_fd; /* -1: it has closed it */
	char said[GNUPLOT_SAID];
	size_t said_length;
};

/* The descriptor at which it finds script_fd: "/dev/fd/3" among its arguments. */
#define GNUPLOT_SCRIPT_FD 3
#define GNUPLOT_SCRIPT "/dev/fd/3"

/* And those at which it finds the others. */
#define GNUPLOT_MORE_FD 4
#define GNUPLOT_MORE 4

struct gnuplot_start {
	const char *program;	      /* another, to be run in the same way; NULL: gnuplot */
	const char *const *arguments; /* behind gnuplot's --default-settings; NULL past the end */
	int in_fd;		      /* its standard input and output; -1: /dev/null */
	int out_fd;
	int script_fd;	     /* -1: none */
	const int *more_fds; /* GNUPLOT_MORE_FD and those after it; where script_fd is one */
	size_t more_count;   /* GNUPLOT_MORE at most */
	bool kept;	     /* by a keeper: it opens windows */
};

/* 0; or a negative errno, -ENOENT where gnuplot is not installed. The descriptors stay the
 * caller's. */
int gnuplot_start(struct gnuplot *gnuplot, const struct gnuplot_start *start);

/*
 * Until it has ended, @timeout_ms at most (0: look only): 0 with its wait status in @ret_status;
 * or -ETIMEDOUT, and it goes on. What it has left running of its group is killed when it ends.
 */
int gnuplot_wait(struct gnuplot *gnuplot, int timeout_ms, int *ret_status);

/* Kill its group and reap it, where it runs. */
void gnuplot_stop(struct gnuplot *gnuplot);

/* The line of what it said that tells most, cleaned, to @text of @size bytes, which is returned:
 * "" where it said nothing. */
char *gnuplot_said(const struct gnuplot *gnuplot, char *text, size_t size);

#endif
