#include "cli/follow.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/gates/closing.h"
#include "cli/gates/gates.h"
#include "cli/gates/growth.h"
#include "cli/run/keep.h"
#include "cli/session.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* After the child's end, its last records are waited for this long. */
#define LAST_RECORDS_NS (2 * NS_PER_S)

/* A watcher that didn't answer is left alone for this long. */
#define UNANSWERED_NS (2 * NS_PER_S)

/* With more lines than these, those that left the window are forgotten. */
#define LINES_KEPT 4096

/* --- records */

static void tell_unread(struct follow *follow, const struct gap *gap)
{
	char text[GAP_TEXT];

	loop_notice(&follow->loop, "%s", gap_text(text, gap));
	follow->unread = true;
	follow->unread_ns = clock_mono_ns();
}

static void take_record(void *arg, const struct record *record)
{
	struct follow *follow = arg;

	if (record->type == RECORD_GAP && record->gap.reason == GAP_UNREAD)
		tell_unread(follow, &record->gap);
	if (follow->gate)
		growth_gate_take(follow->gate, record);
	if (follow->gates)
		gates_take(follow->gates, record);
	if (history_add(follow->history, record) < 0)
		log_error("no memory for a record: it is not shown");
	limiter_take(follow->limiter, follow->history, record);
	if (follow->closing)
		closing_take(follow->closing, follow->history, record);
	if (record->t_ns >= follow->since_ns)
		loop_show(&follow->loop, record);
}

static void expect_process(void *arg, const struct process_info *info)
{
	struct follow *follow = arg;

	history_expect(follow->history, info);
}

static void take_process(void *arg, const struct process_info *info)
{
	struct follow *follow = arg;

	history_add_process(follow->history, info);
}

/* One whose end was among the records that were lost. */
static void take_unread_end(void *arg, const struct process_info *info)
{
	struct follow *follow = arg;
	const struct history_line *line = history_line_find(follow->history, info->line);
	struct record end = { .t_ns = clock_mono_ns(),
			      .type = RECORD_END,
			      .end = { .line = info->line,
				       .reason = END_UNKNOWN,
				       .last_rss = info->rss,
				       .max_rss = info->max_rss,
				       .peak_rss = info->peak_rss } };

	if (line && info->ended && !line->ended)
		take_record(follow, &end);
}

/* What a lost record would have told of an end, which isn't on its way any more by now. */
static void find_unread_ends(struct follow *follow, uint64_t now_ns)
{
	if (!follow->unread_ns || now_ns < follow->unread_ns + LAST_RECORDS_NS)
		return;
	follow->unread_ns = 0;
	source_processes(follow->source, take_unread_end, follow);
}

bool follow_has_ended(const struct follow *follow, pid_t pid)
{
	const struct history_line *line;
	bool seen = false;

	for (size_t i = 0; (line = history_line_at(follow->history, i)) != NULL; i++) {
		if (line->pid != (uint32_t)pid)
			continue;
		if (!line->ended)
			return false;
		seen = true;
	}
	return seen;
}

/* Whoever is left of a family is of it as long as it lives. */
static bool any_lives(const struct follow *follow)
{
	const struct history_line *line;

	for (size_t i = 0; (line = history_line_at(follow->history, i)) != NULL; i++) {
		if (!line->ended)
			return true;
	}
	return false;
}

static bool all_ended(const struct follow *follow)
{
	for (size_t i = 0; i < follow->target_count; i++) {
		if (!follow_has_ended(follow, follow->targets[i]))
			return false;
	}
	return follow->target_count > 0 && !(follow->options->family && any_lives(follow));
}

/* A watcher that ends in order takes its sockets away, and its directory where the session was a
 * command's own. */
static bool was_stopped(const struct options *options)
{
	char path[RUNDIR_PATH];
	struct rundir dir;
	int error = rundir_open(&dir, options->session, false);

	if (error)
		return error == -ENOENT;
	rundir_file(path, &dir, RUNDIR_CONTROL);
	return access(path, F_OK) < 0;
}

static void say_gone(struct follow *follow)
{
	follow->loop.quit = true;
	follow->gone = true;
	follow->loop.status = was_stopped(follow->options) ? 0 : EXIT_FAIL;
}

/* Whether the last screen is kept until the person leaves it. */
static bool is_kept(const struct follow *follow)
{
	return follow->options->stay && follow->view->stays && !follow->gone;
}

/* The child has ended, and its last records have come or will not; none that it started is being
 * ended still. */
static bool is_over(const struct follow *follow, uint64_t now_ns)
{
	return follow->child && follow->child->ended && !limiter_ends(follow->limiter) &&
	       (follow_has_ended(follow, follow->child->pid) ||
		now_ns > follow->child->ended_ns + LAST_RECORDS_NS);
}

static void read_stream(void *arg)
{
	struct follow *follow = arg;
	int count = source_read(follow->source, take_record, follow);

	if (follow->unread && count >= 0)
		source_processes(follow->source, take_process, follow);
	follow->unread = false;
	if (count == -EPIPE)
		say_gone(follow);
	else if (count < 0) {
		log_error("session '%s': %s", follow->options->session, control_error(count));
		follow->loop.status = EXIT_FAIL;
		follow->loop.quit = true;
	}
	if (follow->until_ended && !follow->child && all_ended(follow))
		follow->loop.quit = true;
	if (is_over(follow, clock_mono_ns()) && !is_kept(follow))
		follow->loop.quit = true;
}

/* --- signals */

/* The terminal sends ^C and ^\ to the child as well as to us. Of its own end it tells only the
 * leader of its session, which may be this program. */
bool follow_is_ours_alone(int number, int code)
{
	return code <= 0 || number == SIGHUP;
}

static void pass_on(struct follow *follow, const struct signalfd_siginfo *info)
{
	if (follow_is_ours_alone((int)info->ssi_signo, info->ssi_code))
		kill(follow->child->pid, (int)info->ssi_signo);
}

static void take_end_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct follow *follow = arg;

	if (follow->child && !follow->child->ended)
		pass_on(follow, info);
	else
		follow->loop.quit = true;
}

static void take_child_signal(void *arg)
{
	struct follow *follow = arg;

	if (follow->child)
		child_reap(follow->child, follow->options, &follow->limiter->hooks, follow->gone);
	limiter_look(follow->limiter);
}

/* --- marks */

/* The selected process, where it lives; 0: the session. */
static uint32_t pid_to_mark(const struct follow *follow)
{
	const struct history_line *line =
		history_line_find(follow->history, follow->settings.selected);

	return follow->settings.selected && line && !line->ended ? line->pid : 0;
}

/* The screen stands still meanwhile: so a watcher that doesn't answer isn't asked for each mark. */
static void mark(void *arg, const char *label)
{
	struct follow *follow = arg;
	char problem[TEXT_LABEL + 1] = "";
	int error = -ETIMEDOUT;

	if (clock_mono_ns() >= follow->unanswered_until_ns) {
		error = session_mark(follow->options, pid_to_mark(follow), label, problem);
		if (error == -ETIMEDOUT)
			follow->unanswered_until_ns = clock_mono_ns() + UNANSWERED_NS;
	}
	if (error)
		loop_notice(&follow->loop, "no mark: %s",
			    problem[0] ? problem : control_error(error));
	else if (follow->settings.paused_at_ns)
		loop_notice(&follow->loop, "marked now, not where the display stands: %s", label);
}

/* --- the loop */

/* Whether all that was asked for has ended, with what it started, and nothing more can come. */
static bool has_all_ended(const struct follow *follow)
{
	if (any_lives(follow) || options_have_rules(follow->options))
		return false;
	return follow->child ? is_over(follow, clock_mono_ns()) : all_ended(follow);
}

/* The window moves on with time, until there is nothing left to be shown in it. */
static void fill_frame(void *arg, struct view_frame *frame)
{
	struct follow *follow = arg;

	if (!follow->view->stays || !has_all_ended(follow))
		follow->still_ns = 0;
	else if (!follow->still_ns)
		follow->still_ns = clock_mono_ns();
	history_show(follow->history, follow->settings.metric);
	frame->history = follow->history;
	frame->now_ns = follow->still_ns ? follow->still_ns : clock_mono_ns();
	if (follow->still_ns && !frame->notice[0])
		frame->notice = "all of it has ended; q leaves";
}

bool follow_on(struct follow *follow)
{
	follow->loop.quit = true; /* nothing is shown any more */
	if (!follow->history || follow->gone)
		return false;
	read_stream(follow);
	return !is_over(follow, clock_mono_ns());
}

static void look_at_time(void *arg)
{
	struct follow *follow = arg;
	uint64_t now_ns = clock_mono_ns();

	limiter_look(follow->limiter);
	find_unread_ends(follow, now_ns);
	if (follow->until_ended && !follow->child && all_ended(follow))
		follow->loop.quit = true;
	if (follow->end_ns && now_ns >= follow->end_ns)
		follow->loop.quit = true;
	if (is_over(follow, now_ns) && !is_kept(follow))
		follow->loop.quit = true;
}

static void forget(void *arg)
{
	struct follow *follow = arg;

	if (history_lines(follow->history) > LINES_KEPT)
		history_forget(follow->history,
			       follow->since_ns + clock_mono_ns() - follow->begin_ns);
}

static const struct loop_calls calls = {
	.frame = fill_frame,
	.read = read_stream,
	.before_frame = look_at_time,
	.after_frame = forget,
	.mark = mark,
	.end_signal = take_end_signal,
	.child_signal = take_child_signal,
};

static void loop(struct follow *follow)
{
	/* Who is in the past, and that, before anything else is said of it. */
	source_processes(follow->source, expect_process, follow);
	read_stream(follow);
	source_processes(follow->source, take_process, follow);
	history_expect_end(follow->history);
	if (follow->view->every && !follow->child && history_lines(follow->history) == 0)
		log_error(
			"session '%s': follows nothing yet; %s", follow->options->session,
			options_have_rules(follow->options)
				? "a process that is what was asked for will appear here"
				: "type 'memwatch PID', 'memwatch --name PATTERN' or 'memwatch run "
				  "-- COMMAND'; a program that links libmemwatch appears by "
				  "itself");
	loop_run(&follow->loop);
}

int follow_attached(const struct options *asked, const struct follow_session *session)
{
	struct options options = *asked;
	struct source *source = NULL;
	bool joined;
	int status;

	loop_block_signals();
	status = session->attach(&options, &source, session->arg);
	if (!status)
		status = keep_begin(&options, &joined);
	if (!status) {
		status = session->body(&options, source, session->arg);
		if (keep_end(&options, session->record && !joined, status != 0) != 0 && !status)
			status = EXIT_FAIL;
	}
	source_close(source);
	return status;
}

void follow_close(struct follow *follow)
{
	history_free(follow->history);
	follow->history = NULL;
}

int follow_run(struct follow *follow)
{
	const struct options *options = follow->options;
	uint64_t now_ns = clock_mono_ns();

	follow->begin_ns = now_ns;
	follow->since_ns = now_ns > options->window_ns ? now_ns - options->window_ns : 0;
	follow->end_ns = options->duration_ns ? now_ns + options->duration_ns : 0;
	follow->view_options = (struct view_options){ .window_ns = options->window_ns,
						      .glyphs = options->glyphs,
						      .title = options->title,
						      .limit_bytes = options->limit_bytes,
						      .fps = options->fps,
						      .term = options->term,
						      .path = options->out,
						      .out = stdout,
						      .settings = &follow->settings };
	follow->history = history_new(source_session(follow->source));
	if (!follow->history) {
		log_error("cannot follow: %s", strerror(ENOMEM));
		return EXIT_FAIL;
	}
	follow->loop = (struct loop){ .view = follow->view,
				      .view_options = &follow->view_options,
				      .calls = &calls,
				      .arg = follow,
				      .source = source_fd(follow->source) };
	if (loop_open(&follow->loop) == 0)
		loop(follow);
	loop_close(&follow->loop);
	if (follow->gone)
		log_error("session '%s': its watcher %s", follow->options->session,
			  follow->loop.status ? "died" : "was stopped");
	return follow->loop.status;
}
