#include "watcher/sampler.h"

#include "base/clock.h"
#include "proc/statm.h"
#include "watcher/tickbuf.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <unistd.h>

/*
 * The table of what is read. A slot that leaves stays until the reading thread has seen the table
 * without it, since its descriptor may be in use. No locking of its own.
 */
struct slot {
	int fd; /* negative: the file is opened at each tick */
	uint32_t line;
	pid_t pid; /* for that */
	uint64_t start_ticks;
	uint64_t leaves; /* the version of the table that no longer has it; 0: it stays */
};

struct slots {
	struct slot *at;
	size_t count;
	size_t room;
};

/* @line leaves with that version. */
static void slots_leave(struct slots *slots, uint32_t line, uint64_t version)
{
	for (size_t i = 0; i < slots->count; i++) {
		if (slots->at[i].line == line && !slots->at[i].leaves)
			slots->at[i].leaves = version;
	}
}

/* Close and remove those that had left by that version; the others keep their order. */
static void slots_close(struct slots *slots, uint64_t version)
{
	size_t kept = 0;

	for (size_t i = 0; i < slots->count; i++) {
		struct slot *slot = &slots->at[i];

		if (!slot->leaves || slot->leaves > version)
			slots->at[kept++] = *slot;
		else if (slot->fd >= 0)
			close(slot->fd);
	}
	slots->count = kept;
}

/* Ticks are kept for this long while the other side is busy. */
#define KEEP_NS (250 * NS_PER_MS)
#define KEEP_TICKS_MIN 8
#define KEEP_BYTES_MAX (8U << 20)

struct sampler {
	pthread_t thread;
	int timer;
	int event;
	uint64_t interval_ns;
	uint64_t deadline_ns; /* of the next tick; the thread's */

	pthread_mutex_t lock; /* guards what follows */
	bool stop;
	struct slots table;
	uint64_t version;      /* of the table */
	uint64_t seen_version; /* that the thread reads by */
	size_t next_room; /* not 0: next_slots and next_samples are to replace the thread's own */
	struct slot *next_slots;
	struct sample *next_samples;
	struct tickbuf filling;
	uint64_t ticks;

	struct tickbuf idle; /* the other side's */

	struct slot *own_slots; /* the thread's */
	struct sample *own_samples;
	size_t own_count;
	uint64_t missed;
};

/* --- the thread */

static void swap_own_arrays(struct sampler *sampler)
{
	struct slot *slots = sampler->own_slots;
	struct sample *samples = sampler->own_samples;

	if (!sampler->next_room)
		return;
	sampler->own_slots = sampler->next_slots;
	sampler->own_samples = sampler->next_samples;
	sampler->next_slots = slots; /* to be freed by the other side */
	sampler->next_samples = samples;
	sampler->next_room = 0;
}

/* Take over the table as it is now; false at the end. */
static bool follow_table(struct sampler *sampler)
{
	const struct slots *table = &sampler->table;
	bool go_on;

	pthread_mutex_lock(&sampler->lock);
	if (sampler->seen_version != sampler->version) {
		swap_own_arrays(sampler);
		sampler->own_count = 0;
		for (size_t i = 0; i < table->count; i++) {
			if (!table->at[i].leaves)
				sampler->own_slots[sampler->own_count++] = table->at[i];
		}
		sampler->seen_version = sampler->version;
	}
	go_on = !sampler->stop;
	pthread_mutex_unlock(&sampler->lock);
	return go_on;
}

static void read_slot(const struct slot *slot, struct sample *ret_sample)
{
	int error;

	ret_sample->line = slot->line;
	if (slot->fd >= 0)
		error = statm_read(slot->fd, &ret_sample->rss, &ret_sample->shared);
	else
		error = statm_read_anew(slot->pid, slot->start_ticks, &ret_sample->rss,
					&ret_sample->shared);
	if (error == -EMFILE || error == -ENFILE) /* it may well live */
		*ret_sample = (struct sample){ slot->line, SAMPLE_NONE, 0 };
	else if (error)
		*ret_sample = (struct sample){ slot->line, SAMPLE_GONE, 0 };
	else if (!ret_sample->rss)
		ret_sample->rss = SAMPLE_NONE;
}

static bool keep_tick(struct sampler *sampler, uint64_t t_ns)
{
	struct tick tick = { sampler->missed, sampler->own_count, sampler->own_samples, false };
	bool kept;

	pthread_mutex_lock(&sampler->lock);
	kept = tickbuf_put(&sampler->filling, t_ns, &tick);
	sampler->ticks += kept;
	pthread_mutex_unlock(&sampler->lock);
	return kept;
}

/* What a tick of @deadline_ns that is taken now is said to be of. */
static uint64_t tick_time(const struct sampler *sampler, uint64_t deadline_ns)
{
	uint64_t late_ns = clock_mono_ns() - deadline_ns;

	if (late_ns < TICK_LATE_NS && late_ns <= sampler->interval_ns / 2)
		return deadline_ns;
	/* The thread may have slept since its timer expired; the next tick comes after this one. */
	return deadline_ns + (late_ns < sampler->interval_ns ? late_ns : sampler->interval_ns - 1);
}

static void take_tick(struct sampler *sampler, uint64_t deadline_ns)
{
	uint64_t t_ns = tick_time(sampler, deadline_ns);

	for (size_t i = 0; i < sampler->own_count; i++)
		read_slot(&sampler->own_slots[i], &sampler->own_samples[i]);
	if (!keep_tick(sampler, t_ns))
		sampler->missed++;
	eventfd_write(sampler->event, 1);
}

static void *run(void *arg)
{
	struct sampler *sampler = arg;
	uint64_t expirations;

	prctl(PR_SET_NAME, "mw-sampler");
	for (;;) {
		if (read(sampler->timer, &expirations, sizeof expirations) != sizeof expirations)
			continue;
		if (!follow_table(sampler))
			return NULL;
		sampler->missed += expirations - 1;
		sampler->deadline_ns += expirations * sampler->interval_ns;
		take_tick(sampler, sampler->deadline_ns - sampler->interval_ns);
	}
}

/* --- set-up and end */

/* The first deadline goes to *ret_first. */
static int open_timer(uint64_t start_ns, uint64_t interval_ns, uint64_t *ret_first)
{
	uint64_t now = clock_mono_ns();
	uint64_t first = start_ns;
	struct itimerspec spec;
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (first <= now)
		first += ((now - first) / interval_ns + 1) * interval_ns;
	spec.it_value.tv_sec = (time_t)(first / NS_PER_S);
	spec.it_value.tv_nsec = (long)(first % NS_PER_S);
	spec.it_interval.tv_sec = (time_t)(interval_ns / NS_PER_S);
	spec.it_interval.tv_nsec = (long)(interval_ns % NS_PER_S);
	if (timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL) < 0) {
		close(fd);
		return -EINVAL;
	}
	*ret_first = first;
	return fd;
}

/* A thread that takes no signal. */
static int start_thread(struct sampler *sampler)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&sampler->thread, NULL, run, sampler);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

static size_t room_wanted(const struct sampler *sampler, size_t lines)
{
	size_t room = tickbuf_size(KEEP_NS / sampler->interval_ns + KEEP_TICKS_MIN, lines);
	size_t least = tickbuf_size(2, lines);

	if (room <= KEEP_BYTES_MAX)
		return room;
	return least > KEEP_BYTES_MAX ? least : KEEP_BYTES_MAX;
}

int sampler_start(struct sampler **ret_sampler, uint64_t start_ns, uint64_t interval_ns)
{
	struct sampler *sampler = calloc(1, sizeof *sampler);
	int error = -ENOMEM;

	if (!sampler)
		return error;
	pthread_mutex_init(&sampler->lock, NULL);
	sampler->interval_ns = interval_ns;
	if (tickbuf_grow(&sampler->filling, room_wanted(sampler, 1)) < 0)
		goto free_sampler;
	sampler->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (sampler->event < 0) {
		error = -errno;
		goto free_sampler;
	}
	sampler->timer = open_timer(start_ns, interval_ns, &sampler->deadline_ns);
	if (sampler->timer < 0) {
		error = sampler->timer;
		goto close_event;
	}
	error = start_thread(sampler);
	if (error)
		goto close_timer;
	*ret_sampler = sampler;
	return 0;

close_timer:
	close(sampler->timer);
close_event:
	close(sampler->event);
free_sampler:
	free(sampler->filling.bytes);
	free(sampler);
	return error;
}

/* Wake the thread at once, whatever its interval. */
static void expire_timer(struct sampler *sampler)
{
	struct itimerspec now = { .it_value = { .tv_nsec = 1 } };

	timerfd_settime(sampler->timer, 0, &now, NULL);
}

static void close_slot(const struct slot *slot)
{
	if (slot->fd >= 0)
		close(slot->fd);
}

void sampler_stop(struct sampler *sampler)
{
	if (!sampler)
		return;
	pthread_mutex_lock(&sampler->lock);
	sampler->stop = true;
	pthread_mutex_unlock(&sampler->lock);
	expire_timer(sampler);
	pthread_join(sampler->thread, NULL);
	for (size_t i = 0; i < sampler->table.count; i++)
		close_slot(&sampler->table.at[i]);
	close(sampler->timer);
	close(sampler->event);
	free(sampler->table.at);
	free(sampler->own_slots);
	free(sampler->own_samples);
	free(sampler->next_slots);
	free(sampler->next_samples);
	free(sampler->filling.bytes);
	free(sampler->idle.bytes);
	pthread_mutex_destroy(&sampler->lock);
	free(sampler);
}

/* --- the other side */

/* Room for one more line, and for its samples. The lock is held for copies, never for an
 * allocation. */
static int grow_table(struct sampler *sampler)
{
	struct slots *table = &sampler->table;
	size_t room = table->room ? table->room * 2 : 16;
	struct slot *slots = malloc(room * sizeof *slots);
	struct slot *own_slots = malloc(room * sizeof *own_slots);
	struct sample *own_samples = malloc(room * sizeof *own_samples);
	struct slot *old_slots = table->at;
	struct slot *old_next_slots;
	struct sample *old_next_samples;

	if (!slots || !own_slots || !own_samples) {
		free(slots);
		free(own_slots);
		free(own_samples);
		return -ENOMEM;
	}
	pthread_mutex_lock(&sampler->lock);
	if (table->count)
		memcpy(slots, table->at, table->count * sizeof *slots);
	table->at = slots;
	table->room = room;
	old_next_slots = sampler->next_slots;
	old_next_samples = sampler->next_samples;
	sampler->next_slots = own_slots;
	sampler->next_samples = own_samples;
	sampler->next_room = room;
	pthread_mutex_unlock(&sampler->lock);
	free(old_slots);
	free(old_next_slots);
	free(old_next_samples);
	return 0;
}

static int grow_filling(struct sampler *sampler, size_t room)
{
	struct tickbuf bigger = { 0 };
	struct tickbuf old;

	if (sampler->filling.room >= room)
		return 0;
	if (tickbuf_grow(&bigger, room) < 0)
		return -ENOMEM;
	pthread_mutex_lock(&sampler->lock);
	old = sampler->filling;
	if (old.used)
		memcpy(bigger.bytes, old.bytes, old.used);
	bigger.used = old.used;
	sampler->filling = bigger;
	pthread_mutex_unlock(&sampler->lock);
	free(old.bytes);
	return 0;
}

static int put_slot(struct sampler *sampler, struct slot slot, bool replace)
{
	struct slots *table = &sampler->table;

	if ((table->count == table->room && grow_table(sampler) < 0) ||
	    grow_filling(sampler, room_wanted(sampler, table->count + 1)) < 0) {
		close_slot(&slot);
		return -ENOMEM;
	}
	pthread_mutex_lock(&sampler->lock);
	if (replace)
		slots_leave(&sampler->table, slot.line, sampler->version + 1);
	table->at[table->count++] = slot;
	sampler->version++;
	pthread_mutex_unlock(&sampler->lock);
	return 0;
}

int sampler_add(struct sampler *sampler, uint32_t line, int statm_fd)
{
	return put_slot(sampler, (struct slot){ .fd = statm_fd, .line = line }, false);
}

int sampler_add_anew(struct sampler *sampler, uint32_t line, pid_t pid, uint64_t start_ticks)
{
	const struct slot slot = { .fd = -1, .line = line, .pid = pid, .start_ticks = start_ticks };

	return put_slot(sampler, slot, false);
}

int sampler_replace(struct sampler *sampler, uint32_t line, int statm_fd)
{
	return put_slot(sampler, (struct slot){ .fd = statm_fd, .line = line }, true);
}

void sampler_remove(struct sampler *sampler, uint32_t line)
{
	pthread_mutex_lock(&sampler->lock);
	slots_leave(&sampler->table, line, sampler->version + 1);
	sampler->version++;
	pthread_mutex_unlock(&sampler->lock);
}

int sampler_fd(const struct sampler *sampler)
{
	return sampler->event;
}

void sampler_take(struct sampler *sampler, record_fn each, void *arg)
{
	struct tickbuf full;
	eventfd_t count;

	eventfd_read(sampler->event, &count);
	if (tickbuf_grow(&sampler->idle, sampler->filling.room) < 0)
		return;
	sampler->idle.used = 0;
	pthread_mutex_lock(&sampler->lock);
	full = sampler->filling;
	sampler->filling = sampler->idle;
	sampler->idle = full;
	slots_close(&sampler->table, sampler->seen_version);
	pthread_mutex_unlock(&sampler->lock);
	tickbuf_each(&full, each, arg);
}

uint64_t sampler_ticks(struct sampler *sampler)
{
	uint64_t ticks;

	pthread_mutex_lock(&sampler->lock);
	ticks = sampler->ticks;
	pthread_mutex_unlock(&sampler->lock);
	return ticks;
}
