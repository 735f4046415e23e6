/*
 * Numbers as decimal digits, many times faster than printf. Pure. Each function writes to @to, with
 * no NUL behind, and returns where it stopped.
 */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stdint.h>

/* Room for what any of these writes. */
#define DIGITS_ROOM 32

char *digits_number(char *to, uint64_t number);

/* Seconds from @from_ns to @t_ns with nine decimals: "12.345000000", "-0.100000000". */
char *digits_seconds(char *to, uint64_t from_ns, uint64_t t_ns);

/* @bytes in MiB with six decimals, rounded: "12.345678". */
char *digits_mib(char *to, uint64_t bytes);

#endif
