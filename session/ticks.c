#include "session/ticks.h"

#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void ticks_free(struct ticks *ticks)
{
	free(ticks->lines);
	ticks->lines = NULL;
	ticks->room = 0;
}

/* The deadline at or before @t_ns. */
static uint64_t ticks_deadline(const struct ticks *ticks, uint64_t t_ns)
{
	if (t_ns < ticks->start_ns)
		return ticks->start_ns;
	return t_ns - (t_ns - ticks->start_ns) % ticks->interval_ns;
}

static bool is_on_time(const struct ticks *ticks)
{
	return ticks->t_ns == ticks_deadline(ticks, ticks->t_ns);
}

static struct ticks_line *find_line(struct ticks *ticks, uint32_t number)
{
	size_t before = ticks->room;

	if (array_reserve(&ticks->lines, &ticks->room, (size_t)number + 1))
		return NULL;
	memset(ticks->lines + before, 0, (ticks->room - before) * sizeof *ticks->lines);
	return &ticks->lines[number];
}

/* Deadlines up to @limit_ns that have gone by without a record. */
static int pass_empty(struct ticks *ticks, uint64_t limit_ns)
{
	uint64_t from_ns = ticks->next_ns;

	if (!from_ns || from_ns > limit_ns)
		return 0;
	ticks->next_ns = limit_ns + ticks->interval_ns;
	return ticks->empty(ticks->arg, from_ns, limit_ns);
}

static int take_sample(struct ticks *ticks, const struct sample *sample)
{
	struct ticks_line *line = find_line(ticks, sample->line);
	int error = 0;

	if (!line)
		return -ENOMEM;
	ticks->known += line->valued;
	if (!line->valued || line->rss != sample->rss || line->shared != sample->shared)
		error = ticks->put(ticks->arg, ticks->t_ns, sample);
	ticks->seen++;
	ticks->valued += !line->valued;
	line->valued = true;
	line->rss = sample->rss;
	line->shared = sample->shared;
	if (sample->rss > line->max_rss)
		line->max_rss = sample->rss;
	line->seen_ns = ticks->t_ns;
	return error;
}

static bool has_known(const struct ticks *ticks, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		uint32_t line = tick->samples[i].line;

		if (line < ticks->room && ticks->lines[line].valued)
			return true;
	}
	return false;
}

static int open_tick(struct ticks *ticks, uint64_t t_ns, const struct tick *tick)
{
	uint64_t deadline_ns = ticks_deadline(ticks, t_ns);
	int error = 0;

	ticks->open = true;
	ticks->t_ns = t_ns;
	ticks->seen = 0;
	ticks->known = 0;
	if (!is_on_time(ticks) && !has_known(ticks, tick))
		return 0; /* what a line has when it joins */
	if (deadline_ns > ticks->start_ns)
		error = pass_empty(ticks, deadline_ns - ticks->interval_ns);
	ticks->next_ns = deadline_ns + ticks->interval_ns;
	return error;
}

int ticks_take(struct ticks *ticks, uint64_t t_ns, const struct tick *tick)
{
	int error = 0;

	if (ticks->open && ticks->t_ns != t_ns)
		error = ticks_close(ticks);
	if (!error && !ticks->open)
		error = open_tick(ticks, t_ns, tick);
	for (size_t i = 0; i < tick->count && !error; i++)
		error = take_sample(ticks, &tick->samples[i]);
	return error;
}

int ticks_reading(struct ticks *ticks, uint64_t t_ns, const struct sample *sample)
{
	struct ticks_line *line = find_line(ticks, sample->line);
	int error = 0;

	if (!line)
		return -ENOMEM;
	if (ticks->open && ticks->t_ns == t_ns)
		return take_sample(ticks, sample);
	if (ticks->open)
		error = ticks_close(ticks);
	if (!error && (!line->valued || line->rss != sample->rss))
		error = ticks->put(ticks->arg, t_ns, sample);
	ticks->valued += !line->valued;
	line->valued = true;
	line->rss = sample->rss;
	line->shared = sample->shared;
	if (sample->rss > line->max_rss)
		line->max_rss = sample->rss;
	return error;
}

static int lose_absent(struct ticks *ticks)
{
	struct sample none = { .rss = TICKS_NONE };
	int error = 0;

	for (size_t i = 0; i < ticks->room && !error; i++) {
		if (!ticks->lines[i].valued || ticks->lines[i].seen_ns == ticks->t_ns)
			continue;
		ticks_end(ticks, (uint32_t)i);
		none.line = (uint32_t)i;
		error = ticks->put(ticks->arg, ticks->t_ns, &none);
	}
	return error;
}

int ticks_close(struct ticks *ticks)
{
	bool missed = ticks->missed_to_ns == ticks->t_ns;
	int error = 0;

	if (!ticks->open)
		return 0;
	ticks->open = false;
	if (!is_on_time(ticks) && ticks->known == 0)
		return 0; /* what a line has when it joins */
	if (!is_on_time(ticks) && !missed)
		error = ticks->late(ticks->arg, ticks_deadline(ticks, ticks->t_ns), ticks->t_ns);
	if (!error && ticks->seen != ticks->valued)
		error = lose_absent(ticks);
	return error;
}

int ticks_missed(struct ticks *ticks, const struct gap *gap)
{
	int error = pass_empty(ticks, ticks_deadline(ticks, gap->from_ns));

	ticks->missed_to_ns = gap->to_ns;
	ticks->next_ns = ticks_deadline(ticks, gap->to_ns);
	return error;
}

void ticks_end(struct ticks *ticks, uint32_t line)
{
	if (line >= ticks->room || !ticks->lines[line].valued)
		return;
	ticks->lines[line].valued = false;
	ticks->valued--;
}

int ticks_finish(struct ticks *ticks, uint64_t t_ns)
{
	int error = ticks_close(ticks);

	return error ? error : pass_empty(ticks, ticks_deadline(ticks, t_ns));
}

void ticks_forget(struct ticks *ticks, uint64_t t_ns)
{
	for (size_t i = 0; i < ticks->room; i++)
		ticks->lines[i].valued = false;
	ticks->valued = 0;
	ticks->open = false;
	ticks->next_ns = ticks_deadline(ticks, t_ns);
	if (ticks->next_ns < t_ns)
		ticks->next_ns += ticks->interval_ns;
}

void ticks_again(struct ticks *ticks, uint64_t t_ns)
{
	for (size_t i = 0; i < ticks->room; i++) {
		if (ticks->lines[i].valued)
			ticks->lines[i].rss = TICKS_NONE;
	}
	ticks->open = false;
	ticks->next_ns = ticks_deadline(ticks, t_ns) + ticks->interval_ns;
}
