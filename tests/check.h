/*
 * Unit tests. A test program is tests/test_NAME.c: functions named after the behaviour they test,
 *in a table.
 *
 *	static const struct check_test tests[] = { CHECK_TEST(a_full_ring_drops_the_new_event), ...
 *}; CHECK_MAIN(tests)
 *
 * Each prints `ok - name`, or `not ok - name: file:line: what, expected, got` for each check that
 *failed; the program exits 1 if any did. A check goes on after a failure and is a bool: `if
 *(!CHECK(line)) return;`.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct check_test {
	const char *name;
	void (*run)(void);
};

#define CHECK_TEST(function)                                                                       \
	{                                                                                          \
#function, function                                                                \
	}

/* Failures of one test that are told; a loop may have thousands. */
#define CHECK_TOLD 10

static const char *check_name;
static unsigned check_failures;

static inline bool check_result(bool passed, const char *file, int line, const char *what,
				const char *expected, const char *got)
{
	if (passed || check_failures++ >= CHECK_TOLD)
		return passed;
	printf("not ok - %s: %s:%d: %s", check_name, file, line, what);
	if (expected)
		printf(", expected %s, got %s", expected, got);
	printf("\n");
	return false;
}

static inline bool check_u64(uint64_t got, uint64_t expected, const char *file, int line,
			     const char *what)
{
	char texts[2][24];

	snprintf(texts[0], sizeof(texts[0]), "%" PRIu64, expected);
	snprintf(texts[1], sizeof(texts[1]), "%" PRIu64, got);
	return check_result(got == expected, file, line, what, texts[0], texts[1]);
}

static inline bool check_i64(int64_t got, int64_t expected, const char *file, int line,
			     const char *what)
{
	char texts[2][24];

	snprintf(texts[0], sizeof(texts[0]), "%" PRId64, expected);
	snprintf(texts[1], sizeof(texts[1]), "%" PRId64, got);
	return check_result(got == expected, file, line, what, texts[0], texts[1]);
}

static inline bool check_str(const char *got, const char *expected, const char *file, int line,
			     const char *what)
{
	char texts[2][1024];

	snprintf(texts[0], sizeof(texts[0]), "\"%.1000s\"", expected);
	snprintf(texts[1], sizeof(texts[1]), got ? "\"%.1000s\"" : "NULL", got);
	return check_result(got && strcmp(got, expected) == 0, file, line, what, texts[0],
			    texts[1]);
}

#define CHECK(condition) check_result(condition, __FILE__, __LINE__, #condition, NULL, NULL)
#define CHECK_EQ_U64(got, expected) check_u64(got, expected, __FILE__, __LINE__, #got)
#define CHECK_EQ_I64(got, expected) check_i64(got, expected, __FILE__, __LINE__, #got)
#define CHECK_EQ_STR(got, expected) check_str(got, expected, __FILE__, __LINE__, #got)

static inline int check_run(const struct check_test *tests, size_t count)
{
	unsigned failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < count; i++) {
		check_name = tests[i].name;
		check_failures = 0;
		tests[i].run();
		if (check_failures == 0)
			printf("ok - %s\n", check_name);
		else if (check_failures > CHECK_TOLD)
			printf("not ok - %s: %u failures in all\n", check_name, check_failures);
		failed += check_failures > 0;
	}
	return failed > 0;
}

#define CHECK_MAIN(tests)                                                                          \
	int main(void)                                                                             \
	{                                                                                          \
		return check_run(tests, sizeof(tests) / sizeof((tests)[0]));                       \
	}

/* Random numbers that are the same in every run (xorshift64). @state: not 0. */
static inline uint64_t check_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline void check_random_bytes(uint64_t *state, void *to, size_t size)
{
	uint8_t *bytes = to;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(check_random(state) >> 32);
}

#endif
