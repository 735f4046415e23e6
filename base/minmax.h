/*
 * The lesser and the larger of two.
 */
#ifndef BASE_MINMAX_H
#define BASE_MINMAX_H

#include <stdint.h>

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline unsigned min_unsigned(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static inline unsigned max_unsigned(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

#endif
