#include "analysis/summary.h"

#include "analysis/crowd.h"
#include "analysis/summary_spans.h"
#include "analysis/weight.h"
#include "base/temporary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE UINT32_MAX

/* Lives that are judged between two looks at whether to go on. */
#define FINISH_STEP 16

/* What is put aside, and gone through group after group: so many lives as have more parts than
 * this. With as many that have more parts than PARTS_COARSE, they are judged by fewer. */
#define CROWD_LIVES 4096
#define CROWD_PARTS 8

/* Of a process from the first that is told of it until its end. */
struct life {
	struct weight weight;
	struct own own;
};

struct pass {
	struct summary *summary;
	const struct reader_info *info;
	const struct reader_query *query;
	struct life **lives; /* of the summary's processes, or of a group of them; NULL: none yet */
	uint8_t *stages;     /* of the summary's processes, an enum stage */
	size_t room;	     /* of lives */
	uint32_t group;	     /* the place of the first of them */
	size_t judged;	     /* lives */
	bool coarse;
	bool stopped;
	struct tally *tally;
	record_fn also;
	void *also_arg;
	bool no_memory;
	int error; /* of the file of a crowd */
};

enum stage { STAGE_NONE = 0, STAGE_BEGUN, STAGE_OVER };

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

/* Where all lines are asked for, they have their places in order. */
static inline uint32_t find(const struct pass *pass, uint32_t line)
{
	const struct summary *summary = pass->summary;

	if (line - 1 < summary->process_count && summary->processes[line - 1].process->line == line)
		return line - 1;
	return search(summary, line);
}

static uint64_t query_end(const struct pass *pass)
{
	return pass->query->to_ns ? pass->query->to_ns : UINT64_MAX;
}

/* A process's life, as far as it is asked for. */
static void get_life(const struct pass *pass, uint32_t place, uint64_t *ret_begin_ns,
		     uint64_t *ret_end_ns)
{
	const struct reader_process *process = pass->summary->processes[place].process;
	uint64_t begin_ns = process->first_ns;
	uint64_t end_ns = process->last_ns;

	if (begin_ns < pass->query->from_ns)
		begin_ns = pass->query->from_ns;
	if (end_ns > query_end(pass))
		end_ns = query_end(pass);
	*ret_begin_ns = begin_ns;
	*ret_end_ns = end_ns > begin_ns ? end_ns : begin_ns;
}

/* NULL without memory. */
static struct life *find_life(struct pass *pass, uint32_t place)
{
	struct life **life = &pass->lives[place - pass->group];
	uint64_t begin_ns, end_ns;

	if (*life)
		return *life;
	*life = calloc(1, sizeof **life);
	if (!*life) {
		pass->no_memory = true;
		return NULL;
	}
	get_life(pass, place, &begin_ns, &end_ns);
	weight_begin(&(*life)->weight, begin_ns, end_ns);
	own_begin(&(*life)->own, pass->info->session.interval_ns);
	if (pass->coarse)
		own_coarsen(&(*life)->own);
	return *life;
}

/* NULL without memory. */
static struct summary_more *get_more(struct pass *pass, uint32_t place)
{
	struct summary_process *process = &pass->summary->processes[place];

	if (!process->more)
		process->more = calloc(1, sizeof *process->more);
	pass->no_memory |= !process->more;
	return process->more;
}

/* --- lives */

/* What is to be told of most processes is that they were too short to tell anything. */
static bool is_brief(const struct grown *grown)
{
	const struct verdict *verdict = &grown->verdict;

	return verdict->kind == VERDICT_TOO_SHORT && !verdict->slope.known && !verdict->warm_up_ns;
}

static void put_aside(struct pass *pass, struct summary_process *process, const struct grown *grown)
{
	struct crowd *crowd = pass->summary->crowd;
	uint32_t place = (uint32_t)(process - pass->summary->processes);

	process->grown_is = GROWN_ASIDE;
	process->aside.crowd = crowd;
	process->aside.place = place;
	if (!pass->error)
		pass->error = crowd_keep(crowd, place, grown);
}

static void keep_long(struct pass *pass, struct summary_process *process, const struct grown *grown)
{
	if (pass->summary->crowd) {
		put_aside(pass, process, grown);
		return;
	}
	process->grown = malloc(sizeof *process->grown);
	if (!process->grown) {
		pass->no_memory = true;
		return;
	}
	*process->grown = *grown;
	process->grown_is = GROWN_HERE;
}

static void keep_grown(struct pass *pass, struct summary_process *process,
		       const struct grown *grown)
{
	if (is_brief(grown)) {
		process->judged = (uint8_t)grown->judged;
		process->known = grown->known;
		process->parts = (uint8_t)grown->verdict.parts;
		process->brief =
			(struct summary_brief){ grown->own, grown->shared, grown->verdict.life_ns,
						grown->verdict.span_ns };
		return;
	}
	keep_long(pass, process, grown);
}

static void judge_own(struct pass *pass, struct summary_process *process, struct own *own,
		      uint64_t t_ns)
{
	struct grown grown = own_judge(own, t_ns);

	keep_grown(pass, process, &grown);
	process->held_rss = parts_held(&own->rss, SUMMARY_HELD * pass->info->session.interval_ns);
	pass->no_memory |= own_lacks_memory(own);
	own_free(own);
}

static void keep_weight(struct summary_process *process, const struct weight *weight)
{
	process->sampled = weight->first != WEIGHT_NONE;
	if (!process->sampled)
		return;
	process->first_rss = weight->first;
	process->last_rss = weight->last;
	process->mean_rss = weight_mean(weight);
	process->max_rss = weight->max;
	process->max_ns = weight->max_ns;
}

static void end_life(struct pass *pass, uint32_t place, uint64_t t_ns)
{
	struct summary_process *process = &pass->summary->processes[place];
	struct life *life = find_life(pass, place);

	if (!life)
		return;
	weight_stop(&life->weight, t_ns);
	keep_weight(process, &life->weight);
	if (t_ns > life->weight.end_ns)
		t_ns = life->weight.end_ns;
	judge_own(pass, process, &life->own, t_ns);
	free(life);
	pass->lives[place - pass->group] = NULL;
}

/* What happens in a life, as it happens or read back. */
static void live(struct pass *pass, const struct crowd_entry *entry)
{
	struct life *life = find_life(pass, entry->place);

	if (!life)
		return;
	if (entry->what == CROWD_SAMPLE) {
		weight_add(&life->weight, entry->t_ns, entry->bytes);
		own_sample(&life->own, entry->t_ns,
			   &(struct sample){ .rss = entry->bytes, .shared = entry->shared });
	} else if (entry->what == CROWD_SWAP) {
		own_swap(&life->own, entry->t_ns, entry->bytes);
	} else {
		end_life(pass, entry->place, entry->t_ns);
	}
}

static void happen(struct pass *pass, const struct crowd_entry *entry)
{
	if (pass->summary->crowd)
		crowd_add(pass->summary->crowd, entry);
	else
		live(pass, entry);
}

/* --- records */

/* What was read beside an RSS that is another now. */
static void age_metrics(struct summary_process *process)
{
	for (enum metric i = METRIC_PSS; process->more && process->more->metrics && i < METRICS;
	     i++)
		process->more->metric[i].stale = true;
}

static void take_sample(struct pass *pass, uint64_t t_ns, const struct sample *sample)
{
	uint32_t place = find(pass, sample->line);
	struct summary_process *process;

	if (place == NOWHERE || pass->stages[place] == STAGE_OVER)
		return;
	process = &pass->summary->processes[place];
	if (sample->rss != (process->sampled ? process->last_rss : READER_NONE))
		age_metrics(process);
	if (sample->rss != READER_NONE) {
		process->sampled = true;
		process->last_rss = sample->rss;
	}
	happen(pass,
	       &(struct crowd_entry){ place, CROWD_SAMPLE, t_ns, sample->rss, sample->shared });
}

static void take_tick(struct pass *pass, uint64_t t_ns, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++)
		take_sample(pass, t_ns, &tick->samples[i]);
}

static void take_event(struct pass *pass, uint64_t t_ns, const struct event *event)
{
	uint32_t place = find(pass, event->line);
	struct summary_more *more = place == NOWHERE ? NULL : get_more(pass, place);

	if (event->kind == EVENT_MARK)
		pass->summary->milestones++;
	if (!more)
		return;
	more->has_spans |= event->kind != EVENT_MARK;
	if (event->kind == EVENT_MARK || tally_event(pass->tally, place, t_ns, event))
		more->events++;
}

/* What is missed from then on is missed while it lives: less what was missed before, modulo 2^64.
 */
static void take_process(struct pass *pass, uint32_t line)
{
	uint32_t place = find(pass, line);

	if (place == NOWHERE || pass->stages[place] != STAGE_NONE)
		return;
	pass->stages[place] = STAGE_BEGUN;
	pass->summary->processes[place].missed -= pass->summary->missed;
}

static void take_kept(struct pass *pass, uint32_t place)
{
	struct summary_more *more = pass->summary->processes[place].more;
	struct tally_kept kept[TALLY_KEPT];

	tally_kept(pass->tally, place, kept);
	if (!kept[0].category || !more)
		return;
	if (!more->kept)
		more->kept = malloc(sizeof kept);
	if (more->kept)
		memcpy(more->kept, kept, sizeof kept);
	else
		pass->no_memory = true;
}

static void end_line(struct pass *pass, uint32_t place, uint64_t t_ns)
{
	struct summary_process *process = &pass->summary->processes[place];

	if (pass->stages[place] != STAGE_OVER) {
		pass->stages[place] = STAGE_OVER;
		process->missed += pass->summary->missed;
		happen(pass, &(struct crowd_entry){ place, CROWD_END, t_ns, 0, 0 });
	}
	tally_end(pass->tally, place, t_ns, process->last_rss);
	take_kept(pass, place);
}

static void take_end(struct pass *pass, uint64_t t_ns, uint32_t line)
{
	uint32_t place = find(pass, line);

	if (place != NOWHERE)
		end_line(pass, place, t_ns);
}

static void drop(struct pass *pass, uint32_t place, uint64_t count)
{
	struct summary_more *more = place == NOWHERE ? NULL : get_more(pass, place);

	pass->summary->dropped += count;
	if (more)
		more->dropped += count;
}

static void take_gap(struct pass *pass, const struct gap *gap)
{
	uint32_t place = find(pass, gap->line);

	switch (gap->reason) {
	case GAP_MISSED:
		if (place == NOWHERE)
			pass->summary->missed += gap->count;
		else
			pass->summary->processes[place].missed += gap->count;
		break;
	case GAP_DROPPED:
	case GAP_TORN:
		drop(pass, place, gap->count);
		break;
	case GAP_BEHIND:
	case GAP_UNREAD:
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

static void keep_metric(struct summary_metric *metric, uint64_t t_ns, uint64_t value)
{
	metric->last = value;
	metric->last_ns = t_ns;
	metric->stale = false;
	if (value > metric->max)
		metric->max = value;
}

static void take_metrics(struct pass *pass, uint64_t t_ns, const struct metrics *metrics)
{
	uint32_t place = find(pass, metrics->line);
	struct summary_more *more = place == NOWHERE ? NULL : get_more(pass, place);

	if (place != NOWHERE && pass->stages[place] != STAGE_OVER &&
	    metrics->set & METRIC_BIT(METRIC_SWAP))
		happen(pass, &(struct crowd_entry){ place, CROWD_SWAP, t_ns,
						    metrics->values[METRIC_SWAP], 0 });
	if (!more)
		return;
	if (!more->metric)
		more->metric = calloc(METRICS, sizeof *more->metric);
	if (!more->metric) {
		pass->no_memory = true;
		return;
	}
	more->metrics |= metrics->set;
	pass->summary->metrics |= metrics->set;
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		if (metrics->set & METRIC_BIT(i))
			keep_metric(&more->metric[i], t_ns, metrics->values[i]);
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
	case RECORD_METRICS:
		take_metrics(pass, record->t_ns, &record->metrics);
		break;
	case RECORD_PEAK: /* the reader's process has it */
	case RECORD_LIMIT:
	case RECORD_CLOCK:
	case RECORD_INSPECTION:
		break;
	}
}

/* --- before and after */

static bool is_asked_for(const struct pass *pass, const struct reader_process *process)
{
	const struct reader_query *query = pass->query;

	return process->last_ns >= query->from_ns && process->first_ns <= query_end(pass) &&
	       (!query->wants || query->wants(query->arg, process));
}

static bool is_whole(const struct pass *pass, const struct reader_process *process)
{
	return process->first_ns >= pass->query->from_ns && process->last_ns <= query_end(pass);
}

static int take_processes(struct pass *pass, struct reader *reader)
{
	struct summary *summary = pass->summary;
	const struct reader_process *process;
	size_t count = 0;

	for (size_t i = 0; (process = reader_process(reader, i)) != NULL; i++)
		count += is_asked_for(pass, process);
	summary->processes = calloc(count + 1, sizeof(*summary->processes));
	if (!summary->processes || count >= NOWHERE)
		return -ENOMEM;
	for (size_t i = 0; (process = reader_process(reader, i)) != NULL; i++) {
		if (is_asked_for(pass, process))
			summary->processes[summary->process_count++] = (struct summary_process){
				.process = process,
				.whole = is_whole(pass, process),
			};
	}
	return 0;
}

/* A total_counts: a line without a PID is a cgroup's. */
static bool is_process(void *arg, uint32_t line)
{
	const struct pass *pass = arg;
	uint32_t place = find(pass, line);

	return place != NOWHERE && pass->summary->processes[place].process->pid != 0;
}

/* Of the lives how many have room for more parts than @parts. */
static size_t count_longer(const struct pass *pass, uint64_t parts)
{
	uint64_t interval_ns = pass->info->session.interval_ns;
	uint64_t part_ns = interval_ns > NS_PER_MS ? interval_ns : NS_PER_MS;
	uint64_t begin_ns, end_ns;
	size_t count = 0;

	for (uint32_t i = 0; i < pass->summary->process_count; i++) {
		get_life(pass, i, &begin_ns, &end_ns);
		count += (end_ns - begin_ns) / part_ns >= parts;
	}
	return count;
}

static int begin_lives(struct pass *pass)
{
	size_t count = pass->summary->process_count;
	bool crowd = count_longer(pass, CROWD_PARTS) > CROWD_LIVES;

	pass->coarse = count_longer(pass, PARTS_COARSE) > CROWD_LIVES;
	pass->room = crowd ? CROWD_GROUP : count;
	pass->lives = calloc(pass->room + 1, sizeof *pass->lives);
	pass->stages = calloc(count + 1, sizeof *pass->stages);
	pass->tally = tally_new(count, pass->query->from_ns);
	if (!pass->lives || !pass->stages || !pass->tally)
		return -ENOMEM;
	total_tally_begin(&pass->summary->total, pass->info->session.interval_ns);
	pass->summary->total.total.counts = is_process;
	pass->summary->total.total.arg = pass;
	return crowd ? crowd_open(&pass->summary->crowd, count) : 0;
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
static bool goes_on(struct pass *pass, size_t i)
{
	if (i % FINISH_STEP == 0 && !pass->stopped && pass->query->progress)
		pass->stopped = !pass->query->progress(pass->query->arg, 1);
	return !pass->stopped;
}

static void live_again(void *arg, const struct crowd_entry *entry)
{
	struct pass *pass = arg;

	if (goes_on(pass, pass->judged++))
		live(pass, entry);
}

static int judge_crowd(struct pass *pass)
{
	size_t count = pass->summary->process_count;

	for (size_t i = 0; i < count && !pass->error; i += CROWD_GROUP) {
		pass->group = (uint32_t)i;
		pass->error = crowd_read(pass->summary->crowd, i / CROWD_GROUP, live_again, pass);
		if (pass->stopped)
			return -ECANCELED;
	}
	return pass->error;
}

static int finish(struct pass *pass)
{
	uint64_t begin_ns, end_ns;
	int error;

	for (size_t i = 0; i < pass->summary->process_count; i++) {
		if (!goes_on(pass, i))
			return -ECANCELED;
		get_life(pass, (uint32_t)i, &begin_ns, &end_ns);
		end_line(pass, (uint32_t)i, end_ns);
	}
	error = pass->summary->crowd ? judge_crowd(pass) : 0;
	if (error)
		return error;
	finish_total(pass);
	return pass->no_memory ? -ENOMEM : summary_take_spans(pass->summary, pass->tally);
}

static void free_pass(struct pass *pass)
{
	for (size_t i = 0; pass->lives && i < pass->room; i++) {
		if (pass->lives[i])
			own_free(&pass->lives[i]->own);
		free(pass->lives[i]);
	}
	free(pass->lives);
	free(pass->stages);
}

const char *summary_why(char why[TEXT_WHY], const struct reader *reader, int error)
{
	if (reader_error(reader)[0])
		return reader_error(reader);
	if (error == -ENOMEM)
		return strerror(ENOMEM);
	snprintf(why, TEXT_WHY, "cannot keep what happened in a file of %s: %s",
		 temporary_directory(), strerror(-error));
	return why;
}

int summary_read(struct summary *ret_summary, struct reader *reader,
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

/* --- a process */

struct grown summary_grown(const struct summary_process *shown)
{
	static const struct grown none;
	struct grown grown;

	if (shown->grown_is == GROWN_HERE)
		return *shown->grown;
	if (shown->grown_is == GROWN_ASIDE)
		return crowd_kept(shown->aside.crowd, shown->aside.place, &grown) ? none : grown;
	return (struct grown){
		.verdict = { .kind = VERDICT_TOO_SHORT,
			     .life_ns = shown->brief.life_ns,
			     .span_ns = shown->brief.span_ns,
			     .parts = shown->parts },
		.judged = shown->judged,
		.known = shown->known,
		.own = shown->brief.own,
		.shared = shown->brief.shared,
	};
}

const struct summary_more *summary_more(const struct summary_process *shown)
{
	static const struct summary_more none;

	return shown->more ? shown->more : &none;
}

bool summary_peak_known(const struct summary_process *shown)
{
	return shown->whole && shown->process->peak_rss;
}

uint64_t summary_peak(const struct summary_process *shown)
{
	uint64_t peak = shown->whole ? shown->process->peak_rss : 0;

	return shown->max_rss > peak ? shown->max_rss : peak;
}

enum peak_kind summary_peak_kind(const struct summary_process *shown)
{
	if (!summary_peak_known(shown))
		return PEAK_AT_LEAST;
	return shown->process->ended ? shown->process->peak_kind : PEAK_EXACT;
}

static void free_process(struct summary_process *process)
{
	if (process->grown_is == GROWN_HERE)
		free(process->grown);
	if (!process->more)
		return;
	free(process->more->kept);
	free(process->more->metric);
	free(process->more);
}

void summary_free(struct summary *summary)
{
	for (size_t i = 0; i < summary->process_count; i++)
		free_process(&summary->processes[i]);
	free(summary->processes);
	free(summary->spans);
	free(summary->categories);
	free(summary->texts);
	tally_free(summary->tally);
	crowd_close(summary->crowd);
	total_tally_free(&summary->total);
	*summary = (struct summary){ 0 };
}
