/*
 * A frame of the terminal view: 16 processes at 10 Hz on a terminal of 200 x 50 cells, whose window
 * is a minute, an hour and ten hours, all of it known. CPU of the thread that draws, the writes to
 * the terminal included, beside the least that a program does that changes each cell of such a
 * screen by ncurses; and the bytes that it writes. Usage: bench_frame
 */
#define NCURSES_WIDECHAR 1

#include "base/clock.h"
#include "bench/figure.h"
#include "plotter/view.h"

#include <locale.h>
#include <ncurses.h>
#include <pthread.h>
#include <pty.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES 16
#define TICK_NS (100 * NS_PER_MS)
#define MILESTONES 1000
#define SPANS 200
#define FRAMES 60
#define ROUNDS 5 /* in turns with the other windows and the floor */
#define WIDTH 200
#define HEIGHT 50
#define MIB (1024 * 1024ULL)
#define START_NS (1000 * NS_PER_S)

/* What the view never writes: all before it was read when this is. */
#define MARK '\x04'

static const double windows_s[] = { 60, 3600, 36000 };
#define WINDOWS 3

struct terminal {
	int master;
	FILE *out;
	pthread_t reader;
	atomic_ullong bytes;
	sem_t seen; /* a MARK was */
};

struct bench {
	struct terminal terminal;
	struct history *history;
	bool still; /* no value changes, nothing happens */
	uint64_t now_ns;
	uint64_t random;
	uint64_t span;
	uint64_t rss[PROCESSES];
};

struct result {
	double ms;    /* of a frame: the median */
	double bytes; /* of a frame: the mean */
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_frame: %s failed\n", what);
	exit(1);
}

/* --- a terminal, whose reader's CPU doesn't count */

static void *read_all(void *arg)
{
	struct terminal *terminal = arg;
	char bytes[65536];
	ssize_t size;

	while ((size = read(terminal->master, bytes, sizeof bytes)) > 0) {
		atomic_fetch_add(&terminal->bytes, (unsigned long long)size);
		if (memchr(bytes, MARK, (size_t)size))
			sem_post(&terminal->seen);
	}
	return NULL;
}

static void open_terminal(struct terminal *terminal)
{
	struct winsize size = { .ws_row = HEIGHT, .ws_col = WIDTH };
	int slave;

	if (openpty(&terminal->master, &slave, NULL, NULL, &size) < 0)
		fail("openpty");
	if (dup2(slave, STDIN_FILENO) < 0 || !(terminal->out = fdopen(slave, "w")))
		fail("opening the terminal");
	sem_init(&terminal->seen, 0, 0);
	if (pthread_create(&terminal->reader, NULL, read_all, terminal) != 0)
		fail("starting a thread");
}

static uint64_t bytes_so_far(struct terminal *terminal)
{
	const char mark = MARK;

	if (write(fileno(terminal->out), &mark, 1) != 1)
		fail("writing to the terminal");
	while (sem_wait(&terminal->seen) != 0)
		;
	return atomic_load(&terminal->bytes);
}

static void close_terminal(struct terminal *terminal)
{
	pthread_cancel(terminal->reader);
	pthread_join(terminal->reader, NULL);
	fclose(terminal->out);
	close(terminal->master);
}

/* --- a session */

static uint64_t random_below(struct bench *bench, uint64_t end)
{
	bench->random ^= bench->random << 13;
	bench->random ^= bench->random >> 7;
	bench->random ^= bench->random << 17;
	return bench->random % end;
}

static void add(struct bench *bench, struct record record)
{
	record.t_ns = bench->now_ns;
	if (history_add(bench->history, &record) < 0)
		fail("history_add");
}

static void add_processes(struct bench *bench)
{
	for (uint32_t i = 0; i < PROCESSES; i++) {
		char name[32];

		snprintf(name, sizeof name, "worker-%u", (unsigned)i);
		add(bench, (struct record){ .type = RECORD_PROCESS,
					    .process = { .line = i + 1,
							 .pid = 1000 + i,
							 .ppid = 1,
							 .name = name,
							 .command = "worker --batch" } });
		bench->rss[i] = (100 + 50 * i) * MIB;
	}
}

/* A tick: each process goes up or down by up to a MiB. */
static void add_tick(struct bench *bench)
{
	struct sample samples[PROCESSES];

	for (uint32_t i = 0; i < PROCESSES; i++) {
		uint64_t least = (50 + 50 * i) * MIB;

		if (!bench->still)
			bench->rss[i] += random_below(bench, 2 * MIB) - MIB;
		if (bench->rss[i] < least)
			bench->rss[i] = least;
		samples[i] = (struct sample){ i + 1, bench->rss[i], 0 };
	}
	add(bench, (struct record){ .type = RECORD_TICK,
				    .tick = { .count = PROCESSES, .samples = samples } });
}

static void add_milestone(struct bench *bench)
{
	uint32_t line = (uint32_t)random_below(bench, PROCESSES) + 1;

	add(bench, (struct record){ .type = RECORD_EVENT,
				    .event = { .line = line,
					       .rss = bench->rss[line - 1],
					       .category = "work",
					       .label = "a batch is done" } });
}

/* Of lines in turn: each span ends when the line's next one begins. */
static void add_span(struct bench *bench)
{
	uint64_t span = ++bench->span;
	uint32_t line = (uint32_t)(span % PROCESSES) + 1;
	struct event event = { .line = line,
			       .kind = EVENT_SPAN_END,
			       .span = span - PROCESSES,
			       .duration_ns = NS_PER_S,
			       .rss = bench->rss[line - 1],
			       .rss_end = bench->rss[line - 1],
			       .category = "I/O",
			       .label = "read" };

	if (span > PROCESSES)
		add(bench, (struct record){ .type = RECORD_EVENT, .event = event });
	event = (struct event){ .line = line,
				.kind = EVENT_SPAN_BEGIN,
				.span = span,
				.rss = bench->rss[line - 1],
				.category = "I/O",
				.label = "read" };
	add(bench, (struct record){ .type = RECORD_EVENT, .event = event });
}

static void add_past(struct bench *bench, uint64_t window_ns)
{
	uint64_t ticks = window_ns / TICK_NS;

	add_processes(bench);
	for (uint64_t i = 0; i < ticks; i++) {
		bench->now_ns += TICK_NS;
		add_tick(bench);
		if (bench->still)
			continue;
		for (uint64_t j = i * MILESTONES / ticks; j < (i + 1) * MILESTONES / ticks; j++)
			add_milestone(bench);
		for (uint64_t j = i * SPANS / ticks; j < (i + 1) * SPANS / ticks; j++)
			add_span(bench);
	}
}

/* What comes before frame @index. */
static void add_next(struct bench *bench, unsigned index)
{
	bench->now_ns += TICK_NS;
	add_tick(bench);
	if (bench->still)
		return;
	if (index % 10 == 0)
		add_milestone(bench);
	if (index % 50 == 0)
		add_span(bench);
}

/* --- frames */

static void draw(struct bench *bench, void *state)
{
	struct view_frame frame = { .history = bench->history, .now_ns = bench->now_ns };

	frame.notice = "";
	if (view_curses.draw(state, &frame) != VIEW_STAY)
		fail("drawing");
}

/* CPU in ms. */
static double median_ms(struct bench *bench, void *state)
{
	double ns[FRAMES];

	for (unsigned i = 0; i < FRAMES; i++) {
		add_next(bench, i);
		ns[i] = figure_cpu_ns();
		draw(bench, state);
		ns[i] = figure_cpu_ns() - ns[i];
	}
	return figure_median(ns, FRAMES) / NS_PER_MS;
}

static struct result draw_frames(struct bench *bench, void *state)
{
	struct result result;
	uint64_t before;

	draw(bench, state);
	before = bytes_so_far(&bench->terminal);
	result.ms = median_ms(bench, state);
	/* without the MARK */
	result.bytes = (double)(bytes_so_far(&bench->terminal) - before - 1) / FRAMES;
	return result;
}

/* --- the floor */

static void draw_cells(unsigned index)
{
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++)
			mvaddch(y, x, (chtype)('a' + (x + y + (int)index) % 26));
	}
	refresh();
}

static double floor_ms(void)
{
	struct terminal terminal = { 0 };
	double ns[FRAMES];
	SCREEN *screen;

	open_terminal(&terminal);
	screen = newterm(NULL, terminal.out, stdin);
	if (!screen)
		fail("newterm");
	draw_cells(FRAMES);
	for (unsigned i = 0; i < FRAMES; i++) {
		ns[i] = figure_cpu_ns();
		draw_cells(i);
		ns[i] = figure_cpu_ns() - ns[i];
	}
	endwin();
	delscreen(screen);
	close_terminal(&terminal);
	return figure_median(ns, FRAMES) / NS_PER_MS;
}

/* --- the view */

static struct result frames_of(double window_s, bool still)
{
	struct bench bench = { .still = still, .now_ns = START_NS, .random = 42 };
	struct session_info session = { .name = "bench",
					.host = "here",
					.interval_ns = TICK_NS,
					.start_ns = START_NS,
					.start_wall_ns = 1795271400 * NS_PER_S };
	struct view_settings settings = { 0 };
	struct view_options options = { .title = "", .glyphs = -1, .settings = &settings };
	struct result result;
	void *state;

	options.window_ns = (uint64_t)(window_s * 1e9);
	bench.history = history_new(&session);
	if (!bench.history)
		fail("history_new");
	add_past(&bench, options.window_ns);
	open_terminal(&bench.terminal);
	options.out = bench.terminal.out;
	if (view_curses.open(&state, &options) != 0)
		fail("opening the view");
	result = draw_frames(&bench, state);
	view_curses.close(state);
	close_terminal(&bench.terminal);
	history_free(bench.history);
	return result;
}

int main(void)
{
	double moving[WINDOWS][ROUNDS], bare[ROUNDS];
	double bytes = 0;

	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setlocale(LC_ALL, "");
	unsetenv("NO_COLOR");
	signal(SIGPIPE, SIG_IGN);
	for (int round = 0; round < ROUNDS; round++) {
		bare[round] = floor_ms();
		for (int i = 0; i < WINDOWS; i++)
			moving[i][round] = frames_of(windows_s[i], false).ms;
	}
	for (int i = 0; i < WINDOWS; i++) {
		double still = frames_of(windows_s[i], true).bytes;

		bytes = still > bytes ? still : bytes;
	}
	printf("a terminal of %d x %d, %d processes at 10 Hz, %d milestones, %d spans\n", WIDTH,
	       HEIGHT, PROCESSES, MILESTONES, SPANS);
	figure_ratio(&(struct figure){ "frame/ncurses", "a frame, window 1 h",
				       "each cell of the screen anew, by ncurses", "ms", AT_MOST,
				       3.5 },
		     moving[1], bare, ROUNDS);
	figure_ratio(&(struct figure){ "frame/1h", "a frame, window 1 h", "window 1 min", "ms",
				       AT_MOST, 1.2 },
		     moving[1], moving[0], ROUNDS);
	figure_ratio(&(struct figure){ "frame/10h", "a frame, window 10 h", "window 1 min", "ms",
				       AT_MOST, 1.2 },
		     moving[2], moving[0], ROUNDS);
	figure_count(&(struct figure){ "frame/bytes", "bytes of a frame in which nothing changed",
				       NULL, "B", AT_MOST, 2048 },
		     bytes);
	return 0;
}
