#include "trace/total.h"

#include <stdlib.h>
#include <string.h>

void total_free(struct total *total)
{
	free(total->lines);
	total->lines = NULL;
	total->count = 0;
	total->room = 0;
}

/* The index of the first line numbered @line or more. */
static size_t index_of(const struct total *total, uint32_t line)
{
	size_t low = 0;
	size_t high = total->count;

	if (high > 0 && total->lines[high - 1].line < line)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (total->lines[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool reserve(struct total *total)
{
	size_t room = total->room ? 2 * total->room : 16;
	struct total_line *lines;

	if (total->count < total->room)
		return true;
	lines = realloc(total->lines, room * sizeof *lines);
	if (!lines)
		return false;
	total->lines = lines;
	total->room = room;
	return true;
}

/* Its place in order; NULL without memory. @hint: where it is if all samples come in order. */
static struct total_line *own_line(struct total *total, uint32_t line, size_t hint)
{
	size_t index = hint;

	if (hint >= total->count || total->lines[hint].line != line)
		index = index_of(total, line);
	if (index < total->count && total->lines[index].line == line)
		return &total->lines[index];
	if (!reserve(total))
		return NULL;
	memmove(&total->lines[index + 1], &total->lines[index],
		(total->count - index) * sizeof *total->lines);
	total->count++;
	total->lines[index] = (struct total_line){ .line = line };
	return &total->lines[index];
}

static struct total_line *find(const struct total *total, uint32_t line)
{
	size_t index = index_of(total, line);

	return index < total->count && total->lines[index].line == line ? &total->lines[index]
									: NULL;
}

/* --- what each has */

static uint64_t own_of(const struct total_line *line)
{
	return line->rss - line->shared;
}

/* @bytes that were read when it had @then of its own, and has @now. */
static uint64_t carry(uint64_t bytes, uint64_t then, uint64_t now)
{
	if (now >= then)
		return bytes + (now - then);
	return (uint64_t)((double)bytes * ((double)now / (double)then));
}

static uint64_t grown_of(const struct total_line *line)
{
	return own_of(line) > line->born ? own_of(line) - line->born : 0;
}

static uint64_t pss_of(const struct total_line *line)
{
	if (!line->rss || !line->read.known)
		return line->fresh ? grown_of(line) : line->rss;
	return carry(line->read.pss, line->read.own, own_of(line));
}

static uint64_t pss_own_of(const struct total_line *line)
{
	if (!line->rss || !line->read.known)
		return line->fresh ? grown_of(line) : own_of(line);
	return carry(line->read.anon, line->read.own, own_of(line));
}

struct total_point total_now(const struct total *total, uint64_t t_ns)
{
	struct total_point point = { .t_ns = t_ns, .has_shared = true };
	uint64_t most = 0;

	for (size_t i = 0; i < total->count; i++) {
		const struct total_line *line = &total->lines[i];

		if (!line->counts)
			continue;
		point.rss += line->rss;
		point.once += own_of(line);
		point.own += own_of(line) + line->swap;
		point.pss += pss_of(line);
		point.pss_own += pss_own_of(line) + line->swap;
		point.has_pss |= line->read.known;
		point.has_shared &= line->shared > 0 || line->rss == 0;
		if (line->shared > most)
			most = line->shared;
	}
	point.once += most;
	point.repeated = point.rss - point.once;
	return point;
}

/* --- what was read of each */

/* What was read of it last counts from now on. */
static void adopt(struct total_line *line)
{
	if (!line->next.known)
		return;
	line->read = line->next;
	line->next.known = false;
	line->fresh = false;
}

/* All that were read since the last fork do; @late: of who was not by now nothing more will be
 * known. */
static void settle(struct total *total, bool late)
{
	for (size_t i = 0; i < total->count; i++) {
		adopt(&total->lines[i]);
		total->lines[i].fresh &= !late;
	}
	total->forked_ns = 0;
}

static bool is_sure(const struct total_line *line, uint64_t t_ns)
{
	return line->next.known && t_ns >= line->next.t_ns + TOTAL_TOLD_NS;
}

/* Of what was read, as much as is sure at @t_ns. */
static void settle_reads(struct total *total, uint64_t t_ns)
{
	if (total->forked_ns && t_ns > total->since_ns + TOTAL_SETTLE_NS)
		settle(total, true);
	for (size_t i = 0; i < total->count; i++) {
		struct total_line *line = &total->lines[i];

		if (!total->forked_ns && is_sure(line, t_ns))
			adopt(line);
		else if (total->forked_ns && line->counts && !is_sure(line, t_ns))
			return;
	}
	if (total->forked_ns)
		settle(total, false);
}

/* A child has all that its parent has, and what they have together is what it was. */
static void fork_off(struct total *total, struct total_line *line, uint64_t t_ns)
{
	line->fresh = true;
	if (!total->forked_ns)
		total->since_ns = t_ns;
	total->forked_ns = t_ns;
	for (size_t i = 0; i < total->count; i++)
		total->lines[i].next.known = false;
}

static void add_metrics(struct total *total, uint64_t t_ns, const struct metrics *metrics)
{
	struct total_line *line = find(total, metrics->line);
	struct total_read read = { .known = true };

	if (line && (metrics->set & METRIC_BIT(METRIC_SWAP)))
		line->swap = metrics->values[METRIC_SWAP];
	if (!line || !line->sampled || !(metrics->set & METRIC_BIT(METRIC_PSS)))
		return;
	read.t_ns = t_ns;
	read.pss = metrics->values[METRIC_PSS];
	read.anon = metrics->pss_anon ? metrics->pss_anon : read.pss;
	read.own = own_of(line);
	if (total->forked_ns && t_ns < total->forked_ns + metrics->read_ns)
		return;
	line->next = read;
	if (!total->forked_ns && !line->read.known)
		adopt(line);
}

/* --- who comes and goes */

/* Whether it is what a process has when it joins: one that lives with no other is as good as a
 * tick. */
static bool is_join(const struct total *total, const struct tick *tick)
{
	const struct total_line *line;

	if (tick->count != 1 || total->sampled == 0)
		return false;
	line = find(total, tick->samples[0].line);
	return !line || !line->sampled;
}

static bool has_parent(const struct total *total, uint32_t ppid)
{
	for (size_t i = 0; i < total->count && ppid; i++) {
		if (total->lines[i].pid == ppid && total->lines[i].counts)
			return true;
	}
	return false;
}

/* What it is called before its first sample comes; a new name of one that is known says nothing. */
static void add_process(struct total *total, uint64_t t_ns, const struct process *process)
{
	bool known = find(total, process->line) != NULL;
	struct total_line *line = own_line(total, process->line, total->count);

	if (!line)
		return;
	line->pid = process->pid;
	if (!known && has_parent(total, process->ppid))
		fork_off(total, line, t_ns);
}

static void take_first(struct total *total, struct total_line *line)
{
	line->sampled = true;
	line->counts = !total->counts || total->counts(total->arg, line->line);
	line->born = own_of(line);
	total->sampled++;
	total->met += line->counts;
}

static void add_samples(struct total *total, const struct tick *tick)
{
	size_t hint = 0;

	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];
		struct total_line *line = own_line(total, sample->line, hint);
		bool none = sample->rss == UINT64_MAX; /* from now on: a reader's word */

		if (!line)
			continue;
		hint = (size_t)(line - total->lines) + 1;
		total->fewer |= none && line->rss > 0;
		line->rss = none ? 0 : sample->rss;
		line->shared = none || sample->shared > sample->rss ? 0 : sample->shared;
		if (!line->sampled)
			take_first(total, line);
	}
}

static bool leave(struct total *total, uint32_t number)
{
	struct total_line *line = find(total, number);
	bool counts;

	if (!line)
		return false;
	counts = line->counts;
	total->sampled -= line->sampled;
	total->fewer |= counts;
	total->count--;
	memmove(line, line + 1,
		(total->count - (size_t)(line - total->lines)) * sizeof *total->lines);
	/* What it had alone is gone, and what it shared is the others' to whom it was read. */
	if (total->forked_ns)
		settle(total, false);
	return counts;
}

static struct total_point point_at(struct total *total, uint64_t t_ns, bool tick)
{
	struct total_point point = total_now(total, t_ns);

	point.tick = tick;
	point.fewer = total->fewer;
	total->fewer = false;
	return point;
}

static void raise_peak(struct total *total, uint64_t bytes)
{
	if (bytes > total->peak)
		total->peak = bytes;
}

static bool counts_line(const struct total *total, uint32_t line)
{
	return !total->counts || total->counts(total->arg, line);
}

/* What the kernel says of one of them, which no sample need show. */
static void add_peaks(struct total *total, const struct record *record)
{
	if (record->type == RECORD_PEAK && counts_line(total, record->peak.line)) {
		total->beyond |= record->peak.family;
		raise_peak(total, record->peak.peak_rss);
	} else if (record->type == RECORD_END && counts_line(total, record->end.line)) {
		raise_peak(total, record->end.peak_rss);
	}
}

size_t total_add(struct total *total, const struct record *record,
		 struct total_point points[TOTAL_POINTS])
{
	size_t count = 0;
	bool join;

	add_peaks(total, record);
	if (total->open_ns && (record->type != RECORD_TICK || record->t_ns != total->open_ns)) {
		points[count++] = point_at(total, total->open_ns, true);
		total->open_ns = 0;
	}
	if (record->type == RECORD_TICK || record->type == RECORD_METRICS)
		settle_reads(total, record->t_ns);
	if (record->type == RECORD_TICK) {
		join = is_join(total, &record->tick);
		add_samples(total, &record->tick);
		total->open_ns = record->tick.count == TICK_SAMPLES ? record->t_ns : 0;
		if (!total->open_ns)
			points[count++] = point_at(total, record->t_ns, !join);
	} else if (record->type == RECORD_END && leave(total, record->end.line)) {
		points[count++] = point_at(total, record->t_ns, false);
	} else if (record->type == RECORD_METRICS) {
		add_metrics(total, record->t_ns, &record->metrics);
	} else if (record->type == RECORD_PROCESS) {
		add_process(total, record->t_ns, &record->process);
	}
	for (size_t i = 0; i < count; i++)
		raise_peak(total, points[i].rss);
	return count;
}

bool total_tells(const struct total *total)
{
	return total->met >= TOTAL_LEAST || total->beyond;
}
