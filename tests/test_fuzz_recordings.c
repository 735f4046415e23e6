/*
 * Hostile recordings, made at random from those that once broke something, for FUZZ seconds (20) in
 * what is built here: with a sanitizer, that looks on. FUZZ_SEED repeats a run. What breaks a
 * reader is left in $O/fuzz/last-recording: add it to tests/fuzz/corpus_recording with the fix.
 */
#include "tests/check.h"
#include "tests/fuzz/hostile_recording.h"

#include <dirent.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define INPUT_MOST 4096
#define INPUTS_MOST 512

/* One that takes so long hangs. */
#define TRY_SECONDS 20

struct inputs {
	unsigned char data[INPUTS_MOST][INPUT_MOST];
	size_t sizes[INPUTS_MOST];
	size_t count;
};

static struct inputs inputs;

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void load(const char *dir)
{
	struct dirent *entry;
	DIR *listing = opendir(dir);

	if (!CHECK(listing))
		return;
	while ((entry = readdir(listing)) != NULL && inputs.count < INPUTS_MOST) {
		char path[1024];
		FILE *file;

		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
		if (!file)
			continue;
		inputs.sizes[inputs.count] = fread(inputs.data[inputs.count], 1, INPUT_MOST, file);
		inputs.count++;
		fclose(file);
	}
	closedir(listing);
}

/* One of the corpus with a few bytes changed, or none of it. */
static size_t make(unsigned char *data, uint64_t *state)
{
	uint64_t random = next_random(state);
	size_t which = random % (inputs.count + 1);
	size_t size = 32 + next_random(state) % 200;

	if (which == inputs.count || !inputs.sizes[which]) {
		for (size_t i = 0; i < size; i++)
			data[i] = (unsigned char)next_random(state);
		return size;
	}
	size = inputs.sizes[which];
	memcpy(data, inputs.data[which], size);
	for (uint64_t i = 0; i < random >> 56; i += 16)
		data[next_random(state) % size] = (unsigned char)next_random(state);
	return size;
}

/* Where the input that is tried is found after a crash. */
static int open_last(void)
{
	char path[1024];
	const char *build = getenv("O");

	snprintf(path, sizeof path, "%s/fuzz", build ? build : ".");
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/fuzz/last-recording", build ? build : ".");
	return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

static void try_one(const struct hostile *hostile, int last, const unsigned char *data, size_t size)
{
	if (pwrite(last, data, size, 0) != (ssize_t)size || ftruncate(last, (off_t)size) < 0)
		_exit(2);
	/* what readers said of those that did no harm */
	if (lseek(STDERR_FILENO, 0, SEEK_CUR) > 65536) {
		if (ftruncate(STDERR_FILENO, 0) < 0)
			_exit(2);
		lseek(STDERR_FILENO, 0, SEEK_SET);
	}
	alarm(TRY_SECONDS);
	hostile_try(hostile, data, size);
}

/* In a process of its own: all of the corpus, then what is made of it. */
static void try_all(const char *dir, const char *base, uint64_t seed)
{
	const char *seconds = getenv("FUZZ");
	uint64_t end_ns = clock_mono_ns() + (uint64_t)(seconds ? atoi(seconds) : 20) * NS_PER_S;
	unsigned char data[INPUT_MOST];
	struct hostile hostile;
	int last = open_last();
	int told = dup(STDOUT_FILENO);
	size_t count = 0;

	if (last < 0 || hostile_open(&hostile, dir, base) < 0 || !freopen("/dev/null", "w", stdout))
		_exit(2);
	for (size_t i = 0; i < inputs.count; i++)
		try_one(&hostile, last, inputs.data[i], inputs.sizes[i]);
	for (; clock_mono_ns() < end_ns; count++)
		try_one(&hostile, last, data, make(data, &seed));
	dprintf(told, "# %zu recordings of a corpus of %zu\n", count, inputs.count);
	exit(0);
}

/* The end of what it said. */
static void show(int log)
{
	char text[8192];
	off_t size = lseek(log, 0, SEEK_END);
	off_t from = size > (off_t)sizeof text ? size - (off_t)sizeof text : 0;
	ssize_t count = pread(log, text, sizeof text, from);

	printf("%.*s\n", (int)(count > 0 ? count : 0), text);
}

static void no_recording_does_harm(void)
{
	const char *dir = getenv("TMPDIR");
	const char *fixed = getenv("FUZZ_SEED");
	uint64_t seed = fixed ? strtoull(fixed, NULL, 0) : clock_wall_ns() | 1;
	char base[512], command[1200], log_path[512];
	int status = 0;
	int log;
	pid_t pid;

	snprintf(base, sizeof base, "%s/base.mwdb", dir);
	snprintf(log_path, sizeof log_path, "%s/said", dir);
	snprintf(command, sizeof command, "'%s/tests/make_recording' '%s'", getenv("O"), base);
	log = open(log_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	load("tests/fuzz/corpus_recording");
	if (!CHECK(log >= 0) || !CHECK(system(command) == 0))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(log, STDERR_FILENO);
		try_all(dir, base, seed);
	}
	waitpid(pid, &status, 0);
	if (!CHECK(pid > 0 && status == 0)) {
		printf("FUZZ_SEED=%" PRIu64 ", status %#x\n", seed, (unsigned)status);
		show(log);
	}
}

static const struct check_test tests[] = {
	CHECK_TEST(no_recording_does_harm),
};

CHECK_MAIN(tests)
