#include "base/clock.h"
#include "base/log.h"
#include "watcher/core.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* Clocks agree on one machine; an event from the future is made up. */
#define FUTURE_NS (100 * NS_PER_MS)

struct batch {
	struct core *core;
	struct entry *entry; /* whose events they are */
	uint64_t merged;     /* numbers below it came before */
	bool counted;	     /* its events have numbers */
	uint64_t now_ns;
};

/* The first events of a process are older than the news of it: its line begins with them. */
static void begin_line(const struct batch *batch, uint64_t t_ns)
{
	struct process_info *info = &batch->entry->info;

	if (t_ns >= info->since_ns || batch->now_ns > info->since_ns + CORE_HOLD_NS)
		return;
	info->since_ns = t_ns;
	merge_begin(batch->core->merge, info->line, t_ns);
}

static void take_event(void *arg, const struct record *event)
{
	struct batch *batch = arg;
	struct record record = *event;

	if (batch->counted && record.event.number < batch->merged)
		return;
	record.event.line = batch->entry->info.line;
	if (record.t_ns > batch->now_ns + FUTURE_NS)
		record.t_ns = batch->now_ns;
	begin_line(batch, record.t_ns);
	core_add(batch->core, &record);
}

static void take_dropped(struct core *core, struct source *source, uint64_t dropped)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_GAP };
	struct entry *entry = registry_line(core->registry, source->line);

	if (dropped <= source->dropped)
		return;
	record.gap = (struct gap){
		.line = source->line,
		.reason = GAP_DROPPED,
		.from_ns = record.t_ns,
		.to_ns = record.t_ns,
		.count = dropped - source->dropped,
	};
	core->status.dropped += record.gap.count;
	if (entry)
		entry->info.dropped += record.gap.count;
	source->dropped = dropped;
	core_add(core, &record);
}

/* --- who it is */

/* The line of an emitter: followed from now on, or a line for one that is gone already. */
static struct entry *entry_of(struct core *core, const struct emitter *emitter)
{
	struct entry *entry =
		registry_find(core->registry, (pid_t)emitter->pid, emitter->start_ticks);
	char why[256];

	if (!entry) {
		entry = life_begin(core, (pid_t)emitter->pid, emitter->name, why, sizeof why);
		if (entry && emitter->start_ticks &&
		    entry->info.start_ticks != emitter->start_ticks)
			entry = NULL;
		if (!entry)
			entry = life_ghost(core, emitter);
	} else if (emitter->name[0]) {
		life_rename(core, entry, emitter->name);
	}
	return entry;
}

static struct source *open_source(struct core *core, const struct emitter *emitter,
				  struct ringfile *ring)
{
	struct entry *entry = entry_of(core, emitter);
	struct source *source;

	if (!entry)
		return NULL;
	source = emitters_add(core->emitters, emitter->instance, entry->info.line);
	if (!source)
		return NULL;
	if (ring) {
		source->ring = *ring;
		source->has_ring = true;
		ringfile_attach(ring, core->session.start_ns, core->gate.number);
	}
	return source;
}

/* A process that was dead when its ring was found: all that it has to say is in it. */
static void end_ghost(struct core *core, const struct source *source)
{
	struct entry *entry = registry_line(core->registry, source->line);

	if (entry && entry->pidfd < 0)
		life_end(core, entry, END_UNKNOWN, 0);
}

/* The source of a ring in rings/, opened where it is new; NULL where there is no such ring. */
static struct source *find_ring(struct core *core, const char *name)
{
	struct emitter emitter;
	struct source *source;
	struct ringfile ring;
	int error = ringfile_open(&ring, &core->dir, name, &emitter);

	if (error == -EBADMSG)
		core_notice(core, "%s/" RUNDIR_RINGS "/%s: is no ring of a program, ignored",
			    core->dir.path, name);
	if (error)
		return NULL;
	source = emitters_find(core->emitters, emitter.instance);
	if (source) {
		ringfile_close(&ring);
		return source;
	}
	source = open_source(core, &emitter, &ring);
	if (!source) {
		ringfile_close(&ring);
		return NULL;
	}
	source->merged = emitter.from;
	take_dropped(core, source, emitter.dropped);
	end_ghost(core, source);
	return source;
}

static struct source *source_of(struct core *core, const struct emitter *emitter)
{
	struct source *source = emitters_find(core->emitters, emitter->instance);
	char name[40];

	if (source)
		return source;
	ringfile_name(name, emitter->pid, emitter->instance);
	source = find_ring(core, name);
	return source ? source : open_source(core, emitter, NULL);
}

/* --- batches */

static void take_numbered(struct core *core, const void *body, size_t size, struct emitter *emitter)
{
	struct source *source = source_of(core, emitter);
	struct batch batch = { .core = core, .counted = true, .now_ns = clock_mono_ns() };

	batch.entry = source ? registry_line(core->registry, source->line) : NULL;
	if (!batch.entry)
		return;
	if (emitter->name[0])
		life_rename(core, batch.entry, emitter->name);
	take_dropped(core, source, emitter->dropped);
	/* A hole: what lies before was lost on its way with a gate, and will be pushed again. */
	if (emitter->from > source->merged || emitter->to <= source->merged)
		return;
	batch.merged = source->merged;
	pair_events(body, size, emitter, take_event, &batch);
	source->merged = emitter->to;
	if (source->has_ring)
		ringfile_mark(&source->ring, source->merged);
}

static void take_unnumbered(struct core *core, const void *body, size_t size,
			    struct emitter *emitter)
{
	struct batch batch = { .core = core, .now_ns = clock_mono_ns() };

	batch.entry = entry_of(core, emitter);
	if (!batch.entry)
		return;
	pair_events(body, size, emitter, take_event, &batch);
	if (batch.entry->pidfd < 0)
		life_end(core, batch.entry, END_UNKNOWN, 0);
}

void intake_batch(struct core *core, const void *body, size_t size)
{
	struct emitter emitter;

	if (pair_events(body, size, &emitter, NULL, NULL) < 0)
		core->status.bad_messages++;
	else if (emitter.instance)
		take_numbered(core, body, size, &emitter);
	else
		take_unnumbered(core, body, size, &emitter);
}

void intake_bad(struct core *core, const struct pair_bad *bad)
{
	const char *where = bad->control ? RUNDIR_CONTROL : RUNDIR_EVENTS;

	/* The first ones are told, the rest counted: garbage may come fast. */
	if (core->status.bad_messages++ >= 10)
		return;
	if (bad->error == -EPROTO && bad->version)
		core_notice(
			core,
			"%s: pid %u speaks version %u of the protocol, this watcher %d: ignored",
			where, bad->pid, bad->version, WIRE_VERSION);
	else if (bad->error == -EPROTO)
		core_notice(core, "%s: a program speaks another version of the protocol: refused",
			    where);
	else
		core_notice(core, "%s: a message that is none of the protocol's: ignored", where);
}

/* --- the end of a process */

void intake_rest(struct core *core, struct entry *entry)
{
	struct batch batch = { .core = core, .entry = entry, .now_ns = clock_mono_ns() };
	struct record torn = { .t_ns = batch.now_ns, .type = RECORD_GAP };
	struct ringfile_rest rest;
	struct source *source;

	while ((source = emitters_of(core->emitters, entry->info.line)) != NULL) {
		if (source->has_ring) {
			ringfile_drain(&source->ring, source->merged, take_event, &batch, &rest);
			take_dropped(core, source, rest.dropped);
			torn.gap = (struct gap){ entry->info.line, GAP_TORN, torn.t_ns, torn.t_ns,
						 rest.torn };
			if (rest.torn)
				core_add(core, &torn);
			ringfile_remove(&source->ring, &core->dir);
		}
		emitters_remove(core->emitters, source);
	}
}

/* --- rings */

static void attach_again(void *arg, struct source *source)
{
	const struct core *core = arg;

	if (source->has_ring)
		ringfile_attach(&source->ring, core->session.start_ns, core->gate.number);
}

void intake_gate(struct core *core)
{
	emitters_each(core->emitters, attach_again, core);
}

static void scan_rings(struct core *core, const char *path)
{
	struct dirent *file;
	DIR *dir = opendir(path);

	if (!dir)
		return;
	while ((file = readdir(dir)) != NULL) {
		if (file->d_name[0] != '.')
			find_ring(core, file->d_name);
	}
	closedir(dir);
}

int intake_open(struct core *core)
{
	char path[RUNDIR_PATH];

	rundir_file(path, &core->dir, RUNDIR_RINGS);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	core->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (core->inotify < 0)
		return -errno;
	if (inotify_add_watch(core->inotify, path, IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW) < 0)
		return -errno;
	scan_rings(core, path);
	return core_watch(core, core->inotify, EPOLLIN, SOURCE_INOTIFY, 0);
}

static void detach(void *arg, struct source *source)
{
	(void)arg;
	if (source->has_ring)
		ringfile_attach(&source->ring, 0, 0);
}

void intake_close(struct core *core)
{
	if (core->emitters)
		emitters_each(core->emitters, detach, NULL);
	if (core->inotify >= 0)
		close(core->inotify);
}

void intake_inotify(struct core *core)
{
	_Alignas(struct inotify_event) char bytes[4096];
	const struct inotify_event *event;
	ssize_t size;

	while ((size = read(core->inotify, bytes, sizeof bytes)) > 0) {
		for (char *at = bytes; at < bytes + size; at += sizeof *event + event->len) {
			event = (const struct inotify_event *)(const void *)at;
			if (event->len && event->name[0] != '.')
				find_ring(core, event->name);
		}
	}
}
