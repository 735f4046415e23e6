#include "cli/run/child.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/session.h"

/* @unseen of it and of its family is said with its end. */
static void tell_end(const struct options *options, struct child *child)
{
	struct request request = {
		.op = REQUEST_ENDED,
		.pid = (uint32_t)child->pid,
		.since = (uint64_t)child->reaped.status,
		.peak = child->reaped.peak,
		.reaped_count = 1,
		.reaped = { child->reaped },
	};
	struct reply reply;

	text_copy(request.text, sizeof request.text, child->name);
	if (session_ask(options, &request, &reply, NULL, NULL) != 0)
		return;
	orphans_unseen(&child->orphans, &reply);
	if (reply.value) /* of memwatch's own, which it waited for: nothing is known of it alone */
		child->reaped.peak = 0;
}

static void reap_child(struct child *child)
{
	if (orphans_wait(child->pid, &child->reaped) < 0)
		return;
	child->ended = true;
	child->ended_ns = clock_mono_ns();
}

/* Its orphans are told before it, since the session may end with it. */
void child_reap(struct child *child, const struct options *options, struct hooks *hooks, bool gone)
{
	bool ended = child->ended;

	if (!ended)
		reap_child(child);
	orphans_reap(&child->orphans, options, child->pid, hooks);
	if (gone)
		child->orphans.count = 0;
	orphans_tell(&child->orphans, options);
	if (!child->ended || ended)
		return;
	if (!gone)
		tell_end(options, child);
}
