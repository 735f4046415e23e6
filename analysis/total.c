#include "analysis/total.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_ROOM 16

/* Its neighbours in a list. */
struct links {
	uint32_t before, after;
};

/* A process that shares nothing looks like one of which that isn't known: below this it hides
 * nothing that matters, as a launcher of a moment ago. */
#define UNSHARED_LEAST (3ULL << 19)

/* What was read of one process, bytes as smaps_rollup has them. */
struct total_read {
	bool known;
	uint64_t pss;
	uint64_t anon; /* of that in anonymous pages */
	uint64_t own;  /* resident less shared, when it was read */
};

/* Of a process whose PSS is read. */
struct total_reads {
	struct total_read now;
	struct total_read next; /* newer: it counts once no fork was told for a while, and after a
				   fork once all have been read */
	uint64_t next_ns;	/* when that was told */
	struct links unsure;	/* where there is a next one; the oldest first */
	struct total_read last; /* newer still: the next one does not wait longer for it, however
				   often the process is read */
	uint64_t last_ns;
};

struct total_line {
	uint32_t line;
	uint32_t pid; /* 0: not told */
	bool sampled;
	bool counts;
	bool fresh;	    /* forked by another of them, and not read yet */
	uint32_t same_line; /* the next of its bucket, or the next spare place */
	struct links same_pid;
	struct links freshes;
	uint64_t rss;
	uint64_t shared;	   /* 0: not known */
	uint64_t swap;		   /* as read last */
	uint64_t born;		   /* its own memory at its first sample */
	struct total_reads *reads; /* NULL: there were none */
};

void total_free(struct total *total)
{
	for (uint32_t i = 1; i <= total->used; i++)
		free(total->lines[i - 1].reads);
	free(total->lines);
	free(total->by_line);
	free(total->by_pid);
	free(total->most);
	*total = (struct total){ .counts = total->counts, .arg = total->arg };
}

/* --- lines and places */

static struct total_line *at(const struct total *total, uint32_t place)
{
	return &total->lines[place - 1];
}

static uint32_t place_of(const struct total *total, const struct total_line *line)
{
	return (uint32_t)(line - total->lines) + 1;
}

static uint32_t *bucket(const struct total *total, uint32_t *buckets, uint32_t number)
{
	return &buckets[number & (total->room - 1)];
}

static struct total_line *find(const struct total *total, uint32_t number)
{
	uint32_t place = total->room ? *bucket(total, total->by_line, number) : 0;

	while (place && at(total, place)->line != number)
		place = at(total, place)->same_line;
	return place ? at(total, place) : NULL;
}

static void link_pid(struct total *total, struct total_line *line)
{
	uint32_t *first = bucket(total, total->by_pid, line->pid);

	line->same_pid = (struct links){ .after = *first };
	if (*first)
		at(total, *first)->same_pid.before = place_of(total, line);
	*first = place_of(total, line);
}

static void unlink_pid(struct total *total, struct total_line *line)
{
	struct links links = line->same_pid;

	if (links.after)
		at(total, links.after)->same_pid.before = links.before;
	if (links.before)
		at(total, links.before)->same_pid.after = links.after;
	else
		*bucket(total, total->by_pid, line->pid) = links.after;
}

/* Of a place and those above it: @shared is what the place shares. */
static void set_most(struct total *total, uint32_t place, uint64_t shared)
{
	size_t node = total->room + place - 1;

	if (total->most[node] == shared)
		return;
	total->most[node] = shared;
	for (node /= 2; node > 0; node /= 2) {
		uint64_t left = total->most[2 * node];
		uint64_t right = total->most[2 * node + 1];

		if (total->most[node] == (left > right ? left : right))
			return;
		total->most[node] = left > right ? left : right;
	}
}

/* Buckets and the tree anew, in twice as much room. */
static void rehash(struct total *total)
{
	for (uint32_t i = 1; i <= total->used; i++) {
		struct total_line *line = at(total, i);
		uint32_t *first = bucket(total, total->by_line, line->line);

		line->same_line = *first;
		*first = i;
		if (line->counts)
			link_pid(total, line);
		set_most(total, i, line->counts ? line->shared : 0);
	}
}

static bool grow(struct total *total)
{
	size_t room = total->room ? 2 * total->room : LEAST_ROOM;
	struct total_line *lines = realloc(total->lines, room * sizeof *lines);
	uint32_t *by_line = calloc(room, sizeof *by_line);
	uint32_t *by_pid = calloc(room, sizeof *by_pid);
	uint64_t *most = calloc(2 * room, sizeof *most);

	if (lines)
		total->lines = lines;
	if (!lines || !by_line || !by_pid || !most) {
		free(by_line);
		free(by_pid);
		free(most);
		return false;
	}
	free(total->by_line);
	free(total->by_pid);
	free(total->most);
	total->by_line = by_line;
	total->by_pid = by_pid;
	total->most = most;
	total->room = room;
	rehash(total);
	return true;
}

/* It is made where there is none; NULL without memory. */
static struct total_line *own_line(struct total *total, uint32_t number)
{
	struct total_line *line = find(total, number);
	uint32_t place = total->spare;
	uint32_t *first;

	if (line)
		return line;
	if (!place && total->used == total->room && !grow(total))
		return NULL;
	if (place)
		total->spare = at(total, place)->same_line;
	else
		place = ++total->used;
	line = at(total, place);
	first = bucket(total, total->by_line, number);
	*line = (struct total_line){ .line = number, .same_line = *first };
	*first = place;
	return line;
}

static void forget_line(struct total *total, struct total_line *line)
{
	uint32_t place = place_of(total, line);
	uint32_t *link = bucket(total, total->by_line, line->line);

	while (*link != place)
		link = &at(total, *link)->same_line;
	*link = line->same_line;
	free(line->reads);
	*line = (struct total_line){ .same_line = total->spare };
	total->spare = place;
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

static bool is_read(const struct total_line *line)
{
	return line->reads && line->reads->now.known;
}

static uint64_t pss_of(const struct total_line *line)
{
	if (!line->rss || !is_read(line))
		return line->fresh ? grown_of(line) : line->rss;
	return carry(line->reads->now.pss, line->reads->now.own, own_of(line));
}

static uint64_t pss_own_of(const struct total_line *line)
{
	if (!line->rss || !is_read(line))
		return line->fresh ? grown_of(line) : own_of(line);
	return carry(line->reads->now.anon, line->reads->now.own, own_of(line));
}

/* Bytes come and go modulo 2^64, so what was added is taken out in full. */
static void sum_up(struct total_sums *sums, const struct total_line *line, uint64_t times)
{
	if (!line->counts)
		return;
	sums->rss += times * line->rss;
	sums->own += times * own_of(line);
	sums->swap += times * line->swap;
	sums->pss += times * pss_of(line);
	sums->pss_own += times * pss_own_of(line);
	sums->lines += times;
	sums->read += times * is_read(line);
	sums->unshared += times * (line->shared == 0 && line->rss >= UNSHARED_LEAST);
}

/* A line that is to change is taken out of the sums, */
static void take_out(struct total *total, const struct total_line *line)
{
	sum_up(&total->sums, line, UINT64_MAX);
}

/* and once it has changed, put in. */
static void put_in(struct total *total, const struct total_line *line)
{
	sum_up(&total->sums, line, 1);
	set_most(total, place_of(total, line), line->counts ? line->shared : 0);
}

struct total_point total_now(const struct total *total, uint64_t t_ns)
{
	const struct total_sums *sums = &total->sums;
	uint64_t most = total->room ? total->most[1] : 0;

	return (struct total_point){
		.t_ns = t_ns,
		.rss = sums->rss,
		.pss = sums->pss,
		.once = sums->own + most,
		.own = sums->own + sums->swap,
		.pss_own = sums->pss_own + sums->swap,
		.repeated = sums->rss - (sums->own + most),
		.has_pss = sums->read > 0,
		.has_shared = sums->unshared == 0,
	};
}

/* --- who was forked, and not read yet */

static void add_fresh(struct total *total, struct total_line *line)
{
	line->fresh = true;
	line->freshes = (struct links){ .after = total->fresh };
	if (total->fresh)
		at(total, total->fresh)->freshes.before = place_of(total, line);
	total->fresh = place_of(total, line);
}

static void drop_fresh(struct total *total, struct total_line *line)
{
	struct links links = line->freshes;

	if (!line->fresh)
		return;
	line->fresh = false;
	if (links.after)
		at(total, links.after)->freshes.before = links.before;
	if (links.before)
		at(total, links.before)->freshes.after = links.after;
	else
		total->fresh = links.after;
}

/* --- what was read of each */

/* Among those whose reads aren't sure, by the time of that: as a rule it is the newest. */
static void add_unsure(struct total *total, struct total_line *line)
{
	uint32_t place = place_of(total, line);
	struct links links = { .before = total->newest };

	while (links.before && at(total, links.before)->reads->next_ns > line->reads->next_ns) {
		links.after = links.before;
		links.before = at(total, links.before)->reads->unsure.before;
	}
	line->reads->unsure = links;
	*(links.before ? &at(total, links.before)->reads->unsure.after : &total->oldest) = place;
	*(links.after ? &at(total, links.after)->reads->unsure.before : &total->newest) = place;
	total->unsure++;
}

static void drop_unsure(struct total *total, struct total_line *line)
{
	struct links links;

	if (!line->reads || !line->reads->next.known)
		return;
	links = line->reads->unsure;
	*(links.before ? &at(total, links.before)->reads->unsure.after : &total->oldest) =
		links.after;
	*(links.after ? &at(total, links.after)->reads->unsure.before : &total->newest) =
		links.before;
	line->reads->next.known = line->reads->last.known = false;
	total->unsure--;
}

static void set_next(struct total *total, struct total_line *line, const struct total_read *read,
		     uint64_t t_ns)
{
	line->reads->next = *read;
	line->reads->next_ns = t_ns;
	add_unsure(total, line);
}

/* What was read of it next counts from now on. */
static void adopt(struct total *total, struct total_line *line)
{
	struct total_read last = line->reads->last;

	take_out(total, line);
	line->reads->now = line->reads->next;
	drop_unsure(total, line);
	drop_fresh(total, line);
	put_in(total, line);
	if (last.known)
		set_next(total, line, &last, line->reads->last_ns);
}

/* All that were read since the last fork do, until @until_ns; @late: of who was not by now nothing
 * more will be known. */
static void settle(struct total *total, uint64_t until_ns, bool late)
{
	while (total->oldest && at(total, total->oldest)->reads->next_ns <= until_ns)
		adopt(total, at(total, total->oldest));
	while (late && total->fresh) {
		struct total_line *line = at(total, total->fresh);

		take_out(total, line);
		drop_fresh(total, line);
		put_in(total, line);
	}
	total->forked_ns = 0;
}

static bool is_sure(const struct total *total, uint32_t place, uint64_t t_ns)
{
	return t_ns >= at(total, place)->reads->next_ns + TOTAL_TOLD_NS;
}

/* Of what was read, as much as is sure at @t_ns. */
static void settle_reads(struct total *total, uint64_t t_ns)
{
	if (total->forked_ns && t_ns > total->since_ns + TOTAL_SETTLE_NS)
		settle(total, UINT64_MAX, true);
	if (total->forked_ns && total->unsure == total->sums.lines &&
	    (!total->newest || is_sure(total, total->newest, t_ns)))
		settle(total, t_ns - TOTAL_TOLD_NS, false);
	while (!total->forked_ns && total->oldest && is_sure(total, total->oldest, t_ns))
		adopt(total, at(total, total->oldest));
}

/* A child has all that its parent has, and what they have together is what it was. */
static void fork_off(struct total *total, struct total_line *line, uint64_t t_ns)
{
	add_fresh(total, line);
	if (!total->forked_ns)
		total->since_ns = t_ns;
	total->forked_ns = t_ns;
	while (total->oldest)
		drop_unsure(total, at(total, total->oldest));
}

static void add_pss(struct total *total, struct total_line *line, uint64_t t_ns,
		    const struct metrics *metrics)
{
	struct total_read read = { .known = true, .pss = metrics->values[METRIC_PSS] };

	if (total->forked_ns && t_ns < total->forked_ns + metrics->read_ns)
		return;
	if (!line->reads)
		line->reads = calloc(1, sizeof *line->reads);
	if (!line->reads)
		return;
	read.anon = metrics->pss_anon ? metrics->pss_anon : read.pss;
	read.own = own_of(line);
	if (line->reads->next.known) {
		line->reads->last = read;
		line->reads->last_ns = t_ns;
		return;
	}
	set_next(total, line, &read, t_ns);
	if (!total->forked_ns && !line->reads->now.known)
		adopt(total, line);
}

static void add_metrics(struct total *total, uint64_t t_ns, const struct metrics *metrics)
{
	struct total_line *line = find(total, metrics->line);

	if (!line)
		return;
	if (metrics->set & METRIC_BIT(METRIC_SWAP)) {
		take_out(total, line);
		line->swap = metrics->values[METRIC_SWAP];
		put_in(total, line);
	}
	if (line->counts && (metrics->set & METRIC_BIT(METRIC_PSS)))
		add_pss(total, line, t_ns, metrics);
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
	uint32_t place = ppid && total->room ? *bucket(total, total->by_pid, ppid) : 0;

	while (place && at(total, place)->pid != ppid)
		place = at(total, place)->same_pid.after;
	return place != 0;
}

/* What it is called before its first sample comes; a new name of one that is known says nothing. */
static void add_process(struct total *total, uint64_t t_ns, const struct process *process)
{
	bool known = find(total, process->line) != NULL;
	struct total_line *line = own_line(total, process->line);

	if (!line)
		return;
	if (line->counts)
		unlink_pid(total, line);
	line->pid = process->pid;
	if (line->counts)
		link_pid(total, line);
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
	if (line->counts)
		link_pid(total, line);
}

static void add_sample(struct total *total, struct total_line *line, const struct sample *sample)
{
	bool none = sample->rss == UINT64_MAX; /* from now on: a reader's word */
	uint64_t rss = none ? 0 : sample->rss;
	/* the kernel counts on each processor: one may be ahead of the other */
	uint64_t shared = sample->shared < rss ? sample->shared : rss;

	if (line->sampled && line->rss == rss && line->shared == shared)
		return;
	total->fewer |= none && line->rss > 0;
	take_out(total, line);
	line->rss = rss;
	line->shared = shared;
	if (!line->sampled)
		take_first(total, line);
	put_in(total, line);
}

static void add_samples(struct total *total, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		struct total_line *line = own_line(total, tick->samples[i].line);

		if (line)
			add_sample(total, line, &tick->samples[i]);
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
	take_out(total, line);
	set_most(total, place_of(total, line), 0);
	drop_unsure(total, line);
	drop_fresh(total, line);
	if (counts)
		unlink_pid(total, line);
	forget_line(total, line);
	/* What it had alone is gone, and what it shared is the others' to whom it was read. */
	if (total->forked_ns)
		settle(total, UINT64_MAX, false);
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
