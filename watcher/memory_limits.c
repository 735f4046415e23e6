#include "watcher/memory_limits.h"

#include "base/clock.h"
#include "watcher/core.h"
#include "proc/meminfo.h"

#include <errno.h>
#include <unistd.h>

#define ROOM_PARTS 16
#define LIMIT_PARTS 1024

bool bound_moved(const struct bound *told, uint64_t now_ns, uint64_t limit, uint64_t used)
{
	uint64_t room = told->limit > told->used ? told->limit - told->used : 0;
	uint64_t moved = used > told->used ? used - told->used : told->used - used;

	if (told->t_ns && now_ns < told->t_ns + NS_PER_S)
		return false;
	if (limit != told->limit)
		return true;
	return moved > room / ROOM_PARTS && moved > limit / LIMIT_PARTS;
}

int bounds_open(struct bounds *bounds, const char *root)
{
	bounds->cgroups = cgroups_new(root);
	bounds->meminfo = meminfo_open(root);
	bounds->look = 1;
	return bounds->cgroups ? 0 : -ENOMEM;
}

void bounds_close(struct bounds *bounds)
{
	cgroups_free(bounds->cgroups);
	if (bounds->meminfo >= 0)
		close(bounds->meminfo);
}

/* Also where the record that told it is no longer to be had. */
static void tell_if_moved(struct core *core, struct bound *told, const struct limit *limit)
{
	struct record record = { .t_ns = clock_mono_ns(), .type = RECORD_LIMIT };
	bool lost = told->limit && told->seq && told->seq < backlog_oldest(core->backlog);

	if (!lost && !bound_moved(told, record.t_ns, limit->limit, limit->used))
		return;
	*told = (struct bound){ record.t_ns, limit->limit, limit->used, 0 };
	record.limit = *limit;
	core_add(core, &record);
}

static void look_at_machine(struct core *core)
{
	struct bounds *bounds = &core->bounds;
	struct limit limit = { .line = LINE_SESSION, .kind = LIMIT_MACHINE };
	uint64_t available;

	if (bounds->meminfo < 0 || meminfo_read(bounds->meminfo, &limit.limit, &available) < 0)
		return;
	limit.used = limit.limit > available ? limit.limit - available : 0;
	tell_if_moved(core, &bounds->machine, &limit);
}

static void look_at_process(struct core *core, struct entry *entry)
{
	struct limit limit = { .line = entry->info.line, .kind = LIMIT_CGROUP };

	if (entry->info.ended || !entry->info.pid)
		return;
	cgroups_read(core->bounds.cgroups, entry->cgroup, core->bounds.look, &limit.limit,
		     &limit.used);
	tell_if_moved(core, &entry->bound, &limit);
}

void bounds_look(struct core *core)
{
	struct entry *entry;
	uint32_t line = 0;

	core->bounds.look++;
	look_at_machine(core);
	while ((entry = registry_next(core->registry, line)) != NULL) {
		line = entry->info.line;
		look_at_process(core, entry);
	}
}

void bounds_follow(struct core *core, struct entry *entry)
{
	cgroups_follow(core->bounds.cgroups, (pid_t)entry->info.pid, &entry->cgroup);
}

void bounds_join(struct core *core, struct entry *entry)
{
	bounds_follow(core, entry);
	look_at_process(core, entry);
}

void bounds_tell(struct core *core, struct entry *entry, uint64_t limit, uint64_t used)
{
	struct limit told = { entry->info.line, LIMIT_CGROUP, limit, used };

	tell_if_moved(core, &entry->bound, &told);
}

void bounds_leave(struct core *core, struct entry *entry)
{
	cgroups_leave(core->bounds.cgroups, &entry->cgroup);
}
