#include "client/push.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "wire/codec.h"
#include "wire/sessions.h"

#define BATCH_SIZE (64 * 1024)
#define BATCHES_A_STEP 8

/* How often the session's owner is looked for, and a socket tried that couldn't be had. */
#define OWNER_NS NS_PER_S
#define RETRY_NS NS_PER_S

#define PATIENCE_MIN_NS (300 * NS_PER_MS)
#define PATIENCE_MAX_NS (2 * NS_PER_S)

/* A writer that reserved, and hasn't written for so long, won't: its handler jumped away. */
#define HOLE_NS (2 * NS_PER_S)

/* How the rests are timed. */
#define NAP_NS (10 * NS_PER_MS)
#define NAP_CONNECT_NS NS_PER_MS	 /* a new socket can send 0.2 ms after */
#define NAP_BLOCKED_NS (100 * NS_PER_MS) /* the peer is behind */
#define CONNECT_NS (50 * NS_PER_MS)
#define QUIET_NS (100 * NS_PER_MS)
#define ARRIVAL_NS (300 * NS_PER_MS) /* a living watcher finds a new ring within this */
#define IDLE_NS NS_PER_S	     /* a socket without use is closed after this */
#define STUCK_NS NS_PER_S	     /* and one that takes nothing, in case it has lost its peer */

void push_init(struct push *push, const struct push_setup *setup, uint64_t now_ns)
{
	const struct ring_header *header = setup->ring->header;

	push->ring = setup->ring;
	outlet_init(&push->outlet, setup->dir, setup->forked, setup->spoilt);
	atomic_store(&push->dir, setup->dir);
	push->emitter = (struct emitter){
		.version = WIRE_VERSION,
		.pid = header->pid,
		.start_ticks = header->start_ticks,
		.pid_ns = header->pid_ns,
		.instance = header->instance,
	};
	text_copy(push->emitter.name, sizeof push->emitter.name, header->name);
	push->hole_at = UINT64_MAX;
	push->started_ns = now_ns;
	push->moved_ns = now_ns;
}

void push_rename(struct push *push, const char *name)
{
	text_copy(push->emitter.name, sizeof push->emitter.name, name);
	push->untold = true;
}

bool push_has_news(const struct push *push)
{
	return atomic_load(&push->ring->header->head) != push->head;
}

static uint64_t merged_of(const struct push *push)
{
	return atomic_load_explicit(&push->ring->merged, memory_order_relaxed);
}

/* --- the outlet */

static void *make_batch(void)
{
	void *memory =
		mmap(NULL, BATCH_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static bool ready_to_send(struct push *push, uint64_t now)
{
	if (outlet_is_open(&push->outlet))
		return true;
	if (now < push->retry_ns)
		return false;
	if (!push->batch)
		push->batch = make_batch();
	if (!push->batch || outlet_open(&push->outlet) != 0) {
		push->retry_ns = now + RETRY_NS;
		return false;
	}
	push->opened_ns = now;
	return true;
}

bool push_close(struct push *push)
{
	bool was_open = outlet_is_open(&push->outlet);

	if (!outlet_close(&push->outlet))
		return false;
	if (was_open) {
		munmap(push->batch, BATCH_SIZE);
		push->batch = NULL;
		push->pushed = merged_of(push);
	}
	return true;
}

static uint64_t used_ns(const struct push *push)
{
	return push->sent_ns > push->opened_ns ? push->sent_ns : push->opened_ns;
}

static void close_idle(struct push *push, uint64_t now)
{
	if (merged_of(push) == push->head && now > used_ns(push) + IDLE_NS)
		push_close(push);
}

/* --- the watcher */

/*
 * Who merges. A watcher that was killed can't say that it is gone: that is seen by the session's
 * lock. A ring in memory of its own is marked by nobody but us.
 */
static uint64_t find_watcher(struct push *push, uint64_t now)
{
	_Atomic uint64_t *marked = &push->ring->header->watcher;
	uint64_t watcher = atomic_load(marked);
	bool shared = push->ring->shared;

	if ((watcher == 0 && shared) || (push->owner_ns != 0 && now < push->owner_ns + OWNER_NS))
		return watcher;
	push->owner_ns = now;
	if (rundir_owner(push->outlet.dir) >= 0) {
		if (!shared)
			atomic_store(marked, watcher = 1);
		return watcher;
	}
	return atomic_compare_exchange_strong(marked, &watcher, 0) ? 0 : watcher;
}

/*
 * A program may outlive its session, as a daemon does the run that started it: then it goes on in
 * the one that it would find had it started now, and takes along what nobody has merged.
 */
static void leave_ended(struct push *push, uint64_t now)
{
	int error;

	if (push->watcher || push->outlet.spoilt || !push->ring->shared ||
	    (push->after_ns != 0 && now < push->after_ns + OWNER_NS))
		return;
	push->after_ns = now;
	if (sessions_after(push->outlet.dir, &push->after) < 0)
		return;
	error = ring_move(push->ring, &push->after);
	if (error && error != -ENOENT)
		return;
	push->ring->shared = !error;
	push->outlet.dir = &push->after;
	atomic_store(&push->dir, &push->after);
	push->started_ns = now;
}

static void look_for_watcher(struct push *push, uint64_t now)
{
	uint64_t watcher = push->outlet.spoilt ? 0 : find_watcher(push, now);

	if (watcher == push->watcher)
		return;
	push->watcher = watcher;
	push->gate = atomic_load(&push->ring->header->gate);
	push->pushed = merged_of(push);
	push->moved_ns = now;
	push->retry_ns = 0;
	if (watcher) {
		ring_attach(push->ring);
	} else {
		ring_detach(push->ring);
		push_close(push);
	}
}

static void take_marks(struct push *push, uint64_t now)
{
	const struct ring_header *header = push->ring->header;
	uint64_t merged = atomic_load_explicit(&header->merged, memory_order_acquire);
	uint64_t gate = atomic_load_explicit(&header->gate, memory_order_relaxed);
	uint64_t known = merged_of(push);

	if (merged > known && merged <= push->head) {
		ring_release(push->ring, merged);
		known = merged;
		push->progress_ns = now;
		push->patience_ns = PATIENCE_MIN_NS;
	}
	if (gate != push->gate) {
		push_close(push);
		push->untold = true; /* what the last one was told may have died with it */
	}
	if (push->pushed <= known || gate != push->gate) {
		push->pushed = known;
		push->progress_ns = now;
		push->patience_ns = PATIENCE_MIN_NS;
	} else if (now > push->progress_ns + push->patience_ns) {
		push->pushed = known;
		push->progress_ns = now;
		push->patience_ns *= 2;
		if (push->patience_ns > PATIENCE_MAX_NS)
			push->patience_ns = PATIENCE_MAX_NS;
	}
	push->gate = gate;
}

/* --- what is sent */

/* Whether the unwritten cell at @at has been given up: then it holds nothing. */
static bool give_up(struct push *push, uint64_t at, uint64_t now)
{
	if (push->hole_at != at) {
		push->hole_at = at;
		push->hole_ns = now;
		push->hole_end = push->head;
		return false;
	}
	if (now < push->hole_ns + HOLE_NS || push->hole_end > atomic_load(&push->ring->limit))
		return false;
	ring_void(push->ring, at, push->hole_end);
	push->hole_at = UINT64_MAX;
	return true;
}

/* Events from `pushed` on, as many as are written and fit, up to *ret_to; the bytes used. */
static size_t fill_batch(struct push *push, uint64_t now, uint64_t *ret_to)
{
	const struct ring *ring = push->ring;
	uint64_t floor = atomic_load_explicit(&ring->floor, memory_order_relaxed);
	uint64_t at = push->pushed > floor ? push->pushed : floor;
	const size_t room = BATCH_SIZE - CODEC_BATCH_ROOM;
	size_t used = 0;

	while (at < push->head && used + CODEC_EVENT_ROOM <= room) {
		struct record record;
		struct ring_text text;
		unsigned cells = ring_next(ring, at, &record, &text);

		if (cells == 0 && !give_up(push, at, now))
			break;
		if (cells > 0 && record.type == RECORD_EVENT)
			used += codec_put_event(push->batch + used, room - used, record.t_ns,
						&record.event);
		at += cells;
	}
	*ret_to = at;
	return used;
}

/* Whether a batch has gone. */
static bool send_batch(struct push *push, uint64_t now)
{
	struct emitter *emitter = &push->emitter;
	size_t size;
	int error;

	emitter->from = push->pushed;
	size = fill_batch(push, now, &emitter->to);
	emitter->dropped = atomic_load(&push->ring->header->dropped);
	if (emitter->to == emitter->from && !push->untold)
		return false;
	size += codec_put_emitter(push->batch + size, BATCH_SIZE - size, emitter);
	error = outlet_send(&push->outlet, push->batch, size);
	if (error && error != -EAGAIN && error != -EINTR)
		push->retry_ns = now + RETRY_NS;
	else if (error && now < used_ns(push) + STUCK_NS)
		return false;
	if (error) {
		push_close(push);
		return false;
	}
	push->untold = false;
	push->told_dropped = emitter->dropped;
	push->pushed = emitter->to;
	push->sent_ns = push->moved_ns = now;
	if (!push->ring->shared)
		atomic_store(&push->ring->header->merged, emitter->to);
	return true;
}

/* Whether there is more, for which there may be room. */
static bool send_all(struct push *push, uint64_t now)
{
	for (int i = 0; i < BATCHES_A_STEP; i++) {
		if (push->pushed == push->head && !push->untold)
			return false;
		if (!ready_to_send(push, now) || !send_batch(push, now))
			return false;
	}
	return true;
}

static struct push_rest rest_alone(const struct push *push, uint64_t now)
{
	if (push->outlet.spoilt)
		return (struct push_rest){ PUSH_FOREVER, PUSH_UNTIL_TIME };
	if (merged_of(push) == push->head)
		return (struct push_rest){ PUSH_FOREVER, PUSH_UNTIL_NEWS };
	if (now < push->started_ns + ARRIVAL_NS)
		return (struct push_rest){ NAP_NS, PUSH_UNTIL_TIME };
	return (struct push_rest){ OWNER_NS, PUSH_UNTIL_TIME };
}

static struct push_rest rest_watched(const struct push *push, uint64_t now)
{
	bool open = outlet_is_open(&push->outlet);

	if (open && push->sent_ns < push->opened_ns && now < push->opened_ns + CONNECT_NS)
		return (struct push_rest){ NAP_CONNECT_NS, PUSH_UNTIL_TIME };
	if (now < push->moved_ns + QUIET_NS)
		return (struct push_rest){ NAP_NS, PUSH_UNTIL_FULL };
	if (push->pushed < push->head || push->untold)
		return (struct push_rest){ NAP_BLOCKED_NS, PUSH_UNTIL_FULL };
	if (merged_of(push) < push->head)
		return (struct push_rest){ push->patience_ns, PUSH_UNTIL_NEWS };
	return (struct push_rest){ open ? IDLE_NS : PUSH_FOREVER, PUSH_UNTIL_NEWS };
}

struct push_rest push_step(struct push *push, uint64_t now)
{
	uint64_t head = atomic_load(&push->ring->header->head);

	if (head != push->head)
		push->moved_ns = now;
	push->head = head;
	look_for_watcher(push, now);
	leave_ended(push, now);
	if (!push->watcher)
		return rest_alone(push, now);
	take_marks(push, now);
	if (atomic_load(&push->ring->header->dropped) != push->told_dropped)
		push->untold = true;
	if (send_all(push, now))
		return (struct push_rest){ 0, PUSH_UNTIL_NEWS };
	close_idle(push, now);
	return rest_watched(push, now);
}
