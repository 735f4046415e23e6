#include "base/clock.h"
#include "watcher/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_ROOM (CODEC_RECORD_ROOM + TICK_SAMPLES * CODEC_SAMPLE_ROOM)

/* A reading of what its line had before is no news. */
static bool is_news(void *arg, const struct record *record)
{
	const struct core *core = arg;
	const struct entry *entry;

	if (record->type != RECORD_TICK || !record->tick.reading)
		return true;
	entry = registry_line(core->registry, record->tick.samples[0].line);
	return entry && entry->merged_rss != record->tick.samples[0].rss;
}

int output_open(struct core *core)
{
	struct output *output = &core->output;

	merge_want(core->merge, is_news, core);
	output->records = malloc(PAIR_BODY);
	output->record = malloc(RECORD_ROOM);
	return output->records && output->record ? 0 : -ENOMEM;
}

void output_close(struct output *output)
{
	free(output->records);
	free(output->record);
}

static void flush(struct core *core)
{
	if (!core->output.used)
		return;
	gatelink_publish(&core->gate, core->output.records, core->output.used);
	core->output.used = 0;
	core->output.quiet = false;
}

void output_beat(struct core *core)
{
	unsigned char head[32];

	if (core->output.quiet)
		gatelink_publish(
			&core->gate, head,
			codec_put_records_head(head, sizeof head, merge_seq(core->merge) + 1));
	core->output.quiet = true;
}

static void append(struct core *core, uint64_t seq, size_t size)
{
	struct output *output = &core->output;

	if (PAIR_BODY - output->used < size)
		flush(core);
	if (!output->used)
		output->used = codec_put_records_head(output->records, PAIR_BODY, seq);
	memcpy(output->records + output->used, output->record, size);
	output->used += size;
}

/* In order of time a tick comes before the events that happened after it: they take their memory
 * from it. */
static void remember_samples(struct core *core, uint64_t t_ns, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		struct entry *entry = registry_line(core->registry, tick->samples[i].line);

		if (!entry)
			continue;
		entry->merged_rss = tick->samples[i].rss;
		entry->merged_ns = t_ns;
		peaks_sample(&entry->peak, tick->samples[i].rss);
	}
}

/* The high-water mark that its last look had shown, for a span that its process did not end: what
 * may only be the error of the kernel's own counters is no rise within it. */
static uint64_t mark_at_death(const struct entry *entry)
{
	uint64_t cpus = (uint64_t)sysconf(_SC_NPROCESSORS_CONF);
	uint64_t batch = cpus > 16 ? 2 * cpus : 32; /* lib/percpu_counter.c */
	uint64_t error = batch * cpus * (uint64_t)sysconf(_SC_PAGESIZE);

	return entry->mark > error ? entry->mark - error : 0;
}

static void complete_span(struct core *core, struct entry *entry, struct event *event)
{
	if (event->kind == EVENT_SPAN_END) {
		if (event->unfinished)
			event->peak_rss = mark_at_death(entry);
		peaks_end(&core->peaks, &entry->peak, event);
		return;
	}
	if (event->kind == EVENT_SPAN_BEGIN)
		peaks_begin(&core->peaks, &entry->peak, event);
	event->peak_rss = 0;
}

static void complete_event(struct core *core, uint64_t t_ns, struct event *event)
{
	struct entry *entry = registry_line(core->registry, event->line);
	uint64_t *figure = event_figure(event);

	core->status.events++;
	if (!entry)
		return;
	entry->info.events++;
	if (!*figure) {
		*figure = entry->merged_rss;
		event->rss_age_ns =
			t_ns > entry->merged_ns ? t_ns - entry->merged_ns : entry->merged_ns - t_ns;
	}
	complete_span(core, entry, event);
}

static void note_limit(struct core *core, const struct record *record)
{
	struct entry *entry = registry_line(core->registry, record->limit.line);

	if (record->limit.kind == LIMIT_ASKED && (entry || record->limit.line == LINE_SESSION))
		alarms_told(core, entry, record->seq);
	else if (record->limit.kind == LIMIT_ASKED)
		return;
	else if (entry)
		entry->bound.seq = record->seq;
	else if (record->limit.line == LINE_SESSION)
		core->bounds.machine.seq = record->seq;
}

/* What the entry of its line has to know of a record that is let go. */
static void note_release(struct core *core, struct record *record)
{
	struct entry *entry;

	switch (record->type) {
	case RECORD_TICK:
		remember_samples(core, record->t_ns, &record->tick);
		break;
	case RECORD_EVENT:
		complete_event(core, record->t_ns, &record->event);
		break;
	case RECORD_PROCESS:
		entry = registry_line(core->registry, record->process.line);
		if (entry && !entry->begun_seq)
			entry->begun_seq = record->seq;
		break;
	case RECORD_END:
		entry = registry_line(core->registry, record->end.line);
		if (!entry)
			break;
		entry->end_seq = record->seq;
		peaks_forget(&core->peaks, &entry->peak, record->end.line);
		break;
	case RECORD_LIMIT:
		note_limit(core, record);
		break;
	case RECORD_METRICS:
		figures_released(core, record);
		break;
	case RECORD_GAP:
	case RECORD_PEAK:
	case RECORD_CLOCK:
	case RECORD_INSPECTION:
		break;
	}
}

static void release(void *arg, const struct record *held)
{
	struct core *core = arg;
	struct record record = *held;
	size_t size;

	note_release(core, &record);
	size = codec_put_record(core->output.record, RECORD_ROOM, &record);
	backlog_add(core->backlog, &record, core->output.record, size);
	append(core, record.seq, size);
}

void output_release(struct core *core, uint64_t until_ns)
{
	merge_release(core->merge, until_ns, release, core);
	core->released_ns = until_ns;
	flush(core);
	intake_mark(core, until_ns);
}
