/*
 * A replay on a screen: the file is read once, into a history; then the time that is shown moves
 * over it.
 */
#include "base/clock.h"
#include "base/log.h"
#include "cli/loop.h"
#include "cli/replay/replay.h"
#include "plotter/player.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct show {
	const struct replay *replay;
	struct history *history;
	struct view_settings settings;
	struct player player;
	struct loop loop;
	bool lost; /* there was no memory for something */
};

static void take_record(void *arg, const struct record *record)
{
	struct show *show = arg;

	if (history_add(show->history, record) < 0)
		show->lost = true;
}

/* Room for as much as there is in the file. */
static struct history *make_history(const struct reader *reader)
{
	const struct reader_info *info = reader_info(reader);
	const struct reader_process *process;
	struct history_room room;
	struct history *history;
	uint64_t *lives_ns;
	size_t count = 0;

	while (reader_process(reader, count))
		count++;
	lives_ns = calloc(count + 1, sizeof *lives_ns);
	if (!lives_ns)
		return NULL;
	for (size_t i = 0; (process = reader_process(reader, i)) != NULL; i++)
		lives_ns[i] = process->last_ns > process->first_ns
				      ? process->last_ns - process->first_ns
				      : 0;
	/* a span is a row and two events; and each process has an end */
	room = history_room_for(info->session.interval_ns, lives_ns, count,
				2 * info->events + count);
	history = history_new_sized(&info->session, &room);
	free(lives_ns);
	return history;
}

static int load(struct show *show)
{
	struct recording *recording = show->replay->recording;
	struct reader_query query = recording->query;
	int error;

	show->history = make_history(recording->reader);
	if (!show->history) {
		log_error("%s: %s", recording->path, strerror(ENOMEM));
		return EXIT_FAIL;
	}
	query.every = true;
	error = reader_read(recording->reader, &query, take_record, show);
	recording_hide_progress(recording);
	if (recording_stopped())
		return recording_stopped();
	if (error < 0) {
		log_error("%s: %s", recording->path, reader_error(recording->reader));
		return EXIT_FAIL;
	}
	if (show->lost)
		log_error("%s: there is no memory for all of it; some of it is not shown",
			  recording->path);
	return 0;
}

/* --- what the loop asks */

static void fill_frame(void *arg, struct view_frame *frame)
{
	struct show *show = arg;

	player_move(&show->player, &show->settings, clock_mono_ns());
	history_show(show->history, show->settings.metric);
	frame->history = show->history;
	frame->now_ns = show->player.at_ns;
	frame->end_ns = show->player.end_ns;
}

/* What writes a file ends with what is recorded. */
static void look_at_time(void *arg)
{
	struct show *show = arg;

	if (!show->replay->view->stays && show->player.at_ns >= show->player.end_ns)
		show->loop.quit = true;
}

static bool stands_still(void *arg)
{
	const struct show *show = arg;

	/* a view that waits for others as well is to be asked what they have done */
	return !show->replay->view->fd && show->settings.paused_at_ns != 0;
}

static void refuse_mark(void *arg, const char *label)
{
	struct show *show = arg;

	(void)label;
	loop_notice(&show->loop, "a recording takes no marks");
}

static const struct loop_calls calls = { .frame = fill_frame,
					 .mark = refuse_mark,
					 .before_frame = look_at_time,
					 .stands_still = stands_still };

static int play(struct show *show)
{
	const struct replay *replay = show->replay;
	const struct reader_info *info = reader_info(replay->recording->reader);
	struct view_options options = { .window_ns = replay->options->window_ns,
					.glyphs = replay->options->glyphs,
					.title = replay->title,
					.limit_bytes = replay->options->limit_bytes,
					.out = stdout,
					.fps = replay->options->fps,
					.term = replay->options->term,
					.path = replay->options->out,
					.settings = &show->settings };

	show->settings.speed = replay->options->speed > 0 ? replay->options->speed : 1;
	show->player.begin_ns = history_begin(show->history);
	show->player.end_ns = history_now(show->history);
	if (info->end_ns > show->player.end_ns)
		show->player.end_ns = info->end_ns;
	show->player.at_ns =
		replay->at_ns > show->player.begin_ns ? replay->at_ns : show->player.begin_ns;
	if (show->player.at_ns >= show->player.end_ns)
		show->settings.paused_at_ns = show->player.end_ns;
	show->loop = (struct loop){ .view = replay->view,
				    .view_options = &options,
				    .calls = &calls,
				    .arg = show,
				    .source = -1 };
	loop_block_signals();
	if (loop_open(&show->loop) == 0)
		loop_run(&show->loop);
	loop_close(&show->loop);
	return show->loop.status;
}

int replay_show(const struct replay *replay)
{
	struct show show = { .replay = replay };
	int status;

	status = load(&show);
	if (!status)
		status = play(&show);
	history_free(show.history);
	return status;
}
