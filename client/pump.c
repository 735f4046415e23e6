#include "client/pump.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define STACK_SIZE (256 * 1024)
#define START_RETRY_NS (100 * NS_PER_MS)
#define PAUSE_NS (2 * NS_PER_S) /* a fork waits no longer; microseconds, unless nanomsg hangs */
#define PAUSED_NS (100 * NS_PER_US)
#define END_NS (10 * NS_PER_MS)

static void futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t timeout_ns)
{
	struct timespec timeout = { .tv_sec = (time_t)(timeout_ns / NS_PER_S),
				    .tv_nsec = (long)(timeout_ns % NS_PER_S) };

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value,
		timeout_ns == PUSH_FOREVER ? NULL : &timeout, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* A writer advances the head, then looks at the state; here it is the other way round. */
static void rest(struct pump *pump, const struct push_rest *how)
{
	static const uint32_t states[] = {
		[PUSH_UNTIL_TIME] = PUMP_ASLEEP,
		[PUSH_UNTIL_FULL] = PUMP_NAPPING,
		[PUSH_UNTIL_NEWS] = PUMP_PARKED,
	};
	uint32_t state = states[how->until];

	if (how->ns == 0)
		return;
	atomic_store(&pump->state, state);
	if (!(state == PUMP_PARKED && push_has_news(&pump->push)) &&
	    !atomic_exchange(&pump->nudged, false))
		futex_wait(&pump->state, state, how->ns);
	atomic_store(&pump->state, PUMP_AWAKE);
}

static void *pump_main(void *arg)
{
	struct pump *pump = arg;

	prctl(PR_SET_NAME, "memwatch");
	atomic_store(&pump->state, PUMP_AWAKE);
	while (!atomic_load(&pump->stop)) {
		struct push_rest how;

		pthread_mutex_lock(&pump->lock);
		how = push_step(&pump->push, clock_mono_ns());
		pthread_mutex_unlock(&pump->lock);
		while (atomic_load(&pump->pausing))
			clock_sleep_ns(PAUSED_NS);
		rest(pump, &how);
	}
	/* What was on its way is still in the ring; an open socket would look like a leak. */
	pthread_mutex_lock(&pump->lock);
	push_close(&pump->push);
	pthread_mutex_unlock(&pump->lock);
	atomic_store(&pump->state, PUMP_ENDED);
	futex_wake(&pump->state);
	return NULL;
}

void pump_init(struct pump *pump, const struct push_setup *setup)
{
	pthread_mutex_init(&pump->lock, NULL);
	push_init(&pump->push, setup, clock_mono_ns());
}

/*
 * While a handler runs, its signal is @blocked, unless it was installed with SA_NODEFER. A thread
 * that blocks a signal for other reasons, and emits, leaves the start to others.
 */
static bool in_handler(const sigset_t *blocked)
{
	struct sigaction action;

	for (int number = 1; number < NSIG; number++) {
		if (sigismember(blocked, number) == 1 && sigaction(number, NULL, &action) == 0 &&
		    action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN)
			return true;
	}
	return false;
}

/* A host with much thread-local storage needs more than our stack: then it's the default one. */
static int make_thread(struct pump *pump)
{
	pthread_attr_t attributes;
	int error;

	if (pthread_attr_init(&attributes) != 0)
		return ENOMEM;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	error = pthread_create(&pump->thread, &attributes, pump_main, pump);
	if (error == EINVAL)
		error = pthread_create(&pump->thread, NULL, pump_main, pump);
	pthread_attr_destroy(&attributes);
	return error;
}

void pump_start(struct pump *pump, bool maybe_handler)
{
	uint32_t absent = PUMP_ABSENT;
	int kept_errno = errno;
	sigset_t all, kept;
	uint64_t now;

	if (atomic_load(&pump->state) != PUMP_ABSENT)
		return;
	now = clock_mono_ns();
	if (pump->tried_ns != 0 && now < pump->tried_ns + START_RETRY_NS && maybe_handler)
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &kept);
	if (atomic_compare_exchange_strong(&pump->state, &absent, PUMP_STARTING)) {
		pump->tried_ns = now;
		if ((maybe_handler && in_handler(&kept)) || make_thread(pump) != 0)
			atomic_store(&pump->state, PUMP_ABSENT);
	}
	pthread_sigmask(SIG_SETMASK, &kept, NULL);
	errno = kept_errno;
}

void pump_wake(struct pump *pump)
{
	int kept_errno = errno;
	uint32_t state;

	atomic_store(&pump->nudged, true);
	state = atomic_load(&pump->state);
	if ((state == PUMP_PARKED || state == PUMP_NAPPING || state == PUMP_ASLEEP) &&
	    atomic_compare_exchange_strong(&pump->state, &state, PUMP_AWAKE))
		futex_wake(&pump->state);
	errno = kept_errno;
}

void pump_rename(struct pump *pump, const char *name)
{
	pthread_mutex_lock(&pump->lock);
	push_rename(&pump->push, name);
	pthread_mutex_unlock(&pump->lock);
	pump_wake(pump);
}

/* A thread that is just being made may hold locks that a child would never see free. */
static void wait_started(const struct pump *pump)
{
	uint64_t end = clock_mono_ns() + PAUSE_NS;

	while (atomic_load(&pump->state) == PUMP_STARTING && clock_mono_ns() < end)
		clock_sleep_ns(PAUSED_NS);
}

/* By trials: ThreadSanitizer doesn't see what pthread_mutex_clocklock locks. Whoever has it lets go
 * within a few sends. */
static bool lock_until(pthread_mutex_t *lock, uint64_t until_ns)
{
	while (pthread_mutex_trylock(lock) != 0) {
		if (clock_mono_ns() >= until_ns)
			return false;
		clock_sleep_ns(PAUSED_NS);
	}
	return true;
}

bool pump_pause(struct pump *pump)
{
	uint64_t until_ns = clock_mono_ns() + PAUSE_NS;

	wait_started(pump);
	atomic_store(&pump->pausing, true);
	pump->paused = !pump->hung && lock_until(&pump->lock, until_ns);
	pump->hung = !pump->paused;
	return pump->paused && push_close(&pump->push);
}

void pump_resume(struct pump *pump)
{
	if (pump->paused)
		pthread_mutex_unlock(&pump->lock);
	atomic_store(&pump->pausing, false);
}

void pump_end(struct pump *pump)
{
	uint64_t end = clock_mono_ns() + END_NS;
	uint32_t state = PUMP_ABSENT;

	atomic_store(&pump->stop, true);
	if (atomic_compare_exchange_strong(&pump->state, &state, PUMP_ENDED))
		return;
	pump_wake(pump);
	for (;;) {
		uint64_t now = clock_mono_ns();

		state = atomic_load(&pump->state);
		if (state == PUMP_ENDED || now >= end)
			break;
		futex_wait(&pump->state, state, NS_PER_MS);
	}
	if (state == PUMP_ENDED)
		pthread_join(pump->thread, NULL);
}
