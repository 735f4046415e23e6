/*
 * Rules by which processes are followed that nobody has named: by their name, their user, their
 * cgroup. A rule holds for the rest of the session, so that those which start later are found.
 */
#ifndef WATCHER_RULES_H
#define WATCHER_RULES_H

#include "proc/cgroup_watch.h"
#include "proc/pidset.h"
#include "wire/message.h"

#include <regex.h>

struct rule {
	struct rule_request asked;
	regex_t pattern; /* where one was asked for */
	uint64_t selections; /* that its processes are in */
	bool is_cgroup;
	struct cgroup_watch cgroup;
	uint32_t line;		     /* of the cgroup's own memory; 0: none */
	struct cgroup_events untold; /* that it met */
	uint64_t told_ns;
	char text[RULE_TEXT + 1]; /* what it says, for status */
};

struct rules {
	struct rule *at[RULES_MOST];
	size_t count;
	struct pidset seen;  /* all processes, where they were looked for by name or user */
	struct pidset taken; /* those followed by a rule: once */
	uint64_t round;
	bool wholes; /* one is about command lines */
};

struct core;
struct procinfo;

void rules_close(struct rules *rules);

/* One more rule, unless there is the same already: 0, and those that it is about now are followed;
 * or a negative errno with why in @why, of @size bytes. */
int rules_add(struct core *core, const struct rule_request *asked, char *why, size_t size);

/* Look for those that came: by name and user, to be called about once a second; */
void rules_look(struct core *core);
/* in cgroups, and what became of these: some times a second. */
void rules_look_at_cgroups(struct core *core);

/* At a tick of @t_ns: the memory of cgroups, to @samples, of which there is room for @room; how
 * many. */
size_t rules_sample(struct core *core, uint64_t t_ns, struct sample *samples, size_t room);

#endif
