#include "cli/follow.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/keep.h"
#include "cli/session.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* After the child's end, its last records are waited for this long. */
#define LAST_RECORDS_NS (2 * NS_PER_S)

/* With more lines than these, those that left the window are forgotten. */
#define LINES_KEPT 4096

enum source_kind { SOURCE_STREAM, SOURCE_SIGNALS, SOURCE_KEYS, SOURCE_TIMER };

/* --- drawing */

static void take_wish(struct follow *follow, int wish)
{
	if (wish == VIEW_STAY)
		return;
	follow->quit = true;
	if (wish < 0)
		follow->status = EXIT_FAIL;
}

static struct view_frame frame_of(struct follow *follow)
{
	follow->now_ns = clock_mono_ns();
	return (struct view_frame){
		.history = follow->history,
		.now_ns = follow->now_ns,
		.notice = "",
	};
}

static void draw(struct follow *follow)
{
	struct view_frame frame = frame_of(follow);

	if (!follow->view->every && !follow->quit)
		take_wish(follow, follow->view->draw(follow->state, &frame));
}

static void type(struct follow *follow)
{
	struct view_frame frame = frame_of(follow);

	if (!follow->view->keys)
		return;
	take_wish(follow, follow->view->key(follow->state, &frame));
	draw(follow);
}

/* --- records */

static void take_record(void *arg, const struct record *record)
{
	struct follow *follow = arg;
	struct view_frame frame;

	if (history_add(follow->history, record) < 0)
		log_error("no memory for a record: it is not shown");
	if (!follow->view->every || follow->quit || record->t_ns < follow->since_ns)
		return;
	frame = frame_of(follow);
	frame.records = record;
	frame.count = 1;
	take_wish(follow, follow->view->draw(follow->state, &frame));
}

static void take_process(void *arg, const struct process_info *info)
{
	struct follow *follow = arg;

	history_add_process(follow->history, info);
}

static bool has_ended(const struct follow *follow, pid_t pid)
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

static bool all_ended(const struct follow *follow)
{
	for (size_t i = 0; i < follow->target_count; i++) {
		if (!has_ended(follow, follow->targets[i]))
			return false;
	}
	return follow->target_count > 0;
}

static void say_gone(struct follow *follow)
{
	char path[RUNDIR_PATH];
	struct rundir dir;

	follow->quit = true;
	follow->gone = true;
	follow->status = EXIT_FAIL;
	if (rundir_open(&dir, follow->options->session, false) < 0)
		return;
	/* A watcher that ends in order takes its sockets away. */
	rundir_file(path, &dir, RUNDIR_CONTROL);
	if (access(path, F_OK) < 0)
		follow->status = 0;
}

static void read_stream(struct follow *follow)
{
	int count = source_read(follow->source, take_record, follow);

	if (count == -EPIPE)
		say_gone(follow);
	else if (count < 0) {
		log_error("session '%s': %s", follow->options->session, control_error(count));
		follow->status = EXIT_FAIL;
		follow->quit = true;
	}
	if (follow->until_ended && !follow->child && all_ended(follow))
		follow->quit = true;
}

/* --- signals */

static const int handled_signals[] = {
	SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT, SIGCHLD, SIGUSR1, SIGUSR2,
};

void follow_signals(sigset_t *ret_set)
{
	sigemptyset(ret_set);
	for (size_t i = 0; i < sizeof handled_signals / sizeof *handled_signals; i++)
		sigaddset(ret_set, handled_signals[i]);
}

void follow_block_signals(void)
{
	sigset_t set;

	follow_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void follow_unblock_signals(void)
{
	sigset_t set;

	follow_signals(&set);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Give the terminal back, stop as the shell expects, and take it again. */
static void stop(struct follow *follow)
{
	follow->view->close(follow->state);
	follow->state = NULL;
	kill(getpid(), SIGSTOP);
	follow->settings.redraw = true;
	if (follow->view->open(&follow->state, &follow->view_options) < 0)
		take_wish(follow, -EIO);
}

/* The terminal sends ^C and ^\ to the child as well as to us; what is sent to us alone is passed
 * on. */
static void pass_on(struct follow *follow, const struct signalfd_siginfo *info)
{
	if (info->ssi_code <= 0)
		kill(follow->child->pid, (int)info->ssi_signo);
}

static void take_end_signal(struct follow *follow, const struct signalfd_siginfo *info)
{
	if (follow->child && !follow->child->ended)
		pass_on(follow, info);
	else
		follow->quit = true;
}

static void take_signal(struct follow *follow)
{
	struct signalfd_siginfo info;

	if (read(follow->signals, &info, sizeof info) != sizeof info)
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		if (follow->child)
			run_reap(follow);
		break;
	case SIGTSTP:
		stop(follow);
		break;
	case SIGCONT:
		follow->settings.redraw = true;
		type(follow);
		break;
	case SIGWINCH:
		type(follow);
		break;
	default:
		take_end_signal(follow, &info);
		break;
	}
}

/* --- the loop */

static void look_at_time(struct follow *follow)
{
	uint64_t now_ns = clock_mono_ns();

	if (follow->end_ns && now_ns >= follow->end_ns)
		follow->quit = true;
	if (follow->child && follow->child->ended &&
	    (has_ended(follow, follow->child->pid) ||
	     now_ns > follow->child->ended_ns + LAST_RECORDS_NS))
		follow->quit = true;
	draw(follow);
	if (history_lines(follow->history) > LINES_KEPT)
		history_forget(follow->history, follow->since_ns + now_ns - follow->begin_ns);
}

static void handle(struct follow *follow, enum source_kind kind)
{
	uint64_t expirations;

	switch (kind) {
	case SOURCE_STREAM:
		read_stream(follow);
		break;
	case SOURCE_SIGNALS:
		take_signal(follow);
		break;
	case SOURCE_KEYS:
		type(follow);
		break;
	case SOURCE_TIMER:
		if (read(follow->timer, &expirations, sizeof expirations) > 0)
			look_at_time(follow);
		break;
	}
}

static int watch(struct follow *follow, int fd, enum source_kind kind)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = kind };

	return epoll_ctl(follow->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_loop(struct follow *follow)
{
	unsigned fps = follow->view->fps ? follow->view->fps : 10;
	struct itimerspec frame = { .it_interval.tv_nsec = (long)(NS_PER_S / fps),
				    .it_value.tv_nsec = 1 };
	sigset_t set;
	int error;

	follow_signals(&set);
	follow->epoll = epoll_create1(EPOLL_CLOEXEC);
	follow->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	follow->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (follow->epoll < 0 || follow->signals < 0 || follow->timer < 0 ||
	    timerfd_settime(follow->timer, 0, &frame, NULL) < 0)
		return -errno;
	error = watch(follow, source_fd(follow->source), SOURCE_STREAM);
	if (!error)
		error = watch(follow, follow->signals, SOURCE_SIGNALS);
	if (!error)
		error = watch(follow, follow->timer, SOURCE_TIMER);
	return error;
}

/* Keys are waited for once the view has found a terminal to read them from. */
static int open_view(struct follow *follow)
{
	int error = follow->view->open(&follow->state, &follow->view_options);

	if (error || !follow->view->keys)
		return error;
	error = watch(follow, STDIN_FILENO, SOURCE_KEYS);
	if (error) {
		follow->view->close(follow->state);
		follow->state = NULL;
		log_error("cannot read keys: %s", strerror(-error));
	}
	return error;
}

static void close_loop(struct follow *follow)
{
	if (follow->epoll >= 0)
		close(follow->epoll);
	if (follow->signals >= 0)
		close(follow->signals);
	if (follow->timer >= 0)
		close(follow->timer);
}

static void loop(struct follow *follow)
{
	struct epoll_event events[8];

	/* The past, before anything else is said of it. */
	read_stream(follow);
	source_processes(follow->source, take_process, follow);
	if (follow->view->every && !follow->child && history_lines(follow->history) == 0)
		log_error("session '%s': follows nothing yet; 'memwatch add PID' or a program that "
			  "links libmemwatch will appear here",
			  follow->options->session);
	while (!follow->quit) {
		int count = epoll_wait(follow->epoll, events, 8, -1);

		for (int i = 0; i < count && !follow->quit; i++)
			handle(follow, (enum source_kind)events[i].data.u32);
	}
}

int follow_attached(const struct options *options,
		    int (*body)(const struct options *options, struct source *source), bool record)
{
	struct source *source;
	bool joined;
	int status;

	follow_block_signals();
	status = session_attach(options, &source);
	if (status)
		return status;
	status = keep_begin(options, &joined);
	if (!status) {
		status = body(options, source);
		if (keep_end(options, record && !joined, status != 0) != 0 && !status)
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
	uint64_t now_ns = clock_mono_ns();
	int error;

	follow->begin_ns = now_ns;
	follow->since_ns =
		now_ns > follow->options->window_ns ? now_ns - follow->options->window_ns : 0;
	follow->end_ns = follow->options->duration_ns ? now_ns + follow->options->duration_ns : 0;
	follow->view_options.settings = &follow->settings;
	follow->history = history_new(source_session(follow->source));
	error = follow->history ? open_loop(follow) : -ENOMEM;
	if (!error && open_view(follow) < 0) {
		follow->status = EXIT_FAIL; /* that has said why */
	} else if (error) {
		log_error("cannot follow: %s", strerror(-error));
		follow->status = EXIT_FAIL;
	} else {
		loop(follow);
	}
	follow->view->close(follow->state);
	close_loop(follow);
	if (follow->gone)
		log_error("session '%s': its watcher %s", follow->options->session,
			  follow->status ? "died" : "was stopped");
	return follow->status;
}
