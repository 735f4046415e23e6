#include "base/clock.h"
#include "base/log.h"
#include "watcher/core.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Clocks agree on one machine; an event from the future is made up. */
#define FUTURE_NS (100 * NS_PER_MS)

/* Of a ring that was read to its end: what the gate still has of it came before. */
#define ALL_TAKEN UINT64_MAX

struct batch {
	struct core *core;
	struct entry *entry; /* whose events they are */
	uint64_t taken;	     /* numbers below it came before */
	bool counted;	     /* its events have numbers */
	uint64_t now_ns;
	uint64_t last_ns; /* the latest event's time */
	bool has_read;	  /* the watcher itself, for events that it takes at their arrival */
	struct sample read;
};

/* The first events of a process are older than the news of it: its line begins with them. */
static void begin_line(const struct batch *batch, uint64_t t_ns)
{
	struct process_info *info = &batch->entry->info;

	if (batch->entry->begun_seq || t_ns >= info->since_ns)
		return;
	info->since_ns = t_ns;
	merge_begin(batch->core->merge, info->line, t_ns);
}

/* --- what they say of memory */

static void give(const struct batch *batch, const struct reading *readings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		life_reading(batch->core, batch->entry, &readings[i]);
}

/* The readings of a batch that are not given yet. */
static void close_readings(const struct batch *batch)
{
	struct reading readings[READINGS_AT_ONCE];

	give(batch, readings, readings_close(&batch->entry->readings, readings));
}

/* Anybody may have written a ring. A machine's memory may have grown since it was looked at. */
static bool is_believable(struct core *core, uint64_t bytes)
{
	if (bytes > core->machine_bytes)
		core->machine_bytes =
			(uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	return bytes <= core->machine_bytes;
}

static void check_figures(struct core *core, struct event *event)
{
	uint64_t *figure = event_figure(event);

	if (!is_believable(core, event->rss))
		event->rss = 0;
	if (!is_believable(core, event->rss_end))
		event->rss_end = 0;
	if (!is_believable(core, event->peak_rss))
		event->peak_rss = 0;
	if (event->shared > *figure)
		event->shared = 0;
}

/* For an event of now that doesn't say it: one look a batch. */
static void read_figure(struct batch *batch, struct event *event)
{
	if (!batch->has_read && !life_read(batch->entry, &batch->read))
		batch->read = (struct sample){ 0 };
	batch->has_read = true;
	*event_figure(event) = batch->read.rss;
	event->shared = batch->read.shared;
	event->rss_age_ns = 0;
}

static void take_reading(const struct batch *batch, const struct record *record)
{
	struct readings *readings = &batch->entry->readings;
	struct reading given[READINGS_AT_ONCE];
	uint64_t read_ns = record->t_ns - record->event.rss_age_ns;
	struct reading reading = { .t_ns = record->t_ns, .rss = event_rss(&record->event) };

	if (!reading.rss || event_is_stale(&record->event) || !readings_is_new(readings, read_ns))
		return;
	reading.shared = record->event.shared;
	reading.order = merge_place(batch->core->merge);
	give(batch, given, readings_add(readings, read_ns, &reading, given));
}

/* --- events */

/* When the process started, or a clock tick before, as CLOCK_MONOTONIC has it; 0: not known. The
 * kernel counts a start from the boot, and the time of a suspend with it. */
static uint64_t start_of(const struct entry *entry)
{
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t since_boot_ns = entry->info.start_ticks * tick_ns;
	uint64_t mono_ns = clock_mono_ns();
	uint64_t asleep_ns = clock_boot_ns() - mono_ns; /* read later, so not below 0 */

	return since_boot_ns > asleep_ns ? since_boot_ns - asleep_ns : 0;
}

/* Whether an event's time can't be its own: it is taken as of now. */
static bool is_made_up(const struct batch *batch, uint64_t t_ns)
{
	if (t_ns == 0 || t_ns > batch->now_ns + FUTURE_NS)
		return true;
	return t_ns < batch->entry->joined_ns && t_ns < start_of(batch->entry);
}

static void take_event(void *arg, const struct record *event)
{
	struct batch *batch = arg;
	struct record record = *event;
	bool now;

	if (batch->counted && record.event.number < batch->taken)
		return;
	record.event.line = batch->entry->info.line;
	now = is_made_up(batch, record.t_ns);
	if (now)
		record.t_ns = batch->now_ns;
	check_figures(batch->core, &record.event);
	if (now && !*event_figure(&record.event))
		read_figure(batch, &record.event);
	if (record.t_ns > batch->last_ns)
		batch->last_ns = record.t_ns;
	begin_line(batch, record.t_ns);
	take_reading(batch, &record);
	spans_note(&batch->core->spans, record.t_ns, &record.event);
	core_add(batch->core, &record);
}

void intake_dropped(struct core *core, struct source *source, uint64_t dropped)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_GAP };
	struct entry *entry = registry_line(core->registry, source->line);

	if (dropped <= source->dropped)
		return;
	record.gap = (struct gap){
		.line = source->line,
		.reason = GAP_DROPPED,
		.from_ns = record.t_ns,
		.to_ns = record.t_ns,
		.count = dropped - source->dropped,
	};
	core->status.dropped += record.gap.count;
	if (entry)
		entry->info.dropped += record.gap.count;
	source->dropped = dropped;
	core_add(core, &record);
}

/* A source's word on its name, which holds for the events that come with it. */
static void take_name(struct core *core, struct source *source, struct entry *entry,
		      const char *name, uint64_t t_ns)
{
	if (strcmp(source->name, name) != 0 && life_rename(core, entry, name, t_ns))
		text_copy(source->name, sizeof source->name, name);
}

static void take_batch_name(struct core *core, struct source *source, struct entry *entry,
			    const struct emitter *emitter, const void *body, size_t size)
{
	struct emitter ignored;
	uint64_t t_ns = clock_mono_ns();

	if (strcmp(source->name, emitter->name) == 0)
		return;
	pair_events(body, size, &ignored, arrival_earliest, &t_ns);
	take_name(core, source, entry, emitter->name, t_ns);
}

static void take_last_name(struct core *core, struct source *source, struct entry *entry)
{
	struct ringfile_rest ignored;
	uint64_t t_ns = clock_mono_ns();
	char name[TEXT_NAME + 1];

	ringfile_said_name(&source->ring, name);
	if (strcmp(source->name, name) == 0)
		return;
	ringfile_drain(&source->ring, source->taken, arrival_earliest, &t_ns, &ignored);
	take_name(core, source, entry, name, t_ns);
}

/* --- marks */

static void close_ring(const struct core *core, struct source *source)
{
	if (source->dead)
		ringfile_remove(&source->ring, &core->dir);
	else
		ringfile_attach(&source->ring, 0, 0);
	ringfile_close(&source->ring);
	source->has_ring = false;
}

static void mark_now(const struct core *core, struct source *source, uint64_t number)
{
	if (number == ALL_TAKEN)
		close_ring(core, source);
	else
		ringfile_mark(&source->ring, number);
}

/* The ring may be told of what is taken once that, of @last_ns at most, is published. */
static void mark_later(struct core *core, struct source *source, uint64_t last_ns)
{
	struct mark mark = { source->instance, source->taken, last_ns };

	/* Without memory at once: a ring that nobody marks fills up. */
	if (marks_add(&core->marks, &mark) < 0)
		mark_now(core, source, source->taken);
}

void intake_mark(struct core *core, uint64_t until_ns)
{
	struct mark mark;

	if (merge_oldest(core->merge) < until_ns)
		return;
	while (marks_take(&core->marks, until_ns, &mark)) {
		struct source *source = emitters_find(core->emitters, mark.instance);

		if (source && source->has_ring)
			mark_now(core, source, mark.number);
	}
}

/* --- batches */

static void take_numbered(struct core *core, const void *body, size_t size, struct emitter *emitter)
{
	struct source *source = arrival_source(core, emitter);
	struct batch batch = { .core = core, .counted = true, .now_ns = clock_mono_ns() };

	batch.entry = source ? registry_line(core->registry, source->line) : NULL;
	if (!batch.entry)
		return;
	take_batch_name(core, source, batch.entry, emitter, body, size);
	intake_dropped(core, source, emitter->dropped);
	/* Else a hole: what lies before was lost on its way with a gate, and will be pushed again.
	 */
	if (emitter->from <= source->taken && emitter->to > source->taken) {
		batch.taken = source->taken;
		pair_events(body, size, emitter, take_event, &batch);
		close_readings(&batch);
		source->taken = emitter->to;
		if (source->has_ring)
			mark_later(core, source, batch.last_ns);
	}
	arrival_end_ghost(core, source);
}

static void take_unnumbered(struct core *core, const void *body, size_t size,
			    struct emitter *emitter)
{
	struct batch batch = { .core = core, .now_ns = clock_mono_ns() };

	batch.entry = arrival_entry(core, emitter, NULL, batch.now_ns);
	if (!batch.entry)
		return;
	pair_events(body, size, emitter, take_event, &batch);
	close_readings(&batch);
	if (batch.entry->pidfd < 0)
		life_end(core, batch.entry, END_UNKNOWN, 0);
}

void intake_batch(struct core *core, const void *body, size_t size)
{
	struct emitter emitter;

	if (pair_events(body, size, &emitter, NULL, NULL) < 0)
		core->status.bad_messages++;
	else if (emitter.instance)
		take_numbered(core, body, size, &emitter);
	else
		take_unnumbered(core, body, size, &emitter);
}

void intake_bad(struct core *core, const struct pair_bad *bad)
{
	const char *where = bad->control ? RUNDIR_CONTROL : RUNDIR_EVENTS;

	/* The first ones are told, the rest counted: garbage may come fast. */
	if (core->status.bad_messages++ >= 10)
		return;
	if (bad->error == -EPROTO && bad->version)
		core_notice(
			core,
			"%s: pid %u speaks version %u of the protocol, this watcher %d: ignored",
			where, bad->pid, bad->version, WIRE_VERSION);
	else if (bad->error == -EPROTO)
		core_notice(core, "%s: a program speaks another version of the protocol: refused",
			    where);
	else
		core_notice(core, "%s: a message that is none of the protocol's: ignored", where);
}

/* --- the end of a process */

static void drain(struct core *core, struct source *source, struct entry *entry)
{
	struct batch batch = { .core = core, .entry = entry, .now_ns = clock_mono_ns() };
	struct record torn = { .t_ns = batch.now_ns, .type = RECORD_GAP };
	struct ringfile_rest rest;

	take_last_name(core, source, entry);
	ringfile_drain(&source->ring, source->taken, take_event, &batch, &rest);
	close_readings(&batch);
	intake_dropped(core, source, rest.dropped);
	torn.gap = (struct gap){ entry->info.line, GAP_TORN, torn.t_ns, torn.t_ns, rest.torn };
	if (rest.torn)
		core_add(core, &torn);
	source->taken = ALL_TAKEN;
	mark_later(core, source, batch.now_ns);
}

void intake_rest(struct core *core, struct entry *entry, bool dead)
{
	struct source *source = NULL;

	while ((source = emitters_of(core->emitters, entry->info.line, source)) != NULL) {
		source->dead = dead;
		if (source->has_ring)
			drain(core, source, entry);
	}
}

void intake_forget(void *arg, uint32_t line)
{
	const struct core *core = arg;
	struct source *source;

	while ((source = emitters_of(core->emitters, line, NULL)) != NULL)
		emitters_remove(core->emitters, source);
}
