#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_LEAST 256

/* A power of two, as all are that grow by one. */
static size_t first_capacity(size_t size)
{
	size_t capacity = 1;

	while (capacity * size < BYTES_LEAST)
		capacity *= 2;
	return capacity;
}

int array_grow(void *array, size_t size, size_t *capacity, size_t count)
{
	size_t larger = *capacity ? *capacity * 2 : first_capacity(size);
	void *memory;

	if (larger < count)
		larger = count;
	memcpy(&memory, array, sizeof memory); /* a pointer of a type that isn't known here */
	memory = reallocarray(memory, larger, size);
	if (!memory)
		return -ENOMEM;
	memcpy(array, &memory, sizeof memory);
	*capacity = larger;
	return 0;
}
