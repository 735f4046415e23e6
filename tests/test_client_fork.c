#include "tests/client_help.h"

#include <pthread.h>
#include <sys/syscall.h>

/* Every event is in the ring or counted. */
static void check_sum(const struct help_ring *ring, uint64_t emitted)
{
	CHECK_EQ_U64(ring->events + ring->header.dropped, emitted);
	CHECK_EQ_U64(ring->unwritten, 0);
	CHECK_EQ_U64(mw_dropped(), ring->header.dropped);
}

static void emit_and_fork(int depth)
{
	struct help_ring ring;
	pid_t pid;

	mw_event("before");
	if (depth > 0) {
		pid = fork();
		if (pid == 0) {
			emit_and_fork(depth - 1);
			_exit(check_failures > 0);
		}
		CHECK_EQ_I64(help_wait(pid), 0);
	}
	mw_event("after");
	if (!CHECK(help_read_ring(&ring)))
		return;
	CHECK_EQ_U64(ring.events, 2);
	CHECK_EQ_STR(ring.header.name, "family");
}

static void family(void)
{
	mw_register("family");
	emit_and_fork(3);
	CHECK_EQ_U64(help_count_rings(), 4);
}

static void a_child_has_a_ring_of_its_own_and_its_parents_name(void)
{
	help_run(family, NULL, NULL);
}

#ifndef __SANITIZE_THREAD__ /* it takes such a child for another thread */
static void bare_fork(void)
{
	struct help_ring ring;
	pid_t pid;

	mw_event("parent");
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		mw_event("child");
		CHECK(help_read_ring(&ring) && ring.events == 1);
		CHECK_EQ_STR(ring.last.label, "child");
		_exit(check_failures > 0);
	}
	CHECK_EQ_I64(help_wait(pid), 0);
	if (CHECK(help_read_ring(&ring)))
		CHECK_EQ_U64(ring.events, 1);
}

static void a_child_made_behind_our_back_has_one_too(void)
{
	help_run(bare_fork, NULL, NULL);
}
#endif

static void *emit_many(void *arg)
{
	for (int i = 0; i < 50000; i++)
		mw_eventf("thread", "event %d, of more cells than one, as labels may be", i);
	return arg;
}

static void *fork_often(void *arg)
{
	for (int i = 0; i < 50; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			mw_event("child");
			_exit(mw_dropped() != 0);
		}
		CHECK_EQ_I64(help_wait(pid), 0);
	}
	return arg;
}

static void fork_among_threads(void)
{
	struct help_ring ring;
	pthread_t emitter, forker;

	mw_register("threads");
	pthread_create(&emitter, NULL, emit_many, NULL);
	pthread_create(&forker, NULL, fork_often, NULL);
	pthread_join(forker, NULL);
	pthread_join(emitter, NULL);
	if (CHECK(help_read_ring(&ring)))
		check_sum(&ring, 50000);
	CHECK_EQ_U64(help_count_rings(), 51);
}

static void a_fork_while_others_emit_loses_nothing(void)
{
	help_run(fork_among_threads, NULL, NULL);
}

static void exit_clean(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		mw_event("nobody will ask for this");
		exit(help_count_rings() != 1);
	}
	CHECK_EQ_I64(help_wait(pid), 0);
	CHECK_EQ_U64(help_count_rings(), 0);
}

static void a_clean_end_with_no_watcher_leaves_no_file(void)
{
	help_run(exit_clean, NULL, NULL);
}

#ifdef __SANITIZE_THREAD__
static void a_child_made_behind_our_back_is_left_out(void)
{
	puts("left out: a child by clone(2), which ThreadSanitizer takes for a thread");
}
#endif

static const struct check_test tests[] = {
	CHECK_TEST(a_child_has_a_ring_of_its_own_and_its_parents_name),
#ifndef __SANITIZE_THREAD__
	CHECK_TEST(a_child_made_behind_our_back_has_one_too),
#else
	CHECK_TEST(a_child_made_behind_our_back_is_left_out),
#endif
	CHECK_TEST(a_fork_while_others_emit_loses_nothing),
	CHECK_TEST(a_clean_end_with_no_watcher_leaves_no_file),
};

CHECK_MAIN(tests)
