/*
 * behave KIND SECONDS LEVEL SIZE AT NOISE RISE [FIFO]: have memory of a known behaviour
 * (tests/memory_shapes.h), in MiB, then end; what AT and RISE are depends on the kind. It stays at
 * LEVEL until FIFO, where one is named, has been opened for writing.
 */
#include "tests/memory_shapes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB 1048576.0
#define STEP_NS (10 * NS_PER_MS)
#define MAPPED (1ULL << 30)

static const char *const kinds[] = {
	[SHAPE_STEADY] = "steady",
	[SHAPE_SAWTOOTH] = "sawtooth",
	[SHAPE_WARM_UP] = "warm-up",
	[SHAPE_RAMP] = "ramp",
	[SHAPE_STEP] = "step",
	[SHAPE_STAIRCASE] = "staircase",
	[SHAPE_LEAK] = "leak",
	[SHAPE_WARM_LEAK] = "warm-leak",
	[SHAPE_SAW_LEAK] = "sawtooth-leak",
};

static int find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i], name) == 0)
			return (int)i;
	}
	return -1;
}

/* Have so many bytes resident of the mapping, which had *@had. */
static void have(char *memory, size_t *had, double wanted)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = wanted > 0 ? (size_t)wanted / page * page : 0;

	if (size > MAPPED)
		size = MAPPED;
	/* in one call: page by page it takes so long on a small machine that noise looks like teeth */
	if (size > *had && madvise(memory + *had, size - *had, MADV_POPULATE_WRITE) < 0)
		memset(memory + *had, 1, size - *had);
	if (size < *had)
		madvise(memory + size, *had - size, MADV_DONTNEED);
	*had = size;
}

static void behave(const struct shape *shape, double seconds, char *memory, size_t had)
{
	uint64_t start_ns = clock_mono_ns();
	uint64_t state = start_ns | 1;
	double noise = 0;
	double x = 0;

	for (uint64_t i = 1; x < 1; i++) {
		x = (double)(clock_mono_ns() - start_ns) / (seconds * (double)NS_PER_S);
		have(memory, &had,
		     shape->level + shape_clean(shape, x < 1 ? x : 1 - 1e-9) +
			     shape_noise_next(shape, &noise, &state));
		clock_sleep_ns(STEP_NS);
	}
}

int main(int argc, char **argv)
{
	int kind = argc >= 8 ? find_kind(argv[1]) : -1;
	struct shape shape = { 0 };
	size_t had = 0;
	char *memory;

	if (kind < 0) {
		fputs("Usage: behave KIND SECONDS LEVEL SIZE AT NOISE RISE [FIFO]\n", stderr);
		return 2;
	}
	shape.kind = (enum shape_kind)kind;
	shape.level = atof(argv[3]) * MIB;
	shape.size = atof(argv[4]) * MIB;
	shape.at = atof(argv[5]);
	shape.noise = atof(argv[6]) * MIB;
	shape.rise = atof(argv[7]) * MIB;
	memory = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED || madvise(memory, MAPPED, MADV_NOHUGEPAGE) < 0) {
		perror("behave");
		return 1;
	}
	have(memory, &had, shape.level);
	if (argc > 8 && open(argv[8], O_RDONLY | O_CLOEXEC) < 0) {
		perror(argv[8]);
		return 1;
	}
	behave(&shape, atof(argv[2]), memory, had);
	return 0;
}
