#include "base/array.h"

#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>

struct list {
	uint64_t *keys;
	size_t count;
	size_t capacity;
};

static uint64_t key_at(const void *list, size_t index)
{
	return ((const struct list *)list)->keys[index];
}

static void add(struct list *list, uint64_t key)
{
	CHECK(array_reserve(&list->keys, &list->capacity, list->count + 1) == 0);
	list->keys[list->count++] = key;
}

static void what_is_in_it_stays_while_it_grows(void)
{
	struct list list = { 0 };
	size_t moves = 0;

	for (uint64_t i = 0; i < 10000; i++) {
		size_t before = list.capacity;

		add(&list, i * 3);
		moves += list.capacity != before;
		CHECK(list.capacity >= list.count);
	}
	CHECK(moves < 20);
	for (uint64_t i = 0; i < 10000; i++)
		CHECK(list.keys[i] == i * 3);
	free(list.keys);
}

static void much_at_once_is_as_much_as_asked_for(void)
{
	uint64_t *keys = NULL;
	size_t capacity = 0;

	CHECK(array_reserve(&keys, &capacity, 5000) == 0);
	CHECK(capacity == 5000);
	CHECK(array_reserve(&keys, &capacity, 5001) == 0);
	CHECK(capacity == 10000);
	free(keys);
}

/* More than there is, and more than a size_t holds in bytes. */
static void without_memory_it_is_as_it_was(void)
{
	struct list list = { 0 };

	add(&list, 7);
	CHECK(array_reserve(&list.keys, &list.capacity, SIZE_MAX / 16) == -ENOMEM);
	CHECK(array_reserve(&list.keys, &list.capacity, SIZE_MAX / 8 + 2) == -ENOMEM);
	CHECK(array_reserve(&list.keys, &list.capacity, SIZE_MAX) == -ENOMEM);
	CHECK(list.capacity == 32);
	CHECK(list.keys[0] == 7);
	free(list.keys);
}

static void a_place_is_the_first_of_its_key(void)
{
	uint64_t keys[] = { 2, 4, 4, 4, 9, UINT64_MAX };
	struct list list = { .keys = keys, .count = 6 };

	CHECK(array_lower_bound(&list, 6, key_at, 0) == 0);
	CHECK(array_lower_bound(&list, 6, key_at, 2) == 0);
	CHECK(array_lower_bound(&list, 6, key_at, 4) == 1);
	CHECK(array_lower_bound(&list, 6, key_at, 5) == 4);
	CHECK(array_lower_bound(&list, 6, key_at, UINT64_MAX) == 5);
	CHECK(array_lower_bound(&list, 5, key_at, 10) == 5);
	CHECK(array_lower_bound(&list, 0, key_at, 10) == 0);
	CHECK(array_upper_bound(&list, 6, key_at, 1) == 0);
	CHECK(array_upper_bound(&list, 6, key_at, 4) == 4);
	CHECK(array_upper_bound(&list, 6, key_at, UINT64_MAX) == 6);
	CHECK(array_find(&list, 6, key_at, 4) == 1);
	CHECK(array_find(&list, 6, key_at, 3) == 6);
	CHECK(array_find(&list, 0, key_at, 3) == 0);
}

static const struct check_test tests[] = {
	CHECK_TEST(what_is_in_it_stays_while_it_grows),
	CHECK_TEST(much_at_once_is_as_much_as_asked_for),
	CHECK_TEST(without_memory_it_is_as_it_was),
	CHECK_TEST(a_place_is_the_first_of_its_key),
};

CHECK_MAIN(tests)
