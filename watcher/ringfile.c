#include "watcher/ringfile.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cells read at once. */
#define BLOCK 256

/* A ring is made in less: what is younger may be of a process with that PID in another namespace.
 */
#define MADE_NS (10 * NS_PER_S)

/* The header as plain numbers: this side reads a copy. */
struct header {
	uint32_t pid;
	uint64_t start_ticks;
	uint64_t pid_ns;
	uint64_t instance;
	uint64_t head;
	uint64_t dropped;
	uint64_t merged;
	char name[TEXT_NAME + 1];
};

static uint64_t get_u64(const unsigned char *page, size_t offset)
{
	uint64_t value;

	memcpy(&value, page + offset, sizeof value);
	return value;
}

static uint32_t get_u32(const unsigned char *page, size_t offset)
{
	uint32_t value;

	memcpy(&value, page + offset, sizeof value);
	return value;
}

static bool read_header(int fd, uint32_t *ret_cells, struct header *ret)
{
	unsigned char page[sizeof(struct ring_header)];
	uint32_t cells;

	if (pread(fd, page, sizeof page, 0) != (ssize_t)sizeof page)
		return false;
	cells = get_u32(page, offsetof(struct ring_header, cells));
	if (get_u64(page, offsetof(struct ring_header, magic)) != RING_MAGIC ||
	    get_u32(page, offsetof(struct ring_header, version)) != RING_VERSION ||
	    cells < RING_CELLS_MIN || cells > RING_CELLS_MAX || (cells & (cells - 1)) != 0)
		return false;
	*ret_cells = cells;
	ret->pid = get_u32(page, offsetof(struct ring_header, pid));
	ret->start_ticks = get_u64(page, offsetof(struct ring_header, start_ticks));
	ret->pid_ns = get_u64(page, offsetof(struct ring_header, pid_ns));
	ret->instance = get_u64(page, offsetof(struct ring_header, instance));
	ret->head = get_u64(page, offsetof(struct ring_header, head));
	ret->dropped = get_u64(page, offsetof(struct ring_header, dropped));
	ret->merged = get_u64(page, offsetof(struct ring_header, merged));
	memcpy(ret->name, page + offsetof(struct ring_header, name), sizeof ret->name);
	ret->name[TEXT_NAME] = '\0';
	return ret->pid != 0 && ret->instance != 0;
}

void ringfile_name(char name[40], uint32_t pid, uint64_t instance)
{
	snprintf(name, 40, "%" PRIu32 ".%016" PRIx64, pid, instance);
}

static void ring_path(char path[RUNDIR_PATH + 64], const struct rundir *dir, const char *name)
{
	snprintf(path, RUNDIR_PATH + 64, "%s/" RUNDIR_RINGS "/%.40s", dir->path, name);
}

static int open_regular(const char *path, struct stat *ret_status)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && (errno == ENOENT || errno == EMFILE || errno == ENFILE))
		return -errno;
	if (fd < 0)
		return -EBADMSG;
	if (fstat(fd, ret_status) < 0 || !S_ISREG(ret_status->st_mode) ||
	    ret_status->st_uid != geteuid()) {
		close(fd);
		return -EBADMSG;
	}
	return fd;
}

int ringfile_open(struct ringfile *ret_ring, const struct rundir *dir, const char *name,
		  struct emitter *ret_emitter)
{
	char path[RUNDIR_PATH + 64];
	char expected[40];
	struct header header;
	struct stat status;

	if (strlen(name) >= sizeof ret_ring->name)
		return -EBADMSG;
	ring_path(path, dir, name);
	ret_ring->fd = open_regular(path, &status);
	if (ret_ring->fd < 0)
		return ret_ring->fd;
	if (!read_header(ret_ring->fd, &ret_ring->cells, &header))
		goto refuse;
	ringfile_name(expected, header.pid, header.instance);
	if (strcmp(expected, name) != 0)
		goto refuse;
	text_copy(ret_ring->name, sizeof ret_ring->name, name);
	ret_ring->dir = dir;
	ret_ring->device = status.st_dev;
	ret_ring->inode = status.st_ino;
	*ret_emitter = (struct emitter){
		.version = WIRE_VERSION,
		.pid = header.pid,
		.start_ticks = header.start_ticks,
		.pid_ns = header.pid_ns,
		.instance = header.instance,
		.from = header.merged,
		.to = header.head,
		.dropped = header.dropped,
	};
	text_copy(ret_emitter->name, sizeof ret_emitter->name, header.name);
	return 0;

refuse:
	ringfile_close(ret_ring);
	return -EBADMSG;
}

void ringfile_close(struct ringfile *ring)
{
	if (ring->fd >= 0)
		close(ring->fd);
	ring->fd = -1;
}

void ringfile_park(struct ringfile *ring)
{
	ringfile_close(ring);
}

/* A ring that is open: itself, or one that is parked for a moment; -1 where its file is gone. */
static struct ringfile borrow(const struct ringfile *ring)
{
	struct ringfile open = *ring;
	char path[RUNDIR_PATH + 64];
	struct stat status;

	if (ring->fd >= 0)
		return open;
	ring_path(path, ring->dir, ring->name);
	open.fd = open_regular(path, &status);
	if (open.fd >= 0 && (status.st_dev != ring->device || status.st_ino != ring->inode))
		ringfile_close(&open);
	return open;
}

static void give_back(const struct ringfile *ring, struct ringfile *open)
{
	if (ring->fd < 0)
		ringfile_close(open);
}

void ringfile_said_name(const struct ringfile *ring, char name[TEXT_NAME + 1])
{
	struct ringfile open = borrow(ring);
	struct header header;
	uint32_t cells;

	name[0] = '\0';
	if (read_header(open.fd, &cells, &header))
		text_copy(name, TEXT_NAME + 1, header.name);
	give_back(ring, &open);
}

/* A failed write (a full disk can't be: the header's page is there) leaves the client to push
 * again: harmless. */
static void put_u64(const struct ringfile *ring, size_t offset, uint64_t value)
{
	ssize_t written = pwrite(ring->fd, &value, sizeof value, (off_t)offset);

	(void)written;
}

void ringfile_attach(const struct ringfile *ring, uint64_t watcher, uint64_t gate)
{
	struct ringfile open = borrow(ring);

	put_u64(&open, offsetof(struct ring_header, gate), gate);
	put_u64(&open, offsetof(struct ring_header, watcher), watcher);
	give_back(ring, &open);
}

void ringfile_mark(const struct ringfile *ring, uint64_t merged)
{
	struct ringfile open = borrow(ring);

	put_u64(&open, offsetof(struct ring_header, merged), merged);
	give_back(ring, &open);
}

/* --- reading what a dead process left */

struct window {
	uint8_t cells[BLOCK + RING_EVENT_CELLS][RING_CELL];
	uint64_t first; /* position of cells[0] */
	unsigned count;
};

/* Read up to @count cells from @position on, around the end; fewer where the file is short. */
static unsigned read_cells(const struct ringfile *ring, uint64_t position, uint8_t (*to)[RING_CELL],
			   unsigned count)
{
	unsigned done = 0;

	while (done < count) {
		uint32_t index = (uint32_t)((position + done) % ring->cells);
		unsigned run = count - done;
		ssize_t size;

		if (run > ring->cells - index)
			run = ring->cells - index;
		size = pread(ring->fd, to[done], (size_t)run * RING_CELL,
			     RING_HEADER + (off_t)index * RING_CELL);
		if (size < RING_CELL)
			break;
		done += (unsigned)(size / RING_CELL);
	}
	return done;
}

static void fill(const struct ringfile *ring, struct window *window, uint64_t position,
		 uint64_t head)
{
	uint64_t left = head - position;
	unsigned count = BLOCK + RING_EVENT_CELLS;

	window->first = position;
	window->count =
		read_cells(ring, position, window->cells, left < count ? (unsigned)left : count);
}

static bool is_empty(const struct window *window)
{
	const uint8_t *bytes = window->cells[0];
	size_t size = (size_t)window->count * RING_CELL;

	return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

/* The first position from @position on whose cell the file has, or that of the ring's begin: there
 * are files that claim to be large, and have nothing in them to be read. */
static uint64_t skip_hole(const struct ringfile *ring, uint64_t position, uint64_t head)
{
	uint32_t index = (uint32_t)(position % ring->cells);
	off_t from = RING_HEADER + (off_t)index * RING_CELL;
	off_t data = lseek(ring->fd, from, SEEK_DATA);
	uint64_t skipped = ring->cells - index;

	if (data < 0 && errno != ENXIO)
		return position;
	if (data >= 0 && (uint64_t)(data - from) / RING_CELL < skipped)
		skipped = (uint64_t)(data - from) / RING_CELL;
	return skipped < head - position ? position + skipped : head;
}

/* Whether there is nothing at *@position: then it is where there may be again. */
static bool fill_or_skip(const struct ringfile *ring, struct window *window, uint64_t *position,
			 uint64_t head)
{
	uint64_t from = *position;

	fill(ring, window, from, head);
	if (!window->count || !is_empty(window))
		return false;
	*position = skip_hole(ring, from, head);
	if (*position == from)
		return false;
	window->count = 0;
	return true;
}

static void drain(const struct ringfile *ring, uint64_t merged, record_fn each, void *arg,
		  struct ringfile_rest *ret_rest)
{
	struct window window = { .count = 0 };
	struct ring_text texts;
	struct header header;
	struct record record;
	bool in_torn = false;
	uint32_t cells;

	*ret_rest = (struct ringfile_rest){ 0 };
	if (!read_header(ring->fd, &cells, &header) || cells != ring->cells || header.head < merged)
		return;
	ret_rest->dropped = header.dropped;
	/* Of an event that was overwritten in part, the rest is no torn one: its writer counted it
	 * as dropped. */
	if (header.head - merged > cells) {
		merged = header.head - cells;
		in_torn = true;
	}
	while (merged < header.head) {
		unsigned used;

		if ((merged >= window.first + BLOCK || !window.count) &&
		    fill_or_skip(ring, &window, &merged, header.head)) {
			ret_rest->torn += !in_torn;
			in_torn = true;
			continue;
		}
		if (merged >= window.first + window.count)
			return;
		used = ring_get((const uint8_t(*)[RING_CELL])window.cells + (merged - window.first),
				window.count - (unsigned)(merged - window.first), merged, &record,
				&texts);
		if (used)
			each(arg, &record);
		else if (!in_torn)
			ret_rest->torn++;
		in_torn = !used;
		merged += used ? used : 1;
	}
}

void ringfile_drain(const struct ringfile *ring, uint64_t merged, record_fn each, void *arg,
		    struct ringfile_rest *ret_rest)
{
	struct ringfile open = borrow(ring);

	drain(&open, merged, each, arg, ret_rest);
	give_back(ring, &open);
}

void ringfile_remove(const struct ringfile *ring, const struct rundir *dir)
{
	char path[RUNDIR_PATH + 64];
	struct stat status;

	ring_path(path, dir, ring->name);
	if (lstat(path, &status) == 0 && status.st_dev == ring->device &&
	    status.st_ino == ring->inode)
		unlink(path);
}

void ringfile_sweep(const struct rundir *dir, const char *name)
{
	char path[RUNDIR_PATH + 64];
	char expected[41] = ".";
	struct stat status;
	uint64_t instance;
	uint32_t pid;

	if (sscanf(name, ".%" SCNu32 ".%" SCNx64, &pid, &instance) != 2 || (pid_t)pid <= 0)
		return;
	ringfile_name(expected + 1, pid, instance);
	ring_path(path, dir, name);
	if (strcmp(name, expected) != 0 || lstat(path, &status) < 0 ||
	    clock_wall_ns() < (uint64_t)status.st_mtim.tv_sec * NS_PER_S + MADE_NS)
		return;
	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
		unlink(path);
}
