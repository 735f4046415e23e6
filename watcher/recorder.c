#include "watcher/recorder.h"

#include "base/clock.h"
#include "session/schema.h"
#include "wire/codec.h"
#include "wire/selection.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

/* What was written is committed this long after, and the file is looked for as often. */
#define COMMIT_NS (400 * NS_PER_MS)
#define LOOK_NS NS_PER_S

/* What failed is tried again this long after; at the session's end, for so long in all, and longer
 * where another program only has to let go. */
#define RETRY_NS (200 * NS_PER_MS)
#define HURRY_NS (3 * NS_PER_S)
#define HURRY_BUSY_NS (60 * NS_PER_S)

struct recorder {
	pthread_t thread;
	int event;
	struct writer *writer; /* the thread's */
	struct selection selection;
	uint64_t dirty_ns; /* since when something is to be committed; 0: nothing is */
	uint64_t look_ns;
	uint64_t hurried_ns; /* when it first failed while the session ends; 0: it didn't */
	bool waits;	     /* it failed, and nothing was committed since */
	int error;

	pthread_mutex_t lock; /* guards what follows; the inbox is the side's that size tells */
	pthread_cond_t wake;
	size_t size; /* given and not yet written; 0: it is the giver's to fill */
	bool finish;
	bool hurry;
	bool quit;  /* nobody gives again */
	bool again; /* give again what is behind again_seq */
	uint64_t again_seq;
	struct recorder_state state; /* processes NULL: there is none */
	struct recording_info info;

	unsigned char inbox[RECORDER_BYTES];
};

/* --- the thread */

struct job {
	size_t size;
	bool finish;
	struct recorder_state state;
};

/* Wait for something to do, but not longer than until a commit or a look is due. */
static struct job wait_for_job(struct recorder *recorder)
{
	uint64_t until_ns = recorder->look_ns;
	struct timespec until;
	struct job job;

	if (recorder->dirty_ns && recorder->dirty_ns + COMMIT_NS < until_ns)
		until_ns = recorder->dirty_ns + COMMIT_NS;
	until.tv_sec = (time_t)(until_ns / NS_PER_S);
	until.tv_nsec = (long)(until_ns % NS_PER_S);
	pthread_mutex_lock(&recorder->lock);
	while (!recorder->size && !recorder->finish && !recorder->state.processes) {
		if (pthread_cond_timedwait(&recorder->wake, &recorder->lock, &until) == ETIMEDOUT)
			break;
	}
	job = (struct job){ recorder->size, recorder->finish, recorder->state };
	recorder->state = (struct recorder_state){ 0 };
	pthread_mutex_unlock(&recorder->lock);
	return job;
}

static void take_record(void *arg, const struct record *record)
{
	struct recorder *recorder = arg;
	struct record kept;

	if (selection_take(&recorder->selection, record, &kept))
		recorder->error = writer_add(recorder->writer, &kept);
	else
		recorder->error = writer_skip(recorder->writer, record);
}

static void free_state(const struct recorder_state *state)
{
	free(state->processes);
	free(state->lines);
}

static void do_job(struct recorder *recorder, const struct job *job)
{
	for (size_t i = 0; i < job->state.line_count; i++)
		selection_add(&recorder->selection, job->state.lines[i]);
	if (job->state.processes)
		recorder->error =
			writer_resync(recorder->writer, job->state.processes, job->state.count);
	free_state(&job->state);
	if (!job->size || recorder->error)
		return;
	codec_get_records(recorder->inbox, job->size, take_record, recorder);
	if (!recorder->dirty_ns)
		recorder->dirty_ns = clock_mono_ns();
}

/* How it fares, @error NULL: as before. */
static void tell(struct recorder *recorder, const struct writer_counts *counts,
		 enum recording_state state, const char *error)
{
	pthread_mutex_lock(&recorder->lock);
	recorder->info.state = state;
	recorder->info.samples = counts->samples;
	recorder->info.events = counts->events;
	recorder->info.lost = counts->lost;
	recorder->info.processes = counts->processes;
	recorder->info.until_ns = counts->until_ns;
	if (error)
		text_copy(recorder->info.error, sizeof recorder->info.error, error);
	pthread_mutex_unlock(&recorder->lock);
	eventfd_write(recorder->event, 1);
}

/* The inbox is the giver's again. */
static void empty_inbox(struct recorder *recorder)
{
	pthread_mutex_lock(&recorder->lock);
	recorder->size = 0;
	pthread_mutex_unlock(&recorder->lock);
}

/* Ask for all behind @seq once more, what was given since it failed too. */
static void ask_again(struct recorder *recorder, uint64_t seq)
{
	pthread_mutex_lock(&recorder->lock);
	free_state(&recorder->state);
	recorder->state = (struct recorder_state){ 0 };
	recorder->size = 0;
	recorder->finish = false;
	recorder->again = true;
	recorder->again_seq = seq;
	pthread_mutex_unlock(&recorder->lock);
}

/* Something is in the file again. */
static void go_on(struct recorder *recorder)
{
	if (!recorder->waits)
		return;
	recorder->waits = false;
	pthread_mutex_lock(&recorder->lock);
	recorder->info.error[0] = '\0';
	pthread_mutex_unlock(&recorder->lock);
	eventfd_write(recorder->event, 1);
}

static void do_chores(struct recorder *recorder)
{
	uint64_t now_ns = clock_mono_ns();

	/* where it failed, a little at a time */
	if (recorder->dirty_ns && (recorder->waits || now_ns >= recorder->dirty_ns + COMMIT_NS)) {
		recorder->error = writer_commit(recorder->writer);
		recorder->dirty_ns = 0;
		if (!recorder->error)
			go_on(recorder);
	}
	if (!recorder->error && now_ns >= recorder->look_ns) {
		recorder->look_ns = now_ns + LOOK_NS;
		recorder->error = writer_look(recorder->writer);
	}
}

/* Whether what fails while the session ends has had its time. */
static bool is_given_up(struct recorder *recorder)
{
	uint64_t now_ns = clock_mono_ns();
	bool hurry, quit;

	pthread_mutex_lock(&recorder->lock);
	hurry = recorder->hurry || recorder->finish;
	quit = recorder->quit;
	pthread_mutex_unlock(&recorder->lock);
	if (hurry && !recorder->hurried_ns)
		recorder->hurried_ns = now_ns;
	return quit ||
	       (hurry && now_ns > recorder->hurried_ns +
					  (recorder->error == -EBUSY ? HURRY_BUSY_NS : HURRY_NS));
}

/* What failed may pass: wait until it has, and ask for what was not kept once more. */
static bool wait_it_out(struct recorder *recorder)
{
	char why[TEXT_WHY];
	uint64_t seq;

	if (!writer_may_pass(recorder->writer) || writer_look(recorder->writer) < 0 ||
	    is_given_up(recorder))
		return false;
	text_copy(why, sizeof why, writer_error(recorder->writer));
	clock_sleep_ns(RETRY_NS);
	recorder->error = writer_retry(recorder->writer, &seq);
	recorder->dirty_ns = 0;
	recorder->waits = true;
	if (recorder->error)
		return true;
	ask_again(recorder, seq);
	tell(recorder, writer_counts(recorder->writer), RECORDING_ON, why);
	return true;
}

static void finish(struct recorder *recorder)
{
	struct writer_counts counts;
	char why[TEXT_WHY], close_why[TEXT_WHY];
	int error;

	/* The first failure is the one that tells; but where the file is gone, that is why. */
	if (recorder->error)
		writer_look(recorder->writer);
	text_copy(why, sizeof why, recorder->error ? writer_error(recorder->writer) : "");
	counts = *writer_counts(recorder->writer);
	error = writer_close(recorder->writer, clock_wall_ns(), close_why);
	if (!recorder->error && error)
		text_copy(why, sizeof why, close_why);
	tell(recorder, &counts, recorder->error || error ? RECORDING_FAILED : RECORDING_DONE, why);
}

static void *run(void *arg)
{
	struct recorder *recorder = arg;
	struct job job;
	bool again;

	prctl(PR_SET_NAME, "mw-recorder");
	do {
		job = wait_for_job(recorder);
		do_job(recorder, &job);
		if (!recorder->error)
			do_chores(recorder);
		if (!recorder->error && job.size) {
			empty_inbox(recorder);
			tell(recorder, writer_counts(recorder->writer), RECORDING_ON, NULL);
		}
		again = recorder->error != 0;
		while (recorder->error && wait_it_out(recorder))
			;
	} while (!recorder->error && (again || !job.finish || job.size));
	finish(recorder);
	return NULL;
}

/* --- the other side */

/* A thread that takes no signal. */
static int start_thread(struct recorder *recorder)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&recorder->thread, NULL, run, recorder);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

static void open_wake(struct recorder *recorder)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&recorder->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&recorder->wake, &attributes);
	pthread_condattr_destroy(&attributes);
}

int recorder_start(struct recorder **ret_recorder, const struct recorder_order *order,
		   const struct session_info *session, char *why)
{
	struct recorder *recorder = calloc(1, sizeof *recorder);
	char ignored[TEXT_WHY];
	int error = -ENOMEM;

	snprintf(why, TEXT_WHY, "%s", strerror(ENOMEM));
	if (!recorder)
		return error;
	recorder->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (recorder->event >= 0)
		error = writer_open(&recorder->writer, order->path, order->force, session, why);
	if (error)
		goto free_recorder;
	if (order->title[0])
		writer_title(recorder->writer, order->title);
	if (order->exact_ns)
		writer_exact(recorder->writer, order->exact_ns);
	text_copy(recorder->info.path, sizeof recorder->info.path, order->path);
	recorder->info.state = RECORDING_ON;
	recorder->look_ns = clock_mono_ns() + LOOK_NS;
	selection_open(&recorder->selection, order->selection, clock_mono_ns());
	open_wake(recorder);
	error = start_thread(recorder);
	if (error) {
		snprintf(why, TEXT_WHY, "no thread: %s", strerror(-error));
		writer_close(recorder->writer, clock_wall_ns(), ignored);
		goto free_recorder;
	}
	*ret_recorder = recorder;
	return 0;

free_recorder:
	if (recorder->event >= 0)
		close(recorder->event);
	free(recorder);
	return error;
}

void recorder_finish(struct recorder *recorder)
{
	pthread_mutex_lock(&recorder->lock);
	recorder->finish = !recorder->again;
	pthread_cond_signal(&recorder->wake);
	pthread_mutex_unlock(&recorder->lock);
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	pthread_mutex_lock(&recorder->lock);
	recorder->quit = true;
	recorder->finish = true;
	pthread_cond_signal(&recorder->wake);
	pthread_mutex_unlock(&recorder->lock);
	pthread_join(recorder->thread, NULL);
	pthread_mutex_destroy(&recorder->lock);
	pthread_cond_destroy(&recorder->wake);
	close(recorder->event);
	free_state(&recorder->state);
	selection_close(&recorder->selection);
	free(recorder);
}

int recorder_fd(const struct recorder *recorder)
{
	return recorder->event;
}

void recorder_hear(struct recorder *recorder)
{
	eventfd_t count;

	eventfd_read(recorder->event, &count);
}

unsigned char *recorder_room(struct recorder *recorder)
{
	bool free_room;

	pthread_mutex_lock(&recorder->lock);
	free_room = !recorder->size && !recorder->finish && !recorder->again &&
		    recorder->info.state == RECORDING_ON;
	pthread_mutex_unlock(&recorder->lock);
	return free_room ? recorder->inbox : NULL;
}

bool recorder_again(struct recorder *recorder, uint64_t *ret_seq)
{
	bool again;

	pthread_mutex_lock(&recorder->lock);
	again = recorder->again;
	*ret_seq = recorder->again_seq;
	recorder->again = false;
	pthread_mutex_unlock(&recorder->lock);
	return again;
}

void recorder_hurry(struct recorder *recorder)
{
	pthread_mutex_lock(&recorder->lock);
	recorder->hurry = true;
	pthread_mutex_unlock(&recorder->lock);
}

void recorder_give(struct recorder *recorder, size_t size)
{
	pthread_mutex_lock(&recorder->lock);
	recorder->size = size;
	pthread_cond_signal(&recorder->wake);
	pthread_mutex_unlock(&recorder->lock);
}

void recorder_resync(struct recorder *recorder, const struct recorder_state *state)
{
	pthread_mutex_lock(&recorder->lock);
	free_state(&recorder->state);
	recorder->state = *state;
	pthread_cond_signal(&recorder->wake);
	pthread_mutex_unlock(&recorder->lock);
}

void recorder_info(struct recorder *recorder, struct recording_info *ret_info)
{
	pthread_mutex_lock(&recorder->lock);
	*ret_info = recorder->info;
	pthread_mutex_unlock(&recorder->lock);
}
