#include "plotter/view.h"

#include "base/log.h"
#include "export/record_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct json_view {
	struct record_json json;
	struct roster roster;
	struct roster_entry who; /* that was last named */
	bool samples;		 /* are being written */
	struct total total;
};

static bool find(void *arg, uint32_t line, struct record_who *ret_who)
{
	struct json_view *view = arg;
	const struct roster_entry *who = &view->who;

	/* who has a sample lives, and belongs into the roster */
	if (view->samples)
		who = roster_find(&view->roster, line);
	else
		roster_name(&view->roster, line, &view->who);
	if (!who)
		return false;
	ret_who->pid = who->pid;
	ret_who->name = who->name;
	return true;
}

static bool is_process(void *arg, uint32_t line)
{
	struct json_view *view = arg;
	const struct roster_entry *who = roster_find(&view->roster, line);

	return who && who->pid != 0;
}

static int json_open(void **ret_state, const struct view_options *options)
{
	struct json_view *view = calloc(1, sizeof(*view));

	if (!view) {
		log_error("cannot open the json view: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	view->json = (struct record_json){ .out = options->out, .find = find, .arg = view };
	view->total.counts = is_process;
	view->total.arg = view;
	*ret_state = view;
	return 0;
}

static void put_record(struct json_view *view, const struct record *record)
{
	bool begins = record->type == RECORD_PROCESS &&
		      roster_join(&view->roster, record->t_ns, &record->process);

	view->samples = record->type == RECORD_TICK;
	record_json_write(&view->json, record, begins);
	record_json_total(&view->json, &view->total, record);
	if (record->type == RECORD_END)
		roster_leave(&view->roster, record->end.line);
}

static int json_draw(void *state, const struct view_frame *frame)
{
	struct json_view *view = state;

	view->roster.history = frame->history;
	view->roster.source = frame->known;
	view->json.session = history_session(frame->history);
	for (size_t i = 0; i < frame->count; i++)
		put_record(view, &frame->records[i]);
	return frame->more ? VIEW_STAY : view_flush(view->json.out);
}

static void json_close(void *state)
{
	struct json_view *view = state;

	if (!view)
		return;
	roster_free(&view->roster);
	total_free(&view->total);
	free(view);
}

const struct view view_json = {
	.name = "json",
	.every = true,
	.open = json_open,
	.draw = json_draw,
	.close = json_close,
};
