#include "client/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"
#include "wire/pidns.h"

#define RING_BYTES_DEFAULT (1024 * 1024)

/* What has memory from the start: the header and the first 64 KiB of cells. */
#define FIRST_BYTES (RING_HEADER + 64 * 1024)

/* rings/, or the file's name in it: at most .4194304.0123456789abcdef */
#define NAME_ROOM 40

static uint32_t wanted_cells(void)
{
	const char *text = secure_getenv("MEMWATCH_RING");
	uint64_t bytes = RING_BYTES_DEFAULT;
	uint32_t cells = RING_CELLS_MIN;

	if (text && units_parse_size(text, &bytes) < 0)
		bytes = RING_BYTES_DEFAULT;
	while (cells < RING_CELLS_MAX && (uint64_t)cells * 2 * RING_CELL <= bytes)
		cells *= 2;
	return cells;
}

static uint64_t random_instance(void)
{
	uint64_t instance = 0;

	if (getrandom(&instance, sizeof instance, GRND_NONBLOCK) != sizeof instance)
		instance = clock_wall_ns() ^ (uint64_t)getpid() << 40;
	return instance ? instance : 1;
}

static int map_over(const struct ring_place *place, int flags, int fd)
{
	void *base =
		mmap(place->base, place->size, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);

	return base == MAP_FAILED ? -errno : 0;
}

/* Memory for the whole of the ring's addresses, unused until something is written. */
static int find_place(struct ring_place *place, size_t size)
{
	void *base;

	if (place->base && place->size != size)
		munmap(place->base, place->size);
	else if (place->base)
		return 0;
	base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	place->base = base == MAP_FAILED ? NULL : base;
	place->size = size;
	return place->base ? 0 : -ENOMEM;
}

/* --- the lock by which a watcher in another PID namespace knows whose ring it is */

/* The program may have closed every descriptor it saw, and opened others instead. */
static void let_go(struct ring_place *place)
{
	struct stat status;
	int fd = place->held - 1;

	if (fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == place->device &&
	    status.st_ino == place->inode)
		close(fd);
	place->held = 0;
}

/* Not as a standard stream, where somebody may print. Without a lock nothing is held. */
static void hold(struct ring_place *place, int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat status;
	int held = fd > STDERR_FILENO ? fd : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (held != fd)
		close(fd);
	if (held < 0)
		return;
	if (fstat(held, &status) < 0 || fcntl(held, F_SETLK, &lock) < 0) {
		close(held);
		return;
	}
	place->device = status.st_dev;
	place->inode = status.st_ino;
	place->held = held + 1;
}

/* It tells also of a process that lives too short for its lock to be looked at. Where nobody
 * listens the lock is left. */
static void present(const struct rundir *dir, uint64_t instance)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char path[RUNDIR_PATH];
	ssize_t sent;

	if (fd < 0)
		return;
	rundir_file(path, dir, RUNDIR_WHO);
	text_copy(to.sun_path, sizeof to.sun_path, path);
	sent = sendto(fd, &instance, sizeof instance, MSG_NOSIGNAL, (void *)&to, sizeof to);
	(void)sent;
	close(fd);
}

void ring_vacate(struct ring_place *place)
{
	let_go(place);
	if (place->base)
		map_over(place, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
}

static int open_rings(const struct rundir *dir)
{
	char path[RUNDIR_PATH];
	int fd;

	rundir_file(path, dir, RUNDIR_RINGS);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * Whether a file of that size may be made. Past its limit the kernel would send SIGXFSZ; on a full
 * disk the ring would keep the oldest events, not the newest.
 */
static int check_room(int rings, size_t size)
{
	struct statvfs disk;
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < size)
		return -EFBIG;
	if (fstatvfs(rings, &disk) == 0 && disk.f_bavail * disk.f_frsize < size)
		return -ENOSPC;
	return 0;
}

/* A file of the ring's size, without memory. */
static int open_file(int rings, const char *name, size_t size)
{
	int error = check_room(rings, size);
	int fd;

	if (error)
		return error;
	fd = openat(rings, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size) < 0) {
		error = -errno;
		close(fd);
		unlinkat(rings, name, 0);
	}
	return error ? error : fd;
}

/* Memory for what is used first; for all of it where the kernel, before 5.14, gives no pieces. */
static int back_first(struct ring *ring, const struct ring_place *place, int fd)
{
	size_t first = place->size < FIRST_BYTES ? place->size : FIRST_BYTES;

	if (madvise(place->base, first, MADV_POPULATE_WRITE) == 0) {
		ring->backed =
			first == place->size ? UINT64_MAX : (first - RING_HEADER) / RING_CELL;
		return 0;
	}
	if (errno != EINVAL)
		return -errno;
	ring->backed = UINT64_MAX;
	return -posix_fallocate(fd, 0, (off_t)place->size);
}

static void fill_header(struct ring_header *header, uint32_t cells, const char *name)
{
	*header = (struct ring_header){
		.magic = RING_MAGIC,
		.version = RING_VERSION,
		.cells = cells,
		.pid = (uint32_t)getpid(),
		.start_ticks = pidns_own_start(),
		.instance = random_instance(),
		.pid_ns = pidns_own(),
	};
	text_copy(header->name, sizeof header->name, name);
}

/* The watcher finds a file by its name, so it gets that only when its header is whole. */
static int make_file(struct ring *ring, struct ring_place *place, int rings, const char *hidden,
		     const struct ring_header *header)
{
	int fd = open_file(rings, hidden, place->size);
	int error;

	if (fd < 0)
		return fd;
	error = map_over(place, MAP_SHARED, fd);
	if (!error)
		error = back_first(ring, place, fd);
	if (error || header->pid_ns == PIDNS_INITIAL)
		close(fd);
	else
		hold(place, fd);
	if (!error) {
		memcpy(place->base, header, sizeof *header);
		error = renameat(rings, hidden, rings, hidden + 1) < 0 ? -errno : 0;
	}
	if (error) {
		unlinkat(rings, hidden, 0);
		let_go(place);
		map_over(place, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	}
	return error;
}

static int share(struct ring *ring, struct ring_place *place, const struct rundir *dir,
		 const struct ring_header *header)
{
	char file[sizeof RUNDIR_RINGS + NAME_ROOM];
	char hidden[NAME_ROOM];
	int rings = open_rings(dir);
	int error;

	if (rings < 0)
		return rings;
	snprintf(hidden, sizeof hidden, ".%u.%016llx", header->pid,
		 (unsigned long long)header->instance);
	if (header->pid_ns != PIDNS_INITIAL)
		present(dir, header->instance);
	error = make_file(ring, place, rings, hidden, header);
	close(rings);
	if (error)
		return error;
	snprintf(file, sizeof file, RUNDIR_RINGS "/%s", hidden + 1);
	rundir_file(ring->path, dir, file);
	return 0;
}

int ring_move(struct ring *ring, const struct rundir *dir)
{
	const char *slash = strrchr(ring->path, '/');
	char file[sizeof RUNDIR_RINGS + NAME_ROOM];
	char path[RUNDIR_PATH];
	int rings = open_rings(dir);

	if (rings < 0)
		return rings;
	close(rings);
	snprintf(file, sizeof file, RUNDIR_RINGS "/%s", slash ? slash + 1 : "");
	rundir_file(path, dir, file);
	if (rename(ring->path, path) < 0)
		return -errno;
	text_copy(ring->path, sizeof ring->path, path);
	return 0;
}

int ring_create(struct ring *ring, struct ring_place *place, const struct rundir *dir,
		const char *name)
{
	uint32_t cells = wanted_cells();
	struct ring_header header;

	let_go(place); /* a parent's, where this is a child that was made without fork's handlers */
	if (find_place(place, RING_HEADER + (size_t)cells * RING_CELL) < 0)
		return -ENOMEM;
	ring->header = place->base;
	ring->cells = (uint8_t *)place->base + RING_HEADER;
	ring->count = cells;
	ring->limit = RING_OVERWRITE;
	fill_header(&header, cells, name);
	ring->shared = share(ring, place, dir, &header) == 0;
	if (!ring->shared) {
		ring->backed = UINT64_MAX;
		memcpy(ring->header, &header, sizeof header);
	}
	return 0;
}
