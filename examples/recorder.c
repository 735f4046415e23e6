/*
 * A recorder, such as one that saves a camera's frames: a capture thread fills preallocated frames
 * at a fixed rate and queues them; a writer thread gathers them to chunks and saves each chunk to a
 * file. Its milestones tell memwatch what its memory does: a chunk's buffer grows frame by frame
 * and goes when the chunk is saved, and the queue grows while a save is slow.
 *
 * It can be left to run: of its chunks it keeps the last few, and without --output none, in files
 * that have no name, so that nothing is left of them however it ends.
 *
 * With --leak it forgets a part of each chunk, which shows as a floor that rises.
 */
#include <memwatch.h>

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FRAME_BYTES (512 * 1024)
#define FRAMES_A_SECOND 30
#define FRAMES_A_CHUNK 90
#define QUEUE_FRAMES 48
#define QUEUE_HIGH 32
#define LEAK_BYTES (4 * 1024 * 1024)

/* Chunks that stay with --output: a minute's. */
#define CHUNKS_KEPT 20

/* Each second save meets a disk that is busy. */
#define SLOW_SAVE 2
#define SLOW_SAVE_MS 1300

struct settings {
	double seconds;
	bool dry_run;
	bool leak;
	const char *directory;
};

/* Frames between the two threads: those that are free, and those that are filled, oldest first. */
struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	unsigned char *frames[QUEUE_FRAMES];
	unsigned first;
	unsigned count;
	bool ended;
};

struct recorder {
	struct settings settings;
	struct queue queue;
	unsigned lost; /* frames for which there was no room */
	unsigned saved;
	atomic_bool failed;
};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* --- the queue */

static int queue_open(struct queue *queue)
{
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->filled, NULL);
	for (unsigned i = 0; i < QUEUE_FRAMES; i++) {
		queue->frames[i] = malloc(FRAME_BYTES);
		if (!queue->frames[i])
			return -1;
	}
	return 0;
}

static void queue_close(struct queue *queue)
{
	for (unsigned i = 0; i < QUEUE_FRAMES; i++)
		free(queue->frames[i]);
}

/* The frame to be filled next; NULL while the queue is full. Only the capture thread asks, so it
 * stays free. */
static unsigned char *queue_free_frame(struct queue *queue)
{
	unsigned char *frame = NULL;

	pthread_mutex_lock(&queue->lock);
	if (queue->count < QUEUE_FRAMES)
		frame = queue->frames[(queue->first + queue->count) % QUEUE_FRAMES];
	pthread_mutex_unlock(&queue->lock);
	return frame;
}

/* That frame is filled: how many wait now. */
static unsigned queue_put(struct queue *queue)
{
	unsigned count;

	pthread_mutex_lock(&queue->lock);
	count = ++queue->count;
	pthread_cond_signal(&queue->filled);
	pthread_mutex_unlock(&queue->lock);
	return count;
}

static void queue_end(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->ended = true;
	pthread_cond_signal(&queue->filled);
	pthread_mutex_unlock(&queue->lock);
}

/* Copy the oldest frame to @to; false when there will be no more. */
static bool queue_take(struct queue *queue, unsigned char *to)
{
	const unsigned char *frame;
	bool ended;

	pthread_mutex_lock(&queue->lock);
	while (queue->count == 0 && !queue->ended)
		pthread_cond_wait(&queue->filled, &queue->lock);
	ended = queue->count == 0;
	frame = queue->frames[queue->first];
	pthread_mutex_unlock(&queue->lock);
	if (ended)
		return false;
	memcpy(to, frame, FRAME_BYTES);
	pthread_mutex_lock(&queue->lock);
	queue->first = (queue->first + 1) % QUEUE_FRAMES;
	queue->count--;
	pthread_mutex_unlock(&queue->lock);
	return true;
}

/* --- the writer */

static void pause_ms(long ms)
{
	struct timespec span = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&span, NULL);
}

static void chunk_path(const struct recorder *recorder, unsigned number, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/chunk-%03u.raw", recorder->settings.directory, number);
}

/* A file in TMPDIR that is gone when it is closed. */
static FILE *open_unnamed(char path[PATH_MAX])
{
	const char *directory = getenv("TMPDIR");
	int fd;

	snprintf(path, PATH_MAX, "%s/recorder-XXXXXX",
		 directory && directory[0] ? directory : "/tmp");
	fd = mkstemp(path);
	if (fd < 0)
		return NULL;
	unlink(path);
	return fdopen(fd, "wb");
}

static int write_chunk(struct recorder *recorder, const unsigned char *bytes, size_t size,
		       char path[PATH_MAX])
{
	FILE *file;
	int error = 0;

	chunk_path(recorder, recorder->saved, path);
	file = recorder->settings.directory ? fopen(path, "wb") : open_unnamed(path);
	if (!file)
		return -1;
	if (fwrite(bytes, 1, size, file) != size)
		error = -1;
	if (fclose(file) != 0)
		error = -1;
	return error;
}

static void save_chunk(struct recorder *recorder, const unsigned char *chunk, unsigned frames)
{
	char path[PATH_MAX];
	MW_SCOPE("I/O", "save chunk");

	recorder->saved++;
	if (write_chunk(recorder, chunk, (size_t)frames * FRAME_BYTES, path) < 0) {
		fprintf(stderr, "recorder: %s: %s\n", path, strerror(errno));
		atomic_store(&recorder->failed, true);
	}
	if (recorder->settings.directory && recorder->saved > CHUNKS_KEPT) {
		chunk_path(recorder, recorder->saved - CHUNKS_KEPT, path);
		unlink(path);
	}
	if (recorder->saved % SLOW_SAVE == 0)
		pause_ms(SLOW_SAVE_MS);
	mw_eventf("recorder", "chunk %u saved", recorder->saved);
}

static void forget_some(const struct recorder *recorder)
{
	static unsigned char *volatile forgotten;

	if (!recorder->settings.leak)
		return;
	forgotten = malloc(LEAK_BYTES);
	if (forgotten)
		memset(forgotten, 1, LEAK_BYTES);
}

static void *write_chunks(void *arg)
{
	struct recorder *recorder = arg;
	unsigned frames;

	do {
		unsigned char *chunk = malloc((size_t)FRAMES_A_CHUNK * FRAME_BYTES);

		frames = 0;
		while (chunk && frames < FRAMES_A_CHUNK &&
		       queue_take(&recorder->queue, chunk + (size_t)frames * FRAME_BYTES))
			frames++;
		if (frames > 0 && !recorder->settings.dry_run)
			save_chunk(recorder, chunk, frames);
		free(chunk);
		forget_some(recorder);
	} while (frames == FRAMES_A_CHUNK);
	return NULL;
}

/* --- the camera */

static void fill_frame(unsigned char *frame, unsigned number)
{
	for (size_t i = 0; i < FRAME_BYTES; i++)
		frame[i] = (unsigned char)(i + number);
}

static void add_frame_time(struct timespec *at)
{
	at->tv_nsec += 1000000000L / FRAMES_A_SECOND;
	if (at->tv_nsec >= 1000000000L) {
		at->tv_nsec -= 1000000000L;
		at->tv_sec++;
	}
}

static void *capture_frames(void *arg)
{
	struct recorder *recorder = arg;
	unsigned total = (unsigned)(recorder->settings.seconds * FRAMES_A_SECOND);
	struct timespec at;
	bool high = false;

	clock_gettime(CLOCK_MONOTONIC, &at);
	for (unsigned number = 0; number < total && !interrupted; number++) {
		unsigned char *frame = queue_free_frame(&recorder->queue);
		unsigned waiting = QUEUE_FRAMES;

		if (frame) {
			fill_frame(frame, number);
			waiting = queue_put(&recorder->queue);
		} else {
			recorder->lost++;
		}
		if (waiting >= QUEUE_HIGH && !high)
			mw_event("queue high");
		high = waiting >= QUEUE_HIGH / 2 && (high || waiting >= QUEUE_HIGH);
		add_frame_time(&at);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
	}
	queue_end(&recorder->queue);
	return NULL;
}

/* --- main */

static const char usage[] =
	"Usage: recorder [--seconds N] [--dry-run] [--leak] [--output DIR]\n"
	"Record an imaginary camera to chunk files.\n"
	"\n"
	"  --seconds N    end after N seconds (20)\n"
	"  --dry-run      preview: save nothing\n"
	"  --leak         forget 4 MiB at each chunk\n"
	"  --output DIR   keep the last 20 chunks in DIR; else they go to files "
	"in TMPDIR that are removed at once\n";

static int parse(struct settings *settings, int argc, char **argv)
{
	static const struct option options[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "leak", no_argument, NULL, 'l' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int key;

	while ((key = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (key == 's' && (settings->seconds = strtod(optarg, NULL)) > 0)
			continue;
		if (key == 'n')
			settings->dry_run = true;
		else if (key == 'l')
			settings->leak = true;
		else if (key == 'o')
			settings->directory = optarg;
		else {
			fputs(usage, key == 'h' ? stdout : stderr);
			return key == 'h' ? 0 : 2;
		}
	}
	return -1;
}

static int record(struct recorder *recorder)
{
	pthread_t camera, writer;

	if (queue_open(&recorder->queue) < 0 ||
	    pthread_create(&writer, NULL, write_chunks, recorder) != 0)
		return 1;
	mw_event(recorder->settings.dry_run ? "preview started" : "recording started");
	if (pthread_create(&camera, NULL, capture_frames, recorder) == 0)
		pthread_join(camera, NULL);
	else
		queue_end(&recorder->queue);
	pthread_join(writer, NULL);
	mw_event("stopped");
	queue_close(&recorder->queue);
	printf("recorder: %u chunks saved, %u frames lost\n", recorder->saved, recorder->lost);
	return atomic_load(&recorder->failed) ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct recorder recorder = { .settings.seconds = 20 };
	int status = parse(&recorder.settings, argc, argv);

	if (status >= 0)
		return status;
	/* Large buffers go back to the system when they are freed, however often that happens. */
	mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
	signal(SIGINT, interrupt);
	signal(SIGTERM, interrupt);
	signal(SIGHUP, interrupt);
	mw_register("recorder");
	return record(&recorder);
}
