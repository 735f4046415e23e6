/*
 * The ncurses view over a made-up session whose clock stands still: screen [SCENE [LIMIT
 * [GLYPHS]]], LIMIT in MiB (0: none), GLYPHS an enum chart_glyphs or -1; SCENE "replay" is the
 * recorder as a recording. What a person marks is an event of the session, and after each frame
 * what is set is in the file that SCREEN_STATE names. Signals stand for what happens: SIGUSR1 a
 * second of the session passes, SIGUSR2 a notice comes or goes, SIGTSTP and
 * SIGCONT as in a shell. It ends as the view says, and prints why.
 */
#include "base/clock.h"
#include "base/log.h"
#include "plotter/view.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define START_NS (1000 * NS_PER_S)
#define MIB (1024 * 1024ULL)

struct screen {
	const char *scene;
	struct history *history;
	uint64_t now_ns;
	uint64_t end_ns; /* of a replay; else 0 */
	uint64_t window_ns;
	uint64_t seq;
	bool notice;
};

static void add(struct screen *screen, uint64_t at_ms, struct record record)
{
	record.seq = ++screen->seq;
	record.t_ns = START_NS + at_ms * NS_PER_MS;
	if (history_add(screen->history, &record))
		abort();
}

static void add_process(struct screen *screen, uint64_t at_ms, uint32_t line, const char *name,
			const char *command)
{
	add(screen, at_ms,
	    (struct record){ .type = RECORD_PROCESS,
			     .process = { .line = line,
					  .pid = 12344 + line,
					  .name = name,
					  .command = command } });
}

static void add_event(struct screen *screen, uint64_t at_ms, const struct event *event)
{
	add(screen, at_ms, (struct record){ .type = RECORD_EVENT, .event = *event });
}

static void mark(struct screen *screen, uint64_t at_ms, uint32_t line, const char *category,
		 const char *label, uint64_t rss)
{
	add_event(
		screen, at_ms,
		&(struct event){ .line = line, .category = category, .label = label, .rss = rss });
}

/* @to_ms 0: it does not end. */
static void add_span(struct screen *screen, uint32_t line, uint64_t from_ms, uint64_t to_ms,
		     uint64_t span, const char *category, const char *label)
{
	struct event event = { .line = line,
			       .kind = EVENT_SPAN_BEGIN,
			       .span = span,
			       .category = category,
			       .label = label };

	add_event(screen, from_ms, &event);
	if (to_ms == 0)
		return;
	event.kind = EVENT_SPAN_END;
	event.duration_ns = (to_ms - from_ms) * NS_PER_MS;
	add_event(screen, to_ms, &event);
}

/* A saw; a flat line with a spike of one sample; a ramp. */
static uint64_t value_of(uint32_t line, uint64_t at_ms)
{
	switch (line % 3) {
	case 1:
		return (20 + at_ms % 20000 / 500) * MIB;
	case 2:
		return at_ms == 33000 ? 900 * MIB : 150 * MIB;
	default:
		return 4 * MIB + at_ms * 1024;
	}
}

static void add_second(struct screen *screen, uint64_t from_ms, uint32_t first, uint32_t last)
{
	for (uint64_t at_ms = from_ms; at_ms < from_ms + 1000; at_ms += 100) {
		struct sample samples[64];
		size_t count = 0;

		for (uint32_t line = first; line <= last; line++)
			samples[count++] = (struct sample){ line, value_of(line, at_ms), 0 };
		add(screen, at_ms,
		    (struct record){ .type = RECORD_TICK,
				     .tick = { .samples = samples, .count = count } });
	}
}

/* What happens to the recorder and its company before the samples of a second. */
static void add_happening(struct screen *screen, uint64_t second)
{
	if (second == 5)
		mark(screen, 5000, 1, "", "recording started", 30 * MIB);
	else if (second == 23)
		mark(screen, 22137, 1, "queue", "high", 24 * MIB);
	else if (second == 35)
		add_span(screen, 3, 30000, 34200, 1, "I/O", "read");
	else if (second == 42)
		mark(screen, 42000, 2, "process", "exec ./preview2", 0);
	else if (second == 45)
		add(screen, 45000,
		    (struct record){ .type = RECORD_END,
				     .end = { .line = 3,
					      .reason = END_EXITED,
					      .last_rss = 48 * MIB,
					      .max_rss = 48 * MIB,
					      .peak_rss = 63 * MIB } });
	else if (second == 50)
		mark(screen, 50000, LINE_SESSION, "", "battery low", 0);
}

/* A minute of a recorder, with a helper that ends after 45 s. */
static void make_recorder(struct screen *screen)
{
	add_process(screen, 0, 1, "recorder", "./recorder --leak --seconds 600");
	add_process(screen, 0, 2, "preview", "./preview");
	add_process(screen, 20000, 3, "converter", "ffmpeg -i - out.mkv");
	for (uint64_t second = 0; second < 60; second++) {
		add_happening(screen, second);
		add_second(screen, second * 1000, 1, second >= 20 && second < 45 ? 3 : 2);
	}
}

static void make_many(struct screen *screen)
{
	for (uint32_t line = 1; line <= 40; line++) {
		char name[32];

		snprintf(name, sizeof(name), "worker-%u", (unsigned)line);
		add_process(screen, 0, line, name, "./worker");
	}
	for (uint64_t second = 0; second < 60; second++)
		add_second(screen, second * 1000, 1, 40);
	mark(screen, 30000, 1, "", "ready", 50 * MIB);
}

static void make_names(struct screen *screen)
{
	add_process(screen, 0, 1, "カメラ録画", "カメラ");
	add_process(screen, 0, 2, "e\xcc\x81t\xc3\xa9-combining", "x");
	add_process(screen, 0, 3, "\x1b[31mred\x1b[2J", "\x1b]0;title\a");
	add_process(screen, 0, 4, "\xff\xfe bad", "tab\there");
	add_process(screen, 0, 5, "\xe2\x80\xaetxt.exe", "rtl");
	for (uint64_t second = 0; second < 60; second++)
		add_second(screen, second * 1000, 1, 5);
	mark(screen, 30000, 1, "", "録画\x1b[1m開始\nline two", 50 * MIB);
	mark(screen, 31000, 3, "\x1b[7m", "A\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85Z", 0);
}

/* Two minutes of a process that grows by 60 MiB a minute, which isn't watched for ten seconds of
 * it, in spans: one that has ended, one within it, one that is open. */
/* A milestone, then spans, all in one column. */
static void make_crowded(struct screen *screen)
{
	add_process(screen, 0, 1, "busy", "./busy");
	for (uint64_t second = 0; second < 60; second++)
		add_second(screen, second * 1000, 1, 1);
	mark(screen, 30010, 1, "", "all is read", 50 * MIB);
	for (uint64_t span = 1; span <= 20; span++)
		add_span(screen, 1, 30010 + span * 5, 30012 + span * 5, span, "I/O", "write");
}

static void make_growing(struct screen *screen)
{
	add_process(screen, 0, 3, "grower", "./grower");
	for (uint64_t second = 0; second < 60; second++) {
		if (second < 20 || second >= 30)
			add_second(screen, second * 1000, 3, 3);
	}
	add_span(screen, 3, 5000, 18000, 1, "I/O", "read the whole of it");
	add_span(screen, 3, 8000, 12000, 2, "parse", "header");
	add_span(screen, 3, 42000, 0, 3, "I/O", "write");
}

/* One sample of ten hours, of 360,000, is high. */
static void make_spike(struct screen *screen)
{
	add_process(screen, 0, 1, "quiet", "./quiet");
	for (uint64_t at_ms = 0; at_ms < 36000000; at_ms += 100) {
		struct sample sample = { 1, (at_ms == 12345000 ? 900 : 100) * MIB, 0 };

		add(screen, at_ms,
		    (struct record){ .type = RECORD_TICK,
				     .tick = { .samples = &sample, .count = 1 } });
	}
	screen->now_ns = START_NS + 35999950 * NS_PER_MS;
	screen->window_ns = 36000 * NS_PER_S;
}

static bool make_scene(struct screen *screen)
{
	struct session_info session = {
		.name = "default",
		.interval_ns = 100 * NS_PER_MS,
		.start_ns = START_NS,
	};

	screen->now_ns = START_NS + 59950 * NS_PER_MS;
	screen->window_ns = 60 * NS_PER_S;
	screen->history = history_new(&session);
	if (!screen->history)
		return false;
	if (strcmp(screen->scene, "replay") == 0)
		screen->end_ns = screen->now_ns;
	if (strcmp(screen->scene, "recorder") == 0 || screen->end_ns)
		make_recorder(screen);
	else if (strcmp(screen->scene, "many") == 0)
		make_many(screen);
	else if (strcmp(screen->scene, "names") == 0)
		make_names(screen);
	else if (strcmp(screen->scene, "crowded") == 0)
		make_crowded(screen);
	else if (strcmp(screen->scene, "growing") == 0)
		make_growing(screen);
	else if (strcmp(screen->scene, "spike") == 0)
		make_spike(screen);
	else
		return strcmp(screen->scene, "empty") == 0;
	return true;
}

static void pass_second(struct screen *screen)
{
	uint64_t from_ms = (screen->now_ns - START_NS) / NS_PER_MS / 100 * 100 + 100;

	add_second(screen, from_ms, 1, 2);
	screen->now_ns += NS_PER_S;
	mark(screen, from_ms + 500, 2, "", "a second passed", 0);
}

static int open_signals(void)
{
	static const int caught[] = { SIGUSR1,	SIGUSR2, SIGTSTP, SIGCONT,
				      SIGWINCH, SIGTERM, SIGINT,  SIGHUP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaddset(&set, caught[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* What a signal asks for: an enum view_wish or an error of the view's. */
static int take_signal(struct screen *screen, int signals, void **state,
		       const struct view_options *options)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return -errno;
	switch (info.ssi_signo) {
	case SIGUSR1:
		pass_second(screen);
		return VIEW_STAY;
	case SIGUSR2:
		screen->notice = !screen->notice;
		return VIEW_STAY;
	case SIGTSTP:
		view_curses.close(*state);
		*state = NULL;
		raise(SIGSTOP);
		return view_curses.open(state, options);
	case SIGCONT:
		options->settings->redraw = true;
		return VIEW_STAY;
	case SIGWINCH:
		return VIEW_STAY;
	default:
		return VIEW_QUIT;
	}
}

/* Seconds since the session's start, "-" for none. */
static void put_time(FILE *file, const char *name, uint64_t t_ns)
{
	if (t_ns)
		fprintf(file, " %s=%.3f", name, (double)(t_ns - START_NS) / NS_PER_S);
	else
		fprintf(file, " %s=-", name);
}

static void write_state(const struct view_settings *settings)
{
	const char *path = getenv("SCREEN_STATE");
	char next[256];
	FILE *file;

	snprintf(next, sizeof(next), "%s.next", path ? path : "");
	file = path ? fopen(next, "w") : NULL;
	if (!file)
		return;
	fprintf(file, "window=%g", (double)settings->window_ns / NS_PER_S);
	put_time(file, "paused", settings->paused_at_ns);
	put_time(file, "cursor", settings->cursor_ns);
	fprintf(file, " selected=%u top=%zu one=%d fitted=%d list=%d help=%d times=%d order=%s",
		(unsigned)settings->selected, settings->top, settings->one, settings->fitted,
		settings->list, settings->help, (int)settings->times, order_title(settings->order));
	fprintf(file, " filter=%s prompt=%d:%s speed=%g marks=%zu\n", settings->filter,
		(int)settings->prompt.kind, settings->prompt.text, settings->speed,
		settings->marks);
	fclose(file);
	rename(next, path);
}

/* A push of what the person marked: whether there was anything. */
static bool push_mark(struct screen *screen, struct view_settings *settings)
{
	if (!settings->mark[0])
		return false;
	mark(screen, (screen->now_ns - START_NS) / NS_PER_MS, LINE_SESSION, "", settings->mark, 0);
	settings->mark[0] = '\0';
	return true;
}

static int follow(struct screen *screen, int signals, void **state,
		  const struct view_options *options)
{
	struct pollfd wait[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				 { .fd = signals, .events = POLLIN } };
	int result = VIEW_STAY;

	while (result == VIEW_STAY) {
		struct view_frame frame = { .history = screen->history };

		frame.now_ns = screen->now_ns;
		frame.end_ns = screen->end_ns;
		frame.notice = screen->notice ? "watcher gone, waiting" : "";
		result = view_curses.draw(*state, &frame);
		write_state(options->settings);
		if (result != VIEW_STAY || poll(wait, 2, -1) < 0)
			break;
		if (wait[1].revents)
			result = take_signal(screen, signals, state, options);
		else
			do
				result = view_curses.key(*state, &frame);
			while (result == VIEW_STAY && push_mark(screen, options->settings));
	}
	return result;
}

int main(int argc, char **argv)
{
	struct screen screen = { .scene = argc > 1 ? argv[1] : "recorder" };
	struct view_settings settings = { .speed = 1 };
	struct view_options options = { .title = "", .out = stdout, .settings = &settings };
	int signals = open_signals();
	void *state = NULL;
	int result;

	log_open("screen");
	if (signals < 0 || !make_scene(&screen))
		return 1;
	options.window_ns = screen.window_ns;
	options.limit_bytes = argc > 2 ? strtoull(argv[2], NULL, 10) * MIB : 0;
	options.glyphs = argc > 3 ? atoi(argv[3]) : -1;
	result = view_curses.open(&state, &options);
	if (result == 0)
		result = follow(&screen, signals, &state, &options);
	view_curses.close(state);
	history_free(screen.history);
	close(signals);
	printf("%s\n", result == VIEW_QUIT ? "quit" : "failed");
	return result == VIEW_QUIT ? 0 : 1;
}
