/*
 * What stands between us and a gnuplot that opens windows: gnuplot_qt leaves its process group and
 * its parent, and would live on. A process of our own takes such orphans over, and ends them all
 * when gnuplot has ended, when it is told to (SIGTERM), and when we are gone, however that came.
 */
#ifndef PLOTTER_GNUPLOT_REAPER_H
#define PLOTTER_GNUPLOT_REAPER_H

#include <sys/types.h>

/* In a child of fork, before it has children: be one, with all signals blocked. @parent is who
 * forked it; nothing is done where that is gone. */
void keeper_begin(pid_t parent);

/* Keep @child, which it has started, until the end: it ends as @child has ended. All its
 * descriptors are closed. */
void keeper_keep(pid_t child) __attribute__((noreturn));

#endif
