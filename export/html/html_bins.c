#include "export/html/html_bins.h"

#include "base/array.h"

#include <stdlib.h>

#define PAGE 4096

enum kind {
	KIND_HELD = 0,
	KIND_NONE,
	KIND_VALUE,
	KIND_RANGE,
};

/* --- bytes */

#define NUMBER_MOST 10 /* bytes of a number */

static bool reserve(struct bins *bins)
{
	if (!bins->failed && array_reserve(&bins->bytes, &bins->room, bins->length + NUMBER_MOST))
		bins->failed = true;
	return !bins->failed;
}

static void put(struct bins *bins, uint64_t number)
{
	if (!reserve(bins))
		return;
	for (; number >= 0x80; number >>= 7)
		bins->bytes[bins->length++] = (uint8_t)(number | 0x80);
	bins->bytes[bins->length++] = (uint8_t)number;
}

static void put_token(struct bins *bins, enum kind kind, uint64_t number)
{
	put(bins, number << 2 | kind);
}

static uint64_t pages_or_bytes(uint64_t bytes, bool negative, bool has_sign)
{
	uint64_t odd = bytes % PAGE != 0;
	uint64_t size = odd ? bytes : bytes / PAGE;

	if (has_sign)
		size = negative ? size * 2 - 1 : size * 2;
	return size << 1 | odd;
}

static uint64_t change(const struct bins *bins, uint64_t to)
{
	bool negative = to < bins->told;

	return pages_or_bytes(negative ? bins->told - to : to - bins->told, negative, true);
}

static uint64_t distance(uint64_t from, uint64_t to)
{
	return pages_or_bytes(to - from, false, false);
}

/* --- bins */

static void end_run(struct bins *bins)
{
	if (bins->run > 0)
		put_token(bins, (enum kind)bins->run_kind, bins->run - 1);
	bins->run = 0;
}

static void run(struct bins *bins, enum kind kind, uint64_t count)
{
	if (bins->run_kind != kind)
		end_run(bins);
	bins->run_kind = kind;
	bins->run += count;
}

/* @count bins of what is held; which a decoder holds too, since the bin before had it last. */
static void write_held(struct bins *bins, uint64_t count)
{
	if (count > 0)
		run(bins, bins->holds ? KIND_HELD : KIND_NONE, count);
}

static void write_open(struct bins *bins)
{
	if (!bins->has_value) {
		run(bins, KIND_NONE, 1);
	} else if (bins->least == bins->most && bins->least == bins->told) {
		run(bins, KIND_HELD, 1);
	} else if (bins->least == bins->most) {
		end_run(bins);
		put_token(bins, KIND_VALUE, change(bins, bins->least));
		bins->told = bins->least;
	} else {
		end_run(bins);
		put_token(bins, KIND_RANGE, change(bins, bins->least));
		put(bins, distance(bins->least, bins->most));
		put(bins, distance(bins->least, bins->held));
		bins->told = bins->held;
	}
}

static void open_bin(struct bins *bins, uint64_t bin)
{
	bins->open = bin;
	bins->has_value = bins->holds;
	bins->least = bins->held;
	bins->most = bins->held;
}

static void advance(struct bins *bins, uint64_t bin)
{
	if (bin <= bins->open)
		return;
	write_open(bins);
	write_held(bins, bin - bins->open - 1);
	open_bin(bins, bin);
}

void bins_set(struct bins *bins, uint64_t bin, bool whole, uint64_t bytes)
{
	if (bytes > BINS_VALUE_MAX)
		bytes = BINS_VALUE_MAX;
	if (!bins->begun) {
		bins->begun = true;
		bins->first = bin;
		open_bin(bins, bin);
	}
	advance(bins, bin);
	if (whole || !bins->has_value) {
		bins->least = bytes;
		bins->most = bytes;
	} else if (bytes < bins->least) {
		bins->least = bytes;
	} else if (bytes > bins->most) {
		bins->most = bytes;
	}
	bins->has_value = true;
	bins->holds = true;
	bins->held = bytes;
}

void bins_none(struct bins *bins, uint64_t bin, bool whole)
{
	if (!bins->begun)
		return;
	advance(bins, bin);
	if (whole)
		bins->has_value = false;
	bins->holds = false;
}

void bins_finish(struct bins *bins, uint64_t last)
{
	if (!bins->begun)
		return;
	if (!bins->holds && last > bins->open)
		last = bins->open;
	advance(bins, last);
	write_open(bins);
	if (bins->run_kind == KIND_NONE)
		bins->run = 0;
	end_run(bins);
}

void bins_free(struct bins *bins)
{
	free(bins->bytes);
	bins->bytes = NULL;
}
