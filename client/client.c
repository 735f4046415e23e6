#include "client/client.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"

#include "wire/sessions.h"

/* At its end a process waits so long to be known. */
#define KNOWN_TRIES 50
#define KNOWN_PAUSE_NS (2 * NS_PER_MS)

/* A ring that nobody else can see is made only after so many tries. */
#define RING_TRIES 3

static struct client not_yet;

_Atomic(struct client *) client_known = &not_yet;

/*
 * A library has nowhere else to keep what belongs to its process. A forked child finds this as its
 * parent left it, and what `client_known` points to as zeros.
 */
static struct {
	pthread_mutex_t lock; /* held only with all signals blocked */
	_Atomic pid_t pid;    /* of the process that this was last made ready for */
	sigset_t kept_signals;
	bool forked;
	bool spoilt;	   /* nanomsg was in use at the fork, or was broken */
	bool child_spoilt; /* and will be so in the child that is being forked */
	struct rundir dir;
	struct rss rss;
	struct ring_place place;
	char name[TEXT_NAME + 1];
} process = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void lock_process(sigset_t *kept)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, kept);
	pthread_mutex_lock(&process.lock);
}

static void unlock_process(const sigset_t *kept)
{
	pthread_mutex_unlock(&process.lock);
	pthread_sigmask(SIG_SETMASK, kept, NULL);
}

static bool wanted(void)
{
	const char *text = secure_getenv("MEMWATCH");

	return !(text && strcmp(text, "off") == 0) && getauxval(AT_SECURE) == 0;
}

static int open_session(struct rundir *dir)
{
	return rundir_open(dir, sessions_of_environment(), true);
}

static struct client *make_memory(void)
{
	size_t size = sizeof(struct client);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	madvise(memory, size, MADV_WIPEONFORK);
	return memory;
}

/*
 * A child that was made without the fork handlers (by _Fork, or the bare system call) may have
 * inherited nanomsg at work, so it has no pump: its events wait in its ring.
 */
static void find_out_kin(void)
{
	pid_t pid = getpid();

	if (pid != process.pid) {
		process.forked = true;
		process.spoilt = true;
		process.pid = pid;
		rss_close(&process.rss);
	}
}

/* Who removes the directory of a session that is over may do so at this moment. */
static bool make_ring(struct ring *ring)
{
	int error = 0;

	for (int i = 0; i < RING_TRIES && !error && (i == 0 || !ring->shared); i++) {
		if (i > 0)
			error = open_session(&process.dir);
		if (!error)
			error = ring_create(ring, &process.place, &process.dir, process.name);
	}
	return error == 0;
}

static bool set_up(void)
{
	struct client *client = atomic_load(&client_known);
	struct push_setup setup;

	find_out_kin();
	if (!wanted() || open_session(&process.dir) < 0)
		return false;
	if (client == &not_yet)
		client = make_memory();
	if (!client || !make_ring(&client->ring))
		return false;
	setup = (struct push_setup){ &client->ring, &process.dir, process.forked, process.spoilt };
	pump_init(&client->pump, &setup);
	client->rss = &process.rss;
	client->spans = client->ring.header->instance;
	if (process.spoilt)
		client->pump.state = PUMP_ENDED;
	atomic_store_explicit(&client->ready, true, memory_order_release);
	atomic_store_explicit(&client_known, client, memory_order_release);
	return true;
}

struct client *client_set_up(void)
{
	struct client *client;
	int kept_errno = errno;
	sigset_t kept;

	lock_process(&kept);
	client = atomic_load(&client_known);
	if (client && !client->ready && !set_up())
		atomic_store(&client_known, NULL);
	client = atomic_load(&client_known);
	unlock_process(&kept);
	errno = kept_errno;
	return client;
}

struct client *client_get_live(void)
{
	struct client *client = client_get();

	if (client)
		pump_start(&client->pump, false);
	return client;
}

int client_name(const char *name)
{
	struct client *client;
	sigset_t kept;

	/* First, so that a ring that is made now has it from its beginning. */
	lock_process(&kept);
	text_copy(process.name, sizeof process.name, name);
	unlock_process(&kept);
	client = client_get_live();
	if (!client)
		return -ENOTCONN;
	lock_process(&kept);
	memcpy(client->ring.header->name, process.name, sizeof process.name);
	pump_rename(&client->pump, process.name);
	unlock_process(&kept);
	return 0;
}

static struct client *ready_client(void)
{
	struct client *client = atomic_load(&client_known);

	return client && client->ready ? client : NULL;
}

bool client_is_watched(void)
{
	struct client *client = ready_client();
	int kept_errno = errno;
	bool watched =
		rundir_owner(client ? atomic_load(&client->pump.push.dir) : &process.dir) >= 0;

	errno = kept_errno;
	return watched;
}

/* --- fork */

/* No signal handler runs from here to the end of one of the two below: a child is half made. */
static void before_fork(void)
{
	struct client *client;
	sigset_t kept;

	lock_process(&kept);
	process.kept_signals = kept;
	client = ready_client();
	process.child_spoilt = client ? !pump_pause(&client->pump) : process.spoilt;
}

static void after_fork(void)
{
	struct client *client = ready_client();
	sigset_t kept = process.kept_signals;

	if (client)
		pump_resume(&client->pump);
	unlock_process(&kept);
}

static void after_fork_child(void)
{
	struct client *client = atomic_load(&client_known);
	sigset_t kept = process.kept_signals;

	process.pid = getpid();
	process.forked = true;
	process.spoilt = process.child_spoilt;
	rss_close(&process.rss);
	if (client)
		memset(client, 0, sizeof *client); /* before Linux 4.14 the fork has not wiped it */
	ring_vacate(&process.place);
	unlock_process(&kept);
}

/* --- the library's own life */

__attribute__((constructor)) static void begin(void)
{
	process.pid = getpid();
	pthread_atfork(before_fork, after_fork, after_fork_child);
}

/*
 * A watcher in another PID namespace can find out whose a ring is only while its process lives: one
 * that has just found the ring is waited for, a moment that is short beside that of starting a
 * container.
 */
static void wait_to_be_known(const struct client *client)
{
	if (!process.place.held || !client->ring.shared)
		return;
	for (int i = 0; i < KNOWN_TRIES; i++) {
		if (atomic_load(&client->ring.header->watcher) != 0 ||
		    rundir_owner(&process.dir) < 0)
			return;
		clock_sleep_ns(KNOWN_PAUSE_NS);
	}
}

/* With a watcher the ring is left for it to read; without one, nobody will ever ask for it. */
__attribute__((destructor)) static void end(void)
{
	struct client *client = ready_client();

	if (!client || process.pid != getpid())
		return;
	wait_to_be_known(client);
	pump_end(&client->pump);
	if (client->ring.shared && rundir_owner(atomic_load(&client->pump.push.dir)) < 0)
		unlink(client->ring.path);
}
