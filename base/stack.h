/*
 * The limit of the stack (ulimit -s): threads get as much, and a program that runs out of it dies
 * without a word.
 */
#ifndef BASE_STACK_H
#define BASE_STACK_H

/* Whether it is enough for this project's programs: 0, or -ENOMEM after log_error. */
int stack_check(void);

#endif
