#include "watcher/rollup_plan.h"

#include "base/array.h"
#include "wire/metric.h"

#include <errno.h>
#include <stdlib.h>

void rollup_plan_free(struct rollup_plan *plan)
{
	free(plan->targets);
	*plan = (struct rollup_plan){ 0 };
}

static struct rollup_target *find(const struct rollup_plan *plan, uint32_t line)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->targets[i].line == line)
			return &plan->targets[i];
	}
	return NULL;
}

int rollup_plan_add(struct rollup_plan *plan, uint32_t line, pid_t pid, uint64_t now_ns)
{
	if (find(plan, line))
		return 0;
	if (array_reserve(&plan->targets, &plan->room, plan->count + 1))
		return -ENOMEM;
	plan->targets[plan->count++] =
		(struct rollup_target){ .line = line, .pid = pid, .due_ns = now_ns, .young = true };
	return 0;
}

void rollup_plan_remove(struct rollup_plan *plan, uint32_t line)
{
	struct rollup_target *target = find(plan, line);

	if (target)
		*target = plan->targets[--plan->count];
}

void rollup_plan_renew(struct rollup_plan *plan, uint32_t line)
{
	struct rollup_target *target = find(plan, line);

	if (!target)
		return;
	target->young = true;
	target->due_ns = target->rested_ns;
}

const struct rollup_target *rollup_plan_next(const struct rollup_plan *plan)
{
	const struct rollup_target *next = NULL;

	for (size_t i = 0; i < plan->count; i++) {
		if (!next || plan->targets[i].due_ns < next->due_ns)
			next = &plan->targets[i];
	}
	return next;
}

void rollup_plan_took(struct rollup_plan *plan, uint32_t line, uint64_t began_ns, uint64_t took_ns)
{
	struct rollup_target *target = find(plan, line);
	uint64_t interval_ns = plan->interval_ns;

	if (!target)
		return;
	if (target->young && interval_ns > ROLLUP_YOUNG_NS)
		interval_ns = ROLLUP_YOUNG_NS;
	target->young = false;
	target->rested_ns = began_ns + metric_period(0, took_ns);
	target->due_ns = began_ns + metric_period(interval_ns, took_ns);
}
