/*
 * flood KIND COUNT: so much of what a program may say to the session "default" that means harm or
 * has gone wrong; see kinds[]. At its end comes a milestone "flooded" of its own. Then it prints
 * how many of its requests were refused, and waits for the end of its standard input, since what
 * has ended is forgotten.
 */
#include "base/clock.h"
#include "wire/control.h"
#include "wire/pidns.h"
#include "wire/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM 4096
#define PATIENCE_MS 60000

/* Beyond what a kernel gives. */
#define NO_PID (1U << 30)

static uint64_t own_instance(void)
{
	return (uint64_t)getpid() << 32;
}

struct flood {
	struct rundir dir;
	struct endpoint push;
	struct control control;
	uint64_t refused;
};

struct batch {
	struct emitter emitter;
	struct event event;
	char category[32];
	char label[32];
};

/* --- batches, each with one event; all of one ring of this process, but for what is told here */

static void many_instances(struct batch *batch, uint64_t n)
{
	batch->emitter.instance += n;
	batch->emitter.from = 0;
	batch->emitter.to = 1;
}

static void many_ended(struct batch *batch, uint64_t n)
{
	many_instances(batch, n);
	batch->emitter.pid = NO_PID + (uint32_t)n;
	batch->emitter.start_ticks = 1;
}

static void many_namespaces(struct batch *batch, uint64_t n)
{
	many_instances(batch, n);
	batch->emitter.pid_ns = 1 + n;
}

static void many_names(struct batch *batch, uint64_t n)
{
	snprintf(batch->emitter.name, sizeof batch->emitter.name, "name %" PRIu64, n);
}

static void many_labels(struct batch *batch, uint64_t n)
{
	snprintf(batch->category, sizeof batch->category, "category %" PRIu64, n);
	snprintf(batch->label, sizeof batch->label, "label %" PRIu64, n);
}

static void many_begins(struct batch *batch, uint64_t n)
{
	batch->event.kind = EVENT_SPAN_BEGIN;
	batch->event.span = n + 1;
}

static void many_ends(struct batch *batch, uint64_t n)
{
	batch->event.kind = EVENT_SPAN_END;
	batch->event.span = (1ULL << 32) + n;
}

static int send_batch(struct flood *flood, const struct batch *batch)
{
	unsigned char message[ROOM];
	size_t size = codec_put_emitter(message, sizeof message, &batch->emitter);
	int error;

	size += codec_put_event(message + size, sizeof message - size, clock_mono_ns(),
				&batch->event);
	while ((error = endpoint_send(&flood->push, message, size)) == -EAGAIN) {
		if (endpoint_wait_send(&flood->push, PATIENCE_MS) < 0)
			return -ETIMEDOUT;
	}
	return error;
}

static struct batch new_batch(uint64_t n)
{
	return (struct batch){
		.emitter = { .version = WIRE_VERSION,
			     .pid = (uint32_t)getpid(),
			     .instance = own_instance(),
			     .from = n,
			     .to = n + 1 },
		.event = { .number = n },
	};
}

static int flood_batches(struct flood *flood, void (*make)(struct batch *, uint64_t),
			 uint64_t count)
{
	int error = 0;

	for (uint64_t n = 0; n < count && !error; n++) {
		struct batch batch = new_batch(n);

		batch.event.category = batch.category;
		batch.event.label = batch.label;
		make(&batch, n);
		if (!batch.emitter.from)
			batch.event.number = 0;
		error = send_batch(flood, &batch);
	}
	return error;
}

/* --- requests */

static void ask_names(struct request *request, uint64_t n)
{
	request->op = REQUEST_REGISTER;
	snprintf(request->text, sizeof request->text, "name %" PRIu64, n);
}

static void ask_attach(struct request *request, uint64_t n)
{
	(void)n;
	request->op = REQUEST_ATTACH;
}

static void ask_ended(struct request *request, uint64_t n)
{
	request->op = REQUEST_ENDED;
	request->pid = NO_PID + (uint32_t)n;
}

static void ask_inspect(struct request *request, uint64_t n)
{
	request->op = REQUEST_INSPECT;
	snprintf(request->text, sizeof request->text, "label %" PRIu64, n);
}

static void ask_select(struct request *request, uint64_t n)
{
	request->op = n == 0 ? REQUEST_ATTACH : REQUEST_SELECT;
}

static int flood_requests(struct flood *flood, void (*make)(struct request *, uint64_t),
			  uint64_t count)
{
	struct reply reply;
	int error = 0;

	for (uint64_t n = 0; n < count && !error; n++) {
		struct request request = { .pid = (uint32_t)getpid() };

		make(&request, n);
		error = control_ask(&flood->control, &request, &reply, NULL, NULL, NULL);
		flood->refused += !error && !reply.ok;
	}
	return error;
}

/* --- rings */

static int make_ring(const struct flood *flood, uint64_t n)
{
	const struct ring_header header = {
		.magic = RING_MAGIC,
		.version = RING_VERSION,
		.cells = RING_CELLS_MIN,
		.pid = (uint32_t)getpid(),
		.instance = own_instance() + n,
	};
	char hidden[RUNDIR_PATH + 64], path[RUNDIR_PATH + 64];
	ssize_t size = -1;
	int fd;

	snprintf(hidden, sizeof hidden, "%s/" RUNDIR_RINGS "/.flood", flood->dir.path);
	snprintf(path, sizeof path, "%s/" RUNDIR_RINGS "/%d.%016" PRIx64, flood->dir.path,
		 (int)getpid(), header.instance);
	fd = open(hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, RING_HEADER + RING_CELLS_MIN * RING_CELL) == 0)
		size = write(fd, &header, sizeof header);
	close(fd);
	return size == sizeof header && rename(hidden, path) == 0 ? 0 : -EIO;
}

static int flood_rings(struct flood *flood, uint64_t count)
{
	int error = 0;

	for (uint64_t n = 0; n < count && !error; n++)
		error = make_ring(flood, n);
	return error;
}

/* --- */

static const struct kind {
	const char *name;
	void (*batch)(struct batch *batch, uint64_t n);
	void (*request)(struct request *request, uint64_t n);
} kinds[] = {
	{ "instances", many_instances, NULL },
	{ "ended", many_ended, NULL },
	{ "namespaces", many_namespaces, NULL },
	{ "names", many_names, NULL },
	{ "labels", many_labels, NULL },
	{ "begins", many_begins, NULL },
	{ "ends", many_ends, NULL },
	{ "ask-names", NULL, ask_names },
	{ "ask-attach", NULL, ask_attach },
	{ "ask-ended", NULL, ask_ended },
	{ "ask-inspect", NULL, ask_inspect },
	{ "ask-select", NULL, ask_select },
	{ "rings", NULL, NULL },
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}

static int run(struct flood *flood, const struct kind *kind, uint64_t count)
{
	struct batch last = new_batch(0);
	int error = 0;

	if (kind->batch)
		error = flood_batches(flood, kind->batch, count);
	else if (kind->request)
		error = flood_requests(flood, kind->request, count);
	else
		error = flood_rings(flood, count);
	last.emitter.instance = 0;
	last.event.category = "";
	last.event.label = "flooded";
	return error ? error : send_batch(flood, &last);
}

int main(int argc, char **argv)
{
	const struct kind *kind = argc == 3 ? find_kind(argv[1]) : NULL;
	uint64_t count = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	struct flood flood = { .refused = 0 };
	int error;

	if (!kind)
		return 2;
	error = rundir_open(&flood.dir, "default", false);
	if (!error)
		error = endpoint_open(&flood.push, ENDPOINT_PUSH, &flood.dir);
	if (!error)
		error = control_open(&flood.control, &flood.dir);
	if (!error)
		error = run(&flood, kind, count);
	if (error) {
		fprintf(stderr, "flood: %s\n", strerror(-error));
		return 1;
	}
	printf("%" PRIu64 "\n", flood.refused);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
