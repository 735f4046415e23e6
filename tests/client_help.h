/*
 * For the tests of the client: each test is a process of its own, in a runtime directory of its
 * own; rings are read from their files, as the watcher does after a process's death.
 */
#ifndef TESTS_CLIENT_HELP_H
#define TESTS_CLIENT_HELP_H

#include "client/memwatch.h"
#include "tests/check.h"
#include "wire/ring.h"
#include "wire/rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __SANITIZE_THREAD__
__attribute__((visibility("default"))) const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "die_after_fork=0"; /* these tests start threads in forked children */
}
#endif

static inline void help_sleep_ms(unsigned ms)
{
	struct timespec span = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&span, &span) < 0)
		;
}

/* Memory that children share. */
static inline void *help_shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static inline int help_wait(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* The session's directory of a test; made where it isn't there. */
static inline struct rundir help_dir(void)
{
	struct rundir dir;

	CHECK_EQ_I64(rundir_open(&dir, SESSION_DEFAULT, true), 0);
	return dir;
}

/* A child in the runtime directory @path. */
static inline pid_t help_fork(const char *path)
{
	pid_t pid = fork();

	if (pid == 0)
		setenv("XDG_RUNTIME_DIR", path, 1);
	return pid;
}

struct fake_report;

/*
 * Run @test in a child, in a new runtime directory; what it leaves there stays until the test
 * program's own ends.
 * @host, unless it is NULL, is run with @arg in another one meanwhile.
 */
static inline void help_run(void (*test)(void), void (*host)(struct fake_report *),
			    struct fake_report *arg)
{
	const char *parent = getenv("XDG_RUNTIME_DIR");
	pid_t pid, host_pid = 0;
	char path[64];

	snprintf(path, sizeof(path), "%s/c.XXXXXX", parent ? parent : "/tmp");
	if (!CHECK(mkdtemp(path)))
		return;
	if (host && (host_pid = help_fork(path)) == 0)
		host(arg);
	pid = help_fork(path);
	if (pid == 0) {
		test();
		exit(check_failures > 0);
	}
	CHECK_EQ_I64(help_wait(pid), 0);
	if (host_pid > 0) {
		kill(host_pid, SIGKILL);
		help_wait(host_pid);
	}
}

/* What is in a ring's file. */
struct help_ring {
	struct ring_header header;
	uint64_t events;    /* whole ones from max(merged, head - cells) on */
	uint64_t unwritten; /* cells before head that hold nothing */
	struct ring_text first, last;
	struct record last_record;
	uint32_t kinds[3];
};

typedef void (*help_event_fn)(void *arg, const struct record *record);

static inline void help_read_cells(struct help_ring *ring, const uint8_t (*cells)[RING_CELL],
				   help_event_fn each, void *arg)
{
	uint64_t count = ring->header.cells;
	uint64_t at = ring->header.head > count ? ring->header.head - count : 0;

	if (at < ring->header.merged)
		at = ring->header.merged;
	while (at < ring->header.head) {
		uint8_t row[RING_EVENT_CELLS][RING_CELL];
		struct ring_text text;
		struct record record;
		uint64_t word;
		unsigned found;

		for (unsigned i = 0; i < RING_EVENT_CELLS; i++)
			memcpy(row[i], cells[(at + i) % count], RING_CELL);
		found = ring_get((const uint8_t(*)[RING_CELL])row, RING_EVENT_CELLS, at, &record,
				 &text);
		memcpy(&word, row[0], sizeof(word));
		if (found == 0 && word != ring_word(at, RING_CELL_NEXT))
			ring->unwritten++;
		if (found > 0) {
			if (ring->events++ == 0)
				ring->first = text;
			ring->last = text;
			ring->last_record = record;
			ring->kinds[record.event.kind]++;
			if (each)
				each(arg, &record);
		}
		at += found > 0 ? found : 1;
	}
}

static inline bool help_read_file(int fd, struct help_ring *ring, help_event_fn each, void *arg)
{
	uint8_t(*cells)[RING_CELL];
	size_t size;

	memset(ring, 0, sizeof(*ring));
	if (pread(fd, &ring->header, sizeof(ring->header), 0) != sizeof(ring->header) ||
	    ring->header.magic != RING_MAGIC)
		return false;
	size = (size_t)ring->header.cells * RING_CELL;
	cells = malloc(size);
	if (cells && pread(fd, cells, size, RING_HEADER) == (ssize_t)size)
		help_read_cells(ring, (const uint8_t(*)[RING_CELL])cells, each, arg);
	free(cells);
	return true;
}

/* Open the @n-th ring in the session's rings/; -1 where there are fewer. Hidden files don't count.
 */
static inline int help_open_ring(const struct rundir *dir, unsigned n)
{
	char path[RUNDIR_PATH];
	struct dirent *entry;
	int fd = -1;
	DIR *rings;

	rundir_file(path, dir, RUNDIR_RINGS);
	rings = opendir(path);
	while (rings && fd < 0 && (entry = readdir(rings))) {
		if (entry->d_name[0] != '.' && n-- == 0)
			fd = openat(dirfd(rings), entry->d_name, O_RDWR | O_CLOEXEC);
	}
	if (rings)
		closedir(rings);
	return fd;
}

/* Read the ring of process @pid in this test's session. */
static inline bool help_read_ring_of(pid_t pid, struct help_ring *ring)
{
	struct rundir dir = help_dir();
	bool found = false;
	int fd;

	for (unsigned n = 0; !found && (fd = help_open_ring(&dir, n)) >= 0; n++) {
		found = help_read_file(fd, ring, NULL, NULL) && ring->header.pid == (uint32_t)pid;
		close(fd);
	}
	return found;
}

static inline bool help_read_ring(struct help_ring *ring)
{
	return help_read_ring_of(getpid(), ring);
}

static inline unsigned help_count_rings(void)
{
	struct rundir dir = help_dir();
	unsigned n = 0;
	int fd;

	while ((fd = help_open_ring(&dir, n)) >= 0) {
		close(fd);
		n++;
	}
	return n;
}

static inline unsigned help_count_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	unsigned count = 0;
	struct dirent *entry;

	while (tasks && (entry = readdir(tasks)))
		count += entry->d_name[0] != '.';
	if (tasks)
		closedir(tasks);
	return count;
}

#endif
