/*
 * The values that people give to memwatch's options: parsers for its rows (base/option.h), and what
 * field each fills.
 */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include "base/option.h"
#include "cli/options.h"

/* --- of struct options, as a whole */

/* "12,34", more processes. */
option_parser values_pids;
int values_add_pids(struct options *options, const char *text);

/* The session that is meant, and that it was named. */
option_parser values_session;

/* A view's name, and the view. */
option_parser values_view;

/* fail_above: "10%", "10", "10%,4MiB": and more than so much, 1 MiB where nobody says; "0" for
 * none. */
option_parser values_growth;

/* --- of struct rule_options */

option_parser values_name;
option_parser values_user;
option_parser values_cgroup;
option_parser values_unit;

/* --- of one field */

/* A bool; and log_debug is shown from now on. */
option_parser values_verbose;

/* A uint32_t: "rss,pss", a set of metrics. */
option_parser values_metrics;

/* An int: an enum chart_glyphs; -1: "auto". */
option_parser values_glyphs;

/* An enum if_unjudged: "pass" or "fail". */
option_parser values_unjudged;

/* An unsigned: frames a second, 1 to 100. */
option_parser values_fps;

/* A double: "10", "0.5". */
option_parser values_speed;

/* A double: growth, "1M/min", "10MiB/h", "512K" (a minute), in bytes a minute; its size has a
 * unit; 0 too. */
option_parser values_rate;

#endif
