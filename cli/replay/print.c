/*
 * A replay that prints: each record as it is read, at once or when its time has come.
 */
#include "base/clock.h"
#include "base/log.h"
#include "cli/replay/replay.h"
#include "export/line_names.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

/* Records that are printed before they are sent, where nobody waits for their time. */
#define BATCH 256

struct print {
	const struct replay *replay;
	struct history *history; /* of the session alone */
	struct line_names names;
	struct roster_source known;
	void *state;
	double speed; /* 0: as fast as can be */
	uint64_t begin_ns;
	size_t unsent;
	int wish; /* of the view */
};

/* Whether the records come in any case: nobody has stopped us, or gone. */
static bool goes_on(const struct print *print)
{
	return print->wish == VIEW_STAY && !recording_stopped();
}

static void draw(struct print *print, const struct record *record, bool more)
{
	struct view_frame frame = {
		.history = print->history,
		.known = &print->known,
		.records = record,
		.count = record ? 1 : 0,
		.more = more,
		.notice = "",
	};

	print->wish = print->replay->view->draw(print->state, &frame);
}

/* When @t_ns is due. */
static uint64_t due_ns(const struct print *print, uint64_t t_ns)
{
	uint64_t at_ns = print->replay->at_ns;
	double passed_ns = t_ns > at_ns ? (double)(t_ns - at_ns) / print->speed : 0;

	return print->begin_ns + (passed_ns < 1e18 ? (uint64_t)passed_ns : (uint64_t)1e18);
}

/* Until @left_ns are over, or a signal comes, or the reader of the output goes. */
static void sleep_for(struct print *print, uint64_t left_ns)
{
	struct timespec left = { .tv_sec = (time_t)(left_ns / NS_PER_S),
				 .tv_nsec = (long)(left_ns % NS_PER_S) };
	struct pollfd out = { .fd = fileno(stdout) };
	sigset_t before;
	sigset_t all;

	/* one that came before we wait is taken at once */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	if (goes_on(print) && ppoll(&out, 1, &left, &before) > 0 &&
	    (out.revents & (POLLERR | POLLHUP)))
		print->wish = VIEW_QUIT;
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void wait_for(struct print *print, uint64_t t_ns)
{
	uint64_t due = due_ns(print, t_ns);
	uint64_t now_ns;

	while (goes_on(print) && (now_ns = clock_mono_ns()) < due) {
		/* what is printed already is to be seen while we wait */
		if (print->unsent)
			draw(print, NULL, false);
		print->unsent = 0;
		sleep_for(print, due - now_ns);
	}
}

static void take_record(void *arg, const struct record *record)
{
	struct print *print = arg;

	if (print->speed > 0)
		wait_for(print, record->t_ns);
	if (!goes_on(print))
		return;
	print->unsent = print->unsent < BATCH ? print->unsent + 1 : 0;
	draw(print, record, print->unsent > 0);
	if (record->type == RECORD_PROCESS)
		line_names_join(&print->names, &record->process);
}

static bool take_progress(void *arg, double done)
{
	(void)done;
	return goes_on(arg);
}

/* Of a line, before the record that is drawn: one that did not live yet begins with its record,
 * whenever that comes. */
static bool find_known(void *arg, uint32_t line, struct roster_known *ret_known)
{
	const struct print *print = arg;
	const struct reader_process *process = reader_line(print->replay->recording->reader, line);
	struct line_name name;

	if (!process)
		return false;
	name = line_names_find(&print->names, line);
	*ret_known = (struct roster_known){
		.pid = name.pid,
		.name = name.name,
		.joined_ns = name.begun ? process->first_ns : UINT64_MAX,
	};
	return true;
}

static int read_all(struct print *print)
{
	const struct recording *recording = print->replay->recording;
	struct reader_query query = {
		.from_ns = print->replay->options->at_ns ? print->replay->at_ns : 0,
		.every = true,
		.force = print->replay->options->force,
		.progress = take_progress,
		.arg = print,
	};
	char why[TEXT_WHY];
	int error = line_names_open(&print->names, recording->reader, &query, why);

	print->begin_ns = clock_mono_ns();
	if (!error)
		error = reader_read(recording->reader, &query, take_record, print);
	if (print->wish == VIEW_STAY)
		draw(print, NULL, false);
	if (recording_stopped())
		return recording_stopped();
	if (print->wish != VIEW_STAY)
		return print->wish < 0 ? EXIT_FAIL : 0;
	if (!error)
		return 0;
	log_error("%s: %s", recording->path,
		  error == -ENOMEM ? strerror(ENOMEM) : reader_error(recording->reader));
	return EXIT_FAIL;
}

int replay_print(const struct replay *replay)
{
	struct print print = { .replay = replay,
			       .speed = replay->options->speed,
			       .known = { find_known, &print } };
	struct view_options options = { .window_ns = replay->options->window_ns,
					.title = replay->title,
					.limit_bytes = replay->options->limit_bytes,
					.out = stdout };
	int status = EXIT_FAIL;

	print.history = history_new(&reader_info(replay->recording->reader)->session);
	if (!print.history)
		log_error("%s: %s", replay->recording->path, strerror(ENOMEM));
	else if (replay->view->open(&print.state, &options) == 0)
		status = read_all(&print);
	replay->view->close(print.state);
	line_names_close(&print.names);
	history_free(print.history);
	return status;
}
