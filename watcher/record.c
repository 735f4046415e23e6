#include "base/clock.h"
#include "trace/schema.h"
#include "watcher/core.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* Of a message, for the path of a recording. */
#define NAME_TOLD 200

/* Of the label of a notice, for why a recording stopped. */
#define WHY_TOLD 64

/* Room for a Records message's head. */
#define HEAD_ROOM 32

const char *record_name(char *text, const char *path, size_t most)
{
	const char *slash = strrchr(path, '/');
	const char *name = strlen(path) > most && slash ? slash + 1 : path;
	size_t length = strlen(name);

	if (length <= most)
		return memcpy(text, name, length + 1);
	length = text_cut(name, length, most - 3);
	memcpy(text, name, length);
	memcpy(text + length, "...", 4);
	return text;
}

int record_begin(struct core *core, const struct recorder_order *order, char *why)
{
	struct recording *recording = &core->recording;
	int error;

	if (record_state(core, NULL) == RECORDING_ON)
		return -EBUSY;
	recorder_free(recording->recorder);
	*recording = (struct recording){ 0 };
	error = recorder_start(&recording->recorder, order, &core->session, why);
	if (error)
		return error;
	recording->seq = past_oldest(core->past) ? past_oldest(core->past) - 1 : 0;
	recording->resync = recording->seq > 0;
	return core_watch(core, recorder_fd(recording->recorder), EPOLLIN, SOURCE_RECORDER, 0);
}

enum recording_state record_state(struct core *core, struct recording_info *ret_info)
{
	struct recording_info info = { 0 };

	if (core->recording.recorder)
		recorder_info(core->recording.recorder, &info);
	if (ret_info)
		*ret_info = info;
	return info.state;
}

/* --- feeding */

/* Whether the record @seq, 0 where it isn't merged yet, is still to be given. */
static bool is_to_come(const struct core *core, uint64_t seq)
{
	return !seq || (seq > core->recording.seq && seq >= past_oldest(core->past));
}

/* Whether a line's begin is not told by a record still to come, and its end, if it has one, is. */
static bool is_there(const struct core *core, const struct entry *entry)
{
	return !is_to_come(core, entry->begun_seq) &&
	       (!entry->info.ended || is_to_come(core, entry->end_seq));
}

static size_t count_processes(const struct core *core)
{
	const struct entry *entry;
	uint32_t line = 0;
	size_t count = 0;

	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		count += is_there(core, entry);
	}
	return count;
}

/* Who is there now, with the texts behind, in one piece; NULL without memory. */
static struct writer_process *copy_processes(const struct core *core, size_t count)
{
	size_t texts = TEXT_NAME + 1 + TEXT_COMMAND + 1;
	struct writer_process *processes = malloc(count * (sizeof *processes + texts) + 1);
	char *text = (char *)(processes + count);
	const struct entry *entry;
	uint32_t line = 0;
	size_t i = 0;

	if (!processes)
		return NULL;
	while ((entry = registry_next(core->registry, line)) != NULL && i < count) {
		const struct process_info *info = &entry->info;

		line = info->line;
		if (!is_there(core, entry))
			continue;
		memcpy(text, info->name, sizeof info->name);
		memcpy(text + TEXT_NAME + 1, info->command, sizeof info->command);
		processes[i++] = (struct writer_process){
			info->since_ns,
			{ info->line, info->pid, info->ppid, info->start_ticks, text,
			  text + TEXT_NAME + 1 },
		};
		text += texts;
	}
	return processes;
}

static void resync(struct core *core)
{
	size_t count = count_processes(core);
	struct writer_process *processes = copy_processes(core, count);

	if (processes)
		recorder_resync(core->recording.recorder, processes, count);
	core->recording.resync = false;
}

static void give(struct core *core, unsigned char *room)
{
	struct recording *recording = &core->recording;
	uint64_t first, last;
	size_t head, size;

	if (recording->seq + 1 < past_oldest(core->past))
		recording->resync = true;
	if (recording->resync)
		resync(core);
	size = past_copy(core->past, recording->seq, room + HEAD_ROOM, RECORDER_BYTES - HEAD_ROOM,
			 &first, &last);
	if (!size)
		return;
	head = codec_put_records_head(room, HEAD_ROOM, first);
	memmove(room + head, room + HEAD_ROOM, size);
	recorder_give(recording->recorder, head + size);
	recording->seq = last;
}

/* What its failure has undone is given once more, as far as the past still has it. */
static void go_back(struct core *core)
{
	struct recording *recording = &core->recording;
	uint64_t oldest = past_oldest(core->past);
	uint64_t seq;

	if (!recorder_again(recording->recorder, &seq))
		return;
	if (seq || !oldest)
		recording->seq = seq;
	else
		recording->seq = oldest - 1;
	recording->resync = true;
}

void record_feed(struct core *core, uint64_t until_ns)
{
	struct recording *recording = &core->recording;
	unsigned char *room;

	if (!recording->recorder)
		return;
	go_back(core);
	if (!recording->over && recording->end_ns && until_ns >= recording->end_ns) {
		recording->over = true;
		recording->last_seq = merge_seq(core->merge);
		recorder_hurry(recording->recorder);
	}
	room = recorder_room(recording->recorder);
	if (!room)
		return;
	/* What comes after the end would keep a slow recorder from it for ever. */
	if (recording->seq < (recording->over ? recording->last_seq : merge_seq(core->merge)))
		give(core, room);
	else if (recording->over)
		recorder_finish(recording->recorder);
}

uint64_t record_due(const struct core *core)
{
	const struct recording *recording = &core->recording;

	return recording->end_ns && !recording->over ? recording->end_ns + CORE_HOLD_NS
						     : UINT64_MAX;
}

/* That it waits, or goes on: each once. */
static void tell_wait(struct core *core, const struct recording_info *info)
{
	static const char words[] = "recording to  waits: ; it goes on when that is over";
	struct recording *recording = &core->recording;
	char name[TEXT_PATH + 1];
	char why[WHY_TOLD + 1];
	size_t most = TEXT_LABEL - (sizeof words - 1);

	if (recording->waits == (info->error[0] != '\0'))
		return;
	recording->waits = !recording->waits;
	most -= text_copy(why, sizeof why, info->error);
	record_name(name, info->path, most);
	if (recording->waits)
		core_notice(core, "recording to %s waits: %s; it goes on when that is over", name,
			    why);
	else
		core_notice(core, "recording to %s goes on", name);
}

/* The whole of it has room in a label. */
static void tell_failed(struct core *core, const struct recording_info *info)
{
	static const char words[] = "recording to  stopped: ; what was recorded before is kept";
	char name[TEXT_PATH + 1];
	char why[WHY_TOLD + 1];
	size_t most = TEXT_LABEL - (sizeof words - 1);

	core->recording.told = true;
	most -= text_copy(why, sizeof why, info->error);
	core_notice(core, "recording to %s stopped: %s; what was recorded before is kept",
		    record_name(name, info->path, most), why);
}

void record_hear(struct core *core)
{
	struct recording *recording = &core->recording;
	struct recording_info info;

	recorder_hear(recording->recorder);
	record_state(core, &info);
	if (info.state == RECORDING_ON)
		tell_wait(core, &info);
	else if (info.state == RECORDING_FAILED && !recording->told)
		tell_failed(core, &info);
}

/* --- the end */

void record_end(struct core *core)
{
	if (record_state(core, NULL) == RECORDING_ON && !core->recording.end_ns)
		core->recording.end_ns = clock_mono_ns();
}

void record_close(struct core *core)
{
	struct recording *recording = &core->recording;
	struct recording_info info;

	if (!recording->recorder)
		return;
	while (record_state(core, &info) == RECORDING_ON) {
		struct pollfd wait = { .fd = recorder_fd(recording->recorder), .events = POLLIN };

		record_end(core);
		record_feed(core, UINT64_MAX);
		poll(&wait, 1, 1000);
		recorder_hear(recording->recorder);
	}
	if (info.state == RECORDING_FAILED && !recording->told)
		tell_failed(core, &info);
	recorder_free(recording->recorder);
	recording->recorder = NULL;
}

bool record_ask(struct core *core, const struct request *request, char *why, size_t size)
{
	struct recorder_order order = { request->path, request->text, request->since != 0 };
	struct recording_info info;
	char reason[TRACE_WHY];
	char name[TEXT_PATH + 1];

	if (request->path[0] != '/') {
		snprintf(why, size, "the path of a recording must be absolute");
		return false;
	}
	if (record_state(core, &info) == RECORDING_ON && core->recording.end_ns) {
		snprintf(why, size,
			 "session '%s' is still finishing its recording in %s: try again",
			 core->session.name, record_name(name, info.path, NAME_TOLD));
		return false;
	}
	if (info.state == RECORDING_ON) {
		snprintf(why, size, "session '%s' is recorded already, in %s", core->session.name,
			 record_name(name, info.path, NAME_TOLD));
		return strcmp(info.path, request->path) == 0;
	}
	if (record_begin(core, &order, reason) == 0)
		return true;
	snprintf(why, size, "%s: %s", record_name(name, request->path, NAME_TOLD), reason);
	return false;
}
