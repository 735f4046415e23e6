#include "plotter/source.h"

#include "base/clock.h"
#include "wire/control.h"
#include "wire/pidns.h"
#include "wire/selection.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* Messages taken in one source_read, so that a fast session can't hold its caller. */
#define BURST 256

#define LOOK_S 1

struct source {
	struct control control;
	struct endpoint sub;
	struct session_info session;
	int watcher;	/* its pidfd; or a timer, where it is */
	bool elsewhere; /* in a PID namespace that isn't ours, or there are no pidfds */
	struct selection selection;
	int epoll;
	uint64_t next; /* the seq that comes next */
	bool has_past;
	bool begun;	    /* all from next on is to come */
	uint64_t newest_ns; /* of what came */
	record_fn each; /* of the source_read that runs */
	void *arg;
	int count;
	int error;
};

/* In place of a pidfd that can't be had: when to look whether the watcher still has its lock. */
static int open_look(void)
{
	const struct itimerspec each = { { LOOK_S, 0 }, { LOOK_S, 0 } };
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (timer >= 0)
		timerfd_settime(timer, 0, &each, NULL);
	return timer;
}

/* REQUEST_ATTACH, or REQUEST_STATUS, which only looks. */
static int attach(struct source *source, enum request_op op)
{
	struct request request = { .op = op, .pid = (uint32_t)getpid() };
	struct reply reply;
	int error = control_ask(&source->control, &request, &reply, NULL, NULL, NULL);

	if (error)
		return error;
	source->session = reply.session;
	source->elsewhere = reply.session.pid_ns && reply.session.pid_ns != pidns_own();
	source->watcher = -1;
	if (!source->elsewhere) {
		source->watcher = pidfd_open((pid_t)reply.session.pid, 0);
		source->elsewhere = source->watcher < 0 && (errno == ENOSYS || errno == EPERM);
	}
	if (source->elsewhere)
		source->watcher = open_look();
	return source->watcher < 0 ? -EPIPE : 0;
}

static int watch(struct source *source, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(source->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_source(struct source **ret_source, const struct rundir *dir, enum request_op op)
{
	struct source *source = calloc(1, sizeof *source);
	int error;

	if (!source)
		return -ENOMEM;
	source->sub = ENDPOINT_CLOSED;
	source->control.req = ENDPOINT_CLOSED;
	source->control.owner = -1;
	source->watcher = -1;
	source->next = 1;
	source->epoll = epoll_create1(EPOLL_CLOEXEC);
	error = source->epoll < 0 ? -errno : control_open(&source->control, dir);
	if (!error)
		error = endpoint_open(&source->sub, ENDPOINT_SUB, dir);
	if (!error)
		error = attach(source, op);
	if (!error)
		error = watch(source, source->sub.ready);
	if (!error)
		error = watch(source, source->watcher);
	if (error) {
		source_close(source);
		return error;
	}
	*ret_source = source;
	return 0;
}

int source_open(struct source **ret_source, const struct rundir *dir)
{
	return open_source(ret_source, dir, REQUEST_ATTACH);
}

int source_look(struct source **ret_source, const struct rundir *dir)
{
	return open_source(ret_source, dir, REQUEST_STATUS);
}

void source_close(struct source *source)
{
	if (!source)
		return;
	selection_close(&source->selection);
	endpoint_close(&source->sub);
	control_close(&source->control);
	if (source->watcher >= 0)
		close(source->watcher);
	if (source->epoll >= 0)
		close(source->epoll);
	free(source);
}

const struct session_info *source_session(const struct source *source)
{
	return &source->session;
}

int source_want(struct source *source, uint32_t set, uint64_t interval_ns, char *why)
{
	struct request request = { .op = REQUEST_METRICS, .since = set, .peak = interval_ns };
	struct reply reply;
	int error = control_ask(&source->control, &request, &reply, NULL, NULL, NULL);

	if (error)
		return error;
	if (reply.has_session)
		source->session = reply.session;
	text_copy(why, TEXT_LABEL + 1, reply.message);
	return reply.ok ? 0 : -EPERM;
}

int source_select(struct source *source, uint32_t *ret_number, char *why)
{
	struct request request = { .op = REQUEST_SELECT, .pid = (uint32_t)getpid() };
	uint64_t since_ns = clock_mono_ns();
	struct reply reply;
	int error = control_ask(&source->control, &request, &reply, NULL, NULL, NULL);

	if (error)
		return error;
	text_copy(why, TEXT_LABEL + 1, reply.message);
	if (!reply.ok || !selection_bit((uint32_t)reply.value))
		return -EPERM;
	*ret_number = (uint32_t)reply.value;
	selection_open(&source->selection, *ret_number, since_ns);
	return 0;
}

int source_fd(const struct source *source)
{
	return source->epoll;
}

struct process_list {
	struct source *source;
	process_info_fn each;
	void *arg;
	uint32_t last;
};

static void take_process(void *arg, const struct process_info *info)
{
	struct process_list *list = arg;

	list->last = info->line;
	if (info->selections & selection_bit(list->source->selection.number))
		selection_add(&list->source->selection, info->line);
	if (list->each && selection_has(&list->source->selection, info->line))
		list->each(list->arg, info);
}

int source_processes(struct source *source, process_info_fn each, void *arg)
{
	struct process_list list = { .source = source, .each = each, .arg = arg };
	struct reply reply;
	int error;

	do {
		struct request request = { .op = REQUEST_LIST, .since = list.last };

		error = control_ask(&source->control, &request, &reply, take_process, NULL, &list);
	} while (!error && reply.value);
	return error;
}

/* --- records */

/* What comes next is gone, up to @record; where nothing came yet, it is a past that nobody asked
 * for. */
static void tell_unread(struct source *source, const struct record *record)
{
	struct record unread = { .seq = record->seq - 1,
				 .t_ns = record->t_ns,
				 .type = RECORD_GAP };

	if (!source->begun || record->seq == source->next)
		return;
	if (unread.t_ns < source->newest_ns)
		unread.t_ns = source->newest_ns;
	unread.gap = (struct gap){ .line = LINE_SESSION,
				   .reason = GAP_UNREAD,
				   .from_ns = source->newest_ns,
				   .to_ns = unread.t_ns,
				   .count = record->seq - source->next };
	source->each(source->arg, &unread);
}

static void deliver(void *arg, const struct record *record)
{
	struct source *source = arg;
	struct record kept;

	if (record->seq < source->next)
		return;
	tell_unread(source, record);
	source->begun = true;
	if (record->t_ns > source->newest_ns)
		source->newest_ns = record->t_ns;
	source->next = record->seq + 1;
	source->count++;
	if (record->type == RECORD_CLOCK)
		wall_add_jump(&source->session, record->t_ns, record->clock.unix_ns);
	if (selection_take(&source->selection, record, &kept))
		source->each(source->arg, &kept);
}

/* Ask for what comes from `next` on, up to the seq @until (0: all there is). */
static int fill(struct source *source, uint64_t until)
{
	struct reply reply;
	uint64_t before;
	int error;

	do {
		struct request request = { .op = REQUEST_HISTORY, .since = source->next - 1 };

		before = source->next;
		error = control_ask(&source->control, &request, &reply, NULL, deliver, source);
		if (error)
			return error;
		if (!until)
			until = reply.value + 1;
	} while (source->next < until && source->next != before);
	return 0;
}

static void take_record(void *arg, const struct record *record)
{
	struct source *source = arg;

	if (record->seq > source->next && !source->error)
		source->error = fill(source, record->seq);
	deliver(source, record);
}

static int take_message(struct source *source, const void *message, size_t size)
{
	uint64_t first;
	int error = codec_get_records(message, size, take_record, source);

	if (!error && !source->error && codec_get_records_seq(message, size, &first) == 0 &&
	    first > source->next)
		source->error = fill(source, first);
	return error ? error : source->error;
}

static bool lost_lock(const struct source *source)
{
	uint64_t expirations;

	(void)!read(source->watcher, &expirations, sizeof expirations);
	return rundir_owner(&source->control.dir) == -ENOENT;
}

static bool is_gone(const struct source *source)
{
	struct epoll_event events[2];
	int count = epoll_wait(source->epoll, events, 2, 0);

	for (int i = 0; i < count; i++) {
		if (events[i].data.fd == source->watcher)
			return !source->elsewhere || lost_lock(source);
	}
	return false;
}

int source_skip_past(struct source *source)
{
	struct request request = { .op = REQUEST_HISTORY, .since = UINT64_MAX };
	struct reply reply;
	int error = control_ask(&source->control, &request, &reply, NULL, NULL, NULL);

	if (error)
		return error;
	source->next = reply.value + 1;
	source->has_past = true;
	source->begun = true;
	source->newest_ns = clock_mono_ns();
	return 0;
}

int source_read(struct source *source, record_fn each, void *arg)
{
	bool gone = is_gone(source);
	void *message;
	ssize_t size = 0;

	source->each = each;
	source->arg = arg;
	source->count = 0;
	source->error = 0;
	if (!source->has_past) {
		/* What is in it from before it was selected: the past may no longer tell. */
		if (source->selection.number)
			source->error = source_processes(source, NULL, NULL);
		if (!source->error)
			source->error = fill(source, 0);
		source->has_past = true;
	}
	for (int i = 0; i < BURST && !source->error; i++) {
		size = endpoint_receive(&source->sub, &message);
		if (size < 0)
			break;
		source->error = take_message(source, message, (size_t)size);
		endpoint_free(message);
	}
	if (source->error)
		return source->error;
	if (gone && size < 0)
		return source->count ? source->count : -EPIPE;
	return source->count;
}
