#include "tests/client_help.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>

#define SMALL_RING "4K" /* 64 cells */

/* Every event is in the ring or counted. */
static void check_sum(const struct help_ring *ring, uint64_t emitted)
{
	CHECK_EQ_U64(ring->events + ring->header.dropped, emitted);
	CHECK_EQ_U64(ring->unwritten, 0);
	CHECK_EQ_U64(mw_dropped(), ring->header.dropped);
}

/* --- the ring */

static void newest_kept(void)
{
	struct help_ring ring;

	setenv("MEMWATCH_RING", SMALL_RING, 1);
	for (int i = 0; i < 1000; i++)
		mw_eventf("", "event %d", i);
	if (!CHECK(help_read_ring(&ring)))
		return;
	CHECK_EQ_U64(ring.header.cells, 64);
	CHECK_EQ_U64(ring.events, 64);
	CHECK_EQ_STR(ring.first.label, "event 936");
	CHECK_EQ_STR(ring.last.label, "event 999");
	check_sum(&ring, 1000);
}

static void with_no_watcher_the_newest_events_are_kept(void)
{
	help_run(newest_kept, NULL, NULL);
}

static void any_length(void)
{
	uint64_t random = 7;
	struct help_ring ring;

	setenv("MEMWATCH_RING", SMALL_RING, 1);
	for (int i = 0; i < 20000; i++)
		mw_eventf("category", "%*d", (int)(check_random(&random) % 201), i);
	if (!CHECK(help_read_ring(&ring)))
		return;
	CHECK(ring.events >= 10 && ring.events < 64);
	check_sum(&ring, 20000);
	CHECK_EQ_I64(atoi(ring.last.label), 19999);
	CHECK_EQ_STR(ring.last.category, "category");
}

static void events_of_any_length_are_overwritten_one_by_one(void)
{
	help_run(any_length, NULL, NULL);
}

static void *emit_many(void *arg)
{
	for (int i = 0; i < 50000; i++)
		mw_eventf("thread", "%s %d %.*s", (const char *)arg, i, i % 150,
			  "....................................................................."
			  ".....................................................................");
	return NULL;
}

static void many_threads(void)
{
	static char names[][2] = { "a", "b", "c", "d" };
	struct help_ring ring;
	pthread_t threads[4];

	setenv("MEMWATCH_RING", "64K", 1);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, emit_many, names[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	if (CHECK(help_read_ring(&ring)))
		check_sum(&ring, 200000);
}

static void many_threads_lose_nothing_uncounted(void)
{
	help_run(many_threads, NULL, NULL);
}

static volatile sig_atomic_t alarms;

static void emit_in_handler(int number)
{
	(void)number;
	mw_event("from a handler, with a label of more than one cell, so that it takes longer");
	alarms++;
}

static void in_handler(void)
{
	struct sigaction action = { .sa_handler = emit_in_handler, .sa_flags = SA_RESTART };
	struct itimerval often = { { 0, 50 }, { 0, 50 } }, never = { { 0, 0 }, { 0, 0 } };
	struct help_ring ring;
	uint64_t emitted = 0;

	setenv("MEMWATCH_RING", SMALL_RING, 1);
	mw_register("handlers");
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (; alarms < 2000 && emitted < 100000000; emitted++)
		mw_event("from the program, and this label has more than a cell in it as well");
	setitimer(ITIMER_REAL, &never, NULL);
	if (CHECK(help_read_ring(&ring)))
		check_sum(&ring, emitted + (uint64_t)alarms);
}

static void a_handler_may_emit_in_the_middle_of_a_call(void)
{
	help_run(in_handler, NULL, NULL);
}

static void first_in_handler(void)
{
	struct sigaction action = { .sa_handler = emit_in_handler };
	unsigned threads = help_count_threads();
	struct help_ring ring;

	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	CHECK_EQ_U64(help_count_threads(), threads);
	if (CHECK(help_read_ring(&ring)))
		check_sum(&ring, 1);
	mw_register("now");
	CHECK(help_count_threads() > threads);
}

static void the_first_call_in_a_handler_starts_no_thread(void)
{
	help_run(first_in_handler, NULL, NULL);
}

/* --- what a caller sees */

static void switched_off(void)
{
	unsigned threads = help_count_threads();
	mw_span span;

	setenv("MEMWATCH", "off", 1);
	mw_event("nothing");
	span = mw_begin("a", "b");
	mw_end(span);
	CHECK_EQ_U64(span.id, 0);
	CHECK_EQ_I64(mw_register("off"), -ENOTCONN);
	CHECK_EQ_I64(mw_flush(1000), -ENOTCONN);
	CHECK_EQ_U64(mw_dropped(), 0);
	CHECK_EQ_U64(help_count_rings(), 0);
	CHECK_EQ_U64(help_count_threads(), threads);
}

static void off_does_nothing(void)
{
	help_run(switched_off, NULL, NULL);
}

static void no_directory(void)
{
	unsigned threads = help_count_threads();

	char path[200] = "/tmp/";

	/* One that no path of a socket in it would fit. */
	memset(path + 5, 'x', 120);
	CHECK(mkdir(path, 0700) == 0);
	setenv("XDG_RUNTIME_DIR", path, 1);
	mw_event("nothing");
	CHECK_EQ_I64(mw_register("off"), -ENOTCONN);
	CHECK_EQ_U64(help_count_threads(), threads);
	rmdir(path);
}

static void without_a_runtime_directory_it_is_off(void)
{
	help_run(no_directory, NULL, NULL);
}

static void keep_errno(void)
{
	errno = ELOOP;
	mw_event("sets up");
	CHECK_EQ_I64(errno, ELOOP);
	mw_register("name");
	mw_eventf("category", "%s", "label");
	MW_SCOPE("scope", "here");
	mw_end(mw_begin("I/O", "read"));
	mw_flush(10);
	mw_dropped();
	CHECK_EQ_I64(errno, ELOOP);
}

static void errno_is_kept(void)
{
	help_run(keep_errno, NULL, NULL);
}

static void cut_texts(void)
{
	char label[400] = "", name[200] = "";
	struct help_ring ring;

	for (int i = 0; i < 67; i++) /* 201 bytes of three-byte characters */
		memcpy(label + strlen(label), "\xe2\x82\xac", 4);
	for (int i = 0; i < 40; i++)
		memcpy(name + strlen(name), "\xc3\xa9", 3);
	CHECK_EQ_I64(mw_register(name), 0);
	mw_event(label);
	if (!CHECK(help_read_ring(&ring)))
		return;
	CHECK_EQ_U64(strlen(ring.last.label), 198);
	CHECK_EQ_U64(strlen(ring.header.name), 62);
	mw_eventf(name, "%s", label);
	help_read_ring(&ring);
	CHECK_EQ_U64(strlen(ring.last.label), 198);
	CHECK_EQ_U64(strlen(ring.last.category), 62);
}

static void long_texts_are_cut_at_a_character(void)
{
	help_run(cut_texts, NULL, NULL);
}

static void null_texts(void)
{
	struct help_ring ring;

	mw_register(NULL);
	mw_event(NULL);
	mw_eventf(NULL, "%d", 7);
	mw_end(mw_begin(NULL, NULL));
	if (!CHECK(help_read_ring(&ring)))
		return;
	CHECK_EQ_U64(ring.events, 4);
	CHECK_EQ_STR(ring.first.label, "");
	CHECK_EQ_STR(ring.header.name, "");
}

static void null_is_an_empty_text(void)
{
	help_run(null_texts, NULL, NULL);
}

static void spans(void)
{
	struct help_ring ring;
	mw_span outer = mw_begin("I/O", "outer");
	mw_span inner = mw_begin("I/O", "inner");
	char *memory = malloc(32 << 20);

	CHECK(outer.id != 0 && inner.id != 0 && outer.id != inner.id);
	CHECK(outer.rss > 100000 && inner.rss > 100000);
	memset(memory, 1, 32 << 20);
	mw_end(outer);
	if (CHECK(help_read_ring(&ring))) {
		CHECK_EQ_U64(ring.kinds[EVENT_SPAN_BEGIN], 2);
		CHECK_EQ_U64(ring.kinds[EVENT_SPAN_END], 1);
		CHECK_EQ_U64(ring.last_record.event.span, outer.id);
		CHECK_EQ_U64(ring.last_record.event.rss, outer.rss);
		CHECK(ring.last_record.event.rss_end >= outer.rss + (32 << 20));
		CHECK(ring.last_record.event.duration_ns > 1000000);
		CHECK_EQ_STR(ring.last.label, "outer");
		CHECK_EQ_STR(ring.last.category, "I/O");
	}
	{
		MW_SCOPE("scope", "block");
	}
	help_read_ring(&ring);
	CHECK_EQ_U64(ring.kinds[EVENT_SPAN_END], 2);
	CHECK_EQ_STR(ring.last.label, "block");
	free(memory);
}

static void a_span_says_what_it_cost(void)
{
	help_run(spans, NULL, NULL);
}

static void limited_file(void)
{
	struct rlimit limit = { 0, 0 };

	setrlimit(RLIMIT_FSIZE, &limit);
	for (int i = 0; i < 100; i++)
		mw_event("nowhere to lie");
	CHECK_EQ_U64(help_count_rings(), 0);
	CHECK_EQ_U64(mw_dropped(), 0);
}

static void where_no_file_can_be_made_it_goes_on_in_memory(void)
{
	help_run(limited_file, NULL, NULL);
}

static const struct check_test tests[] = {
	CHECK_TEST(with_no_watcher_the_newest_events_are_kept),
	CHECK_TEST(events_of_any_length_are_overwritten_one_by_one),
	CHECK_TEST(many_threads_lose_nothing_uncounted),
	CHECK_TEST(a_handler_may_emit_in_the_middle_of_a_call),
	CHECK_TEST(the_first_call_in_a_handler_starts_no_thread),
	CHECK_TEST(off_does_nothing),
	CHECK_TEST(without_a_runtime_directory_it_is_off),
	CHECK_TEST(errno_is_kept),
	CHECK_TEST(long_texts_are_cut_at_a_character),
	CHECK_TEST(null_is_an_empty_text),
	CHECK_TEST(a_span_says_what_it_cost),
	CHECK_TEST(where_no_file_can_be_made_it_goes_on_in_memory),
};

CHECK_MAIN(tests)
