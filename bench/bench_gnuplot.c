/*
 * A frame of the gnuplot view, against feedgnuplot's of the same data: 4 lines of 600 points that
 * roll by one point a frame, to svg, each frame seen to be whole before the next is asked for. Ours
 * is also written to a file and takes its name; feedgnuplot's goes into a pipe. Then a frame of 16
 * lines at 10 Hz over 1 hour and over 10.
 */
#include "base/clock.h"
#include "bench/figure.h"
#include "plotter/gnuplot/gnuplot.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS 5
#define FRAMES 60
#define POINTS 600
#define LINES 4
#define TICK_NS (100 * NS_PER_MS)
#define START_NS (1000 * NS_PER_S)

/* Some waves in @ticks, with noise. */
static uint64_t value_at(uint64_t ticks, uint64_t tick, unsigned line)
{
	double noise = (double)((tick * 2654435761u + line * 97) % 1000) / 100;

	return (uint64_t)((100 * line + 40 * sin(30 * (double)tick / (double)ticks + line) +
			   noise) *
			  (1 << 20));
}

/* --- ours */

static void add_tick(struct history *history, uint64_t ticks, uint64_t tick, unsigned lines)
{
	struct sample samples[32];
	struct record record = { .t_ns = START_NS + tick * TICK_NS, .type = RECORD_TICK };

	for (unsigned i = 0; i < lines; i++)
		samples[i] = (struct sample){ .line = i + 1, .rss = value_at(ticks, tick, i + 1) };
	record.tick = (struct tick){ .count = lines, .samples = samples };
	if (history_add(history, &record) < 0)
		exit(1);
}

static struct history *fill(uint64_t ticks, unsigned lines)
{
	const struct session_info session = { .name = "bench",
					      .interval_ns = TICK_NS,
					      .start_ns = START_NS };
	struct history *history = history_new(&session);

	for (unsigned i = 0; history && i < lines; i++) {
		struct record record = { .t_ns = START_NS, .type = RECORD_PROCESS };

		record.process = (struct process){
			.line = i + 1, .pid = 100 + i, .name = "process", .command = ""
		};
		if (history_add(history, &record) < 0)
			exit(1);
	}
	for (uint64_t tick = 0; history && tick < ticks; tick++)
		add_tick(history, ticks, tick, lines);
	return history;
}

/* A frame a tick, in milliseconds; a frame that is `last` is waited for. */
static double draw(struct history *history, uint64_t ticks, unsigned lines, const char *path)
{
	struct view_settings settings = { 0 };
	const struct view_options options = { .window_ns = ticks * TICK_NS,
					      .title = "bench",
					      .out = stdout,
					      .term = "svg",
					      .path = path,
					      .settings = &settings };
	struct view_frame frame = { .history = history, .notice = "", .last = true };
	double wall_ms;
	uint64_t begin_ns;
	void *state;

	if (view_gnuplot_file.open(&state, &options) < 0)
		exit(1);
	begin_ns = clock_mono_ns();
	for (unsigned i = 0; i < FRAMES; i++) {
		uint64_t tick = (history_now(history) - START_NS) / TICK_NS + 1;

		add_tick(history, ticks, tick, lines);
		frame.now_ns = START_NS + tick * TICK_NS;
		if (view_gnuplot_file.draw(state, &frame) != VIEW_STAY)
			exit(1);
	}
	wall_ms = (double)(clock_mono_ns() - begin_ns) / 1e6 / FRAMES;
	view_gnuplot_file.close(state);
	return wall_ms;
}

/* --- feedgnuplot */

struct feed {
	pid_t pid;
	FILE *in;
	FILE *out;
};

static void start_feed(struct feed *feed)
{
	char window[16];
	int in[2], out[2];

	snprintf(window, sizeof(window), "%d", POINTS);
	if (pipe(in) < 0 || pipe(out) < 0 || (feed->pid = fork()) < 0)
		exit(1);
	if (feed->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(open("/dev/null", O_WRONLY), 2); /* it warns of data that ends */
		close(in[1]);
		close(out[0]);
		execlp("feedgnuplot", "feedgnuplot", "--stream", "trigger", "--lines", "--domain",
		       "--xlen", window, "--terminal", "svg size 1200,600", NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	feed->in = fdopen(in[1], "w");
	feed->out = fdopen(out[0], "r");
}

static void feed_tick(struct feed *feed, uint64_t tick)
{
	fprintf(feed->in, "%llu", (unsigned long long)tick);
	for (unsigned i = 0; i < LINES; i++)
		fprintf(feed->in, " %.9g", (double)value_at(POINTS, tick, i + 1) / (1 << 20));
	fputc('\n', feed->in);
}

static bool see_frame(struct feed *feed)
{
	char line[65536];

	fputs("replot\n", feed->in);
	fflush(feed->in);
	while (fgets(line, sizeof(line), feed->out))
		if (strstr(line, "</svg>"))
			return true;
	return false;
}

static void end_feed(struct feed *feed)
{
	fclose(feed->in);
	fclose(feed->out);
	waitpid(feed->pid, NULL, 0);
}

/* Both begin when their gnuplot stands and has a first frame. */
static double feed(void)
{
	double wall_ms;
	struct feed feed;
	uint64_t tick = 0;
	uint64_t begin_ns;

	start_feed(&feed);
	while (tick < POINTS)
		feed_tick(&feed, tick++);
	if (!see_frame(&feed)) {
		fprintf(stderr, "bench_gnuplot: there is no feedgnuplot\n");
		exit(1);
	}
	begin_ns = clock_mono_ns();
	for (unsigned i = 0; i < FRAMES; i++) {
		feed_tick(&feed, tick++);
		if (!see_frame(&feed))
			exit(1);
	}
	wall_ms = (double)(clock_mono_ns() - begin_ns) / 1e6 / FRAMES;
	end_feed(&feed);
	return wall_ms;
}

/* --- the figures */

static void compare_lengths(const char *path)
{
	static const uint64_t ticks[] = { 36000, 360000 };
	double ms[2][RUNS];
	struct history *histories[2];

	for (unsigned i = 0; i < 2; i++)
		histories[i] = fill(ticks[i], 16);
	for (unsigned run = 0; run < RUNS; run++)
		for (unsigned i = 0; i < 2; i++)
			ms[i][run] = draw(histories[i], ticks[i], 16, path);
	figure_ratio(&(struct figure){ "gnuplot/10h", "a gnuplot frame of 16 lines, 10 h", "1 h",
				       "ms", AT_MOST, 1.1 },
		     ms[1], ms[0], RUNS);
	for (unsigned i = 0; i < 2; i++)
		history_free(histories[i]);
}

int main(void)
{
	const char *directory = getenv("XDG_RUNTIME_DIR");
	struct history *history = fill(POINTS, LINES);
	double ours[RUNS], theirs[RUNS];
	char path[4096];

	signal(SIGPIPE, SIG_IGN);
	snprintf(path, sizeof(path), "%s/bench.svg", directory ? directory : "/tmp");
	for (unsigned run = 0; run < RUNS; run++) {
		ours[run] = draw(history, POINTS, LINES, path);
		theirs[run] = feed();
	}
	figure_ratio(&(struct figure){ "gnuplot/feedgnuplot", "a frame of 4 lines of 600 points",
				       "feedgnuplot's", "ms", AT_LEAST, 5 },
		     ours, theirs, RUNS);
	history_free(history);
	compare_lengths(path);
	unlink(path);
	return 0;
}
