#include "cli/loop.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "cli/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define FPS 10 /* of a view that doesn't say */
#define NOTICE_NS (3 * NS_PER_S)

enum source_kind { SOURCE_STREAM, SOURCE_SIGNALS, SOURCE_KEYS, SOURCE_VIEW, SOURCE_TIMER };

/* --- drawing */

static void take_wish(struct loop *loop, int wish)
{
	if (wish == VIEW_STAY)
		return;
	loop->quit = true;
	loop->left = true;
	if (wish < 0)
		loop->status = EXIT_FAIL;
}

void loop_notice(struct loop *loop, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(loop->notice, sizeof(loop->notice), format, arguments);
	va_end(arguments);
	loop->notice_until_ns = clock_mono_ns() + NOTICE_NS;
}

/* Whether there is a notice to be shown now. */
static bool notices(struct loop *loop)
{
	if (loop->notice[0] && clock_mono_ns() >= loop->notice_until_ns)
		loop->notice[0] = '\0';
	return loop->notice[0] != '\0';
}

static struct view_frame frame_of(struct loop *loop)
{
	struct view_frame frame = { .notice = "" };

	if (notices(loop))
		frame.notice = loop->notice;
	loop->calls->frame(loop->arg, &frame);
	return frame;
}

static void draw(struct loop *loop)
{
	struct view_frame frame = frame_of(loop);

	if (!loop->view->every && !loop->quit)
		take_wish(loop, loop->view->draw(loop->state, &frame));
}

/* Push what the person asked for: whether there was anything. */
static bool mark(struct loop *loop)
{
	struct view_settings *settings = loop->view_options->settings;
	char label[sizeof(settings->mark)];

	if (!settings->mark[0])
		return false;
	text_copy(label, sizeof(label), settings->mark);
	settings->mark[0] = '\0';
	if (loop->calls->mark)
		loop->calls->mark(loop->arg, label);
	return true;
}

static void draw_last(struct loop *loop)
{
	struct view_frame frame = frame_of(loop);

	frame.last = true;
	if (loop->view->last && loop->state && !loop->left)
		take_wish(loop, loop->view->draw(loop->state, &frame));
}

static void type(struct loop *loop)
{
	if (!loop->view->keys)
		return;
	do {
		struct view_frame frame = frame_of(loop);

		take_wish(loop, loop->view->key(loop->state, &frame));
	} while (mark(loop) && !loop->quit);
	draw(loop);
}

void loop_show(struct loop *loop, const struct record *record)
{
	struct view_frame frame;

	if (!loop->view->every || loop->quit)
		return;
	frame = frame_of(loop);
	frame.records = record;
	frame.count = 1;
	take_wish(loop, loop->view->draw(loop->state, &frame));
}

/* --- signals */

static const int handled_signals[] = {
	SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT, SIGCHLD, SIGUSR1, SIGUSR2,
};

void loop_signals(sigset_t *ret_set)
{
	sigemptyset(ret_set);
	for (size_t i = 0; i < sizeof handled_signals / sizeof *handled_signals; i++) {
		if (handled_signals[i] == SIGHUP)
			signals_add(ret_set, SIGHUP);
		else
			sigaddset(ret_set, handled_signals[i]);
	}
}

static void do_nothing(int number)
{
	(void)number;
}

/* A handler, which exec takes away: a command starts with SIGPIPE as this program did. */
void loop_block_signals(void)
{
	sigset_t set;

	loop_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (!signals_ignored(SIGPIPE))
		signal(SIGPIPE, do_nothing);
}

void loop_unblock_signals(void)
{
	sigset_t set;

	loop_signals(&set);
	if (!signals_ignored(SIGPIPE))
		signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int watch(struct loop *loop, int fd, enum source_kind kind)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = kind };

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* What it waits for itself is another one each time that it is opened. */
static int open_view(struct loop *loop)
{
	int error = loop->view->open(&loop->state, loop->view_options);

	if (!error && loop->view->fd)
		error = watch(loop, loop->view->fd(loop->state), SOURCE_VIEW);
	return error;
}

/* Give the terminal back, stop as the shell expects, and take it again. */
static void stop(struct loop *loop)
{
	loop->view->close(loop->state);
	loop->state = NULL;
	kill(getpid(), SIGSTOP);
	loop->view_options->settings->redraw = true;
	if (open_view(loop) < 0)
		take_wish(loop, -EIO);
}

static void take_end_signal(struct loop *loop, const struct signalfd_siginfo *info)
{
	if (loop->calls->end_signal)
		loop->calls->end_signal(loop->arg, info);
	else
		loop->quit = true;
}

static void take_signal(struct loop *loop)
{
	struct signalfd_siginfo info;

	if (read(loop->signals, &info, sizeof info) != sizeof info)
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		if (loop->calls->child_signal)
			loop->calls->child_signal(loop->arg);
		break;
	case SIGTSTP:
		stop(loop);
		break;
	case SIGCONT:
		loop->view_options->settings->redraw = true;
		type(loop);
		break;
	case SIGWINCH:
		type(loop);
		break;
	default:
		take_end_signal(loop, &info);
		break;
	}
}

/* --- the loop */

static int set_timer(struct loop *loop, bool on)
{
	unsigned asked = loop->view_options->fps;
	unsigned fps = asked ? asked : loop->view->fps ? loop->view->fps : FPS;
	struct itimerspec frame = { 0 };

	if (on)
		frame = (struct itimerspec){ .it_interval.tv_nsec = (long)(NS_PER_S / fps),
					     .it_value.tv_nsec = 1 };
	loop->ticking = on;
	return timerfd_settime(loop->timer, 0, &frame, NULL) < 0 ? -errno : 0;
}

static void pass_frame(struct loop *loop)
{
	uint64_t expirations;

	if (read(loop->timer, &expirations, sizeof expirations) <= 0)
		return;
	if (loop->calls->before_frame)
		loop->calls->before_frame(loop->arg);
	draw(loop);
	if (loop->calls->after_frame)
		loop->calls->after_frame(loop->arg);
}

static void handle(struct loop *loop, enum source_kind kind)
{
	switch (kind) {
	case SOURCE_STREAM:
		loop->calls->read(loop->arg);
		break;
	case SOURCE_SIGNALS:
		take_signal(loop);
		break;
	case SOURCE_KEYS:
		type(loop);
		break;
	case SOURCE_VIEW:
		draw(loop);
		break;
	case SOURCE_TIMER:
		pass_frame(loop);
		break;
	}
}

static int open_sources(struct loop *loop)
{
	sigset_t set;
	int error;

	loop_signals(&set);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->epoll < 0 || loop->signals < 0 || loop->timer < 0)
		return -errno;
	error = set_timer(loop, true);
	if (!error && loop->source >= 0)
		error = watch(loop, loop->source, SOURCE_STREAM);
	if (!error)
		error = watch(loop, loop->signals, SOURCE_SIGNALS);
	if (!error)
		error = watch(loop, loop->timer, SOURCE_TIMER);
	return error;
}

/* Keys are waited for once the view has found a terminal to read them from. */
static int open_view_and_keys(struct loop *loop)
{
	int error = open_view(loop);

	if (error || !loop->view->keys)
		return error;
	error = watch(loop, STDIN_FILENO, SOURCE_KEYS);
	if (error) {
		loop->view->close(loop->state);
		loop->state = NULL;
		log_error("cannot read keys: %s", strerror(-error));
	}
	return error;
}

int loop_open(struct loop *loop)
{
	int error;

	loop->epoll = loop->signals = loop->timer = -1;
	error = open_sources(loop);
	if (error)
		log_error("cannot wait for what is to be shown: %s", strerror(-error));
	if (error || open_view_and_keys(loop) < 0) /* which has said why */
		loop->status = EXIT_FAIL;
	return loop->status;
}

void loop_run(struct loop *loop)
{
	struct epoll_event events[8];

	draw(loop);
	while (!loop->quit) {
		bool still = loop->calls->stands_still && loop->calls->stands_still(loop->arg) &&
			     !loop->notice[0];
		int count;

		if (still == loop->ticking)
			set_timer(loop, !still);
		count = epoll_wait(loop->epoll, events, 8, -1);
		for (int i = 0; i < count && !loop->quit; i++)
			handle(loop, (enum source_kind)events[i].data.u32);
	}
	draw_last(loop);
}

void loop_close(struct loop *loop)
{
	loop->view->close(loop->state);
	loop->state = NULL;
	if (loop->epoll >= 0)
		close(loop->epoll);
	if (loop->signals >= 0)
		close(loop->signals);
	if (loop->timer >= 0)
		close(loop->timer);
}
