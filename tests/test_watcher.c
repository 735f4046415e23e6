/* The watcher's other pure parts: the past, the registry, the buffer of ticks, packets between core
 * and gate. */
#include "tests/check.h"
#include "watcher/gate/pair.h"
#include "watcher/registry.h"
#include "watcher/tickbuf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- registry */

static void a_process_is_its_pid_and_its_start(void)
{
	struct registry *registry = registry_new();
	struct entry *first = registry_add(registry, 100, 5);
	struct entry *second;

	CHECK(registry_find(registry, 100, 5) == first);
	CHECK(registry_find(registry, 100, 0) == first);
	CHECK(!registry_find(registry, 100, 6));
	registry_end(registry, first, false);
	CHECK(!registry_find(registry, 100, 5));
	second = registry_add(registry, 100, 9);
	CHECK(registry_find(registry, 100, 0) == second);
	CHECK(second->info.line != first->info.line);
	CHECK_EQ_U64(registry_live(registry), 1);
	CHECK_EQ_U64(registry_ended(registry), 1);
	registry_free(registry);
}

static void count_line(void *arg, uint32_t line)
{
	unsigned *count = arg;

	CHECK(line < 50 && line % 2 == 1);
	(*count)++;
}

static void lines_are_found_after_others_are_forgotten(void)
{
	struct registry *registry = registry_new();
	unsigned walked = 0, forgotten = 0;

	for (int pid = 1; pid <= 100; pid++)
		registry_add(registry, pid, 1);
	for (uint32_t line = 1; line <= 100; line += 2) {
		struct entry *entry = registry_line(registry, line);

		registry_end(registry, entry, false);
		entry->end_seq = line;
	}
	registry_forget(registry, 50, count_line, &forgotten);
	CHECK_EQ_U64(forgotten, 25);
	CHECK(registry_had(registry, 51, 1) && registry_had(registry, 51, 0));
	CHECK(!registry_had(registry, 51, 2));
	CHECK(!registry_had(registry, 49, 1)); /* forgotten */
	CHECK(!registry_had(registry, 52, 1)); /* alive */
	for (uint32_t line = 1; line <= 100; line++) {
		bool kept = line % 2 == 0 || line >= 50;
		struct entry *entry = registry_line(registry, line);

		CHECK(kept == (entry != NULL));
		CHECK(!entry || entry->info.line == line);
	}
	for (struct entry *entry = registry_next(registry, 0); entry;
	     entry = registry_next(registry, entry->info.line))
		walked++;
	CHECK_EQ_U64(walked, 50 + 25);
	CHECK(!registry_line(registry, 101));
	CHECK(!registry_next(registry, UINT32_MAX));
	registry_free(registry);
}

/* --- ticks */

static void check_tick(void *arg, const struct record *record)
{
	uint64_t *next = arg;

	CHECK_EQ_U64(record->t_ns, *next);
	CHECK_EQ_U64(record->tick.count, *next % 4);
	for (size_t i = 0; i < record->tick.count; i++)
		CHECK_EQ_U64(record->tick.samples[i].rss, *next + i);
	(*next)++;
}

static void ticks_come_out_as_they_went_in_until_there_is_no_room(void)
{
	struct tickbuf buffer = { 0 };
	uint64_t next = 0, put = 0;

	CHECK(tickbuf_grow(&buffer, tickbuf_size(10, 4)) == 0);
	for (;; put++) {
		struct sample samples[4] = { { 1, put, 0 }, { 2, put + 1, 0 }, { 3, put + 2, 0 } };
		struct tick tick = { 0, put % 4, samples, false };

		if (!tickbuf_put(&buffer, put, &tick))
			break;
	}
	CHECK(put >= 10);
	CHECK(buffer.used <= buffer.room);
	tickbuf_each(&buffer, check_tick, &next);
	CHECK_EQ_U64(next, put);
	free(buffer.bytes);
}

/* --- packets */

static void check_event(void *arg, const struct record *record)
{
	unsigned *count = arg;
	char expected[TEXT_LABEL + 1];

	snprintf(expected, sizeof(expected), "label %u", *count);
	CHECK_EQ_STR(record->event.label, expected);
	CHECK_EQ_U64(record->event.number, *count);
	(*count)++;
}

static unsigned pack(struct event_packer *packer)
{
	struct emitter emitter = { .version = 1, .pid = 7, .instance = 9 };
	char label[32];
	unsigned count = 0;

	event_packer_open(packer, &emitter);
	for (;; count++) {
		struct event event = { .number = count, .category = "", .label = label };

		snprintf(label, sizeof(label), "label %u", count);
		if (!event_packer_add(packer, count, &event))
			return count;
	}
}

static void a_packet_of_events_comes_through(void)
{
	struct event_packer *packer = malloc(sizeof(*packer));
	struct packet *packet = malloc(sizeof(*packet));
	struct pair_head head = { .kind = PAIR_EVENTS };
	struct emitter emitter;
	unsigned packed = pack(packer);
	unsigned count = 0;
	int fds[2];
	ssize_t size;

	CHECK(packed > 500);
	CHECK(pair_open(fds) == 0);
	CHECK(pair_send(fds[0], &head, packer->body, packer->used, false) == 0);
	size = pair_receive(fds[1], packet);
	CHECK_EQ_I64(size, (ssize_t)packer->used);
	CHECK(pair_events(packet->body, (size_t)size, &emitter, check_event, &count) == 0);
	CHECK_EQ_U64(count, packed);
	CHECK_EQ_U64(emitter.pid, 7);
	CHECK_EQ_I64(pair_receive(fds[1], packet), -EAGAIN);
	close(fds[0]);
	CHECK_EQ_I64(pair_receive(fds[1], packet), -EPIPE);
	close(fds[1]);
	free(packer);
	free(packet);
}

static void strange_packets_are_refused(void)
{
	struct event_packer *packer = malloc(sizeof(*packer));
	unsigned char *copy = malloc(PAIR_BODY);
	struct emitter emitter;
	uint64_t random = 7;

	pack(packer);
	for (size_t size = 0; size < 600; size++) {
		/* a copy of just that size, for a sanitizer to see what is read beyond */
		unsigned char *cut = malloc(size ? size : 1);

		memcpy(cut, packer->body, size);
		pair_events(cut, size, &emitter, NULL, NULL);
		free(cut);
	}
	CHECK_EQ_I64(pair_events(packer->body, 10, &emitter, NULL, NULL), -EBADMSG);
	CHECK_EQ_I64(pair_events(packer->body, packer->used - 8, &emitter, NULL, NULL), -EBADMSG);
	for (int i = 0; i < 20000; i++) {
		size_t size = check_random(&random) % 2000;

		check_random_bytes(&random, copy, size);
		pair_events(copy, size, &emitter, NULL, NULL);
	}
	free(packer);
	free(copy);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_process_is_its_pid_and_its_start),
	CHECK_TEST(lines_are_found_after_others_are_forgotten),
	CHECK_TEST(ticks_come_out_as_they_went_in_until_there_is_no_room),
	CHECK_TEST(a_packet_of_events_comes_through),
	CHECK_TEST(strange_packets_are_refused),
};

CHECK_MAIN(tests)
