/*
 * The watcher's side of the client's ring, and nothing more: it takes what is pushed, in order and
 * each event once, marks it in the rings, and reads what is left in them at the end. A process of
 * its own.
 */
#ifndef TESTS_FAKE_WATCHER_H
#define TESTS_FAKE_WATCHER_H

#include "tests/client_help.h"
#include "wire/codec.h"
#include "wire/endpoint.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

#define FAKE_RINGS 256

struct fake_report {
	_Atomic bool wanted;
	_Atomic bool ready;
	_Atomic bool stop;
	_Atomic bool ended;
	_Atomic int status;
	_Atomic bool die;	  /* by SIGKILL, between two messages */
	_Atomic bool deaf;	  /* take nothing, as if stopped */
	_Atomic uint64_t regates; /* how often to replace the socket */
	_Atomic uint64_t rings;
	_Atomic uint64_t events;   /* pushed, each once */
	_Atomic uint64_t tail;	   /* read from the rings at the end */
	_Atomic uint64_t dropped;  /* as the rings say at the end */
	_Atomic uint64_t gaps;	   /* batches that came too early: they will come again */
	_Atomic uint64_t bad;	   /* messages that are none */
	_Atomic uint64_t disorder; /* events whose number doesn't grow */
	_Atomic uint64_t spans[3]; /* events by kind */
	char name[TEXT_NAME + 1];
	char label[TEXT_LABEL + 1];
};

struct fake_ring {
	int fd;
	uint64_t instance;
	uint64_t merged;
	uint64_t last;
};

struct fake {
	struct fake_report *report;
	struct rundir dir;
	struct endpoint pull;
	uint64_t id;
	uint64_t gate;
	unsigned count;
	struct fake_ring rings[FAKE_RINGS];
	struct fake_ring *current;
};

static inline void fake_mark(int fd, size_t offset, uint64_t value)
{
	if (pwrite(fd, &value, sizeof(value), (off_t)offset) != sizeof(value))
		abort();
}

#define FAKE_MARK(fd, field, value) fake_mark(fd, offsetof(struct ring_header, field), value)

static inline struct fake_ring *fake_find(struct fake *fake, uint64_t instance)
{
	for (unsigned i = 0; i < fake->count; i++) {
		if (fake->rings[i].instance == instance)
			return &fake->rings[i];
	}
	return NULL;
}

static inline void fake_scan(struct fake *fake)
{
	int fd;

	for (unsigned n = 0; (fd = help_open_ring(&fake->dir, n)) >= 0; n++) {
		struct ring_header header;

		if (pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
		    fake_find(fake, header.instance) || fake->count == FAKE_RINGS) {
			close(fd);
			continue;
		}
		FAKE_MARK(fd, gate, fake->gate);
		FAKE_MARK(fd, watcher, fake->id);
		fake->rings[fake->count++] =
			(struct fake_ring){ fd, header.instance, header.merged, 0 };
		fake->report->rings++;
		memcpy(fake->report->name, header.name, sizeof(header.name));
	}
}

static inline void fake_event(void *arg, const struct record *record)
{
	struct fake *fake = arg;
	struct fake_ring *ring = fake->current;

	if (record->event.number < ring->merged)
		return;
	if (fake->report->events > 0 && ring->last > record->event.number)
		fake->report->disorder++;
	ring->last = record->event.number;
	fake->report->events++;
	fake->report->spans[record->event.kind]++;
	text_copy(fake->report->label, sizeof(fake->report->label), record->event.label);
}

static inline void fake_batch(struct fake *fake, const void *message, size_t size)
{
	struct emitter emitter;

	if (codec_get_emitter(message, size, &emitter) != 0) {
		fake->report->bad++;
		return;
	}
	if (!fake_find(fake, emitter.instance))
		fake_scan(fake);
	fake->current = fake_find(fake, emitter.instance);
	if (!fake->current) {
		fake->current = &(struct fake_ring){ .fd = -1 };
		codec_get_events(message, size, fake_event, fake);
		return;
	}
	memcpy(fake->report->name, emitter.name, sizeof(emitter.name));
	if (emitter.from > fake->current->merged) {
		fake->report->gaps++;
		return;
	}
	if (codec_get_events(message, size, fake_event, fake) != 0)
		fake->report->bad++;
	if (emitter.to > fake->current->merged) {
		fake->current->merged = emitter.to;
		FAKE_MARK(fake->current->fd, merged, emitter.to);
	}
}

static inline void fake_receive(struct fake *fake)
{
	struct pollfd ready = { .fd = fake->pull.ready, .events = POLLIN };
	void *message;
	ssize_t size;

	poll(&ready, 1, 2);
	while (!fake->report->deaf && (size = endpoint_receive(&fake->pull, &message)) >= 0) {
		fake_batch(fake, message, (size_t)size);
		endpoint_free(message);
		if (fake->report->die)
			raise(SIGKILL);
	}
}

static inline void fake_regate(struct fake *fake)
{
	fake->report->regates--;
	endpoint_close(&fake->pull);
	if (endpoint_open(&fake->pull, ENDPOINT_PULL, &fake->dir) != 0)
		abort();
	fake->gate++;
	for (unsigned i = 0; i < fake->count; i++)
		FAKE_MARK(fake->rings[i].fd, gate, fake->gate);
}

static inline void fake_finish(struct fake *fake)
{
	fake_scan(fake);
	for (unsigned i = 0; i < fake->count; i++) {
		struct help_ring ring;

		if (!help_read_file(fake->rings[i].fd, &ring, NULL, NULL))
			continue;
		fake->report->tail += ring.events;
		fake->report->dropped += ring.header.dropped;
	}
}

static inline void fake_main(struct fake_report *report)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	int owner;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fake->report = report;
	fake->dir = help_dir();
	fake->id = (uint64_t)getpid();
	fake->gate = (uint64_t)getpid() << 16;
	if (rundir_lock(&fake->dir, &owner) < 0 ||
	    endpoint_open(&fake->pull, ENDPOINT_PULL, &fake->dir) != 0)
		abort();
	report->ready = true;
	while (!report->stop) {
		fake_scan(fake);
		fake_receive(fake);
		if (report->die)
			raise(SIGKILL);
		if (report->regates > 0)
			fake_regate(fake);
	}
	fake_receive(fake);
	fake_finish(fake);
	endpoint_close(&fake->pull);
	_exit(0);
}

/*
 * Watchers are forked by a process that has one thread and never uses the client, on demand: a
 * sanitizer for threads can't follow a child of several that makes its own.
 */
static inline void fake_host(struct fake_report *report)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		pid_t pid;

		while (!report->wanted)
			help_sleep_ms(1);
		report->wanted = false;
		pid = fork();
		if (pid == 0)
			fake_main(report);
		report->status = help_wait(pid);
		report->ended = true;
	}
}

/* Start one, over what another has reported before or over zeros; it is ready. */
static inline void fake_start(struct fake_report *report)
{
	report->ready = report->stop = report->die = report->ended = false;
	report->wanted = true;
	while (!report->ready)
		help_sleep_ms(1);
}

static inline int fake_wait(struct fake_report *report)
{
	while (!report->ended)
		help_sleep_ms(1);
	return report->status;
}

static inline void fake_stop(struct fake_report *report)
{
	report->stop = true;
	CHECK_EQ_I64(fake_wait(report), 0);
}

#endif
