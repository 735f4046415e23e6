#include "cli/gates/growth.h"

#include "analysis/own.h"
#include "analysis/total_tally.h"
#include "base/array.h"
#include "base/log.h"
#include "cli/report/verdict.h"
#include "cli/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct member {
	uint32_t line;
	uint32_t pid;
	char name[TEXT_NAME + 1];
	struct own own;
};

struct growth_gate {
	double least; /* bytes a minute: more is too much */
	uint64_t interval_ns;
	uint32_t root;
	uint64_t since_ns;

	struct member *list; /* those that live, in order of line */
	size_t count, room;
	uint32_t *pids; /* of all that belong, ended ones too */
	size_t pid_count, pid_room;
	struct total_tally total; /* of those that belong */
	bool no_memory;

	unsigned told;	  /* whose verdict is anything but too short */
	unsigned growing; /* faster than is allowed */
	struct member worst;
	struct verdict verdict; /* of the worst */
	struct verdict other;	/* of the last that was told */
};

/* A total_counts. */
static bool is_member(void *arg, uint32_t line);

struct growth_gate *growth_gate_new(const struct options *options,
				    const struct session_info *session, uint32_t root,
				    uint64_t since_ns)
{
	struct growth_gate *gate = calloc(1, sizeof *gate);

	if (!gate) {
		log_error("cannot judge growth: %s", strerror(ENOMEM));
		return NULL;
	}
	gate->least = options->fail_on_growth;
	gate->interval_ns = session->interval_ns;
	gate->root = root;
	gate->since_ns = since_ns;
	total_tally_begin(&gate->total, gate->interval_ns);
	gate->total.total.counts = is_member;
	gate->total.total.arg = gate;
	return gate;
}

void growth_gate_free(struct growth_gate *gate)
{
	if (!gate)
		return;
	for (size_t i = 0; i < gate->count; i++)
		own_free(&gate->list[i].own);
	total_tally_free(&gate->total);
	free(gate->list);
	free(gate->pids);
	free(gate);
}

/* --- who belongs */

/* A process whose parent ended early may have come to us, who run the command. */
static bool belongs(const struct growth_gate *gate, const struct process *process)
{
	if (process->pid == gate->root || process->ppid == (uint32_t)getpid())
		return true;
	for (size_t i = 0; i < gate->pid_count; i++) {
		if (gate->pids[i] == process->ppid)
			return true;
	}
	return false;
}

static bool reserve(struct growth_gate *gate)
{
	if (array_reserve(&gate->list, &gate->room, gate->count + 1) ||
	    array_reserve(&gate->pids, &gate->pid_room, gate->pid_count + 1))
		gate->no_memory = true;
	return !gate->no_memory;
}

static uint64_t line_at(const void *gate, size_t index)
{
	return ((const struct growth_gate *)gate)->list[index].line;
}

static struct member *find(const struct growth_gate *gate, uint32_t line)
{
	size_t place = array_find(gate, gate->count, line_at, line);

	return place < gate->count ? &gate->list[place] : NULL;
}

static void add(struct growth_gate *gate, const struct process *process)
{
	size_t place = array_lower_bound(gate, gate->count, line_at, process->line);
	struct member *member;

	if (!reserve(gate))
		return;
	gate->pids[gate->pid_count++] = process->pid;
	member = &gate->list[place];
	memmove(member + 1, member, (gate->count++ - place) * sizeof *member);
	*member = (struct member){ .line = process->line, .pid = process->pid };
	own_begin(&member->own, gate->interval_ns);
}

static bool is_member(void *arg, uint32_t line)
{
	return find(arg, line) != NULL;
}

/* --- records */

static void take_process(struct growth_gate *gate, uint64_t t_ns, const struct process *process)
{
	if (!find(gate, process->line)) {
		if (t_ns < gate->since_ns || !belongs(gate, process))
			return;
		add(gate, process);
	}
	if (find(gate, process->line))
		text_copy(find(gate, process->line)->name, TEXT_NAME + 1, process->name);
}

static void take_tick(struct growth_gate *gate, uint64_t t_ns, const struct tick *tick)
{
	for (size_t i = 0; i < tick->count; i++) {
		struct member *member = find(gate, tick->samples[i].line);

		if (member)
			own_sample(&member->own, t_ns, &tick->samples[i]);
	}
}

static void judge(struct growth_gate *gate, struct member *member, uint64_t t_ns)
{
	struct verdict verdict = own_judge(&member->own, t_ns).verdict;

	gate->no_memory |= own_lacks_memory(&member->own);
	own_free(&member->own);
	if (verdict.kind != VERDICT_TOO_SHORT) {
		gate->told++;
		gate->other = verdict;
	}
	if (!verdict_grows(&verdict) || verdict.slope.per_minute <= gate->least)
		return;
	if (gate->growing++ > 0 && verdict.slope.per_minute <= gate->verdict.slope.per_minute)
		return;
	gate->worst = *member;
	gate->verdict = verdict;
}

static void take_end(struct growth_gate *gate, uint64_t t_ns, uint32_t line)
{
	struct member *member = find(gate, line);

	if (!member)
		return;
	judge(gate, member, t_ns);
	gate->count--;
	memmove(member, member + 1, (size_t)(gate->list + gate->count - member) * sizeof *member);
}

static void take_metrics(struct growth_gate *gate, uint64_t t_ns, const struct metrics *metrics)
{
	struct member *member = find(gate, metrics->line);

	if (member)
		own_metrics(&member->own, t_ns, metrics);
}

void growth_gate_take(struct growth_gate *gate, const struct record *record)
{
	if (record->type == RECORD_PROCESS)
		take_process(gate, record->t_ns, &record->process);
	total_tally_add(&gate->total, record);
	if (record->type == RECORD_TICK)
		take_tick(gate, record->t_ns, &record->tick);
	else if (record->type == RECORD_METRICS)
		take_metrics(gate, record->t_ns, &record->metrics);
	else if (record->type == RECORD_END)
		take_end(gate, record->t_ns, record->end.line);
}

/* --- the end */

static void say_growing(const struct growth_gate *gate)
{
	char figures[VERDICT_TEXT], rate[UNITS_TEXT], others[48] = "";

	if (gate->growing > 1)
		snprintf(others, sizeof others, "; so do %u others, more slowly",
			 gate->growing - 1);
	log_error("%s[%u] grows (%s) by more than %s a minute: %s%s", gate->worst.name,
		  gate->worst.pid, verdict_name(gate->verdict.kind),
		  units_format_bytes(rate, (uint64_t)gate->least),
		  verdict_text_figures(figures, &gate->verdict), others);
}

/* No process alone, but all of them together. */
static void say_family(const struct growth_gate *gate, const struct grown *grown)
{
	char figures[VERDICT_TEXT], rate[UNITS_TEXT];

	log_error("the %zu processes of the command grow together (%s) by more than %s a minute: "
		  "%s",
		  gate->total.total.met, verdict_name(grown->verdict.kind),
		  units_format_bytes(rate, (uint64_t)gate->least),
		  verdict_text_figures(figures, &grown->verdict));
}

static bool grows_together(const struct growth_gate *gate, const struct grown *family)
{
	return total_tells(&gate->total.total) && verdict_grows(&family->verdict) &&
	       family->verdict.slope.per_minute > gate->least;
}

enum growth_outcome growth_gate_judge(struct growth_gate *gate, uint64_t now_ns)
{
	struct grown family = total_tally_judge(&gate->total, now_ns);
	bool told = family.verdict.kind != VERDICT_TOO_SHORT;
	bool together = grows_together(gate, &family);

	while (gate->count > 0)
		take_end(gate, now_ns, gate->list[gate->count - 1].line);
	told |= gate->told > 0;
	if (gate->growing > 0)
		say_growing(gate);
	else if (together)
		say_family(gate, &family);
	if (gate->growing > 0 || together)
		return GROWTH_TOO_FAST;
	if (gate->no_memory || total_tally_lacks_memory(&gate->total))
		return GROWTH_LACKS_MEMORY;
	return told ? GROWTH_ALLOWED : GROWTH_TOO_SHORT;
}

char *growth_gate_words(struct growth_gate *gate, uint64_t now_ns, char text[GROWTH_WORDS])
{
	struct grown family = total_tally_judge(&gate->total, now_ns);
	char figures[VERDICT_TEXT];

	while (gate->count > 0)
		take_end(gate, now_ns, gate->list[gate->count - 1].line);
	if (gate->growing > 0)
		snprintf(text, GROWTH_WORDS, "%s[%u] grows (%s): %s", gate->worst.name,
			 gate->worst.pid, verdict_name(gate->verdict.kind),
			 verdict_text_figures(figures, &gate->verdict));
	else if (grows_together(gate, &family))
		snprintf(text, GROWTH_WORDS, "the %zu processes grow together (%s): %s",
			 gate->total.total.met, verdict_name(family.verdict.kind),
			 verdict_text_figures(figures, &family.verdict));
	else if (gate->told == 0)
		snprintf(text, GROWTH_WORDS, "too short to tell");
	else if (gate->told == 1)
		snprintf(text, GROWTH_WORDS, "%s: %s", verdict_name(gate->other.kind),
			 verdict_text_why(figures, &gate->other));
	else
		snprintf(text, GROWTH_WORDS, "none of %u processes grows without end", gate->told);
	return text;
}
