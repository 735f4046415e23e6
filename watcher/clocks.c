#include "watcher/clocks.h"

#include "watcher/core.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* The readings of two clocks are further apart than this: the machine is too busy to compare them.
 */
#define APART_MOST_NS NS_PER_MS

/* Between two looks, however often the core wakes. */
#define LOOK_LEAST_NS (5 * NS_PER_MS)

/* Until it would expire, which it never should: seconds. */
#define FAR_S (10 * 365 * 86400LL)

static int64_t apart(uint64_t clock_ns, uint64_t mono_ns)
{
	return (int64_t)(clock_ns - mono_ns);
}

static bool is_jump(int64_t length_ns)
{
	return length_ns >= (int64_t)CLOCKS_LEAST_NS || length_ns <= -(int64_t)CLOCKS_LEAST_NS;
}

bool clocks_compare(struct clocks *clocks, const struct clock_reading *now,
		    struct clocks_change *ret_change)
{
	const struct clock_reading *last = &clocks->last;
	int64_t wall_ns = apart(now->wall_ns, now->mono_ns) - apart(last->wall_ns, last->mono_ns);
	int64_t boot_ns = apart(now->boot_ns, now->mono_ns) - apart(last->boot_ns, last->mono_ns);

	*ret_change = (struct clocks_change){ 0 };
	if (boot_ns >= (int64_t)CLOCKS_LEAST_NS)
		ret_change->suspended_ns = (uint64_t)boot_ns;
	if (is_jump(wall_ns))
		ret_change->wall_ns = wall_ns;
	if (is_jump(wall_ns - (int64_t)ret_change->suspended_ns))
		ret_change->set_ns = wall_ns - (int64_t)ret_change->suspended_ns;
	if (!ret_change->suspended_ns && !ret_change->wall_ns) {
		/* Keep where they stood: small differences would add up unseen. */
		clocks->last.wall_ns += now->mono_ns - last->mono_ns;
		clocks->last.boot_ns += now->mono_ns - last->mono_ns;
		clocks->last.mono_ns = now->mono_ns;
		return false;
	}
	clocks->last = *now;
	return true;
}

static void arm(const struct clocks *clocks)
{
	struct itimerspec spec = { .it_value = { .tv_sec = time(NULL) + FAR_S } };

	timerfd_settime(clocks->timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL);
}

int clocks_open(struct core *core)
{
	struct clocks *clocks = &core->clocks;

	clocks->timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (clocks->timer < 0)
		return 0;
	arm(clocks);
	return core_watch(core, clocks->timer, EPOLLIN, SOURCE_CLOCK, 0);
}

void clocks_close(struct core *core)
{
	if (core->clocks.timer >= 0)
		close(core->clocks.timer);
}

static void tell_gap(struct core *core, const struct clock_reading *now, uint64_t from_ns,
		     enum gap_reason reason, uint64_t length_ns)
{
	struct record record = { .t_ns = now->mono_ns, .type = RECORD_GAP };
	char text[GAP_TEXT];

	record.gap = (struct gap){
		.reason = reason,
		.from_ns = from_ns,
		.to_ns = now->mono_ns,
		.count = (length_ns + NS_PER_MS / 2) / NS_PER_MS,
	};
	core_add(core, &record);
	core_notice(core, "%s", gap_text(text, &record.gap));
}

static void tell(struct core *core, const struct clock_reading *now, uint64_t from_ns,
		 const struct clocks_change *change)
{
	struct record record = { .t_ns = now->mono_ns, .type = RECORD_CLOCK };

	if (change->wall_ns) {
		record.clock.unix_ns = now->wall_ns;
		wall_add_jump(&core->session, now->mono_ns, now->wall_ns);
		core_add(core, &record);
	}
	if (change->suspended_ns)
		tell_gap(core, now, from_ns, GAP_SUSPEND, change->suspended_ns);
	if (change->set_ns > 0)
		tell_gap(core, now, from_ns, GAP_CLOCK_AHEAD, (uint64_t)change->set_ns);
	else if (change->set_ns < 0)
		tell_gap(core, now, from_ns, GAP_CLOCK_BACK, 0 - (uint64_t)change->set_ns);
}

static void compare(struct core *core)
{
	uint64_t from_ns = core->clocks.last.mono_ns;
	struct clock_reading now;
	struct clocks_change change;

	if (clock_read_all(&now) > APART_MOST_NS)
		return;
	if (clocks_compare(&core->clocks, &now, &change))
		tell(core, &now, from_ns, &change);
}

void clocks_look(struct core *core)
{
	if (clock_mono_ns() >= core->clocks.last.mono_ns + LOOK_LEAST_NS)
		compare(core);
}

void clocks_jumped(struct core *core)
{
	uint64_t expirations;

	/* ECANCELED: it was set. */
	(void)!read(core->clocks.timer, &expirations, sizeof expirations);
	arm(&core->clocks);
	compare(core);
}
