#include "export/export.h"

#include "export/free_tracks.h"
#include "export/metric_counters.h"
#include "export/perfetto.h"
#include "session/spanmap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME_ROOM 64

struct line {
	uint64_t track; /* of the process; 0: not told of */
	uint32_t pid;
	bool has; /* its counter isn't at 0 for want of a value */
	struct perfetto_counter rss;
	struct metric_counters *metrics; /* NULL: none were told */
	struct free_tracks *spans;	 /* NULL: none ended */
};

struct pftrace {
	struct perfetto perfetto;
	struct reader *reader;
	uint64_t from_ns;
	uint64_t session;   /* the session's own track */
	struct line *lines; /* by line */
	size_t count;
	struct spanmap open; /* spans: the track of each */
	bool no_memory;
};

/* --- who it is of */

/*
 * By the trace's clock, which stands still while the machine sleeps, as the kernel's for this does
 * not: never after the process was first seen.
 */
static uint64_t start_of(const struct reader_process *process)
{
	uint64_t start_ns = process->start_ticks * (1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK));

	return start_ns && start_ns < process->first_ns ? start_ns : process->first_ns;
}

static void tell_of(struct pftrace *trace, struct line *line, const struct reader_process *process,
		    uint64_t t_ns)
{
	char command[TEXT_COMMAND + 1];
	const struct perfetto_process told = {
		.pid = process->pid,
		.ppid = process->ppid,
		.start_ns = start_of(process),
		.name = process->name,
		.command = reader_command(trace->reader, process, command),
	};

	line->pid = process->pid;
	line->track = perfetto_process(&trace->perfetto, t_ns, &told);
	perfetto_counter_track(&trace->perfetto, t_ns, line->track, "RSS", &line->rss);
	if (process->pid)
		perfetto_tree(&trace->perfetto, t_ns, &told);
}

/* NULL for the session, and for a line that the file doesn't tell of. */
static struct line *find_line(struct pftrace *trace, uint32_t number, uint64_t t_ns)
{
	const struct reader_process *process;
	struct line *line;

	if (number >= trace->count)
		return NULL;
	line = &trace->lines[number];
	if (line->track)
		return line;
	process = reader_line(trace->reader, number);
	if (!process)
		return NULL;
	tell_of(trace, line, process, t_ns);
	return line;
}

static uint64_t track_of(struct pftrace *trace, uint32_t number, uint64_t t_ns)
{
	const struct line *line = find_line(trace, number, t_ns);

	return line ? line->track : trace->session;
}

/* What few lines need, when one does: whether it is there. */
static bool make(struct pftrace *trace, void **thing, size_t size)
{
	if (!*thing)
		*thing = calloc(1, size);
	trace->no_memory |= !*thing;
	return *thing != NULL;
}

/* --- memory */

/* Whether its counter changed; it is 0 where no value is known. */
static bool count(struct pftrace *trace, uint64_t t_ns, struct line *line, uint64_t rss)
{
	bool has = rss != READER_NONE;

	if (!has && !line->has)
		return false;
	line->has = has;
	perfetto_counter(&trace->perfetto, t_ns, &line->rss, has ? rss : 0);
	return true;
}

/*
 * What the system would tell of a sample: without the figures of --metrics, what isn't shared (by
 * statm: file and shared memory) is anonymous, and the rest is told as file.
 */
static size_t values_of(const struct pftrace *trace, const struct sample *sample,
			struct perfetto_value values[PERFETTO_VALUES])
{
	uint32_t metrics = reader_info(trace->reader)->session.metrics;
	bool none = sample->rss == READER_NONE;

	values[0] = (struct perfetto_value){ PERFETTO_RSS, none ? 0 : sample->rss };
	if (none || !sample->shared || metrics & METRIC_BIT(METRIC_ANON))
		return 1;
	values[1] = (struct perfetto_value){ PERFETTO_ANON, sample->rss - sample->shared };
	values[2] = (struct perfetto_value){ PERFETTO_FILE, sample->shared };
	return 3;
}

/* The system's counters come last: by then a PID belongs to the process that has it now. */
static void put_tick(struct pftrace *trace, uint64_t t_ns, const struct tick *tick)
{
	struct perfetto_value values[PERFETTO_VALUES];
	struct sample changed[TICK_SAMPLES];
	size_t changes = 0;

	for (size_t i = 0; i < tick->count && i < TICK_SAMPLES; i++) {
		const struct sample *sample = &tick->samples[i];
		struct line *line = find_line(trace, sample->line, t_ns);

		if (line && count(trace, t_ns, line, sample->rss))
			changed[changes++] = *sample;
	}
	if (!changes)
		return;
	perfetto_stats_begin(&trace->perfetto, t_ns);
	for (size_t i = 0; i < changes; i++)
		perfetto_stats(&trace->perfetto, trace->lines[changed[i].line].pid, values,
			       values_of(trace, &changed[i], values));
	perfetto_stats_end(&trace->perfetto);
}

static void put_stats(struct pftrace *trace, uint64_t t_ns, uint32_t number,
		      const struct perfetto_value *values, size_t count)
{
	perfetto_stats_begin(&trace->perfetto, t_ns);
	perfetto_stats(&trace->perfetto, trace->lines[number].pid, values, count);
	perfetto_stats_end(&trace->perfetto);
}

static void put_stat(struct pftrace *trace, uint64_t t_ns, uint32_t number,
		     enum perfetto_memory what, uint64_t bytes)
{
	put_stats(trace, t_ns, number, &(struct perfetto_value){ what, bytes }, 1);
}

static void put_peak(struct pftrace *trace, uint64_t t_ns, const struct peak *peak)
{
	struct line *line = peak->family ? NULL : find_line(trace, peak->line, t_ns);
	struct perfetto_counter counter;

	if (!line)
		return;
	perfetto_counter_track(&trace->perfetto, t_ns, line->track, "RSS peak", &counter);
	perfetto_counter(&trace->perfetto, t_ns, &counter, peak->peak_rss);
	put_stat(trace, t_ns, peak->line, PERFETTO_PEAK, peak->peak_rss);
}

static void put_metrics(struct pftrace *trace, uint64_t t_ns, const struct metrics *metrics)
{
	static const struct {
		enum metric metric;
		enum perfetto_memory what;
	} kinds[PERFETTO_VALUES] = { { METRIC_ANON, PERFETTO_ANON },
				     { METRIC_FILE, PERFETTO_FILE },
				     { METRIC_SHMEM, PERFETTO_SHMEM },
				     { METRIC_SWAP, PERFETTO_SWAP } };
	struct line *line = find_line(trace, metrics->line, t_ns);
	struct perfetto_value values[PERFETTO_VALUES];
	size_t count = 0;

	if (!line || !make(trace, (void **)&line->metrics, sizeof *line->metrics))
		return;
	metric_counters_put(line->metrics, &trace->perfetto, t_ns, line->track, metrics);
	for (size_t i = 0; i < PERFETTO_VALUES; i++) {
		if (metrics->set & METRIC_BIT(kinds[i].metric))
			values[count++] =
				(struct perfetto_value){ kinds[i].what,
							 metrics->values[kinds[i].metric] };
	}
	if (count)
		put_stats(trace, t_ns, metrics->line, values, count);
}

/* --- events */

static void annotate(struct pftrace *trace, const char *key, uint64_t bytes)
{
	if (bytes)
		perfetto_annotate(&trace->perfetto, key, bytes);
}

/* Of memory of another moment than the event's own. */
static void annotate_age(struct pftrace *trace, const struct event *event)
{
	if (!event_rss(event) || !event_is_stale(event))
		return;
	if (event->rss_age_ns == RSS_AGE_UNKNOWN)
		perfetto_annotate_true(&trace->perfetto, "rss_age_unknown");
	else
		annotate(trace, "rss_age_ns", event->rss_age_ns);
}

static void begin_event(struct pftrace *trace, uint64_t t_ns, enum perfetto_type type,
			uint64_t track, const struct event *event)
{
	perfetto_event_begin(&trace->perfetto, t_ns, type, track);
	perfetto_category(&trace->perfetto, event->category);
	perfetto_name(&trace->perfetto, event->label[0] ? event->label : event->category);
	annotate(trace, "rss", event->rss);
	annotate_age(trace, event);
}

static void put_mark(struct pftrace *trace, uint64_t t_ns, const struct event *event)
{
	begin_event(trace, t_ns, PERFETTO_INSTANT, track_of(trace, event->line, t_ns), event);
	perfetto_event_end(&trace->perfetto);
}

/* Slices of one track are a stack, which the spans of threads are not: each has a track of its own
 * while it lasts. Perfetto shows those of one name as one. */
static uint64_t begin_span(struct pftrace *trace, uint64_t t_ns, const struct event *event)
{
	struct line *line = find_line(trace, event->line, t_ns);
	uint64_t track = line && line->spans ? free_tracks_take(line->spans, t_ns) : 0;

	if (!track)
		track = perfetto_track(&trace->perfetto, t_ns, line ? line->track : 0, "spans");
	begin_event(trace, t_ns, PERFETTO_BEGIN, track, event);
	return track;
}

static void put_span_begin(struct pftrace *trace, uint64_t t_ns, const struct event *event)
{
	uint64_t track = begin_span(trace, t_ns, event);

	perfetto_event_end(&trace->perfetto);
	spanmap_put(&trace->open, event->line, event->span, (int64_t)track);
}

/* A span that began before the part that is asked for begins with it. */
static uint64_t begin_late(struct pftrace *trace, uint64_t t_ns, const struct event *event)
{
	uint64_t track;

	if (t_ns - event->duration_ns >= trace->from_ns)
		return 0;
	track = begin_span(trace, trace->from_ns, event);
	perfetto_annotate(&trace->perfetto, "duration_ns", event->duration_ns);
	perfetto_event_end(&trace->perfetto);
	return track;
}

static void put_span_end(struct pftrace *trace, uint64_t t_ns, const struct event *event)
{
	uint64_t track = (uint64_t)spanmap_take(&trace->open, event->line, event->span);
	struct line *line = find_line(trace, event->line, t_ns);

	if (!track)
		track = begin_late(trace, t_ns, event);
	if (!track)
		return;
	perfetto_event_begin(&trace->perfetto, t_ns, PERFETTO_END, track);
	annotate(trace, "rss_end", event->rss_end);
	annotate(trace, event->peak_exact ? "peak_rss" : "peak_rss_at_least", event->peak_rss);
	annotate_age(trace, event);
	if (event->unfinished)
		perfetto_annotate_true(&trace->perfetto, "unfinished");
	perfetto_event_end(&trace->perfetto);
	if (line && make(trace, (void **)&line->spans, sizeof *line->spans))
		free_tracks_give(line->spans, track, t_ns);
}

static void put_event(struct pftrace *trace, uint64_t t_ns, const struct event *event)
{
	switch (event->kind) {
	case EVENT_MARK:
		put_mark(trace, t_ns, event);
		break;
	case EVENT_SPAN_BEGIN:
		put_span_begin(trace, t_ns, event);
		break;
	case EVENT_SPAN_END:
		put_span_end(trace, t_ns, event);
		break;
	}
}

/* --- what else is told of a process */

static void begin_instant(struct pftrace *trace, uint64_t t_ns, uint64_t track, const char *name)
{
	perfetto_event_begin(&trace->perfetto, t_ns, PERFETTO_INSTANT, track);
	perfetto_category(&trace->perfetto, "memwatch");
	perfetto_name(&trace->perfetto, name);
}

/* A process keeps the last name it had; when it was called what is told by these. */
static void put_name(struct pftrace *trace, uint64_t t_ns, const struct process *process)
{
	const struct reader_process *known = reader_line(trace->reader, process->line);
	uint64_t track = track_of(trace, process->line, t_ns);

	begin_instant(trace, t_ns, track,
		      known && t_ns > known->first_ns ? "is now called" : "joins as");
	perfetto_annotate_text(&trace->perfetto, "name", process->name);
	perfetto_annotate_text(&trace->perfetto, "command", process->command);
	perfetto_annotate(&trace->perfetto, "ppid", process->ppid);
	perfetto_event_end(&trace->perfetto);
}

static void put_end(struct pftrace *trace, uint64_t t_ns, const struct end *end)
{
	struct line *line = find_line(trace, end->line, t_ns);
	char name[NAME_ROOM];

	if (!line)
		return;
	if (count(trace, t_ns, line, READER_NONE))
		put_stat(trace, t_ns, end->line, PERFETTO_RSS, 0);
	begin_instant(trace, t_ns, line->track,
		      end_text(name, sizeof name, end->reason, end->code));
	annotate(trace, "last_rss", end->last_rss);
	annotate(trace, "max_rss", end->max_rss);
	annotate(trace, "peak_rss", end->peak_rss);
	perfetto_event_end(&trace->perfetto);
	if (line->pid && end->reason != END_DROPPED)
		perfetto_process_end(&trace->perfetto, t_ns, line->pid);
}

static void put_gap(struct pftrace *trace, uint64_t t_ns, const struct gap *gap)
{
	char name[GAP_TEXT];

	gap_text(name, gap);
	begin_instant(trace, t_ns, track_of(trace, gap->line, t_ns), name);
	perfetto_annotate(&trace->perfetto, "from_ns", gap->from_ns);
	perfetto_annotate(&trace->perfetto, "to_ns", gap->to_ns);
	perfetto_annotate(&trace->perfetto, "count", gap->count);
	if (gap->reason == GAP_BEHIND)
		perfetto_event_end_lost(&trace->perfetto);
	else
		perfetto_event_end(&trace->perfetto);
}

static void put(void *arg, const struct record *record)
{
	struct pftrace *trace = arg;

	switch (record->type) {
	case RECORD_TICK:
		put_tick(trace, record->t_ns, &record->tick);
		break;
	case RECORD_EVENT:
		put_event(trace, record->t_ns, &record->event);
		break;
	case RECORD_PROCESS:
		put_name(trace, record->t_ns, &record->process);
		break;
	case RECORD_END:
		put_end(trace, record->t_ns, &record->end);
		break;
	case RECORD_GAP:
		put_gap(trace, record->t_ns, &record->gap);
		break;
	case RECORD_PEAK:
		put_peak(trace, record->t_ns, &record->peak);
		break;
	case RECORD_METRICS:
		put_metrics(trace, record->t_ns, &record->metrics);
		break;
	case RECORD_LIMIT:
	case RECORD_CLOCK:
	case RECORD_INSPECTION:
		break;
	}
}

/* --- the whole */

static void put_session(struct pftrace *trace, const char *title)
{
	const struct reader_info *info = reader_info(trace->reader);
	uint64_t t_ns = trace->from_ns > info->begin_ns ? trace->from_ns : info->begin_ns;

	trace->session =
		perfetto_track(&trace->perfetto, t_ns, 0, title && title[0] ? title : info->title);
	begin_instant(trace, t_ns, trace->session, "recorded by memwatch");
	perfetto_annotate_text(&trace->perfetto, "session", info->session.name);
	perfetto_annotate_text(&trace->perfetto, "host", info->session.host);
	perfetto_annotate_text(&trace->perfetto, "version", info->version);
	perfetto_annotate(&trace->perfetto, "interval_ns", info->session.interval_ns);
	perfetto_event_end(&trace->perfetto);
}

static int open_trace(struct pftrace *trace, const struct export_options *options, FILE *out)
{
	const struct session_info *session = &reader_info(trace->reader)->session;
	uint64_t seed = session->start_wall_ns ^ session->start_ns << 16 ^ session->pid;

	trace->from_ns = options->query.from_ns;
	trace->count = reader_lines(trace->reader);
	trace->lines = calloc(trace->count, sizeof *trace->lines);
	if (!trace->lines || perfetto_open(&trace->perfetto, out, seed, session->start_ns,
					   session->start_wall_ns) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < session->wall.count; i++)
		perfetto_clock(&trace->perfetto, session->wall.jumps[i].t_ns,
			       session->wall.jumps[i].unix_ns);
	put_session(trace, options->title);
	return 0;
}

static void forget_line(struct line *line)
{
	if (line->spans)
		free_tracks_free(line->spans);
	free(line->spans);
	free(line->metrics);
}

static int close_trace(struct pftrace *trace, int error)
{
	int closed = perfetto_close(&trace->perfetto);

	for (size_t i = 0; trace->lines && i < trace->count; i++)
		forget_line(&trace->lines[i]);
	free(trace->lines);
	spanmap_free(&trace->open);
	if (trace->no_memory && !error)
		error = -ENOMEM;
	return error ? error : closed;
}

static int write_pftrace(struct reader *reader, const struct export_options *options, FILE *out,
			 char *why)
{
	struct pftrace trace = { .reader = reader };
	struct reader_query query = options->query;
	int error = open_trace(&trace, options, out);

	query.every = false;
	if (!error)
		error = reader_read(reader, &query, put, &trace);
	error = close_trace(&trace, error);
	if (error == -ENOMEM)
		snprintf(why, TEXT_WHY, "no memory for its tracks");
	if (error == -EOVERFLOW)
		snprintf(why, TEXT_WHY, "a packet would be larger than any should be");
	return error;
}

const struct exporter export_pftrace = {
	.ending = ".pftrace",
	.what = "a trace for ui.perfetto.dev and trace_processor",
	.binary = true,
	.write = write_pftrace,
};
