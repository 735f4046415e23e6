#include "watcher/rollup.h"

#include "base/array.h"
#include "base/clock.h"
#include "watcher/rollup_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STACK_BYTES (128 * 1024)

struct rollup {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop;
	int ready; /* an eventfd */
	struct rollup_plan plan;
	struct rollup_result *results; /* one a target at most: the thread allocates nothing */
	size_t count;
	size_t room;
};

/* --- a read */

/* Of "Key:   123 kB" at the begin of a line; false where there is none. */
static bool find_bytes(const char *text, const char *key, uint64_t *ret_bytes)
{
	const char *at = strstr(text, key);

	if (at)
		*ret_bytes = strtoull(at + strlen(key), NULL, 10) * 1024;
	return at != NULL;
}

int rollup_parse(const char *text, struct rollup_figures *ret_figures)
{
	struct rollup_figures *figures = ret_figures;
	uint64_t clean, dirty;

	*figures = (struct rollup_figures){ 0 };
	if (!find_bytes(text, "\nPss:", &figures->pss) ||
	    !find_bytes(text, "\nPrivate_Clean:", &clean) ||
	    !find_bytes(text, "\nPrivate_Dirty:", &dirty))
		return -ESRCH;
	figures->uss = clean + dirty;
	find_bytes(text, "\nPss_Anon:", &figures->pss_anon);
	find_bytes(text, "\nPss_Shmem:", &figures->shmem_pss);
	find_bytes(text, "\nLazyFree:", &figures->lazyfree);
	return 0;
}

static void read_rollup(pid_t pid, struct rollup_result *result)
{
	char text[4096];
	char path[64];
	ssize_t size;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	result->t_ns = clock_mono_ns();
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		result->error = -errno;
		return;
	}
	size = read(fd, text, sizeof text - 1);
	result->error = size < 0 ? -errno : 0;
	result->took_ns = clock_mono_ns() - result->t_ns;
	close(fd);
	text[size > 0 ? size : 0] = '\0';
	if (!result->error)
		result->error = rollup_parse(text, &result->figures);
}

/* --- the thread */

/* Until @due_ns, or until something has changed. */
static void wait_until(struct rollup *rollup, uint64_t due_ns)
{
	struct timespec time = { (time_t)(due_ns / NS_PER_S), (long)(due_ns % NS_PER_S) };

	pthread_cond_timedwait(&rollup->changed, &rollup->lock, &time);
}

static void keep(struct rollup *rollup, const struct rollup_target *target,
		 const struct rollup_result *result)
{
	uint64_t one = 1;

	rollup_plan_took(&rollup->plan, target->line, result->t_ns, result->took_ns);
	if (result->error == -EACCES)
		rollup_plan_remove(&rollup->plan, target->line);
	if (rollup->count < rollup->room)
		rollup->results[rollup->count++] = *result;
	(void)!write(rollup->ready, &one, sizeof one);
}

static void *run(void *arg)
{
	struct rollup *rollup = arg;

	pthread_mutex_lock(&rollup->lock);
	while (!rollup->stop) {
		const struct rollup_target *next = rollup_plan_next(&rollup->plan);
		struct rollup_target target;
		struct rollup_result result;

		if (!next) {
			pthread_cond_wait(&rollup->changed, &rollup->lock);
			continue;
		}
		if (next->due_ns > clock_mono_ns()) {
			wait_until(rollup, next->due_ns);
			continue;
		}
		target = *next;
		result = (struct rollup_result){ .line = target.line };
		pthread_mutex_unlock(&rollup->lock);
		read_rollup(target.pid, &result);
		pthread_mutex_lock(&rollup->lock);
		keep(rollup, &target, &result);
	}
	pthread_mutex_unlock(&rollup->lock);
	return NULL;
}

/* --- from outside */

static int start_thread(struct rollup *rollup)
{
	pthread_condattr_t clock;
	pthread_attr_t attributes;
	sigset_t all, before;
	int error;

	pthread_mutex_init(&rollup->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&rollup->changed, &clock);
	pthread_condattr_destroy(&clock);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&rollup->thread, &attributes, run, rollup);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return -error;
}

int rollup_start(struct rollup **ret_rollup, uint64_t interval_ns)
{
	struct rollup *rollup = calloc(1, sizeof *rollup);
	int error;

	if (!rollup)
		return -ENOMEM;
	rollup->plan.interval_ns = interval_ns;
	rollup->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = rollup->ready < 0 ? -errno : start_thread(rollup);
	if (error) {
		if (rollup->ready >= 0)
			close(rollup->ready);
		free(rollup);
		return error;
	}
	*ret_rollup = rollup;
	return 0;
}

void rollup_stop(struct rollup *rollup)
{
	if (!rollup)
		return;
	pthread_mutex_lock(&rollup->lock);
	rollup->stop = true;
	pthread_cond_signal(&rollup->changed);
	pthread_mutex_unlock(&rollup->lock);
	pthread_join(rollup->thread, NULL);
	pthread_mutex_destroy(&rollup->lock);
	pthread_cond_destroy(&rollup->changed);
	close(rollup->ready);
	rollup_plan_free(&rollup->plan);
	free(rollup->results);
	free(rollup);
}

/* A result for each target, and one for each that has left since. */
static int reserve_results(struct rollup *rollup)
{
	return array_reserve(&rollup->results, &rollup->room, 2 * rollup->plan.room);
}

void rollup_pace(struct rollup *rollup, uint64_t interval_ns)
{
	pthread_mutex_lock(&rollup->lock);
	rollup->plan.interval_ns = interval_ns;
	pthread_mutex_unlock(&rollup->lock);
}

int rollup_add(struct rollup *rollup, uint32_t line, pid_t pid)
{
	int error;

	pthread_mutex_lock(&rollup->lock);
	error = rollup_plan_add(&rollup->plan, line, pid, clock_mono_ns());
	if (!error)
		error = reserve_results(rollup);
	if (error)
		rollup_plan_remove(&rollup->plan, line);
	pthread_cond_signal(&rollup->changed);
	pthread_mutex_unlock(&rollup->lock);
	return error;
}

void rollup_renew(struct rollup *rollup, uint32_t line)
{
	pthread_mutex_lock(&rollup->lock);
	rollup_plan_renew(&rollup->plan, line);
	pthread_cond_signal(&rollup->changed);
	pthread_mutex_unlock(&rollup->lock);
}

void rollup_remove(struct rollup *rollup, uint32_t line)
{
	pthread_mutex_lock(&rollup->lock);
	rollup_plan_remove(&rollup->plan, line);
	pthread_mutex_unlock(&rollup->lock);
}

int rollup_fd(const struct rollup *rollup)
{
	return rollup->ready;
}

/* One at a time, since @each may add and remove. */
static bool take_one(struct rollup *rollup, size_t index, struct rollup_result *ret_result)
{
	bool has;

	pthread_mutex_lock(&rollup->lock);
	has = index < rollup->count;
	if (has)
		*ret_result = rollup->results[index];
	else
		rollup->count = 0;
	pthread_mutex_unlock(&rollup->lock);
	return has;
}

void rollup_take(struct rollup *rollup, rollup_fn each, void *arg)
{
	struct rollup_result result;
	uint64_t count;

	(void)!read(rollup->ready, &count, sizeof count);
	for (size_t i = 0; take_one(rollup, i, &result); i++)
		each(arg, &result);
}
