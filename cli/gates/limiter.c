#include "cli/gates/limiter.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "cli/loop.h"
#include "cli/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The person's commands are waited for so long when all else is done. */
#define WAIT_NS (5 * NS_PER_S)

/* When all have ended that were told to, their last records are waited for this long. */
#define LAST_RECORDS_NS NS_PER_S

#define PAUSE_NS (20 * NS_PER_MS)

/* Whether there is anything to do. */
static bool limiter_is_on(const struct limiter *limiter)
{
	return limiter->options->limit_bytes || limiter->options->limit_total_bytes;
}

/* --- asking */

static int ask(struct limiter *limiter, enum request_op op, pid_t pid, uint64_t bytes)
{
	struct request request = { .op = op, .pid = (uint32_t)pid, .since = bytes };
	struct reply reply;

	/* What was launched may have ended. */
	if (limiter->root)
		return session_try(limiter->options, &request, &reply, NULL, NULL);
	return session_ask(limiter->options, &request, &reply, NULL, NULL);
}

int limiter_ask(struct limiter *limiter)
{
	const struct options *options = limiter->options;
	int status = 0;

	limiter->since_ns = clock_mono_ns();
	if (options->limit_total_bytes)
		status = ask(limiter, REQUEST_LIMIT_TOTAL, 0, options->limit_total_bytes);
	if (!options->limit_bytes)
		return status;
	/* One request for all of the processes of a selection. */
	if (limiter->root || !limiter->target_count || options->selection)
		return status | ask(limiter, REQUEST_LIMIT, limiter->root, options->limit_bytes);
	for (size_t i = 0; i < limiter->target_count; i++)
		status |= ask(limiter, REQUEST_LIMIT, limiter->targets[i], options->limit_bytes);
	return status;
}

/* --- who counts */

static const struct limiter_member *find_member(const struct limiter *limiter, uint32_t line)
{
	for (size_t i = 0; i < limiter->member_count; i++) {
		if (limiter->members[i].line == line)
			return &limiter->members[i];
	}
	return NULL;
}

/* Its parent is one, or us: what an orphan of the family is given to. */
static bool is_member(const struct limiter *limiter, const struct process *process)
{
	if (hooks_has(&limiter->hooks, (pid_t)process->pid))
		return false;
	if (process->pid == (uint32_t)limiter->root || process->ppid == (uint32_t)getpid())
		return true;
	for (size_t i = 0; i < limiter->member_count; i++) {
		if (process->ppid == (uint32_t)limiter->members[i].process.pid)
			return true;
	}
	return false;
}

static void add_member(struct limiter *limiter, const struct process *process)
{
	if (array_reserve(&limiter->members, &limiter->member_capacity, limiter->member_count + 1))
		return;
	limiter->members[limiter->member_count++] =
		(struct limiter_member){ process->line,
					 { (pid_t)process->pid, process->start_ticks } };
}

/* The watcher gives each the limit of its parent; an orphan has none that it knows. */
static void take_process(struct limiter *limiter, const struct process *process)
{
	uint64_t bytes = limiter->options->limit_bytes;
	bool orphan =
		process->ppid == (uint32_t)getpid() && process->pid != (uint32_t)limiter->root;

	if (!limiter->root || find_member(limiter, process->line) || !is_member(limiter, process))
		return;
	add_member(limiter, process);
	if (orphan && bytes)
		ask(limiter, REQUEST_LIMIT, (pid_t)process->pid, bytes);
}

static void take_end(struct limiter *limiter, uint32_t line)
{
	for (size_t i = 0; i < limiter->member_count; i++) {
		if (limiter->members[i].line == line) {
			limiter->members[i] = limiter->members[--limiter->member_count];
			return;
		}
	}
}

static bool counts(const struct limiter *limiter, uint32_t line, uint32_t pid)
{
	if (line == LINE_SESSION)
		return limiter->options->limit_total_bytes != 0;
	if (!limiter->options->limit_bytes)
		return false;
	if (limiter->options->selection) /* nothing else comes */
		return true;
	if (limiter->root)
		return find_member(limiter, line) != NULL;
	for (size_t i = 0; i < limiter->target_count; i++) {
		if (pid == (uint32_t)limiter->targets[i])
			return true;
	}
	return limiter->target_count == 0;
}

/* --- what is done */

static void each_member(struct limiter *limiter,
			void (*end)(struct ending *ending, const struct ending_process *processes,
				    size_t count))
{
	struct ending_process *processes = malloc((limiter->member_count + 1) * sizeof *processes);

	if (!processes)
		return;
	for (size_t i = 0; i < limiter->member_count; i++)
		processes[i] = limiter->members[i].process;
	end(&limiter->ending, processes, limiter->member_count);
	free(processes);
}

/* An ending_tell: that a limit ended them is known to the watcher before they end. */
static void tell_ending(void *arg, const struct ending_process *processes, size_t count, int number)
{
	const struct options *options = arg;

	for (size_t i = 0; i < count; i += REAPED_MOST) {
		struct request request = { .op = REQUEST_ENDING };

		while (request.reaped_count < REAPED_MOST && i + request.reaped_count < count) {
			request.reaped[request.reaped_count] = (struct reaped){
				.pid = (uint32_t)processes[i + request.reaped_count].pid,
				.status = number,
			};
			request.reaped_count++;
		}
		if (session_tell(options, &request) != 0)
			return;
	}
}

static void cross(struct limiter *limiter, const struct hook_news *news)
{
	char limit[UNITS_TEXT], rss[UNITS_TEXT], who[TEXT_NAME + 48];
	int error;

	snprintf(who, sizeof who, "%s[%" PRIu32 "]%s", news->name, news->pid,
		 news->descendant ? " or a descendant" : "");
	if (!limiter->crossed)
		snprintf(limiter->crossing, sizeof limiter->crossing,
			 "%s crossed the limit of %s, with %s",
			 news->pid ? who : "all processes together",
			 units_format_bytes(limit, news->limit),
			 units_format_bytes(rss, news->rss));
	limiter->crossed = true;
	if (limiter->options->on_limit) {
		error = hooks_start(&limiter->hooks, limiter->options->on_limit,
				    limiter->output < 0 ? STDERR_FILENO : limiter->output, news);
		if (error)
			log_error("--on-limit: cannot be run: %s", strerror(-error));
	}
	if (!limiter->root || !limiter->options->kill_on_limit)
		return;
	limiter->killed = true;
	limiter->ending.tell = tell_ending;
	limiter->ending.arg = (void *)(uintptr_t)limiter->options;
	each_member(limiter, ending_begin);
}

static void take_event(struct limiter *limiter, const struct history *history, uint64_t t_ns,
		       const struct event *event)
{
	const struct history_line *line = history_line_find(history, event->line);
	struct hook_news news = {
		.line = event->line,
		.pid = line ? line->pid : 0,
		.rss = event->rss,
		.limit = event->limit,
		.name = line ? line->name : "total",
		.session = limiter->options->session,
		/* what no peak of its own shows */
		.descendant = line && line->pid && event->rss > line->peak_rss,
	};

	if (event->limit && t_ns >= limiter->since_ns && counts(limiter, event->line, news.pid))
		cross(limiter, &news);
}

void limiter_take(struct limiter *limiter, const struct history *history,
		  const struct record *record)
{
	if (!limiter_is_on(limiter))
		return;
	if (record->type == RECORD_PROCESS)
		take_process(limiter, &record->process);
	else if (record->type == RECORD_END)
		take_end(limiter, record->end.line);
	else if (record->type == RECORD_EVENT)
		take_event(limiter, history, record->t_ns, &record->event);
}

void limiter_take_end(struct limiter *limiter, const char *name, const struct reaped *reaped)
{
	const struct options *options = limiter->options;
	struct hook_news news = {
		.pid = (uint32_t)limiter->root,
		.rss = reaped->peak,
		.limit = options->limit_bytes,
		.name = name,
		.session = options->session,
		.descendant = reaped->waited,
	};

	if (limiter->crossed || reaped->peak <= reaped->floor)
		return;
	if (news.limit && reaped->peak > news.limit)
		cross(limiter, &news);
	news.limit = options->limit_total_bytes;
	if (!limiter->crossed && news.limit && reaped->peak > news.limit)
		cross(limiter, &news);
}

/* --- while it lasts, and its end */

void limiter_look(struct limiter *limiter)
{
	struct ending *ending = &limiter->ending;

	hooks_reap(&limiter->hooks);
	if (ending->begun && !ending->killed && clock_mono_ns() >= ending->kill_ns &&
	    !ending_done(ending))
		each_member(limiter, ending_kill);
}

bool limiter_ends(struct limiter *limiter)
{
	uint64_t now_ns = clock_mono_ns();

	if (!limiter->ending.begun)
		return false;
	if (!ending_done(&limiter->ending))
		return true;
	if (!limiter->ended_ns)
		limiter->ended_ns = now_ns;
	return limiter->member_count > 0 && now_ns < limiter->ended_ns + LAST_RECORDS_NS;
}

/* Whether something goes on that is to be waited for. */
static bool limiter_busy(struct limiter *limiter)
{
	limiter_look(limiter);
	return limiter->hooks.count > 0 ||
	       (limiter->ending.begun && !ending_done(&limiter->ending));
}

static void say(const struct limiter *limiter)
{
	const struct hooks *hooks = &limiter->hooks;

	if (hooks->failed && WIFSIGNALED(hooks->status))
		log_error("--on-limit: its command was killed by signal %d",
			  WTERMSIG(hooks->status));
	else if (hooks->failed)
		log_error("--on-limit: its command failed, with exit status %d",
			  WEXITSTATUS(hooks->status));
	if (hooks->count)
		log_error("--on-limit: its command goes on");
	if (limiter->root && limiter->crossed)
		log_error("%s: exit status %d", limiter->crossing, EXIT_LIMIT);
}

/* One of the signals that ask for an end. */
static bool is_told_to_end(const sigset_t *set)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int number = sigtimedwait(set, NULL, &pause);

	return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

bool limiter_close(struct limiter *limiter)
{
	uint64_t until_ns = clock_mono_ns() + WAIT_NS;
	bool enough = false;
	sigset_t set;

	loop_signals(&set);
	while (limiter_busy(limiter)) {
		bool ends = limiter->ending.begun && !ending_done(&limiter->ending);

		if (!ends && (enough || clock_mono_ns() >= until_ns))
			break;
		enough |= is_told_to_end(&set);
	}
	say(limiter);
	ending_close(&limiter->ending);
	free(limiter->members);
	limiter->members = NULL;
	limiter->member_count = 0;
	return limiter->crossed;
}
