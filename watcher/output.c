#include "base/clock.h"
#include "watcher/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_ROOM (CODEC_RECORD_ROOM + TICK_SAMPLES * CODEC_SAMPLE_ROOM)

int output_open(struct output *output)
{
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
static void remember_samples(struct core *core, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		struct entry *entry = registry_line(core->registry, tick->samples[i].line);

		if (entry)
			entry->merged_rss = tick->samples[i].rss;
	}
}

static void complete_event(struct core *core, struct event *event)
{
	struct entry *entry = registry_line(core->registry, event->line);

	core->status.events++;
	if (!entry)
		return;
	entry->info.events++;
	if (!event->rss)
		event->rss = entry->merged_rss;
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
		remember_samples(core, &record->tick);
		break;
	case RECORD_EVENT:
		complete_event(core, &record->event);
		break;
	case RECORD_PROCESS:
		entry = registry_line(core->registry, record->process.line);
		if (entry && !entry->begun_seq)
			entry->begun_seq = record->seq;
		break;
	case RECORD_END:
		entry = registry_line(core->registry, record->end.line);
		if (entry)
			entry->end_seq = record->seq;
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
	past_add(core->past, record.seq, core->output.record, size);
	append(core, record.seq, size);
}

void output_release(struct core *core, uint64_t until_ns)
{
	merge_release(core->merge, until_ns, release, core);
	flush(core);
	intake_mark(core, until_ns);
}
