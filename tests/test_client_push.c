#include "tests/fake_watcher.h"

#include <pthread.h>

static struct fake_report *report;

static void run(void (*test)(void))
{
	report = help_shared(sizeof(*report));
	if (CHECK(report))
		help_run(test, fake_host, report);
	munmap(report, sizeof(*report));
}

static void check_nothing_wrong(uint64_t emitted)
{
	CHECK_EQ_U64(report->events + report->tail + report->dropped, emitted);
	CHECK_EQ_U64(report->bad, 0);
	CHECK_EQ_U64(report->disorder, 0);
}

static void *emit_100000(void *arg)
{
	for (int i = 0; i < 100000; i++)
		mw_event("an event");
	return arg;
}

static void emit_from_threads(unsigned count)
{
	pthread_t threads[8];

	for (unsigned i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, emit_100000, NULL);
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

/* --- live */

static void delivered(void)
{
	fake_start(report);
	setenv("MEMWATCH_RING", "32M", 1);
	mw_register("sender");
	emit_from_threads(4);
	CHECK_EQ_I64(mw_flush(20000), 0);
	CHECK_EQ_U64(report->events, 400000);
	CHECK_EQ_U64(mw_dropped(), 0);
	CHECK_EQ_STR(report->name, "sender");
	fake_stop(report);
	CHECK_EQ_U64(report->tail, 0);
	check_nothing_wrong(400000);
}

static void what_threads_emit_is_delivered(void)
{
	run(delivered);
}

static void delivered_late(void)
{
	for (int i = 0; i < 100; i++)
		mw_eventf("early", "event %d", i);
	CHECK_EQ_I64(mw_flush(1000), -ENOTCONN);
	fake_start(report);
	CHECK_EQ_I64(mw_flush(5000), 0);
	CHECK_EQ_U64(report->events, 100);
	CHECK_EQ_STR(report->label, "event 99");
	fake_stop(report);
	check_nothing_wrong(100);
}

static void a_watcher_that_comes_later_gets_what_was_kept(void)
{
	run(delivered_late);
}

static void come_unasked(void)
{
	mw_event("before");
	help_sleep_ms(500);
	fake_start(report);
	for (int i = 0; i < 300 && report->events < 1; i++)
		help_sleep_ms(10);
	CHECK_EQ_U64(report->events, 1);
	mw_event("after");
	for (int i = 0; i < 300 && report->events < 2; i++)
		help_sleep_ms(10);
	CHECK_EQ_U64(report->events, 2);
	fake_stop(report);
}

static void nobody_has_to_flush(void)
{
	run(come_unasked);
}

static void renamed(void)
{
	fake_start(report);
	mw_register("first");
	mw_event("an event");
	CHECK_EQ_I64(mw_flush(5000), 0);
	mw_register("second");
	for (int i = 0; i < 300 && strcmp(report->name, "second") != 0; i++)
		help_sleep_ms(10);
	CHECK_EQ_STR(report->name, "second");
	fake_stop(report);
}

static void a_new_name_needs_no_event(void)
{
	run(renamed);
}

static void behind(void)
{
	setenv("MEMWATCH_RING", "64K", 1);
	report->deaf = true;
	fake_start(report);
	mw_event("an event");
	CHECK_EQ_I64(mw_flush(100), -ETIMEDOUT);
	for (int i = 0; i < 3000; i++)
		mw_event("an event");
	CHECK_EQ_U64(mw_dropped(), 3001 - 1024);
	report->deaf = false;
	CHECK_EQ_I64(mw_flush(5000), 0);
	CHECK_EQ_U64(report->events, 1024);
	mw_event("there is room again");
	CHECK_EQ_I64(mw_flush(5000), 0);
	CHECK_EQ_STR(report->label, "there is room again");
	fake_stop(report);
	check_nothing_wrong(3002);
}

static void a_watcher_that_is_behind_costs_the_newest(void)
{
	run(behind);
}

static void attach_and_leave(void)
{
	pid_t emitter;

	setenv("MEMWATCH_RING", "64K", 1);
	emitter = fork();
	if (emitter == 0) {
		for (int i = 0; i < 10; i++) {
			emit_from_threads(2);
			help_sleep_ms(150);
		}
		_exit(0);
	}
	for (int i = 0; i < 5; i++) {
		fake_start(report);
		help_sleep_ms(200 + (unsigned)i * 37);
		report->die = true;
		CHECK_EQ_I64(WTERMSIG(fake_wait(report)), SIGKILL);
	}
	fake_start(report);
	CHECK_EQ_I64(help_wait(emitter), 0);
	fake_stop(report);
	check_nothing_wrong(2000000);
}

static void watchers_may_be_killed_and_replaced(void)
{
	run(attach_and_leave);
}

static void regated(void)
{
	fake_start(report);
	setenv("MEMWATCH_RING", "8M", 1);
	for (int i = 0; i < 40; i++) {
		for (int j = 0; j < 2000; j++)
			mw_event("an event");
		report->regates++;
		help_sleep_ms(25);
	}
	CHECK_EQ_I64(mw_flush(20000), 0);
	fake_stop(report);
	CHECK_EQ_U64(report->events, 80000);
	check_nothing_wrong(80000);
}

static void a_gate_may_be_replaced_at_any_time(void)
{
	run(regated);
}

static void spans_too(void)
{
	fake_start(report);
	for (int i = 0; i < 100; i++)
		mw_end(mw_begin("I/O", "read"));
	CHECK_EQ_I64(mw_flush(5000), 0);
	CHECK_EQ_U64(report->spans[EVENT_SPAN_BEGIN], 100);
	CHECK_EQ_U64(report->spans[EVENT_SPAN_END], 100);
	fake_stop(report);
}

static void spans_are_delivered(void)
{
	run(spans_too);
}

/* --- forks, ends */

#ifdef __SANITIZE_THREAD__ /* which is slow, and ends grandchildren of a program with threads */
#define GRANDCHILDREN 0
#define LIFE_US_MOST 100000
#else
#define GRANDCHILDREN 64
#define LIFE_US_MOST 3000
#endif

static void many_children(void)
{
	pid_t children[64];

	fake_start(report);
	mw_register("parent");
	mw_event("parent");
	for (int i = 0; i < 64; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			pid_t grandchild;

			for (int j = 0; j < 100; j++)
				mw_event("child");
			if (!GRANDCHILDREN)
				_exit(mw_flush(20000) != 0);
			grandchild = fork();
			if (grandchild == 0) {
				mw_event("grandchild");
				_exit(mw_flush(20000) != 0);
			}
			_exit(mw_flush(20000) != 0 || help_wait(grandchild) != 0);
		}
		mw_event("parent");
	}
	for (int i = 0; i < 64; i++)
		CHECK_EQ_I64(help_wait(children[i]), 0);
	CHECK_EQ_I64(mw_flush(5000), 0);
	fake_stop(report);
	CHECK_EQ_U64(report->rings, 65 + GRANDCHILDREN);
	CHECK_EQ_U64(report->tail, 0);
	CHECK_EQ_STR(report->name, "parent");
	check_nothing_wrong(1 + 64 * 101 + GRANDCHILDREN);
}

static void sixty_four_children_and_theirs_deliver_by_themselves(void)
{
	if (!GRANDCHILDREN)
		puts("left out: grandchildren, which ThreadSanitizer ends");
	run(many_children);
}

static void killed(void)
{
	_Atomic uint64_t *returned = help_shared(sizeof(*returned));
	uint64_t random = 11;
	uint64_t all = 0;

	fake_start(report);
	for (int i = 0; i < 60; i++) {
		uint64_t before = *returned;
		pid_t pid = fork();

		if (pid == 0) {
			for (;;) {
				mw_event("an event, and its label is longer than one cell");
				atomic_fetch_add(returned, 1);
				if (mw_dropped())
					help_sleep_ms(1000);
			}
		}
		while (i % 2 && *returned - before < 40) /* on a slow machine too */
			usleep(100);
		usleep((useconds_t)(check_random(&random) % LIFE_US_MOST));
		kill(pid, SIGKILL);
		help_wait(pid);
	}
	all = *returned;
	fake_stop(report);
	CHECK(all > 1000);
	/* The one in the middle of which it died may be whole, and the one after which it could not
	 * count it. */
	CHECK(report->events + report->tail + report->dropped >= all);
	CHECK(report->events + report->tail + report->dropped <= all + 60);
	CHECK_EQ_U64(report->disorder, 0);
}

static void what_has_returned_survives_sigkill(void)
{
	run(killed);
}

static void closed_descriptors(void)
{
	pid_t pid;

	setenv("MEMWATCH_RING", "32M", 1);
	fake_start(report);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 100000; i++) {
			if (i == 50000) {
				mw_flush(5000); /* or it may be in the middle of nanomsg's work */
				close_range(3, ~0U, 0);
			}
			if (i % 1000 == 0)
				help_sleep_ms(1);
			mw_event("an event");
			if (i % 100 == 0)
				mw_end(mw_begin("a", "b"));
		}
		help_sleep_ms(1500);
		_exit(0);
	}
	CHECK_EQ_I64(help_wait(pid), 0);
	fake_stop(report);
	check_nothing_wrong(102000);
}

static void a_host_that_closes_all_descriptors_goes_on(void)
{
	run(closed_descriptors);
}

static void descriptors_at_exec(void)
{
	bool inherited[256];

	fake_start(report);
	for (int fd = 0; fd < 256; fd++)
		inherited[fd] = fcntl(fd, F_GETFD) >= 0;
	mw_event("an event");
	mw_end(mw_begin("a", "b"));
	help_sleep_ms(50);
	for (int fd = 0; fd < 256; fd++) {
		int flags = fcntl(fd, F_GETFD);

		CHECK(inherited[fd] || flags < 0 || (flags & FD_CLOEXEC));
	}
	CHECK_EQ_I64(mw_flush(5000), 0);
	help_sleep_ms(1500);
	for (int fd = 0; fd < 256; fd++) {
		char path[32], target[64] = "";

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (!inherited[fd] && readlink(path, target, sizeof(target) - 1) > 0)
			CHECK(strstr(target, "statm") != NULL);
	}
	fake_stop(report);
}

static void no_descriptor_leaks_and_none_is_held_at_rest(void)
{
	run(descriptors_at_exec);
}

static void in_memory(void)
{
	struct rundir dir = help_dir();
	char path[RUNDIR_PATH];
	int fd;

	fake_start(report);
	rundir_file(path, &dir, RUNDIR_RINGS);
	fd = open(path, O_CREAT | O_EXCL, 0600); /* so that it can be no directory */
	CHECK(fd >= 0);
	close(fd);
	for (int i = 0; i < 1000; i++)
		mw_event("an event");
	CHECK_EQ_I64(mw_flush(5000), 0);
	help_sleep_ms(100);
	CHECK_EQ_U64(report->events, 1000);
	fake_stop(report);
}

static void a_ring_in_memory_is_delivered_too(void)
{
	run(in_memory);
}

static const struct check_test tests[] = {
	CHECK_TEST(what_threads_emit_is_delivered),
	CHECK_TEST(a_watcher_that_comes_later_gets_what_was_kept),
	CHECK_TEST(nobody_has_to_flush),
	CHECK_TEST(a_new_name_needs_no_event),
	CHECK_TEST(a_watcher_that_is_behind_costs_the_newest),
	CHECK_TEST(watchers_may_be_killed_and_replaced),
	CHECK_TEST(a_gate_may_be_replaced_at_any_time),
	CHECK_TEST(spans_are_delivered),
	CHECK_TEST(sixty_four_children_and_theirs_deliver_by_themselves),
	CHECK_TEST(what_has_returned_survives_sigkill),
	CHECK_TEST(a_host_that_closes_all_descriptors_goes_on),
	CHECK_TEST(no_descriptor_leaks_and_none_is_held_at_rest),
	CHECK_TEST(a_ring_in_memory_is_delivered_too),
};

CHECK_MAIN(tests)
