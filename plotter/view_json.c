#include "plotter/view.h"

#include "base/log.h"
#include "base/json.h"
#include "plotter/roster.h"
#include "plotter/wording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct json_view {
	FILE *out;
	struct roster roster;
	const struct session_info *session; /* during a draw */
};

static int json_open(void **ret_state, const struct view_options *options)
{
	struct json_view *view = calloc(1, sizeof(*view));

	if (!view) {
		log_error("cannot open the json view: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	view->out = options->out;
	*ret_state = view;
	return 0;
}

static void put_seconds(FILE *out, const char *key, uint64_t from_ns, uint64_t t_ns)
{
	char text[WORDING_TIME];

	fprintf(out, ",\"%s\":%s", key, wording_seconds(text, from_ns, t_ns, 9));
}

/* Bytes of memory, of which 0 means that nobody knows. */
static void put_known(FILE *out, const char *key, uint64_t bytes)
{
	if (bytes)
		json_number(out, key, bytes);
	else
		json_null(out, key);
}

/* What every object starts with. */
static void begin(struct json_view *view, const char *type, uint64_t t_ns,
		  const struct roster_entry *who)
{
	const struct session_info *session = view->session;

	fprintf(view->out, "{\"type\":\"%s\"", type);
	put_seconds(view->out, "t", session->start_ns, t_ns);
	put_seconds(view->out, "wall", 0, session->start_wall_ns + (t_ns - session->start_ns));
	json_number(view->out, "pid", who->pid);
	json_text(view->out, "name", who->name);
}

static void end(struct json_view *view)
{
	fputs("}\n", view->out);
}

static void put_tick(struct json_view *view, const struct history *history, uint64_t t_ns,
		     const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];
		struct roster_entry *who = roster_find(&view->roster, history, sample->line);

		if (!who)
			continue;
		begin(view, "sample", t_ns, who);
		json_number(view->out, "rss", sample->rss);
		end(view);
	}
}

static void put_event(struct json_view *view, const struct history *history, uint64_t t_ns,
		      const struct event *event)
{
	static const char *const kinds[] = { "milestone", "begin", "end" };
	struct roster_entry who;

	roster_name(&view->roster, history, event->line, &who);
	begin(view, "event", t_ns, &who);
	json_text(view->out, "kind", kinds[event->kind <= EVENT_SPAN_END ? event->kind : 0]);
	json_text(view->out, "category", event->category);
	json_text(view->out, "label", event->label);
	put_known(view->out, "rss", event->rss);
	if (event->kind == EVENT_SPAN_END) {
		put_seconds(view->out, "duration", 0, event->duration_ns);
		put_known(view->out, "rss_end", event->rss_end);
	}
	end(view);
}

static void put_process(struct json_view *view, const struct history *history, uint64_t t_ns,
			const struct process *process)
{
	const char *state = roster_join(&view->roster, process) ? "begin" : "change";
	struct roster_entry who;

	roster_name(&view->roster, history, process->line, &who);
	begin(view, "process", t_ns, &who);
	json_text(view->out, "state", state);
	json_number(view->out, "ppid", process->ppid);
	json_text(view->out, "command", process->command);
	end(view);
}

static void put_code(FILE *out, const char *key, bool known, int32_t code)
{
	if (known)
		fprintf(out, ",\"%s\":%d", key, (int)code);
	else
		json_null(out, key);
}

static void put_end(struct json_view *view, const struct history *history, uint64_t t_ns,
		    const struct end *gone)
{
	char reason[TEXT_NAME + 1];
	struct roster_entry who;

	roster_name(&view->roster, history, gone->line, &who);
	roster_leave(&view->roster, gone->line);
	begin(view, "process", t_ns, &who);
	json_text(view->out, "state", "end");
	json_text(view->out, "reason", end_text(reason, sizeof(reason), gone->reason, gone->code));
	put_code(view->out, "exit_code", gone->reason == END_EXITED, gone->code);
	put_code(view->out, "signal", gone->reason == END_KILLED, gone->code);
	json_number(view->out, "rss", gone->last_rss);
	json_number(view->out, "max_rss", gone->max_rss);
	put_known(view->out, "peak_rss", gone->peak_rss);
	end(view);
}

static void put_gap(struct json_view *view, const struct history *history, uint64_t t_ns,
		    const struct gap *gap)
{
	struct roster_entry who;

	roster_name(&view->roster, history, gap->line, &who);
	begin(view, "gap", t_ns, &who);
	json_text(view->out, "reason", gap_reason_text(gap->reason));
	put_seconds(view->out, "from", view->session->start_ns, gap->from_ns);
	put_seconds(view->out, "to", view->session->start_ns, gap->to_ns);
	json_number(view->out, "count", gap->count);
	end(view);
}

static void put_record(struct json_view *view, const struct history *history,
		       const struct record *record)
{
	switch (record->type) {
	case RECORD_TICK:
		put_tick(view, history, record->t_ns, &record->tick);
		break;
	case RECORD_EVENT:
		put_event(view, history, record->t_ns, &record->event);
		break;
	case RECORD_PROCESS:
		put_process(view, history, record->t_ns, &record->process);
		break;
	case RECORD_END:
		put_end(view, history, record->t_ns, &record->end);
		break;
	case RECORD_GAP:
		put_gap(view, history, record->t_ns, &record->gap);
		break;
	case RECORD_PEAK:
		break; /* told at the end */
	}
}

static int json_draw(void *state, const struct view_frame *frame)
{
	struct json_view *view = state;

	view->session = history_session(frame->history);
	for (size_t i = 0; i < frame->count; i++)
		put_record(view, frame->history, &frame->records[i]);
	return view_flush(view->out);
}

static void json_close(void *state)
{
	struct json_view *view = state;

	if (!view)
		return;
	roster_free(&view->roster);
	free(view);
}

const struct view view_json = {
	.name = "json",
	.every = true,
	.open = json_open,
	.draw = json_draw,
	.close = json_close,
};
