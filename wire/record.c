#include "wire/record.h"

#include "base/clock.h"
#include "base/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *gap_reason_text(enum gap_reason reason)
{
	switch (reason) {
	case GAP_MISSED:
		return "missed ticks";
	case GAP_DROPPED:
		return "dropped events";
	case GAP_TORN:
		return "torn events";
	case GAP_BEHIND:
		return "recorder behind";
	case GAP_SUSPEND:
		return "suspend";
	case GAP_CLOCK_AHEAD:
		return "clock set ahead";
	case GAP_CLOCK_BACK:
		return "clock set back";
	case GAP_UNFOLLOWED:
		return "not followed";
	case GAP_UNREAD:
		return "view behind";
	}
	return "gap";
}

char *gap_text(char text[GAP_TEXT], const struct gap *gap)
{
	const char *reason = gap_reason_text(gap->reason);
	uint64_t most_ms = UINT64_MAX / NS_PER_MS;
	char length[UNITS_TEXT];

	units_format_duration(length, (gap->count < most_ms ? gap->count : most_ms) * NS_PER_MS);
	if (gap->reason == GAP_SUSPEND)
		snprintf(text, GAP_TEXT, "suspended for %s", length);
	else if (gap->reason == GAP_CLOCK_AHEAD || gap->reason == GAP_CLOCK_BACK)
		snprintf(text, GAP_TEXT, "wall clock set %s %s", length,
			 gap->reason == GAP_CLOCK_AHEAD ? "ahead" : "back");
	else if (gap->reason == GAP_BEHIND || gap->reason == GAP_UNREAD)
		snprintf(text, GAP_TEXT, "%" PRIu64 " %s lost: %s", gap->count,
			 gap->count == 1 ? "record" : "records", reason);
	else if (gap->count == 1 && strlen(reason) > 1 && reason[strlen(reason) - 1] == 's')
		snprintf(text, GAP_TEXT, "1 %.*s", (int)strlen(reason) - 1, reason);
	else
		snprintf(text, GAP_TEXT, "%" PRIu64 " %s", gap->count, reason);
	return text;
}

static const char *const peak_kinds[] = { "at least", "exact", "at most" };

const char *peak_kind_text(enum peak_kind kind)
{
	return peak_kinds[kind <= PEAK_AT_MOST ? kind : PEAK_AT_LEAST];
}

const char *limit_kind_text(enum limit_kind kind)
{
	switch (kind) {
	case LIMIT_CGROUP:
		return "cgroup";
	case LIMIT_ASKED:
		return "asked";
	case LIMIT_MACHINE:
		break;
	}
	return "machine";
}

static const char *const memory_kinds[] = {
	[MEMORY_HEAP] = "heap",	    [MEMORY_STACK] = "stack",	  [MEMORY_ANONYMOUS] = "anonymous",
	[MEMORY_FILE] = "file",	    [MEMORY_LIBRARY] = "library", [MEMORY_SHARED] = "shared",
	[MEMORY_HUGE] = "huge",	    [MEMORY_HUGETLB] = "hugetlb", [MEMORY_KERNEL] = "kernel",
	[MEMORY_OTHERS] = "others",
};

const char *memory_kind_text(enum memory_kind kind)
{
	if (kind < MEMORY_HEAP || kind > MEMORY_OTHERS)
		return memory_kinds[MEMORY_OTHERS];
	return memory_kinds[kind];
}

enum memory_kind memory_kind_find(const char *text)
{
	for (enum memory_kind kind = MEMORY_HEAP; kind <= MEMORY_OTHERS; kind++) {
		if (strcmp(text, memory_kinds[kind]) == 0)
			return kind;
	}
	return 0;
}

void memory_use_add(struct memory_use *use, const struct memory_use *more)
{
	use->mappings += more->mappings;
	use->size += more->size;
	use->rss += more->rss;
	use->pss += more->pss;
	use->private_dirty += more->private_dirty;
	use->swap += more->swap;
	use->hugetlb += more->hugetlb;
	use->lazyfree += more->lazyfree;
}

char *span_unfinished(char *text, const char *label)
{
	size_t room = TEXT_LABEL - strlen(SPAN_UNFINISHED);

	snprintf(text, TEXT_LABEL + 1, "%.*s" SPAN_UNFINISHED,
		 (int)text_cut(label, strlen(label), room), label);
	return text;
}

char *end_text(char *text, size_t size, enum end_reason reason, int32_t code)
{
	const char *signal_name;
	bool limit;

	switch (reason) {
	case END_EXITED:
		snprintf(text, size, "exited with status %d", (int)code);
		return text;
	case END_KILLED:
	case END_LIMITED:
		limit = reason == END_LIMITED;
		signal_name = sigabbrev_np(code);
		if (signal_name)
			snprintf(text, size, "%s by SIG%s%s", limit ? "ended" : "killed",
				 signal_name, limit ? " (limit)" : "");
		else
			snprintf(text, size, "%s by signal %d%s", limit ? "ended" : "killed",
				 (int)code, limit ? " (limit)" : "");
		return text;
	case END_DROPPED:
		snprintf(text, size, "dropped");
		return text;
	case END_UNKNOWN:
		break;
	}
	snprintf(text, size, "ended");
	return text;
}
