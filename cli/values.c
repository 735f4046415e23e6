#include "cli/values.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "cli/options.h"
#include "wire/metric.h"

#include <stdlib.h>
#include <string.h>

#define FPS_MOST 100

/* Growth by less than this many bytes is none, where nobody says otherwise. */
#define GROWTH_BYTES (1 << 20)

int values_time(uint64_t *ret_ns, const char *what, const char *text, uint64_t least_ns)
{
	if (units_parse_duration(text, ret_ns) < 0) {
		log_error("%s '%s': is no length of time (1s, 100ms, 0.1, 10Hz, 1m30s)", what,
			  text);
		return EXIT_USAGE;
	}
	if (*ret_ns < least_ns) {
		log_error("%s '%s': the shortest is %s", what, text,
			  least_ns == NS_PER_MS	 ? "1ms"
			  : least_ns == NS_PER_S ? "1s"
						 : "100ms");
		return EXIT_USAGE;
	}
	return 0;
}

int values_size(uint64_t *ret_bytes, const char *what, const char *text)
{
	const char *unit = units_missing(text, strlen(text));

	if (unit) {
		log_error("%s '%s': needs a unit; %s%s?", what, text, text, unit);
		return EXIT_USAGE;
	}
	if (units_parse_size(text, ret_bytes) == 0 && *ret_bytes > 0)
		return 0;
	log_error("%s '%s': is no size of memory (512M, 2GiB, 1.5G)", what, text);
	return EXIT_USAGE;
}

/* Minutes, of the unit behind a rate's slash; 0: it is none. */
static double minutes_of(const char *unit)
{
	static const struct {
		const char *name;
		double minutes;
	} units[] = { { "s", 1 / 60.0 }, { "sec", 1 / 60.0 }, { "m", 1 },    { "min", 1 },
		      { "h", 60 },	 { "hour", 60 },      { "d", 1440 }, { "day", 1440 } };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strcmp(unit, units[i].name) == 0)
			return units[i].minutes;
	}
	return 0;
}

int values_rate(double *ret_bytes_per_minute, const char *what, const char *text)
{
	const char *slash = strchr(text, '/');
	double minutes = slash ? minutes_of(slash + 1) : 1;
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	const char *unit = units_missing(text, length);
	char size[32];
	uint64_t bytes;

	if (unit) {
		log_error("%s '%s': needs a unit; %.*s%s%s?", what, text, (int)length, text, unit,
			  slash ? slash : "/min");
		return EXIT_USAGE;
	}
	if (length < sizeof size && minutes > 0) {
		memcpy(size, text, length);
		size[length] = '\0';
		if (units_parse_size(size, &bytes) == 0) {
			*ret_bytes_per_minute = (double)bytes / minutes;
			return 0;
		}
	}
	log_error("%s '%s': is no rate of growth (1M/min, 10MiB/h, 512K, which is a minute's)",
		  what, text);
	return EXIT_USAGE;
}

int values_metrics(uint32_t *ret_set, const char *text)
{
	char names[METRIC_NAMES_ROOM];

	if (metric_parse(text, ret_set) == 0)
		return 0;
	log_error("metrics '%s': is no list of %s", text, metric_names(names, METRICS_ALL));
	return EXIT_USAGE;
}

int values_glyphs(int *ret_glyphs, const char *name)
{
	static const char *const names[] = { "auto", "braille", "blocks", "ascii" };

	for (int i = 0; i < 4; i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret_glyphs = i - 1;
			return 0;
		}
	}
	log_error("glyphs '%s': is none of auto, braille, blocks, ascii", name);
	return EXIT_USAGE;
}

int values_unjudged(enum if_unjudged *ret_what, const char *text)
{
	*ret_what = strcmp(text, "pass") == 0 ? UNJUDGED_PASSES : UNJUDGED_FAILS_ASKED;
	if (*ret_what == UNJUDGED_PASSES || strcmp(text, "fail") == 0)
		return 0;
	log_error("if-unjudged '%s': is neither pass nor fail", text);
	return EXIT_USAGE;
}

int values_fps(unsigned *ret_fps, const char *text)
{
	char *end;
	unsigned long fps = strtoul(text, &end, 10);

	if (end != text && !*end && text[0] != '-' && fps >= 1 && fps <= FPS_MOST) {
		*ret_fps = (unsigned)fps;
		return 0;
	}
	log_error("fps '%s': is no number of frames a second from 1 to %d", text, FPS_MOST);
	return EXIT_USAGE;
}

int values_speed(double *ret_speed, const char *text)
{
	char *end;

	*ret_speed = strtod(text, &end);
	if (end != text && !*end && *ret_speed >= 0.001 && *ret_speed <= 1e6)
		return 0;
	log_error("speed '%s': is no factor from 0.001 to 1000000", text);
	return EXIT_USAGE;
}

int values_growth(double *ret_percent, uint64_t *ret_bytes, const char *what, const char *text)
{
	char *end;
	bool sound;

	*ret_percent = strtod(text, &end);
	*ret_bytes = GROWTH_BYTES;
	sound = end != text && *ret_percent >= 0 && *ret_percent <= 1e6;
	if (sound && *end == '%')
		end++;
	if (sound && !*end)
		return 0;
	if (sound && strcmp(end, ",0") == 0) {
		*ret_bytes = 0;
		return 0;
	}
	if (sound && *end == ',')
		return values_size(ret_bytes, what, end + 1);
	log_error("%s '%s': is no percentage, such as 10%%, or 10%%,4MiB", what, text);
	return EXIT_USAGE;
}
