/*
 * Memory that is kept from frame to frame and grows as it is needed. Pure.
 */
#ifndef BASE_CAPACITY_H
#define BASE_CAPACITY_H

#include <stddef.h>

/* Room for @count elements of @size bytes at *@memory, which has room for *@room and keeps what is
 * in it: 0 or -ENOMEM, and then it is as it was. */
int room_reserve(void **memory, size_t *room, size_t count, size_t size);

#endif
