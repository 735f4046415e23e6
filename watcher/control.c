#include "base/array.h"
#include "base/clock.h"
#include "proc/pidfd.h"
#include "session/schema.h"
#include "watcher/core.h"
#include "wire/selection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* A reply being made: its head is written last, for protobuf takes fields in any order. */
struct answer {
	struct core *core;
	const struct request *request;
	uint32_t said_pid; /* the request's, as the asker counts */
	struct reply reply;
	size_t used;
	unsigned char bytes[PAIR_BODY];
};

/* Room that is kept for the head. */
#define HEAD_ROOM 4096

static void do_status(struct answer *answer);

static void refuse(struct answer *answer, const char *why)
{
	answer->reply.ok = false;
	text_copy(answer->reply.message, sizeof answer->reply.message, why);
}

/* --- what changes the session */

static void do_attach(struct answer *answer)
{
	struct core *core = answer->core;
	int pidfd;

	answer->reply.has_session = true;
	answer->reply.session = core->session;
	if (core_attached(core, answer->request->pid))
		return;
	pidfd = pidfd_open_process((pid_t)answer->request->pid);
	if (pidfd < 0)
		return;
	if (array_reserve(&core->attached, &core->attached_capacity, core->attached_count + 1)) {
		close(pidfd);
		return;
	}
	core->attached[core->attached_count++] =
		(struct attached){ pidfd, answer->request->pid, 0 };
	core->was_attached = true;
	core_watch(core, pidfd, EPOLLIN, SOURCE_COMMAND_END, (uint32_t)pidfd);
}

static void do_select(struct answer *answer)
{
	struct core *core = answer->core;
	struct attached *attached = core_attached(core, answer->request->pid);
	uint32_t number = attached ? selections_begin(&core->selections) : 0;
	if (number)
		attached->selections |= selection_bit(number);
	else
		refuse(answer, attached ? "the session has 64 views and recordings of their own "
					  "processes, which is the most"
					: "only a command that is attached selects processes");
	answer->reply.value = number;
}

static void register_family(struct core *core, struct entry *entry, bool reaped)
{
	family_begin(core, entry);
	if (reaped && entry->info.ppid > 1)
		family_reaper(core, (pid_t)entry->info.ppid, entry->root);
}

static void do_register(struct answer *answer)
{
	const struct request *request = answer->request;
	uint64_t selections = selections_find(&answer->core->selections, request->selection);
	const char *name = request->text;
	struct entry *entry;
	char why[256];

	if (request->since & REGISTER_AWAITED) {
		family_await(answer->core, (pid_t)request->pid, request->name, request->text);
		return;
	}
	entry = registry_find(answer->core->registry, (pid_t)request->pid, 0);
	/* A person may give another name; one by default comes after what the program said. */
	if (entry && name[0] && !(request->since & REGISTER_PARENT))
		entry->fixed = false;
	else if (entry)
		name = "";
	selections_join(answer->core, selections, request->since & REGISTER_FAMILY);
	entry = life_begin(answer->core, (pid_t)request->pid, name, why, sizeof why);
	selections_join(answer->core, 0, false);
	answer->reply.value = request->pid;
	if (!entry)
		refuse(answer, why);
	else if (request->since & REGISTER_PARENT)
		entry->parent_tells = true;
	else if (name[0])
		entry->fixed = true;
	if (!entry)
		return;
	selections_add(answer->core, entry, selections, request->since & REGISTER_FAMILY);
	if (request->since & REGISTER_FAMILY)
		register_family(answer->core, entry, request->since & REGISTER_PARENT);
}

/* The live process that a request names; refuses where there is none. */
static struct entry *find_process(struct answer *answer)
{
	struct entry *entry = registry_find(answer->core->registry, (pid_t)answer->request->pid, 0);
	char why[128];

	if (!entry) {
		if (!procinfo_explain_absent((pid_t)answer->request->pid, why, sizeof why))
			snprintf(why, sizeof why, "pid %u: is not followed in session '%s'",
				 answer->said_pid, answer->core->session.name);
		refuse(answer, why);
	}
	return entry;
}

static void do_drop(struct answer *answer)
{
	struct entry *entry = find_process(answer);

	if (!entry)
		return;
	family_refuse(answer->core, entry);
	life_end(answer->core, entry, END_DROPPED, 0);
}

/* It has ended already where a sample found it gone before its parent's word came, which a gate
 * that stood still has held up: what is left to be told is its peak. */
static bool end_late(struct answer *answer, const struct reaped *reaped)
{
	struct entry *entry = registry_untold(answer->core->registry, (pid_t)answer->request->pid);

	if (!entry)
		return false;
	entry->parent_tells = false;
	kin_ended(answer->core, entry, reaped);
	kin_tell(answer->core, true);
	do_status(answer);
	return true;
}

/* One that ended before it could be followed has a line all the same, for its peak and its end. */
static void do_ended(struct answer *answer)
{
	const struct request *request = answer->request;
	struct entry *entry = registry_find(answer->core->registry, (pid_t)request->pid, 0);
	struct emitter emitter = { .pid = request->pid };
	struct reaped reaped = request->reaped_count ? request->reaped[0]
						     : (struct reaped){ .peak = request->peak };
	enum end_reason reason;
	int32_t code;

	text_copy(emitter.name, sizeof emitter.name, request->text);
	if (!entry && end_late(answer, &reaped))
		return;
	if (!entry)
		entry = life_ghost(answer->core, &emitter);
	if (!entry)
		return;
	family_begin(answer->core, entry);
	answer->reply.value = kin_ended(answer->core, entry, &reaped) ? 0 : 1;
	kin_tell(answer->core, true);
	reason = pidfd_wait_reason((int)request->since, &code);
	life_end(answer->core, entry, reason, code);
	entry->parent_tells = false;
	do_status(answer);
}

/* value: how many came and went unseen in all. */
static void do_reaped(struct answer *answer)
{
	const struct request *request = answer->request;

	for (size_t i = 0; i < request->reaped_count && i < REAPED_MOST; i++)
		family_reaped(answer->core, &request->reaped[i]);
	do_status(answer);
	answer->reply.value = answer->core->kin.unseen;
}

static void do_ending(struct answer *answer)
{
	const struct request *request = answer->request;

	for (size_t i = 0; i < request->reaped_count && i < REAPED_MOST; i++) {
		struct entry *entry =
			registry_find(answer->core->registry, (pid_t)request->reaped[i].pid, 0);

		if (entry)
			entry->limit_signal = request->reaped[i].status;
	}
}

static void do_rule(struct answer *answer)
{
	const struct request *request = answer->request;
	struct rule_request asked = {
		.full = request->since & RULE_FULL,
		.family = request->since & RULE_FAMILY,
		.is_unit = request->since & RULE_UNIT,
		.has_user = request->category[0] != '\0',
		.user = (uint32_t)strtoul(request->category, NULL, 10),
	};
	char why[sizeof answer->reply.message];

	text_copy(asked.pattern, sizeof asked.pattern, request->text);
	text_copy(asked.name, sizeof asked.name, request->name);
	text_copy(asked.cgroup, sizeof asked.cgroup, request->path);
	asked.selections = selections_find(&answer->core->selections, request->selection);
	if (rules_add(answer->core, &asked, why, sizeof why) < 0)
		refuse(answer, why);
}

static void do_event(struct answer *answer)
{
	const struct request *request = answer->request;
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_EVENT };

	if (request->pid) {
		struct entry *entry = find_process(answer);

		if (!entry)
			return;
		record.event.line = entry->info.line;
		life_event_figure(answer->core, entry, &record);
	}
	record.event.category = request->category;
	record.event.label = request->text;
	core_add(answer->core, &record);
}

/* value: the inspection's number. */
static void do_inspect(struct answer *answer)
{
	const struct request *request = answer->request;
	struct entry *entry = find_process(answer);
	char why[256];

	if (!entry)
		return;
	answer->reply.value = inspections_begin(answer->core, entry, request->text,
						(uint32_t)request->since, why, sizeof why);
	if (!answer->reply.value)
		refuse(answer, why);
}

static void do_record(struct answer *answer)
{
	char why[sizeof answer->reply.message];

	if (!record_ask(answer->core, answer->request, why, sizeof why))
		refuse(answer, why);
}

/* Whether the session ends when this command does. */
static bool is_last(const struct core *core, uint32_t pid)
{
	for (size_t i = 0; i < core->attached_count; i++) {
		if (core->attached[i].pid != pid)
			return false;
	}
	return core->options->private_session && core->attached_count > 0;
}

/* value: whether it is over, or is now being ended. */
static void do_record_end(struct answer *answer)
{
	const struct request *request = answer->request;
	uint32_t pid = request->pid;

	answer->reply.value =
		record_end(answer->core, request->path, pid, is_last(answer->core, pid));
}

/* Of the selection's own processes, and of no others. */
static void limit_selection(struct answer *answer)
{
	const struct request *request = answer->request;
	struct core *core = answer->core;

	if (!selections_find(&core->selections, request->selection))
		refuse(answer, "the selection is over");
	else if (request->op == REQUEST_LIMIT_TOTAL)
		selections_limit_total(core, request->selection, request->since);
	else
		selections_limit(core, request->selection, request->since);
}

static void do_limit(struct answer *answer)
{
	const struct request *request = answer->request;
	struct entry *entry;

	if (request->since > INT64_MAX) {
		refuse(answer, "a limit must be below 2^63 bytes");
		return;
	}
	if (request->selection) {
		limit_selection(answer);
	} else if (request->op == REQUEST_LIMIT_TOTAL) {
		alarms_ask_total(answer->core, request->since);
	} else if (!request->pid) {
		alarms_ask_all(answer->core, request->since);
	} else {
		entry = find_process(answer);
		if (entry)
			alarms_ask(answer->core, entry, request->since);
	}
}

/* --- what tells of it */

static void do_list(struct answer *answer)
{
	uint32_t line = (uint32_t)answer->request->since;
	const struct entry *entry;

	while ((entry = registry_next(answer->core->registry, line)) != NULL) {
		size_t used = codec_put_process_info(
			answer->bytes + answer->used,
			sizeof answer->bytes - HEAD_ROOM - answer->used, &entry->info);

		/* value: there is more after the last one here */
		answer->reply.value = !used;
		if (!used)
			return;
		answer->used += used;
		line = entry->info.line;
	}
}

static void do_history(struct answer *answer)
{
	struct core *core = answer->core;
	unsigned char *records = malloc(PAIR_BODY);
	uint64_t first, last;
	size_t head, size;

	answer->reply.value = merge_seq(core->merge);
	if (!records)
		return;
	size = backlog_copy(core->backlog, answer->request->since, records + 32,
			    PAIR_BODY - HEAD_ROOM - 64, &first, &last);
	if (size) {
		head = codec_put_records_head(records, 32, first);
		memmove(records + head, records + 32, size);
		answer->used += codec_put_reply_records(answer->bytes, sizeof answer->bytes,
							records, head + size);
	}
	free(records);
}

/* Of the backlog, and of the lines that are known for it. */
static uint64_t history_bytes(const struct core *core)
{
	return backlog_bytes(core->backlog) +
	       registry_kept(core->registry) * sizeof(struct entry) +
	       emitters_all(core->emitters) * sizeof(struct source);
}

static void do_status(struct answer *answer)
{
	struct core *core = answer->core;
	struct status_info *status = &answer->reply.status;
	uint32_t pid = answer->request->pid;
	char why[128];

	*status = core->status;
	status->ticks = sampler_ticks(core->sampler);
	status->missed = core->missed;
	status->processes = registry_live(core->registry);
	status->ended = registry_ended(core->registry);
	status->subscribers = core->gate.peers;
	status->gate_restarts = core->gate.number - 1;
	status->oldest_seq = backlog_oldest(core->backlog);
	status->exact_ns = backlog_exact_ns(core->backlog);
	status->history_bytes = history_bytes(core);
	status->rollup_share = figures_share(core);
	record_list(core, status);
	status->unseen = core->kin.unseen;
	status->unseen_at_least = core->kin.at_least;
	status->dropped_processes = registry_dropped(core->registry);
	status->lean = core->lean.count;
	status->unfollowed = core->lean.unfollowed;
	status->rule_count = (uint32_t)core->rules.count;
	for (size_t i = 0; i < core->rules.count; i++)
		text_copy(status->rules[i], sizeof status->rules[i], core->rules.at[i]->text);
	answer->reply.has_status = true;
	answer->reply.has_session = true;
	answer->reply.session = core->session;
	answer->reply.value = pid;
	if (pid && !registry_find(core->registry, (pid_t)pid, 0) &&
	    procinfo_explain_absent((pid_t)pid, why, sizeof why))
		refuse(answer, why);
}

static void do_metrics(struct answer *answer)
{
	const struct request *request = answer->request;
	struct core *core = answer->core;
	int error = figures_want(core, (uint32_t)request->since & METRICS_ALL, request->peak);
	char why[128];

	answer->reply.has_session = true;
	answer->reply.session = core->session;
	if (!error)
		return;
	snprintf(why, sizeof why, "cannot sample PSS or USS: %s", strerror(-error));
	refuse(answer, why);
}

static void do_stop(struct answer *answer)
{
	answer->core->stopping = true;
}

static void do_own(struct answer *answer)
{
	kin_own_peak(answer->core, (pid_t)answer->request->pid, answer->request->peak);
}

static void do_flush(struct answer *answer)
{
	const struct source *source = emitters_find(answer->core->emitters, answer->request->since);

	answer->reply.value = source ? source->taken : 0;
}

struct operation {
	void (*run)(struct answer *answer);
	bool once; /* changes something: a repetition of the same request must not do it again */
};

static const struct operation operations[] = {
	[REQUEST_ATTACH] = { do_attach, true },	   [REQUEST_REGISTER] = { do_register, false },
	[REQUEST_DROP] = { do_drop, true },	   [REQUEST_LIST] = { do_list, false },
	[REQUEST_HISTORY] = { do_history, false }, [REQUEST_EVENT] = { do_event, true },
	[REQUEST_STATUS] = { do_status, false },   [REQUEST_STOP] = { do_stop, true },
	[REQUEST_FLUSH] = { do_flush, false },	   [REQUEST_ENDED] = { do_ended, true },
	[REQUEST_RECORD] = { do_record, false },   [REQUEST_RECORD_END] = { do_record_end, false },
	[REQUEST_LIMIT] = { do_limit, false },	   [REQUEST_LIMIT_TOTAL] = { do_limit, false },
	[REQUEST_INSPECT] = { do_inspect, false }, [REQUEST_REAPED] = { do_reaped, true },
	[REQUEST_RULE] = { do_rule, true },	   [REQUEST_SELECT] = { do_select, true },
	[REQUEST_METRICS] = { do_metrics, false }, [REQUEST_OWN] = { do_own, false },
	[REQUEST_ENDING] = { do_ending, false },
};

/* Whether a request was carried out before: the asker's socket repeats what got no answer, as when
 * the gate died. */
static bool is_repeated(struct core *core, uint64_t id)
{
	for (size_t i = 0; i < sizeof core->requests / sizeof *core->requests; i++) {
		if (id && core->requests[i] == id)
			return true;
	}
	core->requests[core->request_next++ % (sizeof core->requests / sizeof *core->requests)] =
		id;
	return false;
}

/* A PID that the asker counts in another PID namespace, as it counts here; 0: not to be found. */
static uint32_t pid_here(const struct core *core, const struct request *request, uint64_t pid,
			 uint64_t start_ticks)
{
	const struct whois whois = { request->pid_ns, pid, start_ticks };
	uint64_t start;

	return pid ? (uint32_t)whois_find(core->registry, &whois, &start) : 0;
}

/* A request with the PIDs of this namespace: false where it is refused. */
static bool translate(struct answer *answer, struct request *request)
{
	const struct whois whois = { request->pid_ns, request->pid, request->start_ticks };
	struct core *core = answer->core;
	uint32_t pid = request->pid;
	char why[128];

	if (whois_is_here(&whois, core->session.pid_ns))
		return true;
	/* Orphans that were reaped are nowhere. */
	request->reaped_count = 0;
	if (request->op == REQUEST_INSPECT)
		request->since = pid_here(core, request, request->since, 0);
	request->pid = pid_here(core, request, pid, request->start_ticks);
	if (request->pid || !pid || request->op == REQUEST_ATTACH || request->op == REQUEST_STATUS)
		return true;
	if (request->op == REQUEST_RECORD_END) {
		request->pid = UINT32_MAX; /* nobody's: 0 would be anybody's */
		return true;
	}
	snprintf(why, sizeof why,
		 "pid %u: of another PID namespace, and no process here can be shown to be that "
		 "one",
		 pid);
	refuse(answer, why);
	return false;
}

void control_answer(struct core *core, const struct request *said)
{
	const struct operation *operation = &operations[said->op];
	struct request here = *said;
	const struct request *request = &here;
	struct answer answer = {
		.core = core, .request = request, .said_pid = said->pid, .reply.ok = true
	};

	core_look_at_ends(core);
	if (!translate(&answer, &here))
		operation = NULL;
	if (!operation)
		; /* why was said */
	else if (!operation->run)
		refuse(&answer, "this watcher knows no such request");
	else if (!operation->once || !is_repeated(core, request->id))
		operation->run(&answer);
	else if (request->op == REQUEST_ATTACH)
		do_status(&answer);
	answer.used += codec_put_reply(answer.bytes + answer.used,
				       sizeof answer.bytes - answer.used, &answer.reply);
	if (gatelink_reply(&core->gate, answer.bytes, answer.used))
		core_watch(core, core->gate.pair, EPOLLIN | EPOLLOUT, SOURCE_PAIR, 0);
}
