/*
 * Arrays that grow as they are filled, and places in sorted ones. Pure.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Have capacity for @count elements at *@array, a pointer of any type that free() takes in the end
 * (NULL at first), which has it for *@capacity (0 at first). It grows to twice what it was or more,
 * at first to @count or some hundred bytes; what is in it stays, what is new isn't set. 0 or
 * -ENOMEM, and then it is as it was.
 *
 *	if (array_reserve(&list->lines, &list->capacity, list->count + 1))
 *		return -ENOMEM;
 *	list->lines[list->count++] = line;
 */
#define array_reserve(array, capacity, count)                                                      \
	array_reserve_sized(array, sizeof(**(array)), capacity, count)

/* For elements of @size bytes; @array is the address of the pointer. */
int array_grow(void *array, size_t size, size_t *capacity, size_t count);

static inline int array_reserve_sized(void *array, size_t size, size_t *capacity, size_t count)
{
	return count <= *capacity ? 0 : array_grow(array, size, capacity, count);
}

/* What @list is sorted by, of its element @index. */
typedef uint64_t (*array_key_fn)(const void *list, size_t index);

/*
 * The index of the first of @count elements whose key is @key or more, which is where one of @key
 * belongs; @count where all are less. @list is whatever @key_at takes.
 */
static inline size_t array_lower_bound(const void *list, size_t count, array_key_fn key_at,
				       uint64_t key)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (key_at(list, middle) < key)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/* The index of the first whose key is above @key, else @count. */
static inline size_t array_upper_bound(const void *list, size_t count, array_key_fn key_at,
				       uint64_t key)
{
	return key == UINT64_MAX ? count : array_lower_bound(list, count, key_at, key + 1);
}

/* The index of one whose key is @key, the first; @count where there is none. */
static inline size_t array_find(const void *list, size_t count, array_key_fn key_at, uint64_t key)
{
	size_t index = array_lower_bound(list, count, key_at, key);

	return index < count && key_at(list, index) == key ? index : count;
}

#endif
