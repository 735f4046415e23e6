#include "plotter/view.h"

#include "base/log.h"
#include "base/units.h"
#include "base/cells.h"
#include "plotter/model/wording.h"
#include "analysis/total.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* The column of names is as wide as the widest so far, in these bounds. */
#define NAME_LEAST 15
#define NAME_MOST 32

/* What a process had by its own word, for the event that it read it for. */
struct reading {
	uint64_t t_ns;
	uint32_t line;
	int64_t change;
};

struct text_view {
	FILE *out;
	const char *title;
	bool headed;
	uint32_t metrics; /* a set: those that have a column */
	unsigned name_width;
	uint64_t start_ns;
	struct roster roster;
	char notice[WORDING_TEXT];
	struct total total;
	struct roster_entry total_who;
	struct reading reading; /* the last one */
};

/* One line of the output. */
struct text_line {
	uint64_t t_ns;
	const struct roster_entry *who;
	bool sampled;
	bool has_rss;
	bool stale; /* it is of another moment */
	bool has_change;
	uint64_t rss;
	int64_t change;
	const char *mark; /* before the text */
	const char *text; /* NULL for none */
};

static bool is_process(void *arg, uint32_t line)
{
	struct text_view *view = arg;
	const struct roster_entry *who = roster_find(&view->roster, line);

	return who && who->pid != 0;
}

static int text_open(void **ret_state, const struct view_options *options)
{
	struct text_view *view = calloc(1, sizeof(*view));

	if (!view) {
		log_error("cannot open the text view: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	setlocale(LC_CTYPE, ""); /* wcwidth asks it */
	view->out = options->out;
	view->title = options->title;
	view->name_width = NAME_LEAST;
	text_copy(view->total_who.name, sizeof(view->total_who.name), TOTAL_NAME);
	view->total.counts = is_process;
	view->total.arg = view;
	*ret_state = view;
	return 0;
}

static void print_head(struct text_view *view)
{
	char title[CELLS_ROOM];

	if (view->title[0])
		fprintf(view->out, "%s\n",
			cells_fit(title, view->title, cells_width(view->title), CELLS_UTF8));
	fprintf(view->out, "%10s %8s  %-*s %9s", "TIME", "PID", (int)view->name_width, "NAME",
		"RSS");
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		if (view->metrics & METRIC_BIT(i))
			fprintf(view->out, " %9s", metric_title(i));
	}
	fprintf(view->out, " %10s  %s\n", "CHANGE", "EVENT");
	view->headed = true;
}

/* What is known of it, beside a sample; empty places beside all else. */
static void print_metrics(const struct text_view *view, const struct text_line *line)
{
	const struct metrics *metrics = &line->who->metrics;
	bool more = line->has_change || line->text;
	char figure[UNITS_TEXT];
	int width = 0;

	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		if (!(view->metrics & METRIC_BIT(i)))
			continue;
		figure[0] = '\0';
		if (line->sampled && (metrics->set & METRIC_BIT(i)))
			units_format_marked(figure, line->who->aged & METRIC_BIT(i) ? "~" : "",
					    metrics->values[i]);
		width += 10;
		if (figure[0]) {
			fprintf(view->out, "%*s", width, figure);
			width = 0;
		}
	}
	if (more)
		fprintf(view->out, "%*s", width, "");
}

static void print_line(struct text_view *view, const struct text_line *line)
{
	char name[CELLS_ROOM];
	char text[TEXT_CLEAN_ROOM(WORDING_TEXT)];
	char time[WORDING_TIME];
	char pid[16] = "-";
	char rss[UNITS_TEXT] = "";
	char change[UNITS_TEXT] = "";
	unsigned width = cells_width(line->who->name);

	if (width > view->name_width)
		view->name_width = width < NAME_MOST ? width : NAME_MOST;
	if (line->who->pid)
		snprintf(pid, sizeof(pid), "%u", (unsigned)line->who->pid);
	if (line->has_rss)
		units_format_marked(rss, line->stale ? "~" : "", line->rss);
	if (line->has_change)
		units_format_delta(change, line->change);
	fprintf(view->out, "%10s %8s  %s %9s", wording_seconds(time, view->start_ns, line->t_ns, 3),
		pid, cells_fit(name, line->who->name, view->name_width, CELLS_UTF8), rss);
	print_metrics(view, line);
	if (line->has_change || line->text)
		fprintf(view->out, " %10s", change);
	if (line->text) {
		text_clean(text, sizeof(text), line->text, strlen(line->text));
		fprintf(view->out, "  %s%s", line->mark, text);
	}
	fputc('\n', view->out);
}

static void print_value(struct text_view *view, uint64_t t_ns, struct roster_entry *who,
			uint64_t rss)
{
	if (who->sampled && rss != who->rss && who->pid)
		who->aged = who->metrics.set;
	print_line(view, &(struct text_line){
				 .t_ns = t_ns,
				 .who = who,
				 .sampled = true,
				 .has_rss = true,
				 .rss = rss,
				 .has_change = who->sampled,
				 .change = (int64_t)(rss - who->rss),
			 });
	who->sampled = true;
	who->rss = rss;
}

/* The event that it was read for comes next, and shows it. What a process has at first is shown. */
static void take_reading(struct text_view *view, uint64_t t_ns, const struct sample *sample)
{
	struct roster_entry *who = roster_find(&view->roster, sample->line);

	if (!who)
		return;
	if (!who->sampled) {
		print_value(view, t_ns, who, sample->rss);
		return;
	}
	view->reading = (struct reading){ t_ns, sample->line, (int64_t)(sample->rss - who->rss) };
	if (sample->rss != who->rss)
		who->aged = who->metrics.set;
	who->rss = sample->rss;
}

static void print_tick(struct text_view *view, uint64_t t_ns, const struct tick *tick)
{
	if (tick->reading && tick->count == 1) {
		take_reading(view, t_ns, tick->samples);
		return;
	}
	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];
		struct roster_entry *who = roster_find(&view->roster, sample->line);

		if (who)
			print_value(view, t_ns, who, sample->rss);
	}
}

/* After each tick. */
static void print_total(struct text_view *view, const struct record *record)
{
	struct total_point points[TOTAL_POINTS];
	bool reading = record->type == RECORD_TICK && record->tick.reading;
	size_t count = total_add(&view->total, record, points);

	for (size_t i = 0; i < count && total_tells(&view->total); i++) {
		view->total_who.metrics.set = points[i].has_pss ? METRIC_BIT(METRIC_PSS) : 0;
		view->total_who.metrics.values[METRIC_PSS] = points[i].pss;
		if (points[i].tick && !(reading && points[i].t_ns == record->t_ns))
			print_value(view, points[i].t_ns, &view->total_who, points[i].rss);
	}
}

static void take_metrics(struct text_view *view, const struct metrics *metrics)
{
	struct roster_entry *who = roster_find(&view->roster, metrics->line);

	for (enum metric i = METRIC_PSS; who && i < METRICS; i++) {
		if (metrics->set & METRIC_BIT(i))
			who->metrics.values[i] = metrics->values[i];
	}
	if (!who)
		return;
	who->metrics.set |= metrics->set;
	who->aged &= ~metrics->set;
}

static void print_event(struct text_view *view, uint64_t t_ns, const struct event *event)
{
	bool spans = event->kind == EVENT_SPAN_END && event->rss && event->rss_end;
	const struct reading *reading = &view->reading;
	bool read = !spans && reading->t_ns == t_ns && reading->line == event->line;
	char text[WORDING_TEXT];
	struct roster_entry who;
	struct text_line line = {
		.t_ns = t_ns,
		.who = &who,
		.rss = event_rss(event),
		.stale = event_is_stale(event),
		.has_change = spans || read,
		.change = read ? reading->change : (int64_t)(event->rss_end - event->rss),
		.mark = event->kind == EVENT_MARK ? "* " : "",
		.text = wording_event_record(text, event),
	};

	line.has_rss = line.rss > 0;
	roster_name(&view->roster, event->line, &who);
	print_line(view, &line);
}

static void print_process(struct text_view *view, uint64_t t_ns, const struct process *process)
{
	const char *mark =
		roster_join(&view->roster, t_ns, process) ? "process begins: " : "process is now: ";
	struct roster_entry who;

	roster_name(&view->roster, process->line, &who);
	print_line(view,
		   &(struct text_line){
			   .t_ns = t_ns, .who = &who, .mark = mark, .text = process->command });
}

static void print_end(struct text_view *view, uint64_t t_ns, const struct end *end)
{
	char text[WORDING_TEXT];
	struct roster_entry who;

	roster_name(&view->roster, end->line, &who);
	roster_leave(&view->roster, end->line);
	print_line(view, &(struct text_line){
				 .t_ns = t_ns,
				 .who = &who,
				 .has_rss = end->last_rss > 0,
				 .rss = end->last_rss,
				 .mark = end->reason == END_DROPPED ? "followed no more: "
								    : "process ends: ",
				 .text = wording_end(text, end,
						     end->peak_rss > end->max_rss ? end->peak_rss
										  : end->max_rss),
			 });
}

static void print_gap(struct text_view *view, uint64_t t_ns, const struct gap *gap)
{
	char from[WORDING_TIME];
	char to[WORDING_TIME];
	char what[GAP_TEXT];
	char text[GAP_TEXT + 3 * WORDING_TIME];
	struct roster_entry who;

	roster_name(&view->roster, gap->line, &who);
	snprintf(text, sizeof(text), "%s, %s to %s", gap_text(what, gap),
		 wording_seconds(from, view->start_ns, gap->from_ns, 3),
		 wording_seconds(to, view->start_ns, gap->to_ns, 3));
	print_line(view,
		   &(struct text_line){ .t_ns = t_ns, .who = &who, .mark = "! ", .text = text });
}

/* One line of it all: reports and `memwatch inspect` have the rest. */
static void print_inspection(struct text_view *view, uint64_t t_ns,
			     const struct inspection *inspection)
{
	char rss[UNITS_TEXT];
	char text[TEXT_LABEL + UNITS_TEXT + 80];
	struct roster_entry who;

	if (inspection->place > 0)
		return;
	roster_name(&view->roster, inspection->line, &who);
	if (inspection->kinds == 0)
		snprintf(text, sizeof(text), "nothing, for its memory could not be read");
	else
		snprintf(text, sizeof(text), "%u kinds of memory, most of it %s%s%s: %s",
			 inspection->kinds, memory_kind_text(inspection->kind),
			 inspection->name[0] ? " " : "", inspection->name,
			 units_format_bytes(rss, inspection->use.rss));
	print_line(view, &(struct text_line){
				 .t_ns = t_ns, .who = &who, .mark = "inspected: ", .text = text });
}

static void print_record(struct text_view *view, const struct record *record)
{
	switch (record->type) {
	case RECORD_TICK:
		print_tick(view, record->t_ns, &record->tick);
		break;
	case RECORD_EVENT:
		print_event(view, record->t_ns, &record->event);
		break;
	case RECORD_PROCESS:
		print_process(view, record->t_ns, &record->process);
		break;
	case RECORD_END:
		print_end(view, record->t_ns, &record->end);
		break;
	case RECORD_GAP:
		if (gap_is_loss(record->gap.reason)) /* else there is a notice */
			print_gap(view, record->t_ns, &record->gap);
		break;
	case RECORD_PEAK:
		break; /* told at the end */
	case RECORD_LIMIT:
	case RECORD_CLOCK: /* told by its gap */
		break;
	case RECORD_INSPECTION:
		print_inspection(view, record->t_ns, &record->inspection);
		break;
	case RECORD_METRICS:
		take_metrics(view, &record->metrics);
		break;
	}
}

static void print_notice(struct text_view *view, const struct view_frame *frame)
{
	struct roster_entry who;

	if (strncmp(view->notice, frame->notice, sizeof(view->notice) - 1) == 0)
		return;
	text_copy(view->notice, sizeof(view->notice), frame->notice);
	if (!view->notice[0])
		return;
	roster_name(&view->roster, LINE_SESSION, &who);
	print_line(view, &(struct text_line){ .t_ns = frame->now_ns,
					      .who = &who,
					      .mark = "! ",
					      .text = view->notice });
}

static int text_draw(void *state, const struct view_frame *frame)
{
	struct text_view *view = state;

	view->start_ns = history_session(frame->history)->start_ns;
	view->metrics = history_session(frame->history)->metrics;
	view->roster.history = frame->history;
	view->roster.source = frame->known;
	if (!view->headed)
		print_head(view);
	for (size_t i = 0; i < frame->count; i++) {
		print_record(view, &frame->records[i]);
		print_total(view, &frame->records[i]);
	}
	print_notice(view, frame);
	return frame->more ? VIEW_STAY : view_flush(view->out);
}

static void text_close(void *state)
{
	struct text_view *view = state;

	if (!view)
		return;
	roster_free(&view->roster);
	total_free(&view->total);
	free(view);
}

const struct view view_text = {
	.name = "text",
	.every = true,
	.open = text_open,
	.draw = text_draw,
	.close = text_close,
};
