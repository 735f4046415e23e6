#include "base/clock.h"
#include "session/schema.h"
#include "watcher/core.h"
#include "wire/selection.h"

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

/* @path where it has at most @most bytes; else the file's name, cut where that is longer. To @text,
 * of TEXT_PATH + 1 bytes, which is returned. */
static const char *name_of(char *text, const char *path, size_t most)
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

static enum recording_state state_of(const struct recording *recording,
				     struct recording_info *ret_info)
{
	if (recording->recorder)
		recorder_info(recording->recorder, ret_info);
	else
		*ret_info = recording->info;
	return ret_info->state;
}

/* One that goes on in the file at @path; NULL for none. */
static struct recording *find_path(struct core *core, const char *path)
{
	for (size_t i = 0; i < core->recording_count; i++) {
		if (core->recordings[i]->recorder &&
		    strcmp(core->recordings[i]->info.path, path) == 0)
			return core->recordings[i];
	}
	return NULL;
}

/* The oldest that has ended makes room: false where none has. */
static bool forget_ended(struct core *core)
{
	for (size_t i = 0; i < core->recording_count; i++) {
		if (core->recordings[i]->recorder)
			continue;
		free(core->recordings[i]);
		core->recording_count--;
		memmove(&core->recordings[i], &core->recordings[i + 1],
			(core->recording_count - i) * sizeof *core->recordings);
		return true;
	}
	return false;
}

int record_begin(struct core *core, const struct recorder_order *order, char *why)
{
	struct recording *recording;
	int error;

	if (core->recording_count == RECORDINGS_MOST && !forget_ended(core)) {
		snprintf(why, TEXT_WHY, "the session has %d recordings, which is the most",
			 RECORDINGS_MOST);
		return -EBUSY;
	}
	recording = calloc(1, sizeof *recording);
	snprintf(why, TEXT_WHY, "%s", strerror(ENOMEM));
	error = recording ? recorder_start(&recording->recorder, order, &core->session, why)
			  : -ENOMEM;
	if (error) {
		free(recording);
		return error;
	}
	text_copy(recording->info.path, sizeof recording->info.path, order->path);
	recording->number = ++core->recording_number;
	recording->selection = order->selection;
	recording->seq = backlog_oldest(core->backlog) ? backlog_oldest(core->backlog) - 1 : 0;
	recording->resync = recording->seq > 0 || order->selection;
	core->recordings[core->recording_count++] = recording;
	return core_watch(core, recorder_fd(recording->recorder), EPOLLIN, SOURCE_RECORDER,
			  recording->number);
}

void record_list(const struct core *core, struct status_info *ret_status)
{
	ret_status->recording_count = (uint32_t)core->recording_count;
	for (size_t i = 0; i < core->recording_count; i++)
		state_of(core->recordings[i], &ret_status->recordings[i]);
}

uint64_t record_had(const struct core *core)
{
	uint64_t had = UINT64_MAX;

	for (size_t i = 0; i < core->recording_count; i++) {
		const struct recording *recording = core->recordings[i];

		if (!recording->recorder)
			continue;
		if (recording->waits)
			return 0;
		had = recording->seq < had ? recording->seq : had;
	}
	return had;
}

/* --- feeding */

/* Whether the record @seq, 0 where it isn't merged yet, is still to be given. */
static bool is_to_come(const struct core *core, const struct recording *recording, uint64_t seq)
{
	return !seq || (seq > recording->seq && seq >= backlog_oldest(core->backlog));
}

/* Whether a line's begin is not told by a record still to come, and its end, if it has one, is. */
static bool is_there(const struct core *core, const struct recording *recording,
		     const struct entry *entry)
{
	if (recording->selection && !(entry->info.selections & selection_bit(recording->selection)))
		return false;
	return !is_to_come(core, recording, entry->begun_seq) &&
	       (!entry->info.ended || is_to_come(core, recording, entry->end_seq));
}

static size_t count_processes(const struct core *core, const struct recording *recording)
{
	const struct entry *entry;
	uint32_t line = 0;
	size_t count = 0;

	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		count += is_there(core, recording, entry);
	}
	return count;
}

/* Who is there now, with the texts behind, in one piece; NULL without memory. */
static struct writer_process *copy_processes(const struct core *core,
					     const struct recording *recording, size_t count)
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
		if (!is_there(core, recording, entry))
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

/* The lines of its selection, ended ones too: what of them is past may be given. */
static void copy_lines(const struct core *core, const struct recording *recording,
		       struct recorder_state *state)
{
	uint64_t bit = selection_bit(recording->selection);
	const struct entry *entry;
	uint32_t line = 0;
	size_t count = 0;

	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		count += (entry->info.selections & bit) != 0;
	}
	state->lines = malloc((count + 1) * sizeof *state->lines);
	line = 0;
	while (state->lines && (entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		if (entry->info.selections & bit)
			state->lines[state->line_count++] = line;
	}
}

static void resync(struct core *core, struct recording *recording)
{
	struct recorder_state state = { .count = count_processes(core, recording) };

	state.processes = copy_processes(core, recording, state.count);
	if (recording->selection)
		copy_lines(core, recording, &state);
	if (state.processes)
		recorder_resync(recording->recorder, &state);
	else
		free(state.lines);
	recording->resync = false;
}

static void give(struct core *core, struct recording *recording, unsigned char *room)
{
	uint64_t first, last;
	size_t head, size;

	if (recording->seq + 1 < backlog_oldest(core->backlog))
		recording->resync = true;
	if (recording->resync)
		resync(core, recording);
	size = backlog_copy(core->backlog, recording->seq, room + HEAD_ROOM,
			    RECORDER_BYTES - HEAD_ROOM, &first, &last);
	if (!size)
		return;
	head = codec_put_records_head(room, HEAD_ROOM, first);
	memmove(room + head, room + HEAD_ROOM, size);
	recorder_give(recording->recorder, head + size);
	recording->seq = last;
}

/* What its failure has undone is given once more, as far as the backlog still has it. */
static void go_back(const struct core *core, struct recording *recording)
{
	uint64_t oldest = backlog_oldest(core->backlog);
	uint64_t seq;

	if (!recorder_again(recording->recorder, &seq))
		return;
	if (seq || !oldest)
		recording->seq = seq;
	else
		recording->seq = oldest - 1;
	recording->resync = true;
}

static void feed(struct core *core, struct recording *recording, uint64_t until_ns)
{
	unsigned char *room;

	if (!recording->recorder)
		return;
	go_back(core, recording);
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
		give(core, recording, room);
	else if (recording->over)
		recorder_finish(recording->recorder);
}

void record_feed(struct core *core, uint64_t until_ns)
{
	for (size_t i = 0; i < core->recording_count; i++)
		feed(core, core->recordings[i], until_ns);
}

uint64_t record_due(const struct core *core)
{
	uint64_t due_ns = UINT64_MAX;

	for (size_t i = 0; i < core->recording_count; i++) {
		const struct recording *recording = core->recordings[i];

		if (recording->recorder && recording->end_ns && !recording->over &&
		    recording->end_ns + CORE_HOLD_NS < due_ns)
			due_ns = recording->end_ns + CORE_HOLD_NS;
	}
	return due_ns;
}

/* That it waits, or goes on: each once. */
static void tell_wait(struct core *core, struct recording *recording,
		      const struct recording_info *info)
{
	static const char words[] = "recording to  waits: ; it goes on when that is over";
	char name[TEXT_PATH + 1];
	char why[WHY_TOLD + 1];
	size_t most = TEXT_LABEL - (sizeof words - 1);

	if (recording->waits == (info->error[0] != '\0'))
		return;
	recording->waits = !recording->waits;
	most -= text_copy(why, sizeof why, info->error);
	name_of(name, info->path, most);
	if (recording->waits)
		core_notice(core, "recording to %s waits: %s; it goes on when that is over", name,
			    why);
	else
		core_notice(core, "recording to %s goes on", name);
}

/* The whole of it has room in a label. */
static void tell_failed(struct core *core, struct recording *recording,
			const struct recording_info *info)
{
	static const char words[] = "recording to  stopped: ; what was recorded before is kept";
	char name[TEXT_PATH + 1];
	char why[WHY_TOLD + 1];
	size_t most = TEXT_LABEL - (sizeof words - 1);

	recording->told = true;
	most -= text_copy(why, sizeof why, info->error);
	core_notice(core, "recording to %s stopped: %s; what was recorded before is kept",
		    name_of(name, info->path, most), why);
}

/* It is over: what it was is told of, and its selection with it where its command is gone. */
static void end_one(struct core *core, struct recording *recording,
		    const struct recording_info *info)
{
	recording->info = *info;
	recorder_free(recording->recorder);
	recording->recorder = NULL;
	selections_leave(core, selection_bit(recording->selection));
}

static void hear(struct core *core, struct recording *recording)
{
	struct recording_info info;

	recorder_hear(recording->recorder);
	state_of(recording, &info);
	if (info.state == RECORDING_ON) {
		tell_wait(core, recording, &info);
		return;
	}
	if (info.state == RECORDING_FAILED && !recording->told)
		tell_failed(core, recording, &info);
	end_one(core, recording, &info);
}

void record_hear(struct core *core, uint32_t number)
{
	for (size_t i = 0; i < core->recording_count; i++) {
		if (core->recordings[i]->number == number && core->recordings[i]->recorder)
			hear(core, core->recordings[i]);
	}
}

/* --- the end */

static void end(struct recording *recording)
{
	if (recording->recorder && !recording->end_ns)
		recording->end_ns = clock_mono_ns();
}

bool record_end(struct core *core, const char *path, uint32_t pid, bool last)
{
	struct recording *recording = find_path(core, path);

	if (recording && pid && !last && !recording->selection)
		return false;
	if (recording)
		end(recording);
	return true;
}

uint64_t record_selections(const struct core *core)
{
	uint64_t set = 0;

	for (size_t i = 0; i < core->recording_count; i++) {
		if (core->recordings[i]->recorder)
			set |= selection_bit(core->recordings[i]->selection);
	}
	return set;
}

void record_end_selections(struct core *core, uint64_t set)
{
	for (size_t i = 0; i < core->recording_count; i++) {
		if (selection_bit(core->recordings[i]->selection) & set)
			end(core->recordings[i]);
	}
}

static void close_one(struct core *core, struct recording *recording)
{
	while (recording->recorder) {
		struct pollfd wait = { .fd = recorder_fd(recording->recorder), .events = POLLIN };

		record_feed(core, UINT64_MAX);
		poll(&wait, 1, 1000);
		hear(core, recording);
	}
}

void record_close(struct core *core)
{
	for (size_t i = 0; i < core->recording_count; i++)
		end(core->recordings[i]);
	for (size_t i = 0; i < core->recording_count; i++)
		close_one(core, core->recordings[i]);
	while (core->recording_count > 0)
		free(core->recordings[--core->recording_count]);
}

/* In a file that is being recorded to: the same again goes on. */
static bool ask_again(struct core *core, const struct recording *recording,
		      const struct request *request, char *why, size_t size)
{
	char name[TEXT_PATH + 1];

	snprintf(why, size, "session '%s' is %s %s%s", core->session.name,
		 recording->end_ns ? "still finishing its recording in" : "recorded already, in",
		 name_of(name, request->path, NAME_TOLD), recording->end_ns ? ": try again" : "");
	return !recording->end_ns && recording->selection == request->selection;
}

bool record_ask(struct core *core, const struct request *request, char *why, size_t size)
{
	struct recorder_order order = { .path = request->path,
					.title = request->text,
					.force = request->since != 0,
					.exact_ns = backlog_exact_ns(core->backlog),
					.selection = request->selection };
	struct recording *recording = find_path(core, request->path);
	char reason[TEXT_WHY];
	char name[TEXT_PATH + 1];

	if (request->path[0] != '/') {
		snprintf(why, size, "the path of a recording must be absolute");
		return false;
	}
	if (recording)
		return ask_again(core, recording, request, why, size);
	if (request->selection && !selections_find(&core->selections, request->selection)) {
		snprintf(why, size, "session '%s' has no selection %u", core->session.name,
			 request->selection);
		return false;
	}
	if (record_begin(core, &order, reason) == 0)
		return true;
	snprintf(why, size, "%s: %s", name_of(name, request->path, NAME_TOLD), reason);
	return false;
}
