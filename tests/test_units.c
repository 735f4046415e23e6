#include "base/units.h"

#include "base/clock.h"
#include "tests/check.h"

#include <errno.h>

#define KIB 1024ULL
#define MIB (KIB * KIB)
#define GIB (MIB * KIB)
#define TIB (GIB * KIB)
#define EIB (TIB * MIB)
#define MINUTE (60 * NS_PER_S)
#define HOUR (60 * MINUTE)
#define UNTOUCHED 0x5a5a5a5aULL

struct figure {
	uint64_t value;
	const char *text;
};

static void bytes_have_three_figures_and_round_into_the_next_unit(void)
{
	static const struct figure cases[] = {
		{ 0, "0 B" },
		{ 1, "1 B" },
		{ 999, "999 B" },
		{ 1023, "1023 B" },
		{ 1024, "1 KiB" },
		{ 1535, "1 KiB" },
		{ 1536, "2 KiB" },
		{ 20 * KIB, "20 KiB" },
		{ 812 * KIB, "812 KiB" },
		{ 999 * KIB, "999 KiB" },
		{ 1000 * KIB, "1000 KiB" },
		{ 1023 * KIB, "1023 KiB" },
		{ 1023 * KIB + 511, "1023 KiB" },
		{ 1023 * KIB + 512, "1.0 MiB" },
		{ MIB - 10, "1.0 MiB" },
		{ MIB, "1.0 MiB" },
		{ MIB + MIB / 2, "1.5 MiB" },
		{ 12 * MIB + 307 * KIB, "12.3 MiB" },
		{ 99 * MIB + 972 * KIB, "99.9 MiB" },
		{ 99 * MIB + 973 * KIB, "100 MiB" },
		{ 100 * MIB, "100 MiB" },
		{ 1023 * MIB, "1023 MiB" },
		{ 1023 * MIB + MIB / 2 - 1, "1023 MiB" },
		{ 1023 * MIB + MIB / 2, "1.0 GiB" },
		{ 9 * GIB + 1000 * MIB, "10.0 GiB" },
		{ 1023 * TIB + TIB / 2, "1.0 PiB" },
		{ EIB, "1.0 EiB" },
		{ UINT64_MAX, "16.0 EiB" },
	};
	char text[UNITS_TEXT];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_EQ_STR(units_format_bytes(text, cases[i].value), cases[i].text);
}

static void a_delta_always_has_its_sign(void)
{
	char text[UNITS_TEXT];

	CHECK_EQ_STR(units_format_delta(text, 0), "+0 B");
	CHECK_EQ_STR(units_format_delta(text, 1536 * 1024), "+1.5 MiB");
	CHECK_EQ_STR(units_format_delta(text, -20 * 1024), "-20 KiB");
	CHECK_EQ_STR(units_format_delta(text, -1), "-1 B");
	CHECK_EQ_STR(units_format_delta(text, -(1024 * 1024 - 1)), "-1.0 MiB");
	CHECK_EQ_STR(units_format_delta(text, INT64_MAX), "+8.0 EiB");
	CHECK_EQ_STR(units_format_delta(text, INT64_MIN), "-8.0 EiB");
}

static void durations_have_three_figures_and_round_into_the_next_unit(void)
{
	static const struct figure cases[] = {
		{ 0, "0 s" },
		{ 1, "1 ns" },
		{ 999, "999 ns" },
		{ 1000, "1.00 us" },
		{ 9994, "9.99 us" },
		{ 9995, "10.0 us" },
		{ 99949, "99.9 us" },
		{ 99950, "100 us" },
		{ 350 * NS_PER_US, "350 us" },
		{ 999499, "999 us" },
		{ 999500, "1.00 ms" },
		{ 12300 * NS_PER_US, "12.3 ms" },
		{ 100 * NS_PER_MS, "100 ms" },
		{ 999500 * NS_PER_US, "1.00 s" },
		{ 4200 * NS_PER_MS, "4.20 s" },
		{ 59949 * NS_PER_MS, "59.9 s" },
		{ 59950 * NS_PER_MS, "1 min 00 s" },
		{ 200 * NS_PER_S, "3 min 20 s" },
		{ HOUR - NS_PER_S, "59 min 59 s" },
		{ HOUR - NS_PER_S / 2, "1 h 00 min" },
		{ 2 * HOUR + 5 * MINUTE, "2 h 05 min" },
		{ 2 * HOUR + 5 * MINUTE + MINUTE / 2, "2 h 06 min" },
		{ 100 * HOUR, "100 h 00 min" },
		{ UINT64_MAX, "5124095 h 35 min" },
	};
	char text[UNITS_TEXT];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_EQ_STR(units_format_duration(text, cases[i].value), cases[i].text);
}

static void a_clock_counts_whole_seconds(void)
{
	char text[UNITS_TEXT];

	CHECK_EQ_STR(units_format_clock(text, 0), "0:00");
	CHECK_EQ_STR(units_format_clock(text, NS_PER_S - 1), "0:00");
	CHECK_EQ_STR(units_format_clock(text, 65 * NS_PER_S), "1:05");
	CHECK_EQ_STR(units_format_clock(text, HOUR - 1), "59:59");
	CHECK_EQ_STR(units_format_clock(text, HOUR), "1:00:00");
	CHECK_EQ_STR(units_format_clock(text, 27 * HOUR + 62 * NS_PER_S), "27:01:02");
	CHECK_EQ_STR(units_format_clock(text, UINT64_MAX), "5124095:34:33");
}

static void sizes_are_read_as_people_write_them(void)
{
	static const struct figure cases[] = {
		{ 0, "0" },
		{ 4096, "4096" },
		{ 4096, "4096B" },
		{ 512 * KIB, "512K" },
		{ 512 * KIB, "512KiB" },
		{ 512 * KIB, "512Ki" },
		{ 2 * GIB, "2Gi" },
		{ 512000, "512kB" },
		{ 512 * MIB, "512M" },
		{ 512 * MIB, "512m" },
		{ 512 * MIB, "512 MiB" },
		{ 2 * GIB, "2G" },
		{ 2 * GIB, "2gib" },
		{ 2000000000ULL, "2GB" },
		{ MIB + MIB / 2, "1.5MiB" },
		{ GIB / 2, ".5G" },
		{ 100000000ULL, "0.1GB" },
		{ 107374182, "0.1GiB" },
		{ GIB / 4, "0.250000000000000000000000000000G" },
		{ 7 * EIB, "7E" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MAX, "7.9999999999999999999E" },
	};
	uint64_t bytes;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bytes = UNTOUCHED;
		CHECK_EQ_I64(units_parse_size(cases[i].text, &bytes), 0);
		CHECK_EQ_U64(bytes, cases[i].value);
	}
}

static void what_is_no_size_is_refused(void)
{
	static const char *const invalid[] = {
		"",	 " ",	  "G",	 "-1",	 "+1",	"1.5", "1.",   "1.5B",
		"1,5G",	 "1..5G", "1 ",	 "1  G", "1G ", " 1G", "0x10", "1e3",
		"1KiBs", "1Kb s", "nan", "inf",	 ".",	".G",
	};
	static const char *const too_large[] = {
		"9223372036854775808",	 "8E", "99999999999999999999999", "10EB",
		"18446744073709551616B",
	};
	uint64_t bytes = UNTOUCHED;

	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		if (!CHECK_EQ_I64(units_parse_size(invalid[i], &bytes), -EINVAL))
			printf("# for \"%s\"\n", invalid[i]);
	}
	for (size_t i = 0; i < sizeof(too_large) / sizeof(too_large[0]); i++) {
		if (!CHECK_EQ_I64(units_parse_size(too_large[i], &bytes), -ERANGE))
			printf("# for \"%s\"\n", too_large[i]);
	}
	CHECK_EQ_U64(bytes, UNTOUCHED);
}

/* Of what lacks its unit, the one that was likely meant. */
static void a_missing_unit_is_guessed(void)
{
	static const struct {
		const char *text;
		const char *unit; /* "": none is missing */
	} cases[] = {
		{ "512", "M" },	    { "1", "M" },	  { "999999", "M" },
		{ "1000000", "B" }, { "536870912", "B" }, { "1.5", "G" },
		{ ".5", "G" },	    { "0", "" },	  { "0.0", "" },
		{ "512M", "" },	    { "512B", "" },	  { "", "" },
		{ "x", "" },	    { "-5", "" },	  { "5 ", "" },
		{ "1e3", "" },	    { "0x10", "" },	  { "00000000000000000001", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *unit = units_missing(cases[i].text, strlen(cases[i].text));

		CHECK_EQ_STR(unit ? unit : "", cases[i].unit);
	}
	CHECK_EQ_STR(units_missing("5/min", 1), "M");
}

static void durations_are_read_as_people_write_them(void)
{
	static const struct figure cases[] = {
		{ 0, "0" },
		{ NS_PER_S, "1" },
		{ NS_PER_S, "1s" },
		{ 100 * NS_PER_MS, "100ms" },
		{ 100 * NS_PER_MS, "0.1" },
		{ 300 * NS_PER_US, "0.3ms" },
		{ 250 * NS_PER_US, "250us" },
		{ 80, "80ns" },
		{ 2 * MINUTE, "2m" },
		{ 2 * MINUTE, "2min" },
		{ 90 * MINUTE, "1.5h" },
		{ 100 * NS_PER_MS, "10Hz" },
		{ 100 * NS_PER_MS, "10 hz" },
		{ 2 * NS_PER_S, "0.5Hz" },
		{ 333333333, "3Hz" },
		{ 1, "1000000000Hz" },
		{ 4200 * NS_PER_MS, "4.20 s" },
		{ 90 * NS_PER_S, "90sec" },
		{ 90 * NS_PER_S, "90 seconds" },
		{ 90 * NS_PER_S, "1m30s" },
		{ 90 * NS_PER_S, "1min 30s" },
		{ 1440 * MINUTE, "1d" },
		{ 2190 * MINUTE, "1.5 days 30 min" },
		{ 125 * MINUTE, "2 h 05 min" },
		{ 125 * MINUTE, "2H5M" },
		{ 1500 * NS_PER_MS, "1s500ms" },
		{ 3155760000 * NS_PER_S, "3155760000s" },
	};
	uint64_t ns;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ns = UNTOUCHED;
		CHECK_EQ_I64(units_parse_duration(cases[i].text, &ns), 0);
		CHECK_EQ_U64(ns, cases[i].value);
	}
}

static void what_is_no_duration_is_refused(void)
{
	static const char *const invalid[] = { "",	 "s",	 "Hz",	    "-",	 "--1",
					       "1ss",	 "1 s ", " 1",	    "1,5",	 "1e9",
					       "ms",	 "-x",	 "-1x",	    "+1",	 "1m30",
					       "30s1m",	 "1m1m", "1m  30s", "1m-30s",	 "10Hz1s",
					       "1s10Hz", "1y",	 "1m30s ",  "1secondsss" };
	static const char *const out_of_range[] = {
		"-1",
		"-1s",
		"-10Hz",
		"0Hz",
		"0.0000000001Hz",
		"1000000001Hz",
		"3155760001s",
		"876601h",
		"36526d",
		"36525d1s",
		"99999999999999999999s",
		"0.0000000001 Hz",
		"99999999999999999999Hz",
	};
	uint64_t ns = UNTOUCHED;

	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		if (!CHECK_EQ_I64(units_parse_duration(invalid[i], &ns), -EINVAL))
			printf("# for \"%s\"\n", invalid[i]);
	}
	for (size_t i = 0; i < sizeof(out_of_range) / sizeof(out_of_range[0]); i++) {
		if (!CHECK_EQ_I64(units_parse_duration(out_of_range[i], &ns), -ERANGE))
			printf("# for \"%s\"\n", out_of_range[i]);
	}
	CHECK_EQ_U64(ns, UNTOUCHED);
}

/* What rounding loses at most: half of 0.1 MiB of 1.0, half a KiB; of a duration, half of 1.00. */
static void what_is_written_can_be_read_back(void)
{
	uint64_t state = 1;
	char text[UNITS_TEXT];

	for (int i = 0; i < 100000; i++) {
		uint64_t bytes = check_random(&state) >> (1 + check_random(&state) % 63);
		uint64_t back = 0;

		units_format_bytes(text, bytes);
		if (strcmp(text, "8.0 EiB") == 0)
			continue; /* one more than is read */
		CHECK_EQ_I64(units_parse_size(text, &back), 0);
		CHECK((back > bytes ? back - bytes : bytes - back) <= bytes / 19 + 512);
		CHECK(strlen(text) <= strlen("1023 KiB"));
	}
	for (int i = 0; i < 100000; i++) {
		uint64_t ns = check_random(&state) % (59 * NS_PER_S) >> check_random(&state) % 32;
		uint64_t back = 0;

		CHECK_EQ_I64(units_parse_duration(units_format_duration(text, ns), &back), 0);
		CHECK((back > ns ? back - ns : ns - back) <= ns / 199);
	}
}

static const struct check_test tests[] = {
	CHECK_TEST(bytes_have_three_figures_and_round_into_the_next_unit),
	CHECK_TEST(a_delta_always_has_its_sign),
	CHECK_TEST(durations_have_three_figures_and_round_into_the_next_unit),
	CHECK_TEST(a_clock_counts_whole_seconds),
	CHECK_TEST(sizes_are_read_as_people_write_them),
	CHECK_TEST(what_is_no_size_is_refused),
	CHECK_TEST(a_missing_unit_is_guessed),
	CHECK_TEST(durations_are_read_as_people_write_them),
	CHECK_TEST(what_is_no_duration_is_refused),
	CHECK_TEST(what_is_written_can_be_read_back),
};

CHECK_MAIN(tests)
