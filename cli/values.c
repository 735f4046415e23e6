#include "cli/values.h"

#include "base/array.h"
#include "base/log.h"
#include "base/naming.h"
#include "base/units.h"
#include "cli/options.h"
#include "plotter/view.h"
#include "wire/metric.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FPS_MOST 100

/* Growth by less than this many bytes is none, where nobody says otherwise. */
#define GROWTH_BYTES (1 << 20)

static int add_pid(struct options *options, const char *text)
{
	if (array_reserve(&options->pids, &options->pid_capacity, options->pid_count + 1)) {
		log_error("pid '%s': %s", text, strerror(ENOMEM));
		return EXIT_FAIL;
	}
	if (!naming_pid(text, &options->pids[options->pid_count]))
		return EXIT_USAGE;
	options->pid_count++;
	return 0;
}

int values_add_pids(struct options *options, const char *text)
{
	char *list = strdup(text);
	char *rest = list;
	char *item;
	int status = list ? 0 : EXIT_FAIL;

	while (!status && (item = strsep(&rest, ",")) != NULL)
		status = add_pid(options, item);
	free(list);
	return status;
}

int values_pids(const struct option_row *row, void *field, const char *text)
{
	(void)row;
	return values_add_pids(field, text);
}

static int say_many(const struct option_row *row)
{
	log_error("%s: there are %d already, which is the most", row->name, RULES_MOST);
	return EXIT_USAGE;
}

int values_name(const struct option_row *row, void *field, const char *text)
{
	struct rule_options *rules = field;

	if (rules->name_count == RULES_MOST)
		return say_many(row);
	rules->names[rules->name_count++] = text;
	return 0;
}

int values_user(const struct option_row *row, void *field, const char *text)
{
	struct rule_options *rules = field;

	(void)row;
	rules->has_user = naming_user(text, &rules->user);
	return rules->has_user ? 0 : EXIT_USAGE;
}

static int add_cgroup(const struct option_row *row, struct rule_options *rules, const char *name,
		      bool is_unit)
{
	if (!naming_cgroup(name, is_unit))
		return EXIT_USAGE;
	if (rules->cgroup_count == RULES_MOST)
		return say_many(row);
	rules->cgroups[rules->cgroup_count] = name;
	rules->is_unit[rules->cgroup_count++] = is_unit;
	return 0;
}

int values_cgroup(const struct option_row *row, void *field, const char *text)
{
	return add_cgroup(row, field, text, false);
}

int values_unit(const struct option_row *row, void *field, const char *text)
{
	return add_cgroup(row, field, text, true);
}

int values_session(const struct option_row *row, void *field, const char *text)
{
	struct options *options = field;

	(void)row;
	options->session = text;
	options->session_given = true;
	return 0;
}

int values_verbose(const struct option_row *row, void *field, const char *text)
{
	log_set_verbose(1);
	return option_flag(row, field, text);
}

int values_view(const struct option_row *row, void *field, const char *text)
{
	struct options *options = field;

	options->view = text;
	options->shown = view_find(text, stdout);
	if (options->shown)
		return 0;
	log_error("%s '%s': there is none of that name; the views are %s", row->name, text,
		  view_names());
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

int values_rate(const struct option_row *row, void *field, const char *text)
{
	double *ret_bytes_per_minute = field;
	const char *slash = strchr(text, '/');
	double minutes = slash ? minutes_of(slash + 1) : 1;
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	const char *unit = units_missing(text, length);
	char size[32];
	uint64_t bytes;

	if (unit) {
		log_error("%s '%s': needs a unit; %.*s%s%s?", row->name, text, (int)length, text,
			  unit, slash ? slash : "/min");
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
		  row->name, text);
	return EXIT_USAGE;
}

int values_metrics(const struct option_row *row, void *field, const char *text)
{
	uint32_t *ret_set = field;
	char names[METRIC_NAMES_ROOM];

	if (metric_parse(text, ret_set) == 0)
		return 0;
	log_error("%s '%s': is no list of %s", row->name, text, metric_names(names, METRICS_ALL));
	return EXIT_USAGE;
}

int values_glyphs(const struct option_row *row, void *field, const char *text)
{
	int *ret_glyphs = field;
	static const char *const names[] = { "auto", "braille", "blocks", "ascii" };

	for (int i = 0; i < 4; i++) {
		if (strcmp(text, names[i]) == 0) {
			*ret_glyphs = i - 1;
			return 0;
		}
	}
	log_error("%s '%s': is none of auto, braille, blocks, ascii", row->name, text);
	return EXIT_USAGE;
}

int values_unjudged(const struct option_row *row, void *field, const char *text)
{
	enum if_unjudged *ret_what = field;

	*ret_what = strcmp(text, "pass") == 0 ? UNJUDGED_PASSES : UNJUDGED_FAILS_ASKED;
	if (*ret_what == UNJUDGED_PASSES || strcmp(text, "fail") == 0)
		return 0;
	log_error("%s '%s': is neither pass nor fail", row->name, text);
	return EXIT_USAGE;
}

int values_fps(const struct option_row *row, void *field, const char *text)
{
	unsigned *ret_fps = field;
	char *end;
	unsigned long fps = strtoul(text, &end, 10);

	if (end != text && !*end && text[0] != '-' && fps >= 1 && fps <= FPS_MOST) {
		*ret_fps = (unsigned)fps;
		return 0;
	}
	log_error("%s '%s': is no number of frames a second from 1 to %d", row->name, text,
		  FPS_MOST);
	return EXIT_USAGE;
}

int values_speed(const struct option_row *row, void *field, const char *text)
{
	double *ret_speed = field;
	char *end;

	*ret_speed = strtod(text, &end);
	if (end != text && !*end && *ret_speed >= 0.001 && *ret_speed <= 1e6)
		return 0;
	log_error("%s '%s': is no factor from 0.001 to 1000000", row->name, text);
	return EXIT_USAGE;
}

int values_growth(const struct option_row *row, void *field, const char *text)
{
	struct options *options = field;
	double *ret_percent = &options->fail_above;
	uint64_t *ret_bytes = &options->fail_above_bytes;
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
		return option_size(row, ret_bytes, end + 1);
	log_error("%s '%s': is no percentage, such as 10%%, or 10%%,4MiB", row->name, text);
	return EXIT_USAGE;
}
