/* The bins of a page: what is encoded is what a decoder, written from html_bins.h alone, gets. */
#include "export/html/html_bins.h"

#include "tests/check.h"

#include <stdlib.h>

#define BINS 4096
#define MIB (1024ULL * 1024)

struct bin {
	bool has_value;
	uint64_t least;
	uint64_t most;
};

struct decoder {
	const struct bins *bins;
	size_t at;
	size_t count; /* of @found */
	uint64_t held;
	struct bin found[BINS];
};

static uint64_t next_number(struct decoder *decoder)
{
	uint64_t number = 0;

	for (unsigned shift = 0; decoder->at < decoder->bins->length; shift += 7) {
		uint8_t byte = decoder->bins->bytes[decoder->at++];

		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			break;
	}
	CHECK(number < 1ULL << 53);
	return number;
}

static uint64_t size_of(uint64_t number)
{
	return number % 2 ? number / 2 : number / 2 * 4096;
}

static uint64_t changed(const struct decoder *decoder, uint64_t number)
{
	uint64_t zigzag = number / 2;
	int64_t change = zigzag % 2 ? -(int64_t)((zigzag + 1) / 2) : (int64_t)(zigzag / 2);

	return decoder->held + (uint64_t)(number % 2 ? change : change * 4096);
}

static void add(struct decoder *decoder, uint64_t count, struct bin bin)
{
	for (; count > 0; count--) {
		if (!CHECK(decoder->count < BINS))
			return;
		decoder->found[decoder->count++] = bin;
	}
}

static void decode(struct decoder *decoder, const struct bins *bins)
{
	*decoder = (struct decoder){ .bins = bins };
	while (decoder->at < bins->length && decoder->count < BINS) {
		uint64_t token = next_number(decoder);
		struct bin bin = { .has_value = token % 4 != 1 };
		uint64_t count = token % 4 < 2 ? token / 4 + 1 : 1;

		bin.least = token % 4 < 2 ? decoder->held : changed(decoder, token / 4);
		bin.most = bin.least;
		if (token % 4 == 2)
			decoder->held = bin.least;
		if (token % 4 == 3) {
			bin.most = bin.least + size_of(next_number(decoder));
			decoder->held = bin.least + size_of(next_number(decoder));
		}
		add(decoder, count, bin);
	}
}

static void check_bin(const struct decoder *decoder, size_t i, bool has_value, uint64_t least,
		      uint64_t most)
{
	const struct bin *bin = &decoder->found[i];

	CHECK(i < decoder->count);
	CHECK(bin->has_value == has_value);
	if (!has_value)
		return;
	CHECK_EQ_U64(bin->least, least);
	CHECK_EQ_U64(bin->most, most);
}

static void a_steady_line_costs_a_few_bytes_whatever_its_length(void)
{
	struct bins bins = { 0 };
	struct decoder *decoder = malloc(sizeof *decoder);

	bins_set(&bins, 5, true, 10 * MIB);
	bins_finish(&bins, 4004);
	CHECK(bins.length <= 6);
	CHECK_EQ_U64(bins.first, 5);
	decode(decoder, &bins);
	CHECK_EQ_U64(decoder->count, 4000);
	for (size_t i = 0; i < decoder->count; i++)
		check_bin(decoder, i, true, 10 * MIB, 10 * MIB);
	bins_free(&bins);
	free(decoder);
}

static void a_spike_of_one_sample_is_in_its_bin(void)
{
	struct bins bins = { 0 };
	struct decoder *decoder = malloc(sizeof *decoder);

	bins_set(&bins, 0, true, 10 * MIB);
	bins_set(&bins, 7, false, 900 * MIB);
	bins_set(&bins, 7, false, 11 * MIB);
	bins_finish(&bins, 9);
	decode(decoder, &bins);
	CHECK_EQ_U64(decoder->count, 10);
	check_bin(decoder, 6, true, 10 * MIB, 10 * MIB);
	check_bin(decoder, 7, true, 10 * MIB, 900 * MIB);
	check_bin(decoder, 8, true, 11 * MIB, 11 * MIB);
	bins_free(&bins);
	free(decoder);
}

static void what_was_held_is_in_a_bin_that_begins_with_it(void)
{
	struct bins bins = { 0 };
	struct decoder *decoder = malloc(sizeof *decoder);

	bins_set(&bins, 0, true, 1);
	bins_set(&bins, 1, true, 2);
	bins_set(&bins, 2, false, 3);
	bins_finish(&bins, 2);
	decode(decoder, &bins);
	check_bin(decoder, 0, true, 1, 1);
	check_bin(decoder, 1, true, 2, 2);
	check_bin(decoder, 2, true, 2, 3);
	bins_free(&bins);
	free(decoder);
}

static void no_value_is_none_and_the_end_of_a_line_is_its_end(void)
{
	struct bins bins = { 0 };
	struct decoder *decoder = malloc(sizeof *decoder);

	bins_none(&bins, 0, true); /* before its first value */
	bins_set(&bins, 2, true, 4096);
	bins_none(&bins, 4, true);
	bins_set(&bins, 6, true, 4096);
	bins_none(&bins, 7, false);
	bins_finish(&bins, 3000);
	CHECK_EQ_U64(bins.first, 2);
	decode(decoder, &bins);
	CHECK_EQ_U64(decoder->count, 6);
	check_bin(decoder, 1, true, 4096, 4096);
	check_bin(decoder, 2, false, 0, 0);
	check_bin(decoder, 3, false, 0, 0);
	check_bin(decoder, 4, true, 4096, 4096);
	check_bin(decoder, 5, true, 4096, 4096);
	bins_free(&bins);
	free(decoder);
}

static void a_line_without_value_has_no_bytes(void)
{
	struct bins bins = { 0 };

	bins_none(&bins, 3, true);
	bins_finish(&bins, 100);
	CHECK(!bins.begun);
	CHECK_EQ_U64(bins.length, 0);
}

static void values_of_any_size_come_back(void)
{
	static const uint64_t values[] = { 0,
					   1,
					   4095,
					   4096,
					   4097,
					   BINS_VALUE_MAX,
					   0,
					   BINS_VALUE_MAX - 1,
					   8191,
					   BINS_VALUE_MAX - 4096,
					   UINT64_MAX - 1,
					   1 };
	const size_t count = sizeof values / sizeof *values;
	struct bins bins = { 0 };
	struct decoder *decoder = malloc(sizeof *decoder);

	for (size_t i = 0; i < count; i++)
		bins_set(&bins, i, true, values[i]);
	bins_finish(&bins, count - 1);
	decode(decoder, &bins);
	CHECK_EQ_U64(decoder->count, count);
	for (size_t i = 0; i < count; i++) {
		uint64_t value = values[i] > BINS_VALUE_MAX ? BINS_VALUE_MAX : values[i];

		check_bin(decoder, i, true, value, value);
	}
	bins_free(&bins);
	free(decoder);
}

/* The same, kept plainly. */
struct model {
	struct bin bins[BINS];
	bool holds;
	uint64_t held;
	size_t open;
};

static void model_advance(struct model *model, size_t bin)
{
	while (model->open < bin)
		model->bins[++model->open] = (struct bin){ model->holds, model->held, model->held };
}

static void model_set(struct model *model, size_t bin, bool whole, uint64_t value)
{
	struct bin *open = &model->bins[bin];

	model_advance(model, bin);
	if (whole || !open->has_value)
		*open = (struct bin){ true, value, value };
	open->least = value < open->least ? value : open->least;
	open->most = value > open->most ? value : open->most;
	model->holds = true;
	model->held = value;
}

static void model_none(struct model *model, size_t bin, bool whole)
{
	model_advance(model, bin);
	if (whole)
		model->bins[bin].has_value = false;
	model->holds = false;
}

static void random_step(uint64_t *random, struct bins *bins, struct model *model, size_t bin)
{
	bool whole = check_random(random) % 2;
	uint64_t value = check_random(random) % 3 ? check_random(random) % 64 * 4096
						  : check_random(random) % (1ULL << 40);

	if (check_random(random) % 8 == 0) {
		bins_none(bins, bin, whole);
		model_none(model, bin, whole);
	} else {
		bins_set(bins, bin, whole, value);
		model_set(model, bin, whole, value);
	}
}

static void any_course_of_values_comes_back(void)
{
	struct model *model = malloc(sizeof *model);
	struct decoder *decoder = malloc(sizeof *decoder);
	uint64_t random = 3;

	for (unsigned round = 0; round < 200; round++) {
		struct bins bins = { 0 };
		size_t bin = 0;

		memset(model, 0, sizeof *model);
		bins_set(&bins, 0, true, round);
		model_set(model, 0, true, round);
		for (unsigned step = 0; step < 300; step++) {
			bin += check_random(&random) % 3 ? 0 : check_random(&random) % 10;
			random_step(&random, &bins, model, bin);
		}
		bins_set(&bins, bin + 5, true, 77);
		model_set(model, bin + 5, true, 77);
		bins_finish(&bins, bin + 8);
		model_advance(model, bin + 8);
		decode(decoder, &bins);
		CHECK_EQ_U64(decoder->count, bin + 9);
		for (size_t i = 0; i < bin + 9; i++)
			check_bin(decoder, i, model->bins[i].has_value, model->bins[i].least,
				  model->bins[i].most);
		bins_free(&bins);
	}
	free(model);
	free(decoder);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_steady_line_costs_a_few_bytes_whatever_its_length),
	CHECK_TEST(a_spike_of_one_sample_is_in_its_bin),
	CHECK_TEST(what_was_held_is_in_a_bin_that_begins_with_it),
	CHECK_TEST(no_value_is_none_and_the_end_of_a_line_is_its_end),
	CHECK_TEST(a_line_without_value_has_no_bytes),
	CHECK_TEST(values_of_any_size_come_back),
	CHECK_TEST(any_course_of_values_comes_back),
};

CHECK_MAIN(tests)
