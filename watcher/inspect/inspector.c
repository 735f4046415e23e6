#include "watcher/inspect/inspector.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#define READ_BYTES (64 * 1024)

/* Threads that are asked for their stack pointers: each costs some microseconds. */
#define THREADS_MOST 1024

struct inspector {
	pthread_t thread;
	bool joined;
	int event;
	pid_t pid;
	int smaps;
	uint64_t begin_ns;
	size_t pointers_count;
	uint64_t pointers[THREADS_MOST];
	struct mapping_threads threads;
	struct mapping_kinds *mapping_kinds;
	const struct part *parts;
	size_t count;
	struct smaps reader;
	char buffer[READ_BYTES];
};

int inspector_open(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* --- the thread */

/*
 * "SYSCALL ARGUMENT... SP PC", or "-1 SP PC" (proc(5)): the last but one word. Nothing of a thread
 * that is running, or where that may not be read.
 */
static uint64_t stack_pointer(const char *text)
{
	const char *last = strrchr(text, ' ');

	while (last && last > text && last[-1] != ' ')
		last--;
	return last && last > text ? strtoull(last, NULL, 16) : 0;
}

static void ask_thread(struct inspector *inspector, const char *tid)
{
	char path[320], text[256];
	ssize_t size;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/task/%s/syscall", (int)inspector->pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	size = read(fd, text, sizeof text - 1);
	close(fd);
	text[size > 0 ? size : 0] = '\0';
	inspector->pointers[inspector->pointers_count] = stack_pointer(text);
	if (inspector->pointers[inspector->pointers_count] != 0)
		inspector->pointers_count++;
}

static int compare_pointers(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left;
	uint64_t b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static void ask_threads(struct inspector *inspector)
{
	const struct dirent *entry;
	char path[64];
	size_t seen = 0;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%d/task", (int)inspector->pid);
	tasks = opendir(path);
	while (tasks && seen < THREADS_MOST && (entry = readdir(tasks)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		seen++;
		ask_thread(inspector, entry->d_name);
	}
	if (tasks)
		closedir(tasks);
	qsort(inspector->pointers, inspector->pointers_count, sizeof *inspector->pointers,
	      compare_pointers);
	inspector->threads = (struct mapping_threads){ inspector->pointers,
						       inspector->pointers_count, seen > 1 };
}

/* 0 or a negative errno. */
static int read_all(struct inspector *inspector)
{
	struct smaps *reader = &inspector->reader;
	ssize_t size;

	*reader = (struct smaps){ .each = mapping_kinds_take, .arg = inspector->mapping_kinds };
	do {
		size = read(inspector->smaps, inspector->buffer, sizeof inspector->buffer);
		if (size > 0)
			smaps_take(reader, inspector->buffer, (size_t)size);
	} while (size > 0 || (size < 0 && errno == EINTR));
	smaps_end(reader);
	return size < 0 ? -errno : 0;
}

static void *run(void *arg)
{
	struct inspector *inspector = arg;

	prctl(PR_SET_NAME, "mw-inspector");
	inspector->begin_ns = clock_mono_ns();
	ask_threads(inspector);
	inspector->mapping_kinds = mapping_kinds_new(&inspector->threads);
	if (inspector->mapping_kinds && read_all(inspector) == 0)
		inspector->parts = mapping_kinds_end(inspector->mapping_kinds, &inspector->count);
	eventfd_write(inspector->event, 1);
	return NULL;
}

/* --- the other side */

/* A thread that takes no signal. */
static int start_thread(struct inspector *inspector)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&inspector->thread, NULL, run, inspector);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

static void release(struct inspector *inspector)
{
	if (inspector->event >= 0)
		close(inspector->event);
	if (inspector->smaps >= 0)
		close(inspector->smaps);
	mapping_kinds_free(inspector->mapping_kinds);
	free(inspector);
}

int inspector_start(struct inspector **ret_inspector, pid_t pid, int smaps)
{
	struct inspector *inspector = calloc(1, sizeof *inspector);
	int error;

	if (!inspector) {
		close(smaps);
		return -ENOMEM;
	}
	inspector->pid = pid;
	inspector->smaps = smaps;
	inspector->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = inspector->event < 0 ? -errno : start_thread(inspector);
	if (error) {
		release(inspector);
		return error;
	}
	*ret_inspector = inspector;
	return 0;
}

static void join(struct inspector *inspector)
{
	if (!inspector->joined)
		pthread_join(inspector->thread, NULL);
	inspector->joined = true;
}

void inspector_free(struct inspector *inspector)
{
	if (!inspector)
		return;
	join(inspector);
	release(inspector);
}

int inspector_fd(const struct inspector *inspector)
{
	return inspector->event;
}

const struct part *inspector_parts(struct inspector *inspector, size_t *ret_count,
				   uint64_t *ret_begin_ns)
{
	join(inspector);
	*ret_count = inspector->parts ? inspector->count : 0;
	*ret_begin_ns = inspector->begin_ns;
	return inspector->parts;
}
