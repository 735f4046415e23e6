/*
 * What a program was started with: a signal that it was told to ignore (nohup(1)) stays ignored.
 */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Whether a signal is ignored now. */
bool signals_ignored(int number);

/* Add a signal to those that are waited for, unless it is ignored: one that is blocked would be
 * delivered all the same (signal(7)). */
void signals_add(sigset_t *set, int number);

#endif
