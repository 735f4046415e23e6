#include "trace/summary/summary.h"

#include "trace/summary/summary_spans.h"
#include "trace/summary/weight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Lines up to this have their place in a table; larger ones are searched. */
#define PLACED_LINES (1U << 20)
#define NOWHERE UINT32_MAX

/* Lives that are judged between two looks at whether to go on. */
#define FINISH_STEP 16

struct track {
	struct weight weight;
	struct own *own; /* from its first sample until its end */
	bool begun;
	bool ended;
	uint64_t missed_before; /* ticks of the whole session, before it was begun */
};

struct pass {
	struct summary *summary;
	const struct reader_info *info;
	const struct reader_query *query;
	struct track *tracks; /* of the summary's processes */
	struct tally *tally;
	uint32_t *places; /* by line */
	uint32_t place_count;
	record_fn also;
	void *also_arg;
	bool no_memory;
};

static uint32_t search(const struct summary *summary, uint32_t line)
{
	size_t low = 0;
	size_t high = summary->process_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (summary->processes[middle].process->line < line)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < summary->process_count && summary->processes[low].process->line == line)
		return (uint32_t)low;
	return NOWHERE;
}

static inline uint32_t find(const struct pass *pass, uint32_t line)
{
	return line < pass->place_count ? pass->places[line] : search(pass->summary, line);
}

/* --- records */

/* What was read beside an RSS that is another now. */
static void age_metrics(struct summary_process *process)
{
	for (enum metric i = METRIC_PSS; process->metrics && i < METRICS; i++)
		process->metric[i].stale = true;
}

/* What is its own, from its first figure on; NULL once it has ended, or without memory. */
static struct own *get_own(struct pass *pass, struct track *track)
{
	if (track->own || track->ended)
		return track->own;
	track->own = malloc(sizeof *track->own);
	if (track->own)
		own_begin(track->own, pass->info->session.interval_ns);
	else
		pass->no_memory = true;
	return track->own;
}

static void take_tick(struct pass *pass, uint64_t t_ns, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];
		uint32_t place = find(pass, sample->line);
		struct own *own;

		if (place == NOWHERE)
			continue;
		if (sample->rss != pass->tracks[place].weight.last)
			age_metrics(&pass->summary->processes[place]);
		weight_add(&pass->tracks[place].weight, t_ns, sample->rss);
		own = get_own(pass, &pass->tracks[place]);
		if (own)
			own_sample(own, t_ns, sample);
	}
}

static void take_event(struct pass *pass, uint64_t t_ns, const struct event *event)
{
	uint32_t place = find(pass, event->line);

	if (event->kind == EVENT_MARK)
		pass->summary->milestones++;
	if (place == NOWHERE)
		return;
	pass->summary->processes[place].has_spans |= event->kind != EVENT_MARK;
	if (event->kind == EVENT_MARK || tally_event(pass->tally, place, t_ns, event))
		pass->summary->processes[place].events++;
}

static void take_process(struct pass *pass, uint32_t line)
{
	uint32_t place = find(pass, line);

	if (place == NOWHERE || pass->tracks[place].begun)
		return;
	pass->tracks[place].begun = true;
	pass->tracks[place].missed_before = pass->summary->missed;
}

static void judge_own(struct pass *pass, struct summary_process *process, struct own *own,
		      uint64_t t_ns)
{
	process->grown = own_judge(own, t_ns);
	process->held_rss = parts_held(&own->rss, SUMMARY_HELD * pass->info->session.interval_ns);
	pass->no_memory |= own_lacks_memory(own);
	own_free(own);
}

static void take_kept(struct pass *pass, uint32_t place)
{
	struct summary_process *process = &pass->summary->processes[place];
	struct tally_kept kept[TALLY_KEPT];

	tally_kept(pass->tally, place, kept);
	if (!kept[0].category)
		return;
	if (!process->kept)
		process->kept = malloc(sizeof kept);
	if (process->kept)
		memcpy(process->kept, kept, sizeof kept);
	else
		pass->no_memory = true;
}

static void end_line(struct pass *pass, uint32_t place, uint64_t t_ns)
{
	struct summary_process *process = &pass->summary->processes[place];
	struct track *track = &pass->tracks[place];
	struct own none;

	weight_stop(&track->weight, t_ns);
	tally_end(pass->tally, place, t_ns,
		  track->weight.last == WEIGHT_NONE ? 0 : track->weight.last);
	take_kept(pass, place);
	if (track->ended)
		return;
	track->ended = true;
	process->missed += pass->summary->missed - track->missed_before;
	if (t_ns > track->weight.end_ns)
		t_ns = track->weight.end_ns;
	own_begin(&none, pass->info->session.interval_ns);
	judge_own(pass, process, track->own ? track->own : &none, t_ns);
	free(track->own);
	track->own = NULL;
}

static void take_end(struct pass *pass, uint64_t t_ns, uint32_t line)
{
	uint32_t place = find(pass, line);

	if (place != NOWHERE)
		end_line(pass, place, t_ns);
}

static void take_gap(struct pass *pass, const struct gap *gap)
{
	uint32_t place = find(pass, gap->line);
	struct summary_process *process =
		place == NOWHERE ? NULL : &pass->summary->processes[place];

	switch (gap->reason) {
	case GAP_MISSED:
		if (process)
			process->missed += gap->count;
		else
			pass->summary->missed += gap->count;
		break;
	case GAP_DROPPED:
	case GAP_TORN:
		pass->summary->dropped += gap->count;
		if (process)
			process->dropped += gap->count;
		break;
	case GAP_BEHIND:
		pass->summary->lost += gap->count;
		break;
	case GAP_SUSPEND:
	case GAP_CLOCK_AHEAD:
	case GAP_CLOCK_BACK:
		break; /* nothing is lost there */
	case GAP_UNFOLLOWED:
		pass->summary->unfollowed += gap->count;
		break;
	}
}

static void take_peak(struct pass *pass, const struct peak *peak)
{
	uint32_t place = find(pass, peak->line);

	if (place != NOWHERE && !peak->family &&
	    peak->peak_rss > pass->summary->processes[place].peak_rss)
		pass->summary->processes[place].peak_rss = peak->peak_rss;
}

static void take_metrics(struct pass *pass, uint64_t t_ns, const struct metrics *metrics)
{
	uint32_t place = find(pass, metrics->line);
	struct summary_process *process =
		place == NOWHERE ? NULL : &pass->summary->processes[place];
	struct own *own;

	if (!process)
		return;
	own = get_own(pass, &pass->tracks[place]);
	if (own)
		own_metrics(own, t_ns, metrics);
	if (!process->metric)
		process->metric = calloc(METRICS, sizeof *process->metric);
	if (!process->metric) {
		pass->no_memory = true;
		return;
	}
	process->metrics |= metrics->set;
	pass->summary->metrics |= metrics->set;
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		struct summary_metric *metric = &process->metric[i];

		if (!(metrics->set & METRIC_BIT(i)))
			continue;
		metric->last = metrics->values[i];
		metric->last_ns = t_ns;
		metric->stale = false;
		if (metric->last > metric->max)
			metric->max = metric->last;
	}
}

static void take(void *arg, const struct record *record)
{
	struct pass *pass = arg;

	if (pass->also)
		pass->also(pass->also_arg, record);
	total_tally_add(&pass->summary->total, record);
	switch (record->type) {
	case RECORD_TICK:
		take_tick(pass, record->t_ns, &record->tick);
		break;
	case RECORD_EVENT:
		take_event(pass, record->t_ns, &record->event);
		break;
	case RECORD_PROCESS:
		take_process(pass, record->process.line);
		break;
	case RECORD_END:
		take_end(pass, record->t_ns, record->end.line);
		break;
	case RECORD_GAP:
		take_gap(pass, &record->gap);
		break;
	case RECORD_PEAK:
		take_peak(pass, &record->peak);
		break;
	case RECORD_METRICS:
		take_metrics(pass, record->t_ns, &record->metrics);
		break;
	case RECORD_LIMIT:
	case RECORD_CLOCK:
	case RECORD_INSPECTION:
		break;
	}
}

/* --- before and after */

static uint64_t query_end(const struct pass *pass)
{
	return pass->query->to_ns ? pass->query->to_ns : UINT64_MAX;
}

static bool is_asked_for(const struct pass *pass, const struct reader_process *process)
{
	const struct reader_query *query = pass->query;

	return process->last_ns >= query->from_ns && process->first_ns <= query_end(pass) &&
	       (!query->wants || query->wants(query->arg, process));
}

static int take_processes(struct pass *pass, struct reader *reader)
{
	struct summary *summary = pass->summary;
	const struct reader_process *process;
	size_t count = 0;

	while (reader_process(reader, count))
		count++;
	summary->processes = calloc(count + 1, sizeof(*summary->processes));
	if (!summary->processes || count >= NOWHERE)
		return -ENOMEM;
	for (size_t i = 0; (process = reader_process(reader, i)) != NULL; i++) {
		if (is_asked_for(pass, process))
			summary->processes[summary->process_count++].process = process;
	}
	return 0;
}

static int place_lines(struct pass *pass)
{
	const struct summary *summary = pass->summary;
	size_t count = summary->process_count;
	uint32_t last = count > 0 ? summary->processes[count - 1].process->line : 0;

	pass->place_count = last < PLACED_LINES ? last + 1 : PLACED_LINES;
	pass->places = malloc(pass->place_count * sizeof(*pass->places));
	if (!pass->places)
		return -ENOMEM;
	for (uint32_t i = 0; i < pass->place_count; i++)
		pass->places[i] = NOWHERE;
	for (size_t i = 0; i < count; i++) {
		uint32_t line = summary->processes[i].process->line;

		if (line != LINE_SESSION && line < pass->place_count)
			pass->places[line] = (uint32_t)i;
	}
	return 0;
}

struct life {
	uint64_t begin_ns;
	uint64_t end_ns;
};

/* A process's life, as far as it is asked for. */
static struct life get_life(const struct pass *pass, size_t i)
{
	const struct reader_process *process = pass->summary->processes[i].process;
	uint64_t end_ns = query_end(pass);
	struct life life = { .begin_ns = process->first_ns, .end_ns = process->last_ns };

	if (life.begin_ns < pass->query->from_ns)
		life.begin_ns = pass->query->from_ns;
	if (life.end_ns > end_ns)
		life.end_ns = end_ns;
	if (life.end_ns < life.begin_ns)
		life.end_ns = life.begin_ns;
	return life;
}

/* A total_counts: a line without a PID is a cgroup's. */
static bool is_process(void *arg, uint32_t line)
{
	const struct pass *pass = arg;
	uint32_t place = find(pass, line);

	return place != NOWHERE && pass->summary->processes[place].process->pid != 0;
}

static int begin_lives(struct pass *pass)
{
	size_t count = pass->summary->process_count;
	uint64_t interval_ns = pass->info->session.interval_ns;

	pass->tracks = calloc(count + 1, sizeof(*pass->tracks));
	pass->tally = tally_new(count, pass->query->from_ns);
	if (!pass->tracks || !pass->tally)
		return -ENOMEM;
	total_tally_begin(&pass->summary->total, interval_ns);
	pass->summary->total.total.counts = is_process;
	pass->summary->total.total.arg = pass;
	for (size_t i = 0; i < count; i++) {
		struct life life = get_life(pass, i);

		weight_begin(&pass->tracks[i].weight, life.begin_ns, life.end_ns);
	}
	return 0;
}

enum peak_kind summary_peak_kind(const struct summary_process *shown)
{
	if (!shown->peak_known)
		return PEAK_AT_LEAST;
	return shown->process->ended ? shown->process->peak_kind : PEAK_EXACT;
}

static void finish_process(struct pass *pass, size_t i)
{
	struct summary_process *shown = &pass->summary->processes[i];
	const struct reader_process *process = shown->process;
	struct weight *weight = &pass->tracks[i].weight;
	bool whole =
		process->first_ns >= pass->query->from_ns && process->last_ns <= query_end(pass);

	end_line(pass, (uint32_t)i, weight->end_ns);
	shown->max_rss = weight->max;
	shown->max_ns = weight->max_ns;
	shown->peak_known = whole && (process->peak_rss || shown->peak_rss);
	if (!whole)
		shown->peak_rss = 0;
	else if (process->peak_rss > shown->peak_rss)
		shown->peak_rss = process->peak_rss;
	if (shown->max_rss > shown->peak_rss)
		shown->peak_rss = shown->max_rss;
	if (weight->first == WEIGHT_NONE)
		return;
	shown->first_rss = weight->first;
	shown->last_rss = weight->last;
	shown->mean_rss = weight_mean(weight);
	shown->sampled_ns = weight->held_ns > 0 ? weight->held_ns : 1;
}

static void finish_total(struct pass *pass)
{
	struct summary *summary = pass->summary;
	uint64_t end_ns = pass->info->end_ns;

	if (pass->query->to_ns && pass->query->to_ns < end_ns)
		end_ns = pass->query->to_ns;
	summary->total_grown = total_tally_judge(&summary->total, end_ns);
	pass->no_memory |= total_tally_lacks_memory(&summary->total);
}

/* Whether to go on: what a life came to may take the better part of a millisecond. */
static bool goes_on(const struct pass *pass, size_t i)
{
	return i % FINISH_STEP || !pass->query->progress ||
	       pass->query->progress(pass->query->arg, 1);
}

static int finish(struct pass *pass)
{
	for (size_t i = 0; i < pass->summary->process_count; i++) {
		if (!goes_on(pass, i))
			return -ECANCELED;
		finish_process(pass, i);
	}
	finish_total(pass);
	return pass->no_memory ? -ENOMEM : summary_take_spans(pass->summary, pass->tally);
}

static void free_pass(struct pass *pass)
{
	for (size_t i = 0; pass->tracks && i < pass->summary->process_count; i++) {
		if (pass->tracks[i].own)
			own_free(pass->tracks[i].own);
		free(pass->tracks[i].own);
	}
	free(pass->tracks);
	free(pass->places);
}

int summary_read(struct summary *ret_summary, struct reader *reader,
		 const struct reader_query *query)
{
	return summary_read_also(ret_summary, reader, query, NULL, NULL);
}

int summary_read_also(struct summary *ret_summary, struct reader *reader,
		      const struct reader_query *query, record_fn also, void *arg)
{
	struct reader_query own = *query;
	struct pass pass = { .summary = ret_summary,
			     .info = reader_info(reader),
			     .query = &own,
			     .also = also,
			     .also_arg = arg };
	int status;

	*ret_summary = (struct summary){ 0 };
	own.every = false;
	status = take_processes(&pass, reader);
	if (!status)
		status = place_lines(&pass);
	if (!status)
		status = begin_lives(&pass);
	if (!status)
		status = reader_read(reader, &own, take, &pass);
	if (!status)
		status = finish(&pass);
	ret_summary->tally = pass.tally;
	free_pass(&pass);
	if (status)
		summary_free(ret_summary);
	return status;
}

void summary_free(struct summary *summary)
{
	for (size_t i = 0; i < summary->process_count; i++) {
		free(summary->processes[i].kept);
		free(summary->processes[i].metric);
	}
	free(summary->processes);
	free(summary->spans);
	free(summary->categories);
	free(summary->texts);
	tally_free(summary->tally);
	total_tally_free(&summary->total);
	*summary = (struct summary){ 0 };
}
