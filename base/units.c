#include "base/units.h"

#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NS_PER_MIN (60 * NS_PER_S)
#define NS_PER_HOUR (60 * NS_PER_MIN)
#define NS_PER_DAY (24 * NS_PER_HOUR)
#define DURATION_MAX (100 * 31557600ULL * NS_PER_S)

/* A number of so many digits is of bytes; of more than these it is none. */
#define BYTES_DIGITS 7
#define DIGITS_MOST 19

/* Room for the longest name of a unit of time. */
#define UNIT_NAME 8

struct unit {
	const char *name;
	uint64_t size;
};

/* --- writing ---------------------------------------------------------------------------------- */

/* @value / 2^@shift, rounded. */
static uint64_t shift_rounded(uint64_t value, unsigned shift)
{
	return (value >> shift) + (value >> (shift - 1) & 1);
}

/* The same in tenths; apart, since @value * 10 may not fit. */
static uint64_t shift_tenths(uint64_t value, unsigned shift)
{
	uint64_t one = 1ULL << shift;

	return (value >> shift) * 10 + (((value & (one - 1)) * 10 + one / 2) >> shift);
}

static void write_bytes(char *text, size_t size, uint64_t bytes)
{
	static const char *const names[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	const char *const *name = names;
	unsigned shift = 10;
	uint64_t tenths;

	if (bytes < 1024) {
		snprintf(text, size, "%" PRIu64 " B", bytes);
		return;
	}
	for (; shift < 60 && shift_rounded(bytes, shift) >= 1024; shift += 10)
		name++;
	tenths = shift_tenths(bytes, shift);
	/* Memory comes in pages: tenths of a KiB would be noise. */
	if (shift == 10 || tenths >= 1000)
		snprintf(text, size, "%" PRIu64 " %s", shift_rounded(bytes, shift), *name);
	else
		snprintf(text, size, "%u.%u %s", (unsigned)tenths / 10, (unsigned)tenths % 10,
			 *name);
}

char *units_format_bytes(char text[UNITS_TEXT], uint64_t bytes)
{
	write_bytes(text, UNITS_TEXT, bytes);
	return text;
}

char *units_format_marked(char text[UNITS_TEXT], const char *mark, uint64_t bytes)
{
	char figure[UNITS_TEXT];

	units_format_bytes(figure, bytes);
	snprintf(text, UNITS_TEXT, "%.2s%.*s", mark, UNITS_TEXT - 3, figure);
	return text;
}

char *units_format_delta(char text[UNITS_TEXT], int64_t bytes)
{
	text[0] = bytes < 0 ? '-' : '+';
	write_bytes(text + 1, UNITS_TEXT - 1, bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes);
	return text;
}

/* @ns in @unit with three figures; false where rounding makes it @limit or more, which the next
 * unit says better. */
static bool write_figures(char *text, uint64_t ns, const struct unit *unit, uint64_t limit)
{
	for (uint64_t power = 100; power > 0; power /= 10) {
		uint64_t scaled = (ns * power + unit->size / 2) / unit->size;
		unsigned whole = (unsigned)(scaled / power);
		unsigned part = (unsigned)(scaled % power);

		if (scaled >= limit * power)
			return false;
		if (scaled >= 1000)
			continue;
		if (power == 100)
			snprintf(text, UNITS_TEXT, "%u.%02u %s", whole, part, unit->name);
		else if (power == 10)
			snprintf(text, UNITS_TEXT, "%u.%u %s", whole, part, unit->name);
		else
			snprintf(text, UNITS_TEXT, "%u %s", whole, unit->name);
		return true;
	}
	return false;
}

char *units_format_duration(char text[UNITS_TEXT], uint64_t ns)
{
	static const struct {
		struct unit unit;
		uint64_t limit;
	} scales[] = {
		{ { "us", NS_PER_US }, 1000 },
		{ { "ms", NS_PER_MS }, 1000 },
		{ { "s", NS_PER_S }, 60 },
	};
	uint64_t seconds = ns / NS_PER_S + (ns % NS_PER_S >= NS_PER_S / 2);
	uint64_t minutes = ns / NS_PER_MIN + (ns % NS_PER_MIN >= NS_PER_MIN / 2);

	if (ns < NS_PER_US) {
		snprintf(text, UNITS_TEXT, "%u %s", (unsigned)ns, ns ? "ns" : "s");
		return text;
	}
	for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++) {
		if (ns < scales[i].limit * scales[i].unit.size &&
		    write_figures(text, ns, &scales[i].unit, scales[i].limit))
			return text;
	}
	if (seconds < 3600)
		snprintf(text, UNITS_TEXT, "%u min %02u s", (unsigned)seconds / 60,
			 (unsigned)seconds % 60);
	else
		snprintf(text, UNITS_TEXT, "%" PRIu64 " h %02u min", minutes / 60,
			 (unsigned)(minutes % 60));
	return text;
}

char *units_format_clock(char text[UNITS_TEXT], uint64_t ns)
{
	uint64_t seconds = ns / NS_PER_S;
	unsigned minutes = (unsigned)(seconds / 60 % 60);

	if (seconds < 3600)
		snprintf(text, UNITS_TEXT, "%u:%02u", minutes, (unsigned)(seconds % 60));
	else
		snprintf(text, UNITS_TEXT, "%" PRIu64 ":%02u:%02u", seconds / 3600, minutes,
			 (unsigned)(seconds % 60));
	return text;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* A number as it is written, not yet in any unit: whole digits, and digits after the point. */
struct number {
	const char *whole;
	const char *whole_end;
	const char *fraction;
	const char *fraction_end;
	const char *unit; /* what follows, after at most one space */
};

static const char *skip_digits(const char *text)
{
	while (*text >= '0' && *text <= '9')
		text++;
	return text;
}

static size_t unit_length(const char *text)
{
	const char *end = text;

	while ((*end >= 'a' && *end <= 'z') || (*end >= 'A' && *end <= 'Z'))
		end++;
	return (size_t)(end - text);
}

/* False where there is no digit. */
static bool read_number(const char *text, struct number *ret)
{
	ret->whole = text;
	ret->whole_end = skip_digits(text);
	ret->fraction = ret->whole_end + (*ret->whole_end == '.');
	ret->fraction_end = skip_digits(ret->fraction);
	ret->unit = ret->fraction_end + (*ret->fraction_end == ' ' && ret->fraction_end[1] != '\0');
	return ret->whole_end > ret->whole || ret->fraction_end > ret->fraction;
}

/* @number * @size, what is left of one dropped; -ERANGE over @max, which is under 2^63. @size <=
 * 2^60. */
static int scale_number(const struct number *number, uint64_t size, uint64_t max, uint64_t *ret)
{
	uint64_t limit = max / size;
	uint64_t whole = 0;
	uint64_t part = 0;

	for (const char *digit = number->whole; digit < number->whole_end; digit++) {
		if (whole > limit / 10)
			return -ERANGE;
		whole = whole * 10 + (uint64_t)(*digit - '0');
		if (whole > limit)
			return -ERANGE;
	}
	/* From the last digit on: exact for any number of digits. */
	for (const char *digit = number->fraction_end; digit-- > number->fraction;)
		part = (part + (uint64_t)(*digit - '0') * size) / 10;
	if (part > max - whole * size)
		return -ERANGE;
	*ret = whole * size + part;
	return 0;
}

static const struct unit *find_unit(const struct unit *units, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(units[i].name, name) == 0)
			return &units[i];
	}
	return NULL;
}

#define FIND_UNIT(units, name) find_unit(units, sizeof(units) / sizeof((units)[0]), name)

int units_parse_size(const char *text, uint64_t *ret_bytes)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "B", 1 },
		{ "K", 1ULL << 10 },
		{ "M", 1ULL << 20 },
		{ "G", 1ULL << 30 },
		{ "T", 1ULL << 40 },
		{ "P", 1ULL << 50 },
		{ "E", 1ULL << 60 },
		{ "KiB", 1ULL << 10 },
		{ "Ki", 1ULL << 10 },
		{ "MiB", 1ULL << 20 },
		{ "Mi", 1ULL << 20 },
		{ "GiB", 1ULL << 30 },
		{ "Gi", 1ULL << 30 },
		{ "TiB", 1ULL << 40 },
		{ "Ti", 1ULL << 40 },
		{ "PiB", 1ULL << 50 },
		{ "Pi", 1ULL << 50 },
		{ "EiB", 1ULL << 60 },
		{ "Ei", 1ULL << 60 },
		{ "KB", 1000ULL },
		{ "MB", 1000000ULL },
		{ "GB", 1000000000ULL },
		{ "TB", 1000000000000ULL },
		{ "PB", 1000000000000000ULL },
		{ "EB", 1000000000000000000ULL },
	};
	struct number number;
	const struct unit *unit;

	if (!read_number(text, &number))
		return -EINVAL;
	unit = FIND_UNIT(units, number.unit);
	if (!unit || (unit->size == 1 && number.fraction > number.whole_end))
		return -EINVAL;
	return scale_number(&number, unit->size, INT64_MAX, ret_bytes);
}

const char *units_missing(const char *text, size_t length)
{
	if (length == 0 || strspn(text, "0123456789.") < length ||
	    strcspn(text, "123456789") >= length || length > DIGITS_MOST)
		return NULL;
	if (strcspn(text, ".") < length)
		return "G";
	return length >= BYTES_DIGITS ? "B" : "M";
}

static int parse_rate(const struct number *number, uint64_t *ret_ns)
{
	uint64_t nano_hz;
	int error = scale_number(number, NS_PER_S, INT64_MAX, &nano_hz);

	if (error)
		return error;
	if (nano_hz == 0 || nano_hz > NS_PER_S * NS_PER_S)
		return -ERANGE;
	*ret_ns = NS_PER_S * NS_PER_S / nano_hz;
	return *ret_ns > DURATION_MAX ? -ERANGE : 0;
}

/* One "90sec" of several; what follows it, or NULL where it is none. A number alone, seconds, is
 * the only one. */
static const char *parse_part(const char *text, uint64_t *ret_size, uint64_t max, uint64_t *ret_ns,
			      int *ret_error)
{
	static const struct unit units[] = {
		{ "ns", 1 },
		{ "us", NS_PER_US },
		{ "ms", NS_PER_MS },
		{ "", NS_PER_S },
		{ "s", NS_PER_S },
		{ "sec", NS_PER_S },
		{ "secs", NS_PER_S },
		{ "second", NS_PER_S },
		{ "seconds", NS_PER_S },
		{ "m", NS_PER_MIN },
		{ "min", NS_PER_MIN },
		{ "mins", NS_PER_MIN },
		{ "minute", NS_PER_MIN },
		{ "minutes", NS_PER_MIN },
		{ "h", NS_PER_HOUR },
		{ "hr", NS_PER_HOUR },
		{ "hour", NS_PER_HOUR },
		{ "hours", NS_PER_HOUR },
		{ "d", NS_PER_DAY },
		{ "day", NS_PER_DAY },
		{ "days", NS_PER_DAY },
	};
	struct number number;
	const struct unit *unit;
	char name[UNIT_NAME];
	size_t length;

	if (!read_number(text, &number))
		return NULL;
	length = unit_length(number.unit);
	if (length >= sizeof name || (length == 0 && *number.unit))
		return NULL;
	memcpy(name, number.unit, length);
	name[length] = '\0';
	unit = FIND_UNIT(units, name);
	if (!unit || unit->size >= *ret_size || (length == 0 && *ret_size != UINT64_MAX))
		return NULL;
	*ret_size = unit->size;
	*ret_error = scale_number(&number, unit->size, max, ret_ns);
	return number.unit + length;
}

/* "1m30s", "2 h 05 min": each unit smaller than the one before. */
static int parse_parts(const char *text, uint64_t *ret_ns)
{
	uint64_t size = UINT64_MAX;
	uint64_t total = 0;
	int error = 0;

	do {
		uint64_t part = 0;
		int problem = 0;

		text = parse_part(text, &size, DURATION_MAX - total, &part, &problem);
		if (!text)
			return -EINVAL;
		total += part;
		error = error ? error : problem;
		text += *text == ' ' && text[1];
	} while (*text);
	*ret_ns = total;
	return error;
}

int units_parse_duration(const char *text, uint64_t *ret_ns)
{
	struct number number;
	bool negative = text[0] == '-';
	uint64_t ns;
	int error;

	if (!read_number(text + negative, &number))
		return -EINVAL;
	if (strcasecmp(number.unit, "Hz") == 0)
		return negative ? -ERANGE : parse_rate(&number, ret_ns);
	error = parse_parts(text + negative, &ns);
	if (!error && negative)
		error = -ERANGE;
	if (!error)
		*ret_ns = ns;
	return error;
}
