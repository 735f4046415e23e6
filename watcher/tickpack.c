#include "watcher/tickpack.h"

#include <stdlib.h>
#include <string.h>

/* What an entry begins with. */
enum entry {
	ENTRY_OTHER,   /* a record's size and encoding */
	ENTRY_WHOLE,   /* a tick: its time, missed, and each line's number and figures */
	ENTRY_CHANGES, /* a tick of the same lines: its distance, and whose figures changed by what
			*/
	ENTRY_READING, /* what one process had at an event: its time, line and figures */
	ENTRY_REPEATS, /* so many ticks, each at the same distance as the last, with nothing new */
	ENTRY_ROLLED,  /* so many readings that are no more */
};

#define VARINT 10
#define RUN_SIZE 5 /* of an entry with a count of four bytes, which is added to in its place */
#define SAMPLE_SIZE (3 * VARINT)
#define ENTRY_SIZE (1 + 4 * VARINT + TICK_SAMPLES * SAMPLE_SIZE)

struct tickpack {
	uint64_t t_ns;
	uint64_t step_ns;
	uint64_t missed;
	size_t count; /* of samples; 0: there was no tick */
	struct sample samples[TICK_SAMPLES];
	struct sample reading; /* the last one */
	unsigned char *run;    /* where the entry that was written last has a count; else NULL */
	unsigned char entry[ENTRY_SIZE];
};

struct tickpack *tickpack_new(void)
{
	return calloc(1, sizeof(struct tickpack));
}

void tickpack_free(struct tickpack *pack)
{
	free(pack);
}

void tickpack_reset(struct tickpack *pack)
{
	pack->t_ns = 0;
	pack->step_ns = 0;
	pack->missed = 0;
	pack->count = 0;
	pack->reading = (struct sample){ 0 };
	pack->run = NULL;
}

/* --- numbers */

static unsigned char *put(unsigned char *to, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*to++ = (unsigned char)(value | 0x80);
	*to++ = (unsigned char)value;
	return to;
}

/* A difference, small where it is near 0 on either side. */
static unsigned char *put_change(unsigned char *to, uint64_t from, uint64_t value)
{
	int64_t change = (int64_t)(value - from);

	return put(to, ((uint64_t)change << 1) ^ (uint64_t)(change >> 63));
}

static uint64_t get(const unsigned char **at)
{
	uint64_t value = 0;

	for (unsigned shift = 0;; shift += 7) {
		unsigned char byte = *(*at)++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
}

static uint64_t get_change(const unsigned char **at, uint64_t from)
{
	uint64_t folded = get(at);

	return from + ((folded >> 1) ^ -(folded & 1));
}

/* --- writing */

static bool has_same_lines(const struct tickpack *pack, const struct tick *tick)
{
	if (!pack->count || pack->count != tick->count)
		return false;
	for (size_t i = 0; i < tick->count; i++) {
		if (pack->samples[i].line != tick->samples[i].line)
			return false;
	}
	return true;
}

static bool is_same(const struct sample *left, const struct sample *right)
{
	return left->rss == right->rss && left->shared == right->shared;
}

static size_t count_changes(const struct tickpack *pack, const struct tick *tick)
{
	size_t count = 0;

	for (size_t i = 0; i < tick->count; i++)
		count += !is_same(&pack->samples[i], &tick->samples[i]);
	return count;
}

static unsigned char *put_whole(struct tickpack *pack, uint64_t t_ns, const struct tick *tick)
{
	unsigned char *at = pack->entry;
	uint32_t line = 0;

	*at++ = ENTRY_WHOLE;
	at = put(at, t_ns);
	at = put(at, tick->missed);
	at = put(at, tick->count);
	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];

		at = put_change(at, line, sample->line);
		at = put(at, sample->rss);
		at = put(at, sample->shared);
		line = sample->line;
	}
	return at;
}

static unsigned char *put_changes(struct tickpack *pack, uint64_t t_ns, const struct tick *tick,
				  size_t count)
{
	unsigned char *at = pack->entry;
	size_t next = 0;

	*at++ = ENTRY_CHANGES;
	at = put_change(at, pack->step_ns, t_ns - pack->t_ns);
	at = put(at, count);
	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *old = &pack->samples[i], *sample = &tick->samples[i];

		if (is_same(old, sample))
			continue;
		at = put(at, i - next);
		at = put_change(at, old->rss, sample->rss);
		at = put_change(at, old->shared, sample->shared);
		next = i + 1;
	}
	return at;
}

static bool append(struct tickpack_room *room, const void *bytes, size_t size)
{
	if (room->size - room->used < size)
		return false;
	memcpy(room->bytes + room->used, bytes, size);
	room->used += size;
	return true;
}

/* One more of the same: false without room. */
static bool put_run(struct tickpack *pack, struct tickpack_room *room, enum entry kind)
{
	unsigned char entry[RUN_SIZE] = { (unsigned char)kind };
	uint32_t count = 1;

	if (pack->run && *pack->run == kind) {
		memcpy(&count, pack->run + 1, sizeof count);
		if (count < UINT32_MAX) {
			count++;
			memcpy(pack->run + 1, &count, sizeof count);
			return true;
		}
		count = 1;
	}
	memcpy(entry + 1, &count, sizeof count);
	if (!append(room, entry, sizeof entry))
		return false;
	pack->run = room->bytes + room->used - sizeof entry;
	return true;
}

static bool put_entry(struct tickpack *pack, struct tickpack_room *room, const unsigned char *end)
{
	if (!append(room, pack->entry, (size_t)(end - pack->entry)))
		return false;
	pack->run = NULL;
	return true;
}

static bool put_reading(struct tickpack *pack, struct tickpack_room *room, uint64_t t_ns,
			const struct sample *sample)
{
	unsigned char *at = pack->entry;

	*at++ = ENTRY_READING;
	at = put_change(at, pack->t_ns, t_ns);
	at = put_change(at, pack->reading.line, sample->line);
	at = put_change(at, pack->reading.rss, sample->rss);
	at = put_change(at, pack->reading.shared, sample->shared);
	if (!put_entry(pack, room, at))
		return false;
	pack->reading = *sample;
	return true;
}

static bool put_tick(struct tickpack *pack, struct tickpack_room *room, uint64_t t_ns,
		     const struct tick *tick)
{
	bool same_lines =
		has_same_lines(pack, tick) && tick->missed == pack->missed && t_ns >= pack->t_ns;
	size_t changes = same_lines ? count_changes(pack, tick) : 0;

	if (same_lines && !changes && t_ns - pack->t_ns == pack->step_ns)
		return put_run(pack, room, ENTRY_REPEATS);
	return put_entry(pack, room,
			 same_lines ? put_changes(pack, t_ns, tick, changes)
				    : put_whole(pack, t_ns, tick));
}

static void remember(struct tickpack *pack, uint64_t t_ns, const struct tick *tick)
{
	pack->step_ns = pack->count && t_ns >= pack->t_ns ? t_ns - pack->t_ns : 0;
	pack->t_ns = t_ns;
	pack->missed = tick->missed;
	pack->count = tick->count;
	memcpy(pack->samples, tick->samples, tick->count * sizeof *tick->samples);
}

bool tickpack_put_tick(struct tickpack *pack, struct tickpack_room *room, uint64_t t_ns,
		       const struct tick *tick)
{
	if (tick->reading && tick->count == 0)
		return put_run(pack, room, ENTRY_ROLLED);
	if (tick->reading)
		return put_reading(pack, room, t_ns, tick->samples);
	if (!put_tick(pack, room, t_ns, tick))
		return false;
	remember(pack, t_ns, tick);
	return true;
}

bool tickpack_put_other(struct tickpack *pack, struct tickpack_room *room, const void *encoded,
			size_t size)
{
	unsigned char head[1 + VARINT] = { ENTRY_OTHER };
	size_t head_size = (size_t)(put(head + 1, size) - head);

	if (room->size - room->used < head_size + size)
		return false;
	append(room, head, head_size);
	append(room, encoded, size);
	pack->run = NULL;
	return true;
}

/* --- reading */

void tickpack_read(struct tickpack_reader *reader, struct tickpack *pack, const void *bytes,
		   size_t size)
{
	tickpack_reset(pack);
	reader->pack = pack;
	reader->at = bytes;
	reader->end = reader->at + size;
	reader->run = 0;
	reader->run_left = 0;
}

static void get_whole(struct tickpack_reader *reader)
{
	struct tickpack *pack = reader->pack;
	uint64_t t_ns = get(&reader->at);
	uint32_t line = 0;

	pack->step_ns = pack->count && t_ns >= pack->t_ns ? t_ns - pack->t_ns : 0;
	pack->t_ns = t_ns;
	pack->missed = get(&reader->at);
	pack->count = get(&reader->at);
	for (size_t i = 0; i < pack->count; i++) {
		struct sample *sample = &pack->samples[i];

		line = (uint32_t)get_change(&reader->at, line);
		sample->line = line;
		sample->rss = get(&reader->at);
		sample->shared = get(&reader->at);
	}
}

static void get_changes(struct tickpack_reader *reader)
{
	struct tickpack *pack = reader->pack;
	size_t count, index = 0;

	pack->step_ns = get_change(&reader->at, pack->step_ns);
	pack->t_ns += pack->step_ns;
	for (count = get(&reader->at); count > 0; count--, index++) {
		struct sample *sample;

		index += get(&reader->at);
		sample = &pack->samples[index];
		sample->rss = get_change(&reader->at, sample->rss);
		sample->shared = get_change(&reader->at, sample->shared);
	}
}

static void get_reading(struct tickpack_reader *reader, struct tickpack_item *ret_item)
{
	struct sample *sample = &reader->pack->reading;
	uint64_t t_ns = get_change(&reader->at, reader->pack->t_ns);

	sample->line = (uint32_t)get_change(&reader->at, sample->line);
	sample->rss = get_change(&reader->at, sample->rss);
	sample->shared = get_change(&reader->at, sample->shared);
	*ret_item = (struct tickpack_item){
		.is_tick = true,
		.t_ns = t_ns,
		.tick = { .count = 1, .samples = sample, .reading = true },
	};
}

static void begin_run(struct tickpack_reader *reader, enum entry kind)
{
	uint32_t count;

	memcpy(&count, reader->at, sizeof count);
	reader->at += sizeof count;
	reader->run = kind;
	reader->run_left = count;
}

static void give_tick(const struct tickpack_reader *reader, struct tickpack_item *ret_item)
{
	const struct tickpack *pack = reader->pack;

	*ret_item = (struct tickpack_item){
		.is_tick = true,
		.t_ns = pack->t_ns,
		.tick = { .missed = pack->missed, .count = pack->count, .samples = pack->samples },
	};
}

uint64_t tickpack_skip(struct tickpack_reader *reader, uint64_t most)
{
	struct tickpack_item ignored;
	uint64_t count = reader->run_left < most ? reader->run_left : most;

	if (count == 0)
		return most && tickpack_next(reader, &ignored) ? 1 : 0;
	reader->run_left -= count;
	if (reader->run == ENTRY_REPEATS)
		reader->pack->t_ns += count * reader->pack->step_ns;
	return count;
}

static void next_of_run(struct tickpack_reader *reader, struct tickpack_item *ret_item)
{
	reader->run_left--;
	if (reader->run == ENTRY_REPEATS) {
		reader->pack->t_ns += reader->pack->step_ns;
		give_tick(reader, ret_item);
	} else {
		*ret_item = (struct tickpack_item){ .is_tick = true,
						    .t_ns = reader->pack->t_ns,
						    .tick.reading = true };
	}
}

bool tickpack_next(struct tickpack_reader *reader, struct tickpack_item *ret_item)
{
	enum entry kind;

	if (!reader->run_left && reader->at == reader->end)
		return false;
	kind = reader->run_left ? (enum entry)reader->run : (enum entry) * reader->at++;
	switch (kind) {
	case ENTRY_OTHER:
		*ret_item = (struct tickpack_item){ .size = get(&reader->at) };
		ret_item->encoded = reader->at;
		reader->at += ret_item->size;
		break;
	case ENTRY_WHOLE:
		get_whole(reader);
		give_tick(reader, ret_item);
		break;
	case ENTRY_CHANGES:
		get_changes(reader);
		give_tick(reader, ret_item);
		break;
	case ENTRY_READING:
		get_reading(reader, ret_item);
		break;
	case ENTRY_REPEATS:
	case ENTRY_ROLLED:
		if (!reader->run_left)
			begin_run(reader, kind);
		next_of_run(reader, ret_item);
		break;
	}
	return true;
}

/* --- rolling up */

/* A line's samples in a group. */
struct extremes {
	struct sample least;
	struct sample most;
	bool least_first;
};

struct roller {
	struct tickpack packs[3]; /* of the reader, of the one ahead of it, of the writer */
	struct tickpack_reader reader;
	struct tickpack_reader ahead;
	struct tickpack_item pending; /* that it has read and not used; its samples are its own */
	bool has_pending;
	size_t count;	/* of lines */
	unsigned ticks; /* in the group */
	unsigned done;
	struct extremes lines[TICK_SAMPLES];
	struct sample samples[TICK_SAMPLES];
};

static void begin_group(struct roller *roller, const struct tick *tick)
{
	roller->count = tick->count;
	roller->ticks = 1;
	roller->done = 0;
	for (size_t i = 0; i < tick->count; i++)
		roller->lines[i] = (struct extremes){ tick->samples[i], tick->samples[i], true };
}

static bool is_of_group(const struct roller *roller, const struct tick *tick)
{
	if (tick->count != roller->count)
		return false;
	for (size_t i = 0; i < tick->count; i++) {
		if (tick->samples[i].line != roller->lines[i].least.line)
			return false;
	}
	return true;
}

static void add_sample(struct extremes *line, const struct sample *sample)
{
	if (sample->rss < line->least.rss) {
		line->least = *sample;
		line->least_first = false;
	} else if (sample->rss > line->most.rss) {
		line->most = *sample;
		line->least_first = true;
	}
}

/* The line that a reading is of; NULL where the group doesn't have it. */
static struct extremes *line_of(struct roller *roller, const struct tick *reading)
{
	for (size_t i = 0; i < roller->count && reading->count; i++) {
		if (roller->lines[i].least.line == reading->samples->line)
			return &roller->lines[i];
	}
	return NULL;
}

static void add_to_group(struct roller *roller, const struct tick *tick)
{
	roller->ticks++;
	for (size_t i = 0; i < tick->count; i++)
		add_sample(&roller->lines[i], &tick->samples[i]);
}

/* The next tick, by the reader that is ahead; readings before it belong to the group so far. */
static bool next_ahead(struct roller *roller, struct tickpack_item *ret_item)
{
	struct extremes *line;

	if (roller->has_pending) {
		roller->has_pending = false;
		*ret_item = roller->pending;
		return true;
	}
	while (tickpack_next(&roller->ahead, ret_item)) {
		if (ret_item->is_tick && !ret_item->tick.reading)
			return true;
		line = ret_item->is_tick ? line_of(roller, &ret_item->tick) : NULL;
		if (line)
			add_sample(line, ret_item->tick.samples);
	}
	return false;
}

/* The next group of ticks, by the reader that is ahead. */
static void read_group(struct roller *roller, unsigned most)
{
	struct tickpack_item item;

	if (!next_ahead(roller, &item))
		return;
	begin_group(roller, &item.tick);
	while (next_ahead(roller, &item)) {
		if (roller->ticks == most || !is_of_group(roller, &item.tick)) {
			roller->pending = item;
			roller->has_pending = true;
			return;
		}
		add_to_group(roller, &item.tick);
	}
}

static bool put_rolled_tick(struct roller *roller, const struct tickpack_item *item, unsigned most,
			    struct tickpack_room *room)
{
	struct tick tick = { .missed = item->tick.missed,
			     .count = item->tick.count,
			     .samples = roller->samples };
	bool first;

	if (roller->done == roller->ticks)
		read_group(roller, most);
	first = 2 * roller->done < roller->ticks;
	roller->done++;
	for (size_t i = 0; i < tick.count; i++) {
		const struct extremes *line = &roller->lines[i];

		roller->samples[i] = line->least_first == first ? line->least : line->most;
	}
	return tickpack_put_tick(&roller->packs[2], room, item->t_ns, &tick);
}

/* A reading that the group's extremes count is rolled up into them. */
static bool put_rolled_reading(struct roller *roller, const struct tickpack_item *item,
			       struct tickpack_room *room)
{
	static const struct tick rolled = { .reading = true };
	bool counted = line_of(roller, &item->tick) != NULL;

	return tickpack_put_tick(&roller->packs[2], room, item->t_ns,
				 counted ? &rolled : &item->tick);
}

static bool put_rolled(struct roller *roller, const struct tickpack_item *item, unsigned most,
		       struct tickpack_room *room)
{
	if (!item->is_tick)
		return tickpack_put_other(&roller->packs[2], room, item->encoded, item->size);
	if (item->tick.reading)
		return put_rolled_reading(roller, item, room);
	return put_rolled_tick(roller, item, most, room);
}

bool tickpack_roll_up(const void *bytes, size_t size, unsigned most, struct tickpack_room *room)
{
	struct roller *roller = calloc(1, sizeof *roller);
	struct tickpack_item item;
	bool fits = roller != NULL;

	if (!roller)
		return false;
	tickpack_read(&roller->reader, &roller->packs[0], bytes, size);
	tickpack_read(&roller->ahead, &roller->packs[1], bytes, size);
	while (fits && tickpack_next(&roller->reader, &item))
		fits = put_rolled(roller, &item, most, room);
	free(roller);
	return fits && room->used < size;
}
