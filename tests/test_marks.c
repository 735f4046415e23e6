/* Marks: first in, first out, in order of time, through many turns of their memory. */
#include "tests/check.h"
#include "watcher/acks.h"

static void marks_come_in_order_and_not_before_their_time(void)
{
	struct marks marks = { 0 };
	struct mark mark;

	CHECK(!marks_take(&marks, UINT64_MAX, &mark));
	CHECK(marks_add(&marks, &(struct mark){ 7, 10, 100 }) == 0);
	CHECK(marks_add(&marks, &(struct mark){ 8, 20, 90 }) == 0);
	CHECK(!marks_take(&marks, 100, &mark));
	CHECK(marks_take(&marks, 101, &mark));
	CHECK(mark.instance == 7 && mark.number == 10);
	/* it waits for the one before */
	CHECK(marks_take(&marks, 101, &mark));
	CHECK(mark.instance == 8 && mark.number == 20 && mark.t_ns == 100);
	CHECK(!marks_take(&marks, UINT64_MAX, &mark));
	marks_free(&marks);
}

static void nothing_is_lost_when_the_memory_is_used_again(void)
{
	struct marks marks = { 0 };
	uint64_t added = 0, taken = 0;
	struct mark mark;

	for (int turn = 0; turn < 2000; turn++) {
		for (int i = 0; i < turn % 97; i++, added++)
			CHECK(marks_add(&marks, &(struct mark){ 1, added, added }) == 0);
		for (int i = 0; i < turn % 89 && taken < added; i++, taken++) {
			CHECK(marks_take(&marks, UINT64_MAX, &mark));
			CHECK(mark.number == taken);
		}
	}
	for (; taken < added; taken++) {
		CHECK(marks_take(&marks, UINT64_MAX, &mark));
		CHECK(mark.number == taken);
	}
	CHECK(!marks_take(&marks, UINT64_MAX, &mark));
	marks_free(&marks);
}

static const struct check_test tests[] = {
	CHECK_TEST(marks_come_in_order_and_not_before_their_time),
	CHECK_TEST(nothing_is_lost_when_the_memory_is_used_again),
};

CHECK_MAIN(tests)
