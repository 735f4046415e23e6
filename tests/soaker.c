/*
 * soaker live			a program whose memory changes 50 times a second and that emits 10
 *				milestones a second, until SIGTERM
 * soaker clients COUNT SECONDS	so many programs one after another, evenly, each of which emits
 *				EVENTS milestones and ends, every fourth by SIGKILL
 *				(SECONDS 0: as fast as it can)
 * Both print how many milestones that were.
 */
#include "base/clock.h"
#include "client/memwatch.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENTS 3
#define AT_ONCE 8
#define MOST_BYTES (4UL << 20)
#define PAGE 4096
#define STEP_NS (20 * NS_PER_MS)
#define STEPS_AN_EVENT 5

static void live(void)
{
	struct timespec step = { .tv_nsec = STEP_NS };
	sigset_t terminate;
	uint64_t events = 0;
	char *memory =
		mmap(NULL, MOST_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || madvise(memory, MOST_BYTES, MADV_NOHUGEPAGE) < 0)
		exit(1);
	mw_register("soaker");
	sigemptyset(&terminate);
	sigaddset(&terminate, SIGTERM);
	sigprocmask(SIG_BLOCK, &terminate, NULL);
	for (uint64_t n = 0; sigtimedwait(&terminate, NULL, &step) < 0; n++) {
		size_t size = ((size_t)n * 37 + (size_t)getpid()) % (MOST_BYTES / PAGE) * PAGE;

		memset(memory, (int)n, size);
		madvise(memory + size, MOST_BYTES - size, MADV_DONTNEED);
		if (n % STEPS_AN_EVENT == 0) {
			mw_eventf("soak", "step");
			events++;
		}
	}
	mw_flush(10000);
	printf("%" PRIu64 "\n", events);
}

/* Not to return. */
static void be_client(uint64_t n)
{
	for (int i = 0; i < EVENTS; i++)
		mw_eventf("soak", "short");
	if (n % 4 == 0)
		raise(SIGKILL);
	exit(0);
}

static void clients(uint64_t count, uint64_t seconds)
{
	uint64_t start = clock_mono_ns();
	uint64_t begun = 0;
	int alive = 0;

	while (begun < count && (!seconds || clock_mono_ns() < start + seconds * NS_PER_S)) {
		pid_t pid;

		while (clock_mono_ns() < start + begun * (seconds * NS_PER_S / count))
			clock_sleep_ns(NS_PER_MS);
		if (alive == AT_ONCE && wait(NULL) > 0)
			alive--;
		pid = fork();
		if (pid == 0)
			be_client(begun);
		if (pid < 0)
			break;
		alive++;
		begun++;
	}
	while (wait(NULL) > 0)
		continue;
	printf("%" PRIu64 "\n", begun * EVENTS);
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	uint64_t second = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;

	if (argc == 2 && strcmp(argv[1], "live") == 0)
		live();
	else if (argc == 4 && strcmp(argv[1], "clients") == 0 && first)
		clients(first, second);
	else
		return 2;
	return 0;
}
