#include "cli/gates/gates.h"

#include "base/clock.h"
#include "base/log.h"
#include "analysis/verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* More than a tenth of the time without samples is too much; less than this is none: a tick of a
 * short life at a fast pace is missed easily, and tells nothing that the kernel's peaks don't. */
#define MISSED_SHARE 10
#define MISSED_LEAST_NS (100 * NS_PER_MS)

/* A limit that the watcher didn't take, of what had ended before it could be followed: the kernel's
 * peak has judged that. */
#define SHORT_NS NS_PER_S

#define WHY_ROOM 320

void gates_begin(struct gates *ret_gates, const struct options *options,
		 const struct session_info *session, uint64_t since_ns)
{
	*ret_gates = (struct gates){
		.options = options,
		.interval_ns = session->interval_ns,
		.since_ns = since_ns,
		.tick_ns = since_ns,
	};
}

void gates_take(struct gates *gates, const struct record *record)
{
	if (record->type == RECORD_TICK && !record->tick.reading) {
		gates->missed = record->tick.missed;
		if (record->t_ns <= gates->since_ns)
			gates->missed_before = record->tick.missed;
		else
			gates->tick_ns = record->t_ns;
	} else if (record->type == RECORD_GAP && record->t_ns > gates->since_ns) {
		if (record->gap.reason == GAP_UNFOLLOWED)
			gates->unfollowed += record->gap.count;
		if (record->gap.reason == GAP_UNREAD)
			gates->unread += record->gap.count;
	}
}

/* --- what was lacking */

/* Those that the watcher has counted, and those of a watcher that stood still when the command
 * ended, of which it counts none: the last one may be on its way. */
static uint64_t missed_of(const struct gates *gates, uint64_t ended_ns)
{
	uint64_t missed = gates->missed - gates->missed_before;
	uint64_t due =
		ended_ns > gates->tick_ns ? (ended_ns - gates->tick_ns) / gates->interval_ns : 0;

	return missed + (due > 1 ? due - 1 : 0);
}

static bool missed_much(const struct gates *gates, uint64_t ended_ns)
{
	uint64_t missed_ns = missed_of(gates, ended_ns) * gates->interval_ns;

	return missed_ns >= MISSED_LEAST_NS &&
	       missed_ns > (ended_ns - gates->since_ns) / MISSED_SHARE;
}

static const char *watched_why(enum watched watched)
{
	switch (watched) {
	case WATCHED_DIED:
		return "the watcher died";
	case WATCHED_STOPPED:
		return "the session was stopped";
	default:
		return "the watcher didn't answer";
	}
}

/* Whatever keeps any gate from judging: false where nothing does. */
static bool find_why(const struct gates *gates, const struct gates_end *end, char why[WHY_ROOM])
{
	uint64_t life_ns = end->ended_ns - gates->since_ns;

	if (end->watched != WATCHED_WHOLE)
		snprintf(why, WHY_ROOM, "%s before %s had ended", watched_why(end->watched),
			 end->name);
	else if (missed_much(gates, end->ended_ns))
		snprintf(why, WHY_ROOM,
			 "%" PRIu64 " of %" PRIu64
			 " samples were missed, since the watcher, or the machine, stood still",
			 missed_of(gates, end->ended_ns),
			 (life_ns + gates->interval_ns - 1) / gates->interval_ns);
	else if (gates->unfollowed)
		snprintf(why, WHY_ROOM,
			 "%" PRIu64 " process%s could not be followed for want of descriptors "
			 "('ulimit -n' raises their number)",
			 gates->unfollowed, gates->unfollowed == 1 ? "" : "es");
	else if (gates->unread)
		snprintf(why, WHY_ROOM,
			 "%" PRIu64 " record%s of the session were lost, since this command stood "
			 "still",
			 gates->unread, gates->unread == 1 ? "" : "s");
	else if (gates->refused && !end->crossed && life_ns > SHORT_NS)
		snprintf(why, WHY_ROOM, "the watcher didn't take the limit");
	else
		return false;
	return true;
}

static bool find_growth_why(const struct gates_end *end, char why[WHY_ROOM])
{
	if (end->growth == GROWTH_TOO_SHORT)
		snprintf(why, WHY_ROOM,
			 "no process of %s lived for %d s and %d intervals; a longer run helps, or "
			 "a shorter --interval",
			 end->name, (int)(VERDICT_SPAN_NS / NS_PER_S), VERDICT_LEAST_PARTS);
	else if (end->growth == GROWTH_LACKS_MEMORY)
		snprintf(why, WHY_ROOM, "there was no memory to judge all that was seen");
	else
		return false;
	return true;
}

/* --- the end */

static void add_name(char *names, size_t size, bool wanted, const char *name)
{
	size_t used = strlen(names);

	if (wanted)
		snprintf(names + used, size - used, "%s%s", used ? ", " : "", name);
}

int gates_unjudged(const struct options *options, const char *gates, const char *why, int status)
{
	if (status)
		log_error("%s cannot be judged: %s", gates, why);
	else if (options->if_unjudged == UNJUDGED_PASSES)
		log_error("%s cannot be judged: %s; passed, by --if-unjudged", gates, why);
	else
		log_error("%s cannot be judged: %s: exit status %d", gates, why, EXIT_FAIL);
	return !status && options->if_unjudged != UNJUDGED_PASSES ? EXIT_FAIL : status;
}

int gates_close(const struct gates *gates, const struct gates_end *end, int status)
{
	const struct options *options = gates->options;
	bool limits = !end->crossed;
	bool growth = options->fail_on_growth >= 0 && end->growth != GROWTH_TOO_FAST;
	char names[64] = "", why[WHY_ROOM];

	if (!find_why(gates, end, why)) {
		limits = false;
		growth = growth && find_growth_why(end, why);
	}
	add_name(names, sizeof names, limits && options->limit_bytes, "--limit");
	add_name(names, sizeof names, limits && options->limit_total_bytes, "--limit-total");
	add_name(names, sizeof names, growth, "--fail-on-growth");
	if (!names[0])
		return status;
	return gates_unjudged(options, names, why, status);
}
