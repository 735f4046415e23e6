#include "base/digits.h"

#include "base/clock.h"

#include <string.h>

#define MIB_SHIFT 20
#define MIB_DECIMALS 1000000ULL

char *digits_number(char *to, uint64_t number)
{
	char digits[DIGITS_ROOM];
	char *first = digits + sizeof digits;
	size_t length;

	do {
		*--first = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	length = (size_t)(digits + sizeof digits - first);
	memcpy(to, first, length);
	return to + length;
}

static char *put_decimals(char *to, uint64_t part, int count)
{
	*to = '.';
	for (int i = count; i > 0; i--) {
		to[i] = (char)('0' + part % 10);
		part /= 10;
	}
	return to + count + 1;
}

char *digits_seconds(char *to, uint64_t from_ns, uint64_t t_ns)
{
	uint64_t ns = t_ns < from_ns ? from_ns - t_ns : t_ns - from_ns;

	if (t_ns < from_ns)
		*to++ = '-';
	to = digits_number(to, ns / NS_PER_S);
	return put_decimals(to, ns % NS_PER_S, 9);
}

char *digits_mib(char *to, uint64_t bytes)
{
	uint64_t whole = bytes >> MIB_SHIFT;
	uint64_t rest = bytes & ((1ULL << MIB_SHIFT) - 1);
	uint64_t part = (rest * MIB_DECIMALS + (1ULL << (MIB_SHIFT - 1))) >> MIB_SHIFT;

	if (part == MIB_DECIMALS) {
		whole++;
		part = 0;
	}
	return put_decimals(digits_number(to, whole), part, 6);
}
