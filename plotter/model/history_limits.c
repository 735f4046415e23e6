/*
 * What holds lines, or is asked of them.
 */
#include "plotter/model/history_state.h"

int history_take_limit(struct history *history, uint64_t t_ns, const struct limit *limit)
{
	const struct limit_step step = { t_ns, limit->limit, limit->used };
	struct history_line *line = history_line_own(history, limit->line);

	if (limit->kind == LIMIT_MACHINE)
		return limits_add(&history->limits, &step);
	if (limit->kind == LIMIT_ASKED && limit->line == LINE_SESSION)
		return limits_add(&history->asked, &step);
	if (limit->kind == LIMIT_ASKED)
		return line ? limits_add(&line->asked, &step) : 0;
	return line ? limits_add(&line->limits, &step) : 0;
}

static uint64_t room_of(const struct limit_step *step)
{
	return step->limit > step->used ? step->limit - step->used : 0;
}

bool history_limit_at(const struct history *history, const struct history_line *line, uint64_t t_ns,
		      struct limit *ret_limit)
{
	struct limit_step own;
	struct limit_step machine;
	bool has_own = limits_at(&line->limits, t_ns, &own);
	bool has_machine = limits_at(&history->limits, t_ns, &machine);

	if (has_own && (!has_machine || room_of(&own) <= room_of(&machine)))
		*ret_limit = (struct limit){ line->line, LIMIT_CGROUP, own.limit, own.used };
	else if (has_machine)
		*ret_limit =
			(struct limit){ LINE_SESSION, LIMIT_MACHINE, machine.limit, machine.used };
	return has_own || has_machine;
}

uint64_t history_asked_at(const struct history *history, const struct history_line *line,
			  uint64_t t_ns)
{
	const struct limits *asked = line ? &line->asked : &history->asked;
	struct limit_step step;

	return limits_at(asked, t_ns, &step) ? step.limit : 0;
}

uint64_t history_asked_least(const struct history *history, uint64_t t_ns)
{
	uint64_t least = 0;

	for (size_t i = 0; i < history->count; i++) {
		const struct history_line *line = history->lines[i];
		uint64_t asked = history_asked_at(history, line, t_ns);

		if (asked && !(line->ended && line->last_ns <= t_ns) && (!least || asked < least))
			least = asked;
	}
	return least ? least : history_asked_at(history, NULL, t_ns);
}
