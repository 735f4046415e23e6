#include "session/reader_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t deadline_before(const struct reader *reader, uint64_t t_ns)
{
	const struct session_info *session = &reader->info.session;

	if (t_ns < session->start_ns)
		return session->start_ns;
	return t_ns - (t_ns - session->start_ns) % session->interval_ns;
}

static uint64_t deadline_after(const struct reader *reader, uint64_t t_ns)
{
	return deadline_before(reader, t_ns) + reader->info.session.interval_ns;
}

/* --- holes */

static void read_hole(struct reader *reader, struct reader_hole *hole)
{
	const struct cursor *row = &reader->holes;

	*hole = (struct reader_hole){ .from_ns = READER_NEVER };
	if (!reader_step(reader, &reader->holes))
		return;
	hole->from_ns = reader_time(reader, row, GAP_FROM);
	hole->to_ns = reader_time(reader, row, GAP_TO);
	if (hole->to_ns < hole->from_ns)
		hole->to_ns = hole->from_ns;
	hole->kind = HOLE_MISSED;
	if (cursor_says(row, GAP_REASON, TRACE_LATE))
		hole->kind = HOLE_LATE;
	else if (cursor_says(row, GAP_REASON, TRACE_EMPTY))
		hole->kind = HOLE_EMPTY;
	else if (cursor_says(row, GAP_REASON, gap_reason_text(GAP_BEHIND)))
		hole->kind = HOLE_LOST;
}

/* Those of which the end is before are no longer of interest. */
static void next_hole(struct reader *reader)
{
	reader->hole = reader->ahead;
	read_hole(reader, &reader->ahead);
}

/* Whether the tick that ends a hole of missed ones, too late to be on time, showed a line. */
static bool ends_in_tick(const struct reader *reader, uint64_t deadline_ns)
{
	return deadline_ns == deadline_before(reader, reader->hole.to_ns) &&
	       (reader->ahead.kind != HOLE_EMPTY || reader->ahead.from_ns != deadline_ns);
}

/* The next deadline that may have been taken, of one in the hole: in one step, however long that
 * says it is. */
static uint64_t after_hole(const struct reader *reader, uint64_t deadline_ns)
{
	uint64_t last_ns = deadline_before(reader, reader->hole.to_ns);

	if (reader->hole.kind == HOLE_MISSED && deadline_ns < last_ns)
		return last_ns;
	return deadline_after(reader, last_ns > deadline_ns ? last_ns : deadline_ns);
}

/*
 * The tick of the first deadline from reader->deadline_ns on that was taken: when it was. Deadlines
 * that were not are stepped over.
 */
static uint64_t next_tick(struct reader *reader)
{
	for (;;) {
		const struct reader_hole *hole = &reader->hole;
		uint64_t deadline_ns = reader->deadline_ns;
		bool at_edge = deadline_ns == hole->from_ns;

		if (deadline_ns < hole->from_ns)
			return deadline_ns;
		if (at_edge && hole->kind == HOLE_LATE)
			return hole->to_ns;
		if (at_edge && hole->kind != HOLE_EMPTY)
			return deadline_ns;
		if (hole->kind == HOLE_LOST)
			return hole->to_ns; /* what was lost is told first */
		if (hole->kind == HOLE_LATE || deadline_ns > hole->to_ns ||
		    (deadline_ns == hole->to_ns && hole->kind == HOLE_MISSED)) {
			next_hole(reader);
			continue;
		}
		if (hole->kind == HOLE_MISSED && ends_in_tick(reader, deadline_ns))
			return hole->to_ns;
		reader->deadline_ns = after_hole(reader, deadline_ns);
	}
}

/* --- what the lines have */

static int reserve(struct reader *reader, size_t count)
{
	size_t room = reader->tick_room ? reader->tick_room : TICK_SAMPLES;
	struct sample *tick;

	if (count <= reader->tick_room)
		return 0;
	while (room < count)
		room *= 2;
	tick = realloc(reader->tick, room * sizeof *tick);
	if (!tick)
		return reader_fail(reader, -ENOMEM, strerror(ENOMEM));
	reader->tick = tick;
	reader->tick_room = room;
	return 0;
}

static int add(struct reader *reader, struct sample sample)
{
	if (reserve(reader, reader->tick_count + 1))
		return reader->error;
	reader->tick[reader->tick_count++] = sample;
	return 0;
}

/* A line has a value from now on: it is listed, once. */
static int list(struct reader *reader, struct reader_value *value)
{
	size_t room = reader->listed_room ? 2 * reader->listed_room : TICK_SAMPLES;
	uint32_t *listed;

	if (value->listed)
		return 0;
	if (reader->listed_count == reader->listed_room) {
		listed = realloc(reader->listed, room * sizeof *listed);
		if (!listed)
			return reader_fail(reader, -ENOMEM, strerror(ENOMEM));
		reader->listed = listed;
		reader->listed_room = room;
	}
	value->listed = true;
	reader->listed[reader->listed_count++] = (uint32_t)(value - reader->values);
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a;
	uint32_t other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* Those that are listed in order, without those that have no value any more: what it costs goes
 * with the lines that live, and those that came since. */
static void tidy_list(struct reader *reader)
{
	bool sorted = true;
	size_t kept = 0;

	for (size_t i = 0; i < reader->listed_count; i++) {
		struct reader_value *value = &reader->values[reader->listed[i]];

		value->listed = value->has;
		if (!value->has)
			continue;
		sorted &= kept == 0 || reader->listed[kept - 1] < reader->listed[i];
		reader->listed[kept++] = reader->listed[i];
	}
	reader->listed_count = kept;
	if (!sorted)
		qsort(reader->listed, kept, sizeof *reader->listed, compare_lines);
}

/* All lines that have a value, and where each of them is. */
static int collect(struct reader *reader)
{
	reader->tick_count = 0;
	reader->tick_stale = false;
	tidy_list(reader);
	for (size_t i = 0; i < reader->listed_count; i++) {
		uint32_t line = reader->listed[i];
		struct reader_value *value = &reader->values[line];

		value->place = (uint32_t)reader->tick_count;
		if (add(reader, (struct sample){ line, value->rss, value->shared }))
			return reader->error;
	}
	return 0;
}

static void tell(struct reader *reader, uint64_t t_ns)
{
	struct record record = { .t_ns = t_ns, .type = RECORD_TICK };

	for (size_t i = 0; i < reader->tick_count && !reader->error; i += TICK_SAMPLES) {
		size_t rest = reader->tick_count - i;

		record.tick.missed = reader->missed;
		record.tick.samples = reader->tick + i;
		record.tick.count = rest < TICK_SAMPLES ? rest : TICK_SAMPLES;
		reader_tell(reader, &record);
		if (!reader_worked(reader, record.tick.count))
			reader_fail(reader, -ECANCELED, "");
	}
}

static void change_has(struct reader *reader, struct reader_value *value, bool has)
{
	reader->tick_stale = true;
	value->has = has;
	if (has) {
		reader->has_count++;
		list(reader, value);
	} else {
		reader->has_count--;
	}
}

static void set_value(struct reader *reader, struct reader_value *value,
		      const struct sample *sample)
{
	bool has = sample->rss != READER_NONE;

	if (has != value->has)
		change_has(reader, value, has);
	else if (has && !reader->tick_stale && reader->query->every)
		reader->tick[value->place] = *sample;
	if (has) {
		value->seen = true;
		value->rss = sample->rss;
		value->shared = sample->shared;
	}
	if (!reader->query->every)
		add(reader, *sample);
}

/* The next row's time; READER_NEVER after the last. */
static void step(struct reader *reader)
{
	if (reader_step(reader, &reader->samples))
		reader->sample_ns = reader_time(reader, &reader->samples, SAMPLE_T);
	else
		reader->sample_ns = READER_NEVER;
}

static void take_row(struct reader *reader)
{
	uint32_t line = reader_line_at(reader, &reader->samples, SAMPLE_PROCESS);
	struct reader_value *value = reader_value(reader, line);
	struct sample sample = { .line = line, .rss = READER_NONE };

	if (!cursor_is_null(&reader->samples, SAMPLE_RSS)) {
		sample.rss = cursor_number(&reader->samples, SAMPLE_RSS);
		sample.shared = cursor_number(&reader->samples, SAMPLE_SHARED);
	}
	if (sample.shared > sample.rss)
		sample.shared = 0;
	if (value && value->wanted)
		set_value(reader, value, &sample);
	step(reader);
	/* A tick may have hundreds of thousands. */
	if (!reader_worked(reader, 1))
		reader_fail(reader, -ECANCELED, "");
}

/* --- the cursor */

int reader_samples_open(struct reader *reader)
{
	reader_cursor(reader, &reader->samples, TABLE_SAMPLE, "");
	/* Only what was lost matters where ticks aren't put back. */
	reader_cursor(reader, &reader->holes, TABLE_GAP,
		      reader->query->every ? " AND reason IN ('missed ticks', 'recorder behind',"
					     " '" TRACE_LATE "', '" TRACE_EMPTY "')"
					   : " AND reason = 'recorder behind'");
	reader->tick_count = 0;
	reader->tick_stale = true;
	reader->listed_count = 0;
	reader->has_count = 0;
	reader->missed = 0;
	if (reader->error)
		return reader->error;
	step(reader);
	read_hole(reader, &reader->ahead);
	next_hole(reader);
	reader->deadline_ns = reader->info.session.start_ns;
	return reader->error;
}

static bool is_lost_before(const struct reader *reader, uint64_t t_ns)
{
	return reader->hole.kind == HOLE_LOST && reader->hole.from_ns < t_ns;
}

/* Until when ticks have nothing that is to be told: where no line is left, or they are before the
 * part that is read. */
static uint64_t idle_until(const struct reader *reader)
{
	uint64_t next_ns = reader->sample_ns;

	return reader->has_count && reader->from_ns < next_ns ? reader->from_ns : next_ns;
}

/* The next tick that is to be put back; READER_NEVER where no line is left. */
static uint64_t put_back(struct reader *reader)
{
	uint64_t before_ns;

	if (reader->has_count == 0 && reader->sample_ns == READER_NEVER)
		return READER_NEVER;
	if (reader->has_count == 0 || reader->deadline_ns < reader->from_ns) {
		before_ns = deadline_before(reader, idle_until(reader));
		if (reader->deadline_ns < before_ns)
			reader->deadline_ns = before_ns;
	}
	return next_tick(reader);
}

uint64_t reader_samples_next(struct reader *reader)
{
	uint64_t next_ns = reader->sample_ns;
	uint64_t tick_ns = reader->query->every ? put_back(reader) : READER_NEVER;

	if (tick_ns < next_ns)
		next_ns = tick_ns;
	return is_lost_before(reader, next_ns) ? reader->hole.from_ns : next_ns;
}

/* --- telling */

/* From the hole on no line has a value. */
static void tell_lost(struct reader *reader)
{
	uint64_t t_ns = reader->hole.from_ns;

	reader->tick_count = 0;
	tidy_list(reader);
	for (size_t i = 0; i < reader->listed_count; i++) {
		uint32_t line = reader->listed[i];

		change_has(reader, &reader->values[line], false);
		if (!reader->query->every)
			add(reader, (struct sample){ line, READER_NONE, 0 });
	}
	if (!reader->query->every)
		tell(reader, t_ns);
	reader->tick_count = 0;
	if (reader->deadline_ns < reader->hole.to_ns)
		reader->deadline_ns = deadline_after(reader, reader->hole.to_ns - 1);
	next_hole(reader);
}

/* What lines have when they join, or had by their own word between ticks, each for itself. */
static void tell_joining(struct reader *reader)
{
	uint64_t t_ns = reader->sample_ns;
	struct sample sample;
	struct record record = { .t_ns = t_ns,
				 .type = RECORD_TICK,
				 .tick = { .count = 1, .samples = &sample } };

	do {
		uint32_t line = reader_line_at(reader, &reader->samples, SAMPLE_PROCESS);
		struct reader_value *value = reader_value(reader, line);

		record.tick.reading = value && value->has;
		take_row(reader);
		if (value && value->wanted && value->has) {
			sample = (struct sample){ line, value->rss, value->shared };
			record.tick.missed = reader->missed;
			reader_tell(reader, &record);
		}
	} while (reader->sample_ns == t_ns && !reader->error);
}

static void tell_tick(struct reader *reader, uint64_t t_ns)
{
	while (reader->sample_ns == t_ns && !reader->error)
		take_row(reader);
	if (reader->tick_stale)
		collect(reader);
	tell(reader, t_ns);
	reader->deadline_ns += reader->info.session.interval_ns;
}

static void tell_changes(struct reader *reader)
{
	uint64_t t_ns = reader->sample_ns;

	reader->tick_count = 0;
	while (reader->sample_ns == t_ns && !reader->error)
		take_row(reader);
	tell(reader, t_ns);
}

int reader_samples_tell(struct reader *reader)
{
	uint64_t next_ns = reader_samples_next(reader);

	if (is_lost_before(reader, READER_NEVER) && next_ns == reader->hole.from_ns &&
	    reader->sample_ns > next_ns)
		tell_lost(reader);
	else if (!reader->query->every)
		tell_changes(reader);
	else if (next_tick(reader) == next_ns)
		tell_tick(reader, next_ns);
	else
		tell_joining(reader);
	return reader->error;
}

void reader_samples_begin(struct reader *reader)
{
	if (reader->query->every)
		return;
	collect(reader);
	tell(reader, reader->from_ns);
	reader->tick_count = 0;
}

void reader_samples_end(struct reader *reader, uint32_t line)
{
	if (reader->values[line].has)
		change_has(reader, &reader->values[line], false);
}
