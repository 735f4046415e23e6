#include "watcher/gate/gate.h"

#include "base/clock.h"
#include "base/log.h"
#include "watcher/gate/pair.h"
#include "wire/codec.h"
#include "wire/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Messages taken from one socket before the others are looked at. */
#define BURST 64
#define MEMORY_MAX (512UL << 20)

/* A gate that was killed leaves its sockets bound until the kernel has closed them. */
#define BIND_TRIES 100
#define BIND_PAUSE_NS (10 * NS_PER_MS)

#define LINGER_NS (30 * NS_PER_MS)
#define LINGER_LOOK_NS NS_PER_MS

enum source { SOURCE_CORE, SOURCE_EVENTS, SOURCE_CONTROL };

struct gate {
	int pair;
	int epoll;
	struct endpoint pull;
	struct endpoint rep;
	struct endpoint pub;
	bool ended;
	struct emitter emitter; /* of the batch being taken */
	uint64_t taken;		/* its events are passed on up to this number */
	struct event_packer packer;
	struct packet packet;
};

static void tell_core(struct gate *gate, enum pair_kind kind, const void *body, size_t size)
{
	struct pair_head head = { kind, (uint32_t)endpoint_peers(&gate->pub) };

	if (pair_send(gate->pair, &head, body, size, true) == -EPIPE)
		gate->ended = true;
}

static void tell_bad(struct gate *gate, int error, uint32_t pid, uint32_t version, bool control)
{
	struct pair_bad bad = { error, pid, version, control };

	tell_core(gate, PAIR_BAD, &bad, sizeof bad);
}

/* --- events */

/* Send what is packed; it reaches to the number @to. */
static void flush_events(struct gate *gate, uint64_t to)
{
	struct emitter *emitter = event_packer_emitter(&gate->packer);

	emitter->from = gate->taken;
	emitter->to = to;
	gate->taken = to;
	tell_core(gate, PAIR_EVENTS, gate->packer.body, gate->packer.used);
	event_packer_open(&gate->packer, &gate->emitter);
}

static void pack_event(void *arg, const struct record *record)
{
	struct gate *gate = arg;

	if (event_packer_add(&gate->packer, record->t_ns, &record->event))
		return;
	flush_events(gate, record->event.number);
	event_packer_add(&gate->packer, record->t_ns, &record->event);
}

static void take_batch(struct gate *gate, const void *message, size_t size)
{
	int error = codec_get_emitter(message, size, &gate->emitter);

	if (!error && gate->emitter.pid == 0)
		error = -EBADMSG;
	if (error) {
		tell_bad(gate, error, gate->emitter.pid, gate->emitter.version, false);
		return;
	}
	gate->taken = gate->emitter.from;
	event_packer_open(&gate->packer, &gate->emitter);
	if (codec_get_events(message, size, pack_event, gate) < 0)
		tell_bad(gate, -EBADMSG, gate->emitter.pid, gate->emitter.version, false);
	else
		flush_events(gate, gate->emitter.to);
}

/* --- requests */

/*
 * A REP socket holds one request at a time: receiving the next one before it is answered forgets
 * whom to answer. So nothing is received, nor waited for, meanwhile.
 */
static void listen_control(struct gate *gate, bool listen)
{
	struct epoll_event event = { .events = listen ? EPOLLIN : 0, .data.u32 = SOURCE_CONTROL };

	epoll_ctl(gate->epoll, EPOLL_CTL_MOD, gate->rep.ready, &event);
}

static void refuse(struct gate *gate, int error)
{
	struct reply reply = { .ok = false };
	unsigned char bytes[1024];

	text_copy(reply.message, sizeof reply.message,
		  error == -EPROTO ? "the watcher speaks another version of the protocol"
				   : "the watcher could not read the request");
	endpoint_send(&gate->rep, bytes, codec_put_reply(bytes, sizeof bytes, &reply));
	tell_bad(gate, error, 0, 0, true);
}

static void take_request(struct gate *gate, const void *message, size_t size)
{
	struct request request;
	int error = codec_get_request(message, size, &request);

	if (error) {
		refuse(gate, error);
		return;
	}
	listen_control(gate, false);
	tell_core(gate, PAIR_REQUEST, &request, sizeof request);
}

/* --- the loop */

static void take_messages(struct gate *gate, struct endpoint *endpoint, int most,
			  void (*take)(struct gate *, const void *, size_t))
{
	void *message;
	ssize_t size;

	for (int i = 0; i < most && !gate->ended; i++) {
		size = endpoint_receive(endpoint, &message);
		if (size < 0)
			return;
		take(gate, message, (size_t)size);
		endpoint_free(message);
	}
}

static void answer(struct gate *gate, const void *reply, size_t size)
{
	endpoint_send(&gate->rep, reply, size);
	listen_control(gate, true);
}

/* What can't be bound shows in the directory, where the core looks. */
static void bind_missing(struct endpoint *endpoint, enum endpoint_kind kind,
			 const struct rundir *dir, const char *name)
{
	char path[RUNDIR_PATH];

	rundir_file(path, dir, name);
	if (access(path, F_OK) < 0)
		endpoint_bind_again(endpoint, kind, dir);
}

static void bind_again(struct gate *gate, const void *body, size_t size)
{
	const struct rundir *dir = body;

	if (size != sizeof *dir)
		return;
	bind_missing(&gate->pull, ENDPOINT_PULL, dir, RUNDIR_EVENTS);
	bind_missing(&gate->rep, ENDPOINT_REP, dir, RUNDIR_CONTROL);
	bind_missing(&gate->pub, ENDPOINT_PUB, dir, RUNDIR_STREAM);
}

static void take_core(struct gate *gate)
{
	ssize_t size;

	while ((size = pair_receive(gate->pair, &gate->packet)) >= 0) {
		if (gate->packet.head.kind == PAIR_PUBLISH)
			endpoint_send(&gate->pub, gate->packet.body, (size_t)size);
		else if (gate->packet.head.kind == PAIR_REPLY)
			answer(gate, gate->packet.body, (size_t)size);
		else if (gate->packet.head.kind == PAIR_BIND)
			bind_again(gate, gate->packet.body, (size_t)size);
	}
	if (size == -EPIPE)
		gate->ended = true;
}

static void handle(struct gate *gate, enum source source)
{
	switch (source) {
	case SOURCE_CORE:
		take_core(gate);
		break;
	case SOURCE_EVENTS:
		take_messages(gate, &gate->pull, BURST, take_batch);
		break;
	case SOURCE_CONTROL:
		take_messages(gate, &gate->rep, 1, take_request);
		break;
	}
}

static void loop(struct gate *gate)
{
	struct epoll_event events[4];

	while (!gate->ended) {
		int count = epoll_wait(gate->epoll, events, 4, -1);

		for (int i = 0; i < count; i++)
			handle(gate, (enum source)events[i].data.u32);
	}
}

/* --- set-up */

static int watch(struct gate *gate, int fd, enum source source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = source };

	return epoll_ctl(gate->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_socket(struct endpoint *endpoint, enum endpoint_kind kind, const struct rundir *dir)
{
	int error = 0;

	for (int i = 0; i < BIND_TRIES; i++) {
		error = endpoint_open(endpoint, kind, dir);
		if (error != -EADDRINUSE)
			break;
		clock_sleep_ns(BIND_PAUSE_NS);
	}
	return error;
}

static int open_all(struct gate *gate, const struct rundir *dir)
{
	int error;

	gate->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (gate->epoll < 0)
		return -errno;
	error = open_socket(&gate->pull, ENDPOINT_PULL, dir);
	if (!error)
		error = open_socket(&gate->rep, ENDPOINT_REP, dir);
	if (!error)
		error = open_socket(&gate->pub, ENDPOINT_PUB, dir);
	if (!error)
		error = watch(gate, gate->pair, SOURCE_CORE);
	if (!error)
		error = watch(gate, gate->pull.ready, SOURCE_EVENTS);
	if (!error)
		error = watch(gate, gate->rep.ready, SOURCE_CONTROL);
	return error;
}

/* Hostile peers can make nanomsg hold memory; they end this process, not the machine. Sanitizers
 * reserve terabytes. */
static void limit_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	struct rlimit limit = { MEMORY_MAX, MEMORY_MAX };

	setrlimit(RLIMIT_AS, &limit);
#endif
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
}

/* What was sent last, a reply or records, is still on its way to whoever hasn't hung up; nanomsg
 * drops it where its process ends at once. */
static void linger(const struct gate *gate)
{
	uint64_t until_ns = clock_mono_ns() + LINGER_NS;

	while (endpoint_peers(&gate->rep) + endpoint_peers(&gate->pub) > 0 &&
	       clock_mono_ns() < until_ns)
		clock_sleep_ns(LINGER_LOOK_NS);
}

/* nanomsg prints a backtrace when a peer makes it abort, to what may be a person's terminal. */
static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null >= 0; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
}

int gate_run(const struct rundir *dir, int pair_fd)
{
	struct gate *gate = calloc(1, sizeof *gate);
	sigset_t all;
	int error;

	if (!gate)
		return 1;
	/* It was started by the name /proc/self/exe. */
	prctl(PR_SET_NAME, "memwatchd-gate");
	/* The core decides about its end, by closing the pair. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	limit_memory();
	gate->pair = pair_fd;
	error = open_all(gate, dir);
	if (error) {
		log_error("%s: cannot open the sockets: %s", dir->path,
			  error == -EEXIST ? "a file of that name is in the way"
					   : strerror(-error));
		_exit(1);
	}
	leave_terminal();
	tell_core(gate, PAIR_READY, NULL, 0);
	loop(gate);
	linger(gate);
	/* Without nn_close, which would remove by name what may be a successor's socket already. */
	_exit(0);
}
